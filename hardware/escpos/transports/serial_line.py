"""Carries bytes to and from a printer on a serial line; every wait is bounded. Knows no commands."""

from typing import Any

from escpos.exceptions import Error as EscposError
from escpos.printer import Serial

from hardware.errors import CannotOpen, FailedInUse, NotAvailable, TimedOut, failures_of
from server.protocol.logs import describe


class SerialTransport:
    """A printer on a serial line or a USB adapter for one; needs the library pyserial."""

    answers = True

    def __init__(self, url: str, path: str, baudrate: int, stall: float) -> None:
        if not Serial.is_usable():
            raise NotAvailable(url, "the library pyserial is not installed")
        self._url = url
        self._stall = stall
        self._device = Serial(path, baudrate=baudrate, timeout=0.1)

    def open(self) -> None:
        """Open the line."""
        with failures_of(self._url, CannotOpen, EscposError, OSError):
            self._device.open()
            self._line().write_timeout = self._stall

    def _line(self) -> Any:
        if not self._device.device:
            raise FailedInUse(self._url, "not open")
        return self._device.device

    def write(self, data: bytes) -> None:
        """Write all, within the stall time (pyserial's time-out is an OSError of its own)."""
        try:
            self._line().write(data)
        except OSError as error:
            kind = TimedOut if "timeout" in type(error).__name__.lower() else FailedInUse
            raise kind(self._url, describe(error)) from error

    def read(self, timeout: float) -> bytes:
        """Wait for the first byte, then take what is there."""
        with failures_of(self._url, FailedInUse, OSError):
            line = self._line()
            line.timeout = timeout
            first: bytes = line.read(1)
            return first + line.read(line.in_waiting) if first else b""

    def complaint(self) -> None:
        """Nothing: the printer is asked."""

    def close(self) -> None:
        """Close the line; what was not sent is thrown away, or closing would wait for a dead printer."""
        if self._device.device:
            with failures_of(self._url, FailedInUse, OSError):
                self._device.device.reset_output_buffer()
        self._device.close()
