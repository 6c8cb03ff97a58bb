"""Owns the virtual engine inside its child process: a burst of tone for each syllable. Knows no words.

A real process that renders at once and needs no package, for machines without a voice and for tests of everything
around an engine. It does not simulate speech: no recogniser understands it.
"""

import math
import re
from pathlib import Path

from hardware.voice.audio import sound
from hardware.voice.audio.sound import Sound, to_frames
from hardware.voice.process.renderer import Renderer

RATE = 24_000
SYLLABLE = 0.11
PITCHES = (220.0, 247.0, 262.0, 294.0, 330.0)


def load() -> Renderer:
    """Nothing to load."""
    return render


def render(text: str, language: str, voice: str, speed: float, path: Path) -> None:
    """Write one burst for each Chinese character or each word."""
    syllables = re.findall(r"[\u3400-\u9fff]|[A-Za-z0-9']+", text) or ["-"]
    length = round(RATE * SYLLABLE / speed)
    values: list[int] = []
    for syllable in syllables:
        pitch = PITCHES[sum(map(ord, syllable)) % len(PITCHES)]
        values += [
            round(12_000 * math.sin(math.pi * place / length) * math.sin(2 * math.pi * pitch * place / RATE))
            for place in range(length)
        ]
    sound.write(path, Sound(RATE, to_frames(values)))
