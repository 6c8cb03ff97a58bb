"""Owns the chime before an announcement, made of sine waves. Knows no engine and no player."""

import math
from functools import cache

from hardware.voice.audio.sound import Sound, to_frames

RATE = 24_000
NOTES = ((659.26, 0.0), (523.25, 0.36))
"""A falling third, e² then c²: the two-tone gong that people in halls know; pitch in Hz, start in seconds."""
LENGTH = 0.9
VOLUME = 0.42
DECAY = 5.5
OVERTONES = ((1.0, 1.0), (2.0, 0.28), (3.0, 0.1))


@cache
def chime(rate: int = RATE) -> Sound:
    """The chime: 0.9 s, at `rate`, rising within 5 ms and dying away, so that nothing clicks."""
    return Sound(rate, to_frames([round(32_767 * _value(place / rate)) for place in range(round(rate * LENGTH))]))


def _value(moment: float) -> float:
    ending = min(1.0, (LENGTH - moment) / 0.05)
    return VOLUME * ending * sum(_note(pitch, moment - start) for pitch, start in NOTES if moment >= start)


def _note(pitch: float, since: float) -> float:
    rising = min(1.0, since / 0.005)
    tone = sum(share * math.sin(2 * math.pi * pitch * times * since) for times, share in OVERTONES)
    return rising * math.exp(-DECAY * since) * tone / 1.38
