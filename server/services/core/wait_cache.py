"""The expected waits of this process's halls, kept for a while: what is known is told, what is old is computed anew."""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.domain.queueing.wait_estimate import Expected

FRESH = timedelta(seconds=15)
"""A line is not played again before."""
USABLE = timedelta(seconds=60)
"""What was played longer ago is told to nobody."""
SHARE = 20.0
"""Simulation rests so many times as long as it took: at most a twentieth of one core."""


@dataclass(frozen=True, slots=True)
class QueueEstimates:
    """The waits of one queue at one moment, by ticket, and by how many are called before: of the whole queue, and of
    those who wait for a doctor by name."""

    at: datetime
    seq: int
    tickets: Mapping[str, Expected] = field(default_factory=dict)
    places: Sequence[Expected] = ()
    doctors: Mapping[str, Sequence[Expected]] = field(default_factory=dict)


class WaitCache:
    """What is known of the waits of this process's halls. Guards its own state; any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._estimates: dict[tuple[str, str], QueueEstimates] = {}
        self._wanted: set[tuple[str, str]] = set()
        self._rests_until = 0.0

    def of(self, hall: str, queue: str, now: datetime, seq: int) -> QueueEstimates | None:
        """What may be told now of a queue whose hall's journal is at `seq`; asks for a renewal when it is not fresh."""
        with self._lock:
            estimates = self._estimates.get((hall, queue))
            if estimates is None or estimates.seq > seq or not timedelta(0) <= now - estimates.at <= FRESH:
                self._wanted.add((hall, queue))
            usable = estimates is not None and estimates.seq <= seq and timedelta(0) <= now - estimates.at <= USABLE
            return estimates if usable else None

    def place(
        self, hall: str, queue: str, ahead: int | None, now: datetime, seq: int, *, doctor: str | None = None
    ) -> Expected | None:
        """The wait of somebody before whom so many of the queue, or of the doctor's own, are called; None where it is
        not known."""
        estimates = self.of(hall, queue, now, seq)
        if estimates is None or ahead is None:
            return None
        known = estimates.doctors.get(doctor, ()) if doctor else estimates.places
        return known[ahead] if ahead < len(known) else None

    def keep(self, hall: str, estimates: Mapping[str, QueueEstimates], took: float) -> None:
        """Remember what was played for some queues of a hall, which took so many seconds."""
        with self._lock:
            self._estimates |= {(hall, queue): one for queue, one in estimates.items()}
            self._wanted -= {(hall, queue) for queue in estimates}
            self._rests_until = time.monotonic() + took * SHARE

    def take_wanted(self) -> tuple[str, str] | None:
        """A (hall, queue) somebody asked for, unless simulation has to rest."""
        with self._lock:
            if not self._wanted or time.monotonic() < self._rests_until:
                return None
            return self._wanted.pop()

    def may_simulate(self) -> bool:
        """Whether simulation need not rest."""
        return time.monotonic() >= self._rests_until
