"""Owns a printer behind a raw queue of CUPS. Knows no commands."""

from escpos.exceptions import Error as EscposError
from escpos.printer import CupsPrinter

from hardware.errors import CannotOpen, FailedInUse, NotAvailable, failures_of
from hardware.ports import Reason

_QUEUE_REASONS = {
    # beginnings of IPP printer-state-reasons (RFC 8011 §5.4.12)
    "media-empty": Reason.PAPER_OUT,
    "media-needed": Reason.PAPER_OUT,
    "cover-open": Reason.COVER_OPEN,
    "door-open": Reason.COVER_OPEN,
    "offline": Reason.OFFLINE,
    "paused": Reason.OFFLINE,
}


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
