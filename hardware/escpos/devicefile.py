"""Owns a printer behind a device file, such as /dev/usb/lp0, with bounded waiting. Knows no commands."""

import os
import select
import stat
from pathlib import Path

from escpos.exceptions import Error as EscposError
from escpos.printer import File

from hardware.errors import CannotOpen, FailedInUse, TimedOut, failures_of

_READ = 256


class FileTransport:
    """A device file such as /dev/usb/lp0, read and written; an ordinary file or FIFO only takes bytes."""

    def __init__(self, url: str, path: str, stall: float) -> None:
        self._url = url
        self._path = Path(path)
        self._stall = stall
        self._device = File(path)
        self._file = -1
        self.answers = True

    def open(self) -> None:
        """Open for both directions where the device has them; python-escpos itself only writes."""
        with failures_of(self._url, CannotOpen, EscposError, OSError):
            if self._path.exists() and stat.S_ISCHR(self._path.stat().st_mode):
                self._file = os.open(self._path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY)
                self.answers = True
            else:
                self._device.open()
                self.answers = False

    def write(self, data: bytes) -> None:
        """Write all; a device that takes nothing for the stall time has stalled."""
        with failures_of(self._url, FailedInUse, OSError):
            if not self.answers:
                self._device._raw(data)
                return
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
        """Close the device."""
        self._device.close()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
