"""Devices that have read further in a hall's journal than it goes: they prove that an older copy was put in its place.

Knows no database: what was said waits for the one owner of time (lives.py).
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

AGAIN_AFTER = 600.0
"""Seconds for which a device that proved a restore proves no other one: one that errs cannot stop a hall."""


@dataclass(frozen=True)
class Told:
    """A device has read the events of a hall up to `seq` of `epoch`."""

    hall: str
    epoch: str
    seq: int
    device: str


class Witnesses:
    """What devices said since the last `take`. `now` is in monotonic seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._told: dict[str, Told] = {}
        self._heard: dict[str, float] = {}
        self._lock = threading.Lock()

    def hear(self, told: Told, *, epoch: str, seq: int) -> None:
        """A device says how far it has read a journal that is at (`epoch`, `seq`). Costs nothing but when ahead."""
        if told.epoch != epoch or told.seq <= seq:
            return
        with self._lock:
            now = self._now()
            if now - self._heard.get(told.device, now - AGAIN_AFTER) >= AGAIN_AFTER:
                self._heard[told.device] = now
                self._told[told.hall] = told

    def take(self) -> list[Told]:
        """What was said, once."""
        with self._lock:
            told, self._told = list(self._told.values()), {}
        return told
