"""Owns a reader that sends each scan as text over a serial line (USB code readers call it CDC or COM mode).

Knows no meaning of what is read. A scan is what arrives in one burst: lines that follow each other within a tenth of a
second are one scan, so a business card counts once. It ends with CR, LF or Tab and that quiet; from a reader that sends
no line end, with the quiet alone. A pause inside a code tears it only where no line end is known to come.
"""

import os
import re
import select
import time
from typing import Any

from hardware.errors import CannotOpen, FailedInUse, NotAvailable, failures_of
from hardware.ports import Scan
from server.protocol.logs import describe
from server.protocol.terms import Evidence

LONGEST = 4096
"""A QR code holds at most 2,953 bytes; what is longer is noise on the line and thrown away."""
QUIET = 0.1
"""Seconds without a byte after a line end: the scan is over."""
UNENDED = 0.3
"""Seconds without a byte, and no line end: the scan is over. Readers pause for up to 0.2 s inside a long code."""
PAUSE = 1.0
"""The same for a reader that has sent a line end before: what pauses now is not over."""
SHORTEST = 4
"""Characters; what is shorter and has no line end is noise on the line (kiosk codes are longer)."""
STRAY = 2
"""Bytes beyond ASCII in a line that is no UTF-8; so few are noise, more are Chinese characters in GB 18030."""
NO_READ = frozenset({"NOREAD", "NO READ", "NR"})
"""What readers send when they were triggered and saw nothing: nobody's scan."""


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
        self._sends_ends = False

    def read(self, timeout: float) -> Scan | None:
        """Wait up to `timeout` seconds for one scan; None when nothing came.

        Raises CannotOpen when the reader is not there and FailedInUse when it was pulled out; it is opened again
        by the next call.
        """
        deadline = time.monotonic() + timeout
        self._open()
        while True:
            left = deadline - time.monotonic()
            if len(self._heard) < LONGEST and self._more(self._patience() if self._heard else left):
                continue
            if text := self._burst():
                return Scan(text, Evidence.KEYBOARD)  # plain text: any keyboard could have sent it
            if left <= 0:
                return None

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

    def _ended(self) -> bool:
        return self._heard[-1:] in {b"\r", b"\n", b"\t"}

    def _patience(self) -> float:
        """Seconds of silence that end what is being heard."""
        if self._ended():
            return QUIET
        return PAUSE if self._sends_ends else UNENDED

    def _burst(self) -> str:
        """What was heard since the last quiet, its lines joined by line ends; "" for noise and for "NOREAD"."""
        heard, ended = self._heard, bool(self._heard) and self._ended()
        self._heard = b""
        lines = [line for line in (_text(part) for part in re.split(rb"[\r\n\t]+", heard)) if line]
        lines = [line for line in lines if line.upper() not in NO_READ]
        text = "\n".join(lines)
        if len(text) < SHORTEST and not ended:
            return ""
        self._sends_ends = self._sends_ends or (ended and bool(text))
        return text

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
            raise error if isinstance(error, FailedInUse) else FailedInUse(self.url, describe(error)) from error
        self._heard = (self._heard + data)[-LONGEST:]
        return True


def _text(line: bytes) -> str:
    """The printable characters of a line: UTF-8, else the Chinese GB 18030. A stray byte or two are noise."""
    stray = sum(byte > 0x7F for byte in line) <= STRAY
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        text = line.decode("ascii" if stray else "gb18030", "ignore")
    return "".join(character for character in text if character.isprintable()).strip()
