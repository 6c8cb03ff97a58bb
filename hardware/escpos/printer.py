"""Owns the conversation with a printer about one piece of paper. Knows no way the bytes go and nothing of queues.

python-escpos reports success for jobs that never print, so nothing here trusts a write. One job:
connect → DLE EOT 1–4 (empty = fault) → bands in chunks, DLE EOT 4 between them → cut → GS r 1, which is answered only
after everything before it was executed → DLE EOT 1–4 → only then `printed`.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PIL import Image

from hardware.errors import CannotOpen, HardwareError, NotAvailable, TimedOut
from hardware.escpos import pack
from hardware.escpos.status import PrinterStatus, listen, status_of
from hardware.escpos.transport import Transport
from hardware.ports import Outcome, Profile, Reason
from server.protocol.terms import PrintJobState


@dataclass(frozen=True)
class Limits:
    """How long to wait (seconds) and how much to send at once (bytes, rows)."""

    status: float = 3.0
    stall: float = 10.0
    chunk: int = 2048
    band_rows: int = pack.BAND_ROWS


class Stopped(Exception):
    """The job cannot go on; `reason` says why."""

    def __init__(self, reason: Reason, evidence: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = evidence


class EscposPrinter:
    """A printer that speaks ESC/POS over any transport (see ports.Printer). One thread at a time."""

    def __init__(
        self,
        url: str,
        transport: Transport,
        profile: Profile,
        limits: Limits | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.url = url
        self.profile = profile
        self._transport = transport
        self._limits = limits or Limits()
        self._now = monotonic
        self._unclean = False
        self._sent = 0
        self._total = 0
        self._pending = b""
        self._ordered: list[int] = []

    # what others ask for

    def health(self) -> Reason:
        """Ask how the printer is, within 3 s of silence."""
        try:
            with _Connection(self._transport):
                if complaint := self._transport.complaint():
                    return complaint
                return self._ask().health() if self._transport.answers else Reason.NO_STATUS
        except Stopped as stop:
            return stop.reason
        except HardwareError as error:
            return _reason_of(error)

    def suspect(self) -> None:
        """Clean the printer before its next job: a job of before may have ended half-way."""
        self._unclean = True

    def close(self) -> None:
        """Let go of the device."""
        self._transport.close()

    def print_pages(self, pages: Sequence[Image.Image]) -> Outcome:
        """Print the pages as one strip and cut. `printed` stands on the printer's word after the barrier."""
        parts = [band for page in pages for band in pack.bands(page, self._limits.band_rows)]
        parts.append(pack.CUTS[self.profile.cut])
        self._sent, self._total = 0, sum(map(len, parts))
        try:
            with _Connection(self._transport):
                return self._converse(parts)
        except Stopped as stop:
            return self._stopped(stop.reason, stop.evidence)
        except HardwareError as error:
            return self._broken(error)

    # the conversation

    def _converse(self, parts: Sequence[bytes]) -> Outcome:
        """Send everything, checking on the way; raises Stopped or HardwareError."""
        if complaint := self._transport.complaint():
            raise Stopped(complaint, "queue")
        self._pending, self._ordered = b"", []
        if self._transport.answers:
            self._expect_fine(self._ask())
        self._prepare()
        for part in parts:
            self._send(part)
            if self._transport.answers:
                self._check_on_the_way()
        if not self._transport.answers:
            return self._end(PrintJobState.UNKNOWN, Reason.NO_STATUS, "the way to this printer carries no answers")
        answer = self._barrier()
        status = self._ask()
        self._expect_fine(status)
        evidence = f"barrier {answer:02x}, status {status.hex}"
        return self._end(PrintJobState.PRINTED, status.health(), evidence)

    def _prepare(self) -> None:
        """Begin a sheet; after a job that broke off, first end what the printer may still be in the middle of."""
        if self._unclean:
            self._write(pack.CLEAR_BUFFERS)
            self._write(pack.resynchronise(self.profile.width, self._limits.band_rows, self.profile.cut))
        else:
            self._write(pack.INITIALISE + pack.NO_AUTO_STATUS)
        # from the first dot on, a job that does not end well leaves the printer in an unknown position
        self._unclean = True

    def _write(self, data: bytes) -> None:
        for at in range(0, len(data), self._limits.chunk):
            self._transport.write(data[at : at + self._limits.chunk])

    def _send(self, part: bytes) -> None:
        """Send a part of the job in chunks, counting what was handed over and hearing a printer that hangs up."""
        for at in range(0, len(part), self._limits.chunk):
            chunk = part[at : at + self._limits.chunk]
            self._transport.write(chunk)
            self._sent += len(chunk)
            if self._transport.answers:
                self._hear(0)

    def _hear(self, timeout: float) -> tuple[int, ...]:
        """Take in what the printer says; answers to DLE EOT are returned, those to GS r kept."""
        heard = listen(self._pending + self._transport.read(timeout))
        self._pending = heard.rest
        self._ordered.extend(heard.ordered)
        return heard.realtime

    def _ask(self, numbers: Sequence[int] = (1, 2, 3, 4)) -> PrinterStatus:
        """Ask DLE EOT n for each number, fine where not asked; silence for the status time is a fault."""
        answers = [0x12] * 4
        for number in numbers:
            self._transport.write(pack.query(number))
            deadline = self._now() + self._limits.status
            while not (said := self._hear(max(0.0, deadline - self._now()))):
                if self._now() >= deadline:
                    raise Stopped(Reason.NO_ANSWER, f"no answer to DLE EOT {number}")
            answers[number - 1] = said[-1]
        return status_of(answers)

    def _expect_fine(self, status: PrinterStatus) -> None:
        if trouble := status.trouble():
            raise Stopped(trouble, f"status {status.hex}")

    def _check_on_the_way(self) -> None:
        """Between bands: is there still paper? A full buffer would otherwise hide the reason of a stall."""
        paper = self._ask((4,))
        if paper.trouble():
            self._expect_fine(self._ask())

    def _barrier(self) -> int:
        """Wait for GS r 1, asking each second whether the printer still can; raises Stopped when it cannot."""
        self._ordered.clear()
        self._transport.write(pack.BARRIER)
        deadline = self._now() + self._limits.stall
        while not self._ordered:
            self._hear(min(1.0, max(0.0, deadline - self._now())))
            if not self._ordered:
                self._expect_fine(self._ask())
            if not self._ordered and self._now() >= deadline:
                raise Stopped(Reason.NOT_CONFIRMED, "no answer to GS r 1")
        return self._ordered[-1]

    # how it ended

    def _end(self, state: PrintJobState, reason: Reason, evidence: str) -> Outcome:
        if state is PrintJobState.PRINTED:
            self._unclean = False
        torn = state is not PrintJobState.PRINTED and self._sent > 0
        return Outcome(state, reason, f"{evidence}, {self._sent} of {self._total} bytes", torn)

    def _stopped(self, reason: Reason, evidence: str) -> Outcome:
        """The printer said, or failed to say, why: certain unless everything was sent and it only kept silent."""
        silent = reason in {Reason.NO_ANSWER, Reason.NOT_CONFIRMED}
        whole = self._sent == self._total
        return self._end(PrintJobState.UNKNOWN if silent and whole else PrintJobState.FAILED, reason, evidence)

    def _broken(self, error: HardwareError) -> Outcome:
        """The way broke off: ask the printer once more over a new one for the reason behind it."""
        reason = _reason_of(error)
        if self._sent:
            found = self.health()
            if found not in {Reason.FINE, Reason.NEAR_END, Reason.NO_STATUS}:
                certain = found not in {Reason.NO_ANSWER, Reason.UNREACHABLE, Reason.LOST, Reason.STALLED}
                if certain:
                    return self._end(PrintJobState.FAILED, found, str(error))
        whole = self._sent == self._total
        return self._end(PrintJobState.UNKNOWN if whole else PrintJobState.FAILED, reason, str(error))


class _Connection:
    """Opens a transport for a block and closes it whatever happens; a failure to close changes no outcome."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __enter__(self) -> None:
        self._transport.open()

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._transport.close()
        except HardwareError:
            # a way without answers hands the job over on closing, so there the failure is the job's
            if kind is None and not self._transport.answers:
                raise


def _reason_of(error: HardwareError) -> Reason:
    """The reason that a failure of each phase stands for."""
    if isinstance(error, CannotOpen | NotAvailable):
        return Reason.UNREACHABLE
    return Reason.STALLED if isinstance(error, TimedOut) else Reason.LOST
