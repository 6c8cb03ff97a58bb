"""Owns sound as a value: mono, 16 bit, at one rate; reading, writing, joining, and whether there is sound in it.

Knows no engine, no player and no sentence.
"""

import math
import os
import sys
import threading
import wave
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

FRAME = 0.02
"""Seconds of one frame when loudness is measured."""
LOUD = 250.0
"""Effective value (of 32,767) above which a frame counts as sound: -42 dB of full scale, well above dither."""
SHARE = 0.2
"""Share of frames that must be loud; speech with its pauses has more than half."""


@dataclass(frozen=True)
class Sound:
    """Mono sound: little-endian 16-bit frames at `rate` per second."""

    rate: int
    frames: bytes

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.frames) / 2 / self.rate


def read(path: Path) -> Sound:
    """Read a WAV file, two channels made one. Raises OSError, EOFError or wave.Error when it is none."""
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2:
            raise wave.Error(f"{8 * file.getsampwidth()} bits a sample, 16 expected")
        channels, frames = file.getnchannels(), file.readframes(file.getnframes())
        rate = file.getframerate()
    return Sound(rate, frames if channels == 1 else to_frames(numbers(frames)[::channels]))


def write(path: Path, sound: Sound) -> Path:
    """Write a WAV file whole or not at all: a reader never sees a half one. Raises OSError."""
    draft = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    with draft.open("wb") as opened, wave.open(opened, "wb") as file:  # a folder that is gone is one plain OSError
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(sound.rate)
        file.writeframes(sound.frames)
    return draft.replace(path)


def silence(rate: int, seconds: float) -> Sound:
    """Nothing to hear."""
    return Sound(rate, bytes(2 * round(rate * seconds)))


def joined(parts: Sequence[Sound], pause: float, rate: int) -> Sound:
    """The parts one after another with `pause` seconds between them, at `rate`."""
    gap = silence(rate, pause).frames
    return Sound(rate, gap.join(resampled(part, rate).frames for part in parts))


def resampled(sound: Sound, rate: int) -> Sound:
    """The same sound at another rate, between samples a straight line; good enough for speech up to 24 kHz."""
    samples = numbers(sound.frames)
    if sound.rate == rate or len(samples) < 2:
        return Sound(rate, sound.frames)
    step = sound.rate / rate
    pairs = list(pairwise(samples))
    places = (divmod(place * step, 1.0) for place in range(int(len(pairs) / step)))
    between = ((pairs[int(whole)], part) for whole, part in places)
    return Sound(rate, to_frames([round(left * (1 - part) + right * part) for (left, right), part in between]))


def trimmed(sound: Sound, keep: float = 0.03) -> Sound:
    """The sound without the quiet at both ends, but for `keep` seconds."""
    loud = [place for place, level in enumerate(levels(sound)) if level > LOUD]
    if not loud:
        return sound
    size = 2 * round(sound.rate * FRAME)
    spare = 2 * round(sound.rate * keep)
    return Sound(sound.rate, sound.frames[max(0, loud[0] * size - spare) : (loud[-1] + 1) * size + spare])


def levels(sound: Sound) -> list[float]:
    """The effective value of each frame of 20 ms."""
    samples = numbers(sound.frames)
    size = max(1, round(sound.rate * FRAME))
    frames = (samples[start : start + size] for start in range(0, len(samples), size))
    return [math.sqrt(sum(value * value for value in frame) / len(frame)) for frame in frames]


def is_audible(sound: Sound) -> bool:
    """Whether there is sound in it: a fifth of its frames above -42 dB, at least one a good deal above."""
    found = levels(sound)
    loud = sum(level > LOUD for level in found)
    return bool(found) and loud >= SHARE * len(found) and max(found) > 4 * LOUD


def numbers(frames: bytes) -> "array[int]":
    """Frames as numbers."""
    values = array("h", frames)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def to_frames(values: "Sequence[int] | array[int]") -> bytes:
    """Numbers as frames, cut off at full scale."""
    samples = array("h", (max(-32768, min(32767, value)) for value in values))
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()
