"""What an engine's child process lets out: answers and log entries, and nothing that a library prints."""

import subprocess
import sys

import pytest

from hardware.errors import FailedInUse
from hardware.voice.audio.sound import silence
from hardware.voice.play.players import LocalPlayer
from tests.support.hall import ROOT

ENGINE = """
import logging, os, sys, types, warnings
from hardware.voice.process import engine_process

def render(text, *more):
    print(text)
    print(text, file=sys.stderr)
    os.system(f"echo {text}; echo {text} >&2")  # as a C library does
    warnings.warn(text)
    logging.getLogger("phonemizer").error("cannot read %s", text)
    raise RuntimeError(text)

sys.modules["babbler"] = types.SimpleNamespace(load=lambda: render)
engine_process.ENGINES["tone"] = "babbler"
sys.argv = ["child", "tone"]
engine_process.main()
"""


def test_what_an_engine_prints_of_what_it_is_to_speak_comes_to_no_log():
    """S9: what pyttsx3, espeak-ng and phonemizer print went into the caller's log, and the sentence holds a surname."""
    asked = '{"text": "龘女士", "language": "zh", "voice": "v", "speed": 1, "path": "x.wav"}\n'
    done = subprocess.run(
        [sys.executable, "-c", ENGINE], input=asked * 2, capture_output=True, text=True, encoding="utf-8",
        env={"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}, check=True,
    )  # fmt: skip

    assert '{"ready": true}\n' + '{"failed": "RuntimeError"}\n' * 2 == done.stdout
    assert "龘" not in done.stderr
    assert "cannot read …" in done.stderr  # the log itself goes on


def test_a_sound_that_is_played_lies_where_the_next_start_removes_what_a_crash_left():
    """S9: kill -9 while a name was spoken left it under the temporary folder for ever."""
    with pytest.raises(FailedInUse, match=r"/hall-voice-\d+-play-\w+/announcement\.wav"):
        LocalPlayer([["sh", "-c", "echo $0 >&2; exit 1"]]).play(silence(24_000, 0.1))
