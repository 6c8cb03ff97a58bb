"""Carries bytes to and from a device file such as /dev/usb/lp0; every wait is bounded. Knows no commands.

A device that is away is away: nothing here creates a file, and an ordinary file is never written.
"""

import os
import select
import stat
from pathlib import Path

from hardware.errors import CannotOpen, FailedInUse, TimedOut, failures_of

_READ = 256


class FileTransport:
    """A character device, read and written; or a FIFO, which only takes bytes."""

    def __init__(self, url: str, path: str, stall: float) -> None:
        self._url = url
        self._path = Path(path)
        self._stall = stall
        self._file = -1
        self.answers = True

    def open(self) -> None:
        """Open for both directions where the device has them. Raises CannotOpen for what is no device."""
        with failures_of(self._url, CannotOpen, OSError):
            self.answers = not stat.S_ISFIFO(self._path.stat().st_mode)
            both = os.O_RDWR if self.answers else os.O_WRONLY
            self._file = os.open(self._path, both | os.O_NONBLOCK | os.O_NOCTTY)
            kind = os.fstat(self._file).st_mode
        if not (stat.S_ISCHR(kind) or stat.S_ISFIFO(kind)):
            self.close()
            raise CannotOpen(self._url, "neither a character device nor a FIFO")

    def write(self, data: bytes) -> None:
        """Write all; a device that takes nothing for the stall time has stalled."""
        with failures_of(self._url, FailedInUse, OSError):
            rest = memoryview(data)
            while rest:
                if not select.select([], [self._file], [], self._stall)[1]:
                    raise TimedOut(self._url, "the printer takes no more data")
                rest = rest[os.write(self._file, rest) :]

    def read(self, timeout: float) -> bytes:
        """Wait for bytes; a device file that cannot be waited for is asked again until the time is over."""
        if not self.answers:
            return b""
        with failures_of(self._url, FailedInUse, OSError):
            if not select.select([self._file], [], [], timeout)[0]:
                return b""
            try:
                return os.read(self._file, _READ)
            except BlockingIOError:
                return b""

    def complaint(self) -> None:
        """Nothing is known."""

    def close(self) -> None:
        """Close the device; may be called twice."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
