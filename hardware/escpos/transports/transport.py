"""Declares what a transport of bytes to a printer must do. Each transport is a module beside this one.

    network.py   TCP port 9100          device_file.py   /dev/usb/lp0       serial_line.py   needs pyserial
    usb.py       needs pyusb, libusb    cups.py          needs pycups       ../../virtual/inprocess.py

A new transport implements Transport and gets a line in hardware/registry.py. What is the same over every transport
(the job protocol, chunks, status) stands once, in ../device/printer.py.
"""

from typing import Protocol

from hardware.ports import Reason


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
