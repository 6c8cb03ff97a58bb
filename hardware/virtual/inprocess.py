"""Owns the virtual printer inside this process, for `virtual://`. Knows no socket."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hardware.errors import CannotOpen, FailedInUse, TimedOut
from hardware.virtual.device import VirtualPrinter
from hardware.virtual.faults import Act
from hardware.virtual.line import Line

MOMENT = 0.01
"""Seconds after which a printer, whose switches somebody may turn meanwhile, is looked at again."""


def _now() -> datetime:
    return datetime.now(UTC)


class InProcessTransport:
    """A transport straight into a virtual printer; faults of the connection become the errors they cause.

    `clock` and `sleep` are the time it lives in: real, or one that a test lets pass at once; `moment`: how
    often it looks again.
    """

    answers = True

    def __init__(
        self,
        url: str,
        width: int,
        keep: str | None,
        now: Callable[[], datetime] = _now,
        *,
        stall: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        moment: float = MOMENT,
    ) -> None:
        self._url = url
        self.device = VirtualPrinter(width, now, Path(keep) if keep else None)
        self.line = Line(self.device)
        self._stall, self._moment, self._clock, self._sleep = stall, moment, clock, sleep
        self._open = False

    def open(self) -> None:
        """Begin anew. Raises CannotOpen when the printer takes no connection."""
        if not self.line.open(self._clock()):
            raise CannotOpen(self._url, "connection refused")
        self._open = True

    def write(self, data: bytes) -> None:
        """Hand over bytes as the line takes them, within the stall time."""
        deadline = self._clock() + self._stall
        rest = data
        while rest:
            self._check(writing=True)
            room = self.line.room(self._clock())
            if room:
                self.line.send(rest[:room], self._clock())
                rest = rest[room:]
            elif self._clock() < deadline:
                self._wait(deadline)
            else:
                raise TimedOut(self._url, "the printer takes no more data")

    def read(self, timeout: float) -> bytes:
        """Take the answers; they are there at once or, on a slow line or after a fault was switched off, later."""
        deadline = self._clock() + timeout
        while True:
            self.line.step(self._clock())
            if said := self.line.answers(self._clock()):
                return said
            self._check(writing=False)
            if self._clock() >= deadline:
                return b""
            self._wait(deadline)

    def _check(self, *, writing: bool) -> None:
        act = self.line.act
        if act is Act.STALL and writing:
            raise TimedOut(self._url, "the printer takes no more data")
        if act is Act.RESET:
            raise FailedInUse(self._url, "connection reset")
        if act in {Act.HALF_CLOSE, Act.HANG_UP} and not writing:
            raise FailedInUse(self._url, "the printer closed the connection")

    def _wait(self, deadline: float) -> None:
        """Let time pass until something may have changed."""
        next_at = self.line.next_at()
        due = deadline if next_at is None else min(deadline, next_at)
        self._sleep(max(0.001, min(due - self._clock(), self._moment)))

    def complaint(self) -> None:
        """Nothing: the printer is asked."""

    def close(self) -> None:
        """Hang up."""
        if self._open:
            self._open = False
            self.line.close(self._clock())
