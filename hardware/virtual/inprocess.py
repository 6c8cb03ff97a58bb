"""Owns the virtual printer inside this process, for `virtual://`. Knows no socket."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from hardware.errors import FailedInUse, TimedOut
from hardware.virtual.device import Act, VirtualPrinter


def _now() -> datetime:
    return datetime.now(UTC)


class InProcessTransport:
    """A transport straight into a virtual printer; faults of the connection become the errors they cause."""

    answers = True

    def __init__(self, url: str, width: int, keep: str | None, now: Callable[[], datetime] = _now) -> None:
        self._url = url
        self.device = VirtualPrinter(width, now, Path(keep) if keep else None)
        self._act = Act.NOTHING
        self._wait = threading.Event()

    def open(self) -> None:
        """Begin anew."""
        self._act = Act.NOTHING

    def write(self, data: bytes) -> None:
        """Hand over bytes."""
        if self._act is Act.STALL or len(data) > self.device.room():
            raise TimedOut(self._url, "the printer takes no more data")
        if self._act is Act.RESET:
            raise FailedInUse(self._url, "connection reset")
        if self._act is Act.NOTHING:
            self._act = self.device.receive(data)

    def read(self, timeout: float) -> bytes:
        """Take the answers; they are there at once or, after a fault was switched off, later."""
        deadline = time.monotonic() + timeout
        while True:
            if self._act in (Act.HALF_CLOSE, Act.RESET):
                raise FailedInUse(self._url, "the printer closed the connection")
            said = self.device.answers()
            if said or time.monotonic() >= deadline:
                return said
            self._wait.wait(min(0.01, max(0.0, deadline - time.monotonic())))

    def complaint(self) -> None:
        """Nothing: the printer is asked."""

    def close(self) -> None:
        """Nothing to let go of."""
