"""Owns the ways bytes reach a printer, over python-escpos's connections, with bounded waiting. Knows no commands.

A new way implements Transport: four methods and `answers`. Everything a printer must do alike on every way (the job
protocol, chunks, status) lives once, in printer.py.
"""

import os
import select
import socket
import stat
import time
from pathlib import Path
from typing import Any, Protocol

from escpos.exceptions import Error as EscposError
from escpos.printer import CupsPrinter, File, Network, Serial, Usb

from hardware.errors import CannotOpen, FailedInUse, NotAvailable, TimedOut, failures_of
from hardware.ports import Reason

_READ = 256
_QUEUE_REASONS = {
    # beginnings of IPP printer-state-reasons (RFC 8011 §5.4.12)
    "media-empty": Reason.PAPER_OUT,
    "media-needed": Reason.PAPER_OUT,
    "cover-open": Reason.COVER_OPEN,
    "door-open": Reason.COVER_OPEN,
    "offline": Reason.OFFLINE,
    "paused": Reason.OFFLINE,
}


class Transport(Protocol):
    """A way for bytes to a printer and back. `answers` says whether anything can come back at all."""

    answers: bool

    def open(self) -> None:
        """Connect. Raises CannotOpen or NotAvailable."""

    def write(self, data: bytes) -> None:
        """Hand over all of the bytes, in bounded time. Raises FailedInUse or TimedOut."""

    def read(self, timeout: float) -> bytes:
        """Wait up to `timeout` seconds for bytes; b"" when none came. Raises FailedInUse when the way is closed."""

    def complaint(self) -> Reason | None:
        """What the way itself knows to be wrong with the printer, where it cannot be asked; else None."""

    def close(self) -> None:
        """Disconnect; may be called twice."""


class NetworkTransport:
    """A printer on TCP port 9100."""

    answers = True

    def __init__(self, url: str, host: str, port: int, patience: float, stall: float) -> None:
        self._url = url
        self._place = (host, port)
        self._patience = patience
        self._stall = stall
        self._device = Network(host, port, timeout=stall)

    def open(self) -> None:
        """Connect within the status time.

        Small packets are sent at once, or every question would wait 40 ms for an acknowledgement. The socket is made
        here and lent to python-escpos, whose own open() knows one time-out for all and leaks a refused socket.
        """
        with failures_of(self._url, CannotOpen, OSError):
            channel = socket.create_connection(self._place, timeout=self._patience)
            channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            channel.settimeout(self._stall)
            self._device.device = channel

    def _socket(self) -> socket.socket:
        device = self._device.device
        if not isinstance(device, socket.socket):
            raise FailedInUse(self._url, "not connected")
        return device

    def write(self, data: bytes) -> None:
        """Send all, within the stall time."""
        with failures_of(self._url, FailedInUse, OSError), failures_of(self._url, TimedOut, TimeoutError):
            self._socket()
            self._device._raw(data)

    def read(self, timeout: float) -> bytes:
        """Wait for bytes; an end of stream is a printer that has hung up."""
        with failures_of(self._url, FailedInUse, OSError):
            channel = self._socket()
            if not select.select([channel], [], [], timeout)[0]:
                return b""
            data = channel.recv(_READ)
        if not data:
            raise FailedInUse(self._url, "the printer closed the connection")
        return data

    def complaint(self) -> None:
        """Nothing: the printer is asked."""

    def close(self) -> None:
        """Hang up."""
        self._device.close()


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
            raise kind(self._url, str(error)) from error

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


class UsbTransport:
    """A printer on USB by vendor and product id; needs the library pyusb and libusb."""

    answers = True

    def __init__(self, url: str, vendor: int, product: int, endpoints: tuple[int, int], stall: float) -> None:
        if not Usb.is_usable():
            raise NotAvailable(url, "the library pyusb is not installed")
        self._url = url
        self._in = endpoints[0]
        self._device = Usb(vendor, product, timeout=int(stall * 1000), in_ep=endpoints[0], out_ep=endpoints[1])

    def open(self) -> None:
        """Claim the device. Raises NotAvailable when libusb itself is missing."""
        try:
            with failures_of(self._url, CannotOpen, EscposError, OSError):
                self._device.open()
        except ValueError as error:  # pyusb's NoBackendError
            raise NotAvailable(self._url, str(error)) from error

    def write(self, data: bytes) -> None:
        """Write all, within the stall time."""
        self._bounded(lambda: self._device._raw(data), silent=False)

    def read(self, timeout: float) -> bytes:
        """Read what the printer has; a USB printer that has nothing answers empty, so it is asked again."""
        deadline = time.monotonic() + timeout
        while True:
            left = max(1, int((deadline - time.monotonic()) * 1000))
            heard = self._bounded(lambda wait=left: self._device.device.read(self._in, _READ, wait), silent=True)
            if heard or time.monotonic() >= deadline:
                return bytes(heard or b"")

    def _bounded(self, act: Any, silent: bool) -> Any:
        """Do something that pyusb may let time out: USBTimeoutError is an OSError of its own."""
        try:
            return act()
        except OSError as error:
            if "timeout" not in type(error).__name__.lower():
                raise FailedInUse(self._url, str(error)) from error
            if silent:
                return b""
            raise TimedOut(self._url, "the printer takes no more data") from error

    def complaint(self) -> None:
        """Nothing: the printer is asked."""

    def close(self) -> None:
        """Release the device."""
        self._device.close()


class CupsTransport:
    """A raw queue of CUPS: takes a job whole and answers nothing; its state reasons are looked at before."""

    answers = False
    def __init__(self, url: str, name: str) -> None:
        if not CupsPrinter.is_usable():
            raise NotAvailable(url, "the library pycups is not installed")
        self._url = url
        self._device = CupsPrinter(name)

    def open(self) -> None:
        """Find the queue."""
        with failures_of(self._url, CannotOpen, EscposError, OSError, RuntimeError):
            self._device.open(job_name="outpatient-hall")

    def write(self, data: bytes) -> None:
        """Add to the job; it goes to CUPS on close."""
        self._device._raw(data)

    def read(self, timeout: float) -> bytes:
        """Nothing comes back through CUPS."""
        return b""

    def complaint(self) -> Reason | None:
        """CUPS's printer-state-reasons, such as media-empty-error."""
        said = self._device.printers.get(self._device.printer_name, {}).get("printer-state-reasons", [])
        for text in [said] if isinstance(said, str) else said:
            for beginning, reason in _QUEUE_REASONS.items():
                if text.startswith(beginning):
                    return reason
        return None

    def close(self) -> None:
        """Hand the job to CUPS."""
        with failures_of(self._url, FailedInUse, EscposError, OSError, RuntimeError):
            self._device.close()
