"""Owns the meaning of the bytes a printer sends back. Knows no connection: bytes in, answers out.

python-escpos's paper_status() calls an empty answer "plenty of paper", so we ask and decode ourselves.
Fixed bits after Epson's ESC/POS reference; the table of faulty states was seen on real printers:

    state       DLE EOT 1 / 2 / 3 / 4
    fine        12 12 12 12
    near end    12 12 12 1e
    paper out   1a 32 12 7e
    cover open  1a 16 12 12
    offline     1a 12 12 12
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hardware.ports import Reason

PROCESS_ID = b"\x37\x22"
"""What an answer to GS ( H begins with."""
CLEARED = b"\x37\x25\x00"
"""The answer to DLE DC4 fn 8; it names nothing and is dropped."""
PAPER_END = 0x7E
"""Only DLE EOT 4 is ever answered so, with paper ended; as an answer to another question it came one too late."""


@dataclass(frozen=True)
class PrinterStatus:
    """The answers to DLE EOT 1 to 4."""

    printer: int
    offline: int
    error: int
    paper: int

    @property
    def hex(self) -> str:
        """The four bytes as text, as in the table above."""
        return bytes((self.printer, self.offline, self.error, self.paper)).hex()

    @property
    def near_end(self) -> bool:
        """Little paper is left; the printer still prints."""
        return bool(self.paper & 0x0C)

    def trouble(self) -> Reason | None:
        """The reason why nothing can be printed now, the one a person can mend first; None when fine."""
        if PAPER_END in {self.printer, self.offline, self.error}:
            return Reason.PAPER_OUT
        if self.offline & 0x04:
            return Reason.COVER_OPEN
        if self.paper & 0x60 or self.offline & 0x20:
            return Reason.PAPER_OUT
        return error_of(self.error) or (Reason.OFFLINE if self.printer & 0x08 or self.offline & 0x40 else None)

    def health(self) -> Reason:
        """The trouble, or that paper is near its end, or fine."""
        return self.trouble() or (Reason.NEAR_END if self.near_end else Reason.FINE)


def error_of(error: int) -> Reason | None:
    """What DLE EOT 3 complains of: cutter, a fault for the technician, or heat that goes away by itself."""
    if error & 0x08:
        return Reason.CUTTER
    if error & 0x20:
        return Reason.FAULT
    if error & 0x40:
        return Reason.RESTING
    return None


def status_of(answers: Sequence[int]) -> PrinterStatus:
    """Build the status from the four answers in order; raises ValueError when they are not four."""
    printer, offline, error, paper = answers
    return PrinterStatus(printer, offline, error, paper)


@dataclass(frozen=True)
class Heard:
    """What arrived from a printer: answers to DLE EOT, to GS r and to GS ( H, and bytes that are not complete yet."""

    realtime: tuple[int, ...]
    ordered: tuple[int, ...]
    rest: bytes = b""
    names: tuple[bytes, ...] = ()


def listen(data: bytes) -> Heard:
    """Tell apart what a printer sends: DLE EOT answers, GS r answers, process ids, automatic status (dropped), XON.

    Automatic status back is four bytes, the first xx01xx00. A process id (GS ( H) is 37h 22h, four characters, NUL. An
    incomplete group stays in `rest`.
    """
    realtime: list[int] = []
    ordered: list[int] = []
    names: list[bytes] = []
    at = 0
    while at < len(data):
        byte = data[at]
        if byte == PROCESS_ID[0] and data[at : at + 2] in (PROCESS_ID, PROCESS_ID[:1]):
            if at + 7 > len(data):
                return Heard(tuple(realtime), tuple(ordered), data[at:], tuple(names))
            if data[at + 6] == 0:
                names.append(data[at + 2 : at + 6])
                at += 7
                continue
        if byte == CLEARED[0] and data[at : at + 3] in (CLEARED, CLEARED[:2]):
            if at + 3 > len(data):
                return Heard(tuple(realtime), tuple(ordered), data[at:], tuple(names))
            at += 3
            continue
        if byte & 0x93 == 0x10:
            if at + 4 > len(data):
                return Heard(tuple(realtime), tuple(ordered), data[at:], tuple(names))
            at += 4
            continue
        if byte & 0x93 == 0x12:
            realtime.append(byte)
        elif byte & 0x90 == 0x00:
            ordered.append(byte)
        at += 1
    return Heard(tuple(realtime), tuple(ordered), names=tuple(names))
