"""Owns a printer on USB, with bounded waiting. Knows no commands."""

import time
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from escpos.exceptions import Error as EscposError
from escpos.printer import Usb

from hardware.errors import CannotOpen, FailedInUse, NotAvailable, TimedOut, failures_of
from server.protocol.logs import describe

_READ = 256
Done = TypeVar("Done")


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
            raise NotAvailable(self._url, describe(error)) from error

    def write(self, data: bytes) -> None:
        """Write all, within the stall time."""
        self._bounded(lambda: self._device._raw(data), silent=False)

    def read(self, timeout: float) -> bytes:
        """Read what the printer has; a USB printer that has nothing answers empty, so it is asked again."""
        deadline = time.monotonic() + timeout
        while True:
            left = max(1, int((deadline - time.monotonic()) * 1000))
            heard = self._bounded(partial(self._device.device.read, self._in, _READ, left), silent=True)
            if heard or time.monotonic() >= deadline:
                return bytes(heard or b"")

    def _bounded(self, act: Callable[[], Done], silent: bool) -> Done | None:
        """Do something that pyusb may let time out: USBTimeoutError is an OSError of its own."""
        try:
            return act()
        except OSError as error:
            if "timeout" not in type(error).__name__.lower():
                raise FailedInUse(self._url, describe(error)) from error
            if silent:
                return None
            raise TimedOut(self._url, "the printer takes no more data") from error

    def complaint(self) -> None:
        """Nothing: the printer is asked."""

    def close(self) -> None:
        """Release the device."""
        self._device.close()
