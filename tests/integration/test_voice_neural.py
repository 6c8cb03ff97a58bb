"""The neural engine itself: skipped with a message where its packages or voices are missing."""

import threading
import time

import pytest

from hardware.voice import open_voice
from hardware.voice.audio import sound
from hardware.voice.engines import assets
from hardware.voice.engines.base import NEURAL_VOICES
from server.protocol.terms import AnnouncementOutcome

LACKING = assets.missing(tuple(choice.voice for choice in NEURAL_VOICES.values()))
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(LACKING), reason="no neural voice here, for want of " + ", ".join(LACKING)),
]
BOUND = 240.0
NUMBER = "请 B 零 一 二 号"
NAME = "张姓患者"
PLACE = "到 五诊室"
"""Spoken first, until the engine has loaded; from then on it is a phrase that is kept."""


@pytest.fixture(scope="module")
def hall(tmp_path_factory):
    folder = tmp_path_factory.mktemp("loudspeaker")
    voice = open_voice(f"file://{folder}?engine=neural,clips&slack=8")
    voice.folder = folder
    wait_until(lambda: voice.speak(PLACE, "zh", repeat=1).outcome is AnnouncementOutcome.SPOKEN)
    yield voice
    voice.close()


def wait_until(done):
    deadline = time.monotonic() + BOUND
    while not done():
        assert time.monotonic() < deadline, "not within the bound"
        threading.Event().wait(0.2)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (NUMBER, "zh"),
        ("Number A zero one two, please go to Room three", "en"),
    ],
)
def test_a_sentence_is_spoken_by_the_neural_engine_with_sound_in_it(hall, text, language):
    outcome = hall.speak(text, language, repeat=1)
    spoken = sound.read(outcome.wav)

    assert AnnouncementOutcome.SPOKEN == outcome.outcome
    assert "neural" == outcome.engine
    assert sound.is_audible(spoken)
    assert 1.9 < spoken.seconds < 7.0


def test_kept_phrases_are_joined_when_the_engine_dies(hall):
    hall.prefetch([(NUMBER, "zh"), (NAME, "zh")])
    wait_until(lambda: all(hall._chain.has(phrase, "zh") for phrase in (NUMBER, NAME, PLACE)))
    (hall.folder / "fault").write_text("die")
    outcome = hall.speak(f"{NUMBER} {NAME} {PLACE}", "zh", repeat=1)
    (hall.folder / "fault").unlink()

    assert AnnouncementOutcome.SPOKEN == outcome.outcome
    assert outcome.engine in ("neural+clips", "clips")  # in halves, or whole where the machine is slow
    assert sound.is_audible(sound.read(outcome.wav))


def test_cantonese_is_not_read_with_a_mandarin_voice(hall):
    outcome = hall.speak("請 A 零一二 號 到 三診室", "yue", repeat=1)

    assert AnnouncementOutcome.SHOWN_ONLY == outcome.outcome
    assert "" == hall.languages()["yue"]
