"""The system's engine inside its child process: pyttsx3 over SAPI5, NSSpeech, or espeak-ng on Linux. Knows no cache.

One `save_to_file` in the life of a process and nothing else: a second one, or a `say`, loses or overwrites the first
(docs/sources.md, Speech engines). espeak-ng reads Mandarin with `cmn-latn-pinyin`; its `cmn` reads pinyin as English.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from hardware.errors import NotAvailable
from hardware.voice.process.renderer import Renderer

WORDS_PER_MINUTE = 150
"""At a speed of 1; pyttsx3's own 200 is hurried for a hall."""
WAV_HEADER = 44
STEADY = 0.05
"""Seconds in which a finished file no longer grows."""
VOICE_MARKS = {
    "zh": ("cmn-latn-pinyin", "zh-cn", "zh_cn", "huihui", "kangkang", "tingting", "ting-ting", "mandarin", "chinese"),
    "yue": ("zh-hk", "zh_hk", "tracy", "danny", "sinji", "sin-ji", "sit/yue", "cantonese"),
    "en": ("en-us", "en_us", "david", "zira", "samantha", "gmw/en", "english"),
}
"""What the id or name of a system's voice holds, the best first: espeak-ng, Windows, macOS."""


class SystemVoice(Protocol):
    """A voice of the system."""

    id: str
    name: str


class SystemEngine(Protocol):
    """What is used of pyttsx3's engine."""

    def getProperty(self, name: str) -> Sequence[SystemVoice]:
        """The value of a property; `voices` is all that is asked for."""

    def setProperty(self, name: str, value: str | int) -> None:
        """Set a property."""

    def save_to_file(self, text: str, filename: str) -> None:
        """Queue a sentence to be written to a file."""

    def runAndWait(self) -> None:
        """Do what is queued."""


def load() -> Renderer:
    """Load the system's engine. Raises whatever pyttsx3 raises when there is none."""
    import pyttsx3

    engine: SystemEngine = pyttsx3.init()

    def render(text: str, language: str, voice: str, speed: float, path: Path) -> None:
        engine.setProperty("voice", voice if voice != "system" else system_voice(engine, language))
        engine.setProperty("rate", round(WORDS_PER_MINUTE * speed))
        engine.save_to_file(text, str(path))
        engine.runAndWait()
        _wait_until_written(path)

    return render


def _wait_until_written(path: Path) -> None:
    """`runAndWait` may return before espeak-ng's own thread wrote the file; our parent kills us when it never does."""
    size = -1
    while True:
        before, size = size, path.stat().st_size if path.is_file() else -1
        if size == before and size > WAV_HEADER:
            return
        time.sleep(STEADY)


def system_voice(engine: SystemEngine, language: str) -> str:
    """The id of the best voice of a language that this system has; raises NotAvailable when it has none."""
    known = [(str(voice.id), f"{voice.id} {voice.name}".lower()) for voice in engine.getProperty("voices")]
    for mark in VOICE_MARKS[language]:
        for name, description in known:
            if mark in description:
                return name
    raise NotAvailable("pyttsx3", f"no voice for {language} on this system")
