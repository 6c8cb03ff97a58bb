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
class ReadPosition:
    """A device has read the events of a hall up to `seq` of `epoch`."""

    hall: str
    epoch: str
    seq: int
    device: str


class Witnesses:
    """What devices said since the last `take`. `now` is in monotonic seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._ahead: dict[str, ReadPosition] = {}
        self._heard: dict[str, float] = {}
        self._lock = threading.Lock()

    def hear(self, position: ReadPosition, *, epoch: str, seq: int) -> None:
        """A device says how far it has read a journal that is at (`epoch`, `seq`). Costs nothing but when ahead."""
        if position.epoch != epoch or position.seq <= seq:
            return
        with self._lock:
            now = self._now()
            if now - self._heard.get(position.device, now - AGAIN_AFTER) >= AGAIN_AFTER:
                self._heard[position.device] = now
                self._ahead[position.hall] = position

    def take(self) -> list[ReadPosition]:
        """What was said, once."""
        with self._lock:
            ahead, self._ahead = list(self._ahead.values()), {}
        return ahead

    def keep(self, position: ReadPosition) -> None:
        """Keep what could not be heeded for the next `take`; the device itself will not prove it again so soon."""
        with self._lock:
            self._ahead.setdefault(position.hall, position)
