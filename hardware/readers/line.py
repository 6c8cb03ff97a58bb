"""Owns a reader that sends each scan as a line of text over a serial line (USB code readers call it CDC or COM mode).

Knows no meaning of what is read. A scan ends with CR, LF or both, or after a tenth of a second of silence.
"""

import os
import select
import time
from typing import Any

from hardware.errors import CannotOpen, FailedInUse, NotAvailable, failures_of
from hardware.ports import Scan
from server.protocol.terms import Evidence

LONGEST = 4096
"""A QR code holds at most 2,953 bytes; what is longer is noise on the line and thrown away."""
SILENCE = 0.1


class LineReader:
    """One reader (see ports.Reader). One thread at a time."""

    def __init__(self, url: str, path: str, baudrate: int) -> None:
        try:
            import serial
        except ImportError as error:
            raise NotAvailable(url, "the library pyserial is not installed") from error
        self.url = url
        self._path = path
        self._baudrate = baudrate
        self._serial = serial
        self._line: Any = None
        self._heard = b""

    def read(self, timeout: float) -> Scan | None:
        """Wait up to `timeout` seconds for one scan; None when nothing came.

        Raises CannotOpen when the reader is not there and FailedInUse when it was pulled out; it is opened again
        by the next call.
        """
        deadline = time.monotonic() + timeout
        self._open()
        while True:
            ended, text = self._take()
            if ended and text:
                return Scan(text, Evidence.KEYBOARD)  # plain text: any keyboard could have sent it
            left = deadline - time.monotonic()
            if not ended and left <= 0 and not self._heard:
                return None
            if not ended and not self._more(SILENCE if self._heard else left) and self._heard:
                self._heard += b"\r"

    def close(self) -> None:
        """Let go of the line."""
        if self._line is not None:
            self._line.close()
            self._line = None
        self._heard = b""

    def _open(self) -> None:
        if self._line is None:
            with failures_of(self.url, CannotOpen, OSError, ValueError):
                self._line = self._serial.Serial(self._path, baudrate=self._baudrate, timeout=0)

    def _take(self) -> tuple[bool, str]:
        """The first whole line of what was heard: whether there is one, and its text without control characters."""
        ends = [self._heard.find(end) for end in (b"\r", b"\n") if end in self._heard]
        if not ends:
            return False, ""
        line, self._heard = self._heard[: min(ends)], self._heard[min(ends) + 1 :]
        text = line.decode("utf-8", "replace")
        return True, "".join(character for character in text if character.isprintable()).strip()

    def _more(self, seconds: float) -> bool:
        """Take in what the reader sends within so many seconds."""
        try:
            if not select.select([self._line], [], [], max(0.0, seconds))[0]:
                return False
            data = os.read(self._line.fileno(), LONGEST)
            if not data:
                raise FailedInUse(self.url, "the reader is gone")
        except OSError as error:
            self.close()
            raise error if isinstance(error, FailedInUse) else FailedInUse(self.url, str(error)) from error
        self._heard = (self._heard + data)[-LONGEST:]
        return True
