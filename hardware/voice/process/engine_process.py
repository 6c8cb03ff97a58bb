"""Runs one engine in a process: `python -m hardware.voice.process.engine_process ENGINE`, lines of JSON in and out.

Knows no player and no queue. Says {"ready": true} or {"unavailable": why} once. Answers each {"text",
"language", "voice", "speed", "path"} with {"done": true, "seconds": taken} after it wrote the WAV file, with
{"unspoken": why} when it has no voice for the language, or with {"failed": why}. Ends when its input ends, so it never
outlives its parent. `--fault FILE` names a file with a fault switch (`hang`, `silence` or `die`, and how many times):
a test can break any engine as it runs.
"""

import argparse
import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypedDict

from hardware.errors import NotAvailable
from hardware.voice.audio import sound
from hardware.voice.process.renderer import Renderer
from server.protocol import logs
from server.protocol.logs import describe

ENGINES = {
    "neural": "hardware.voice.engines.kokoro",
    "pyttsx3": "hardware.voice.engines.pyttsx3",
    "tone": "hardware.voice.engines.tone",
}


class Request(TypedDict):
    """One sentence to render, as the parent asks for it."""

    text: str
    language: str
    voice: str
    speed: float
    path: str


def main() -> int:
    """Load the engine and answer until the input ends."""
    parser = argparse.ArgumentParser(prog="hardware.voice.process.engine_process")
    parser.add_argument("engine", choices=sorted(ENGINES))
    parser.add_argument("--fault", type=Path)
    options = parser.parse_args()
    say = _claimed_output()
    try:
        render: Renderer = importlib.import_module(ENGINES[options.engine]).load()
    except Exception as error:  # whatever a foreign engine raises while loading means that it is not available
        say({"unavailable": describe(error)})
        return 1
    say({"ready": True})
    for line in sys.stdin:
        say(_answer(render, json.loads(line), options.fault))
    return 0


def _answer(render: Renderer, request: Request, fault: Path | None) -> Mapping[str, object]:
    path = Path(request["path"])
    switched = _fault(fault)
    if switched == "die":
        os._exit(3)
    if switched == "hang":
        threading.Event().wait()
    if switched == "silence":
        sound.write(path, sound.silence(24_000, 2.0))
        return {"done": True}
    started = time.monotonic()
    try:
        render(request["text"], request["language"], request["voice"], request["speed"], path)
    except NotAvailable as error:
        return {"unspoken": error.detail}
    except Exception as error:  # the parent turns it into its own failure; this child may go on
        return {"failed": describe(error)}
    return {"done": True, "seconds": time.monotonic() - started}


def _fault(switch: Path | None) -> str:
    """The fault that is switched on; one with a number counts down and goes off."""
    if switch is None or not switch.is_file():
        return ""
    kind, _, times = switch.read_text(encoding="utf-8").strip().partition(" ")
    if times == "1":
        switch.unlink()
    elif times:
        switch.write_text(f"{kind} {int(times) - 1}", encoding="utf-8")
    return kind


def _claimed_output() -> Callable[[Mapping[str, object]], None]:
    """Keep the real output for answers and the real stderr for the log.

    What engines print goes nowhere (pyttsx3 does): it may repeat what they are to speak, a name in it.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    logs.configure(os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace"))
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for printed in (1, 2):
        os.dup2(nowhere, printed)
    os.close(nowhere)

    def say(answer: Mapping[str, object]) -> None:
        answers.write(json.dumps(answer, ensure_ascii=False) + "\n")
        answers.flush()

    return say


if __name__ == "__main__":
    sys.exit(main())
