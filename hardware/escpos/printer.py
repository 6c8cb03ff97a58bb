"""Owns what becomes of one piece of paper on a printer that speaks ESC/POS. Knows no way the bytes go, and no queues.

python-escpos reports success for jobs that never print, so nothing here trusts a write. One job is one connection:

look (DLE EOT 1–4) → bands, each followed by a question → GS r 1, answered only after everything before it was executed
→ cut → GS r 1 → look → only then `printed`.

While nothing of the job was sent, nothing has failed: a printer that is busy or refuses is tried again. What a printer
does not answer is learned (abilities.py). One that confirms nothing ends as `sent`, which is never called printed.
"""

import time
from collections.abc import Callable, Sequence

from PIL import Image

from hardware.errors import CannotOpen, FailedInUse, HardwareError, NotAvailable, TimedOut
from hardware.escpos import pack
from hardware.escpos.abilities import Abilities
from hardware.escpos.conversation import Conversation, Limits, Stopped
from hardware.escpos.transport import Transport
from hardware.ports import Outcome, Profile, Reason
from server.protocol.terms import PrintJobState

MAY_PASS = frozenset({Reason.UNREACHABLE, Reason.NO_ANSWER, Reason.LOST, Reason.STALLED})
"""Why a job could not begin, where a moment later it can: the printer serves another, or just hung up on somebody."""
PAUSE, LONGEST_PAUSE = 0.25, 2.0
"""Seconds between two tries to begin: the first, and the longest."""


class EscposPrinter:
    """A printer that speaks ESC/POS over any transport (see ports.Printer). One thread at a time."""

    def __init__(
        self,
        url: str,
        transport: Transport,
        profile: Profile,
        limits: Limits | None = None,
        abilities: Abilities | None = None,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url
        self.profile = profile
        self.abilities = abilities or Abilities()
        self._transport = transport
        self._limits = limits or Limits()
        self._now, self._sleep = monotonic, sleep
        self._broken_off = False  # dots of a job may hang there
        self._open = False  # a command may be open
        self._sent = 0
        self._content = self._total = 0

    # what others ask for

    def health(self) -> Reason:
        """Ask how the printer is, within about 3 s of silence."""
        try:
            with _Connection(self._transport):
                if complaint := self._transport.complaint():
                    return complaint
                talk = self._talk()
                return talk.reasons(talk.look()).health() if talk.answers else Reason.NO_STATUS
        except Stopped as stop:
            return stop.reason
        except HardwareError as error:
            return _reason_of(error)

    def suspect(self) -> None:
        """Clean the printer before its next job: a job of before may have ended half-way."""
        self._broken_off = True

    def close(self) -> None:
        """Let go of the device."""
        self._transport.close()

    def print_pages(self, pages: Sequence[Image.Image], within: float | None = None) -> Outcome:
        """Print the pages as one strip and cut. `printed` stands on the printer's word after the barrier.

        `within`: seconds for which the right to print lasts; a job that could not begin by then is not begun.
        """
        bands = [band for page in pages for band in pack.bands(page, self._limits.band_rows)]
        self._sent = 0
        self._content = sum(map(len, bands))
        self._total = self._content + len(pack.CUTS[self.profile.cut])
        begin_by = self._now() + min(self._limits.begin, self._limits.begin if within is None else within)
        pause = PAUSE
        while True:
            outcome = self._try(bands)
            if not outcome.untouched or outcome.reason not in MAY_PASS or self._now() + pause >= begin_by:
                return outcome
            self._sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    # one try

    def _try(self, bands: Sequence[bytes]) -> Outcome:
        try:
            if self._broken_off or self._open:
                self._clean()
            with _Connection(self._transport):
                return self._job(self._talk(), bands)
        except Stopped as stop:
            return self._stopped(stop.reason, stop.evidence)
        except HardwareError as error:
            return self._broken(error)

    def _talk(self) -> Conversation:
        talk = Conversation(self._transport, self.abilities, self._limits, self._now)
        talk.begin()
        return talk

    def _count(self, size: int) -> None:
        self._sent += size
        self._broken_off = True

    def _job(self, talk: Conversation, bands: Sequence[bytes]) -> Outcome:
        """Send everything, checking on the way; raises Stopped or HardwareError."""
        if complaint := self._transport.complaint():
            raise Stopped(complaint, "queue")
        if talk.answers:
            talk.expect_fine(talk.look())
            self._open = True
            self._synchronise(talk)
        self._open = True
        talk.write(pack.INITIALISE + pack.NO_AUTO_STATUS)
        for band in bands:
            talk.band(band, self._count)
        if not talk.answers:
            talk.write(pack.CUTS[self.profile.cut], self._count)
            return self._end(PrintJobState.SENT, Reason.NO_STATUS, "this printer answers nothing")
        talk.settle()
        return self._finish(talk)

    def _finish(self, talk: Conversation) -> Outcome:
        """Have the content confirmed, cut, and have the cut confirmed, as far as the printer answers."""
        confirms = self.abilities.barrier is not False
        before = talk.barrier(self._limits.stall) if confirms else None
        if confirms and before is None:
            self.abilities.silent_barrier()
        try:
            talk.write(pack.CUTS[self.profile.cut], self._count)
            if confirms and before is None:
                raise Stopped(Reason.NOT_CONFIRMED, "no answer to GS r 1")
            return self._cut_confirmed(talk, confirms)
        except FailedInUse as error:
            if self._sent < self._total:
                raise
            # the content is proven or was taken without a complaint, the cut is not
            proven = "nothing" if before is None else f"barrier {before:02x} before the cut"
            if self.abilities.hangs_up:
                return self._end(PrintJobState.SENT, Reason.FINE, f"hung up after the cut, {proven}")
            self.abilities.hangs_up = True  # the next slip expects it
            raise FailedInUse(self.url, f"{error.detail} after the cut, {proven}") from error

    def _cut_confirmed(self, talk: Conversation, confirms: bool) -> Outcome:
        """Have the printer say that it cut, where it can say so."""
        answer = talk.barrier(self._limits.stall) if confirms else None
        status = talk.expect_fine(talk.look())
        if not confirms:
            return self._end(PrintJobState.SENT, status.health(), f"no barrier, status {status.hex}")
        if answer is None:
            raise Stopped(Reason.NOT_CONFIRMED, "no answer to GS r 1 after the cut")
        self.abilities.hangs_up = False
        return self._end(PrintJobState.PRINTED, status.health(), f"barrier {answer:02x}, status {status.hex}")

    # a printer that may stand in the middle of something

    def _clean(self) -> None:
        """Cut away what a job of before left half-way, on a connection of its own: a printer may hang up after a cut.

        Raises Stopped or HardwareError where the printer could not be reached; nothing of the next job is sent then.
        """
        with _Connection(self._transport):
            talk = self._talk()
            if talk.answers:
                talk.expect_fine(talk.look())
            cut = pack.CUTS[self.profile.cut] if self._broken_off else b""
            order = pack.CLEAR_BUFFERS + pack.resynchronise(self.profile.width) + cut
            handed: list[int] = []
            try:
                talk.write(order, handed.append)
                if talk.answers:  # an answer comes behind all that was sent: closing now throws nothing away
                    talk.look(self._limits.stall)
                if talk.answers and self.abilities.barrier:
                    talk.barrier(self._limits.stall)
            except FailedInUse:
                if sum(handed) < len(order):
                    raise
        self._broken_off = self._open = False

    def _synchronise(self, talk: Conversation) -> None:
        """Ask whether the printer is at the start of a command: a job that another host broke off may be open there.

        Such an image eats the question. Then the image is completed with white, and what hangs there is cut off.
        """
        if not self.abilities.barrier or talk.barrier(self._limits.status) is not None:
            return
        talk.write(pack.resynchronise(self.profile.width) + pack.BARRIER)
        answers = talk.count_barriers(self._limits.stall)
        if not answers:
            raise Stopped(Reason.NO_ANSWER, "no answer to GS r 1")
        if answers == 1:
            talk.write(pack.CUTS[self.profile.cut])

    # how it ended

    def _end(self, state: PrintJobState, reason: Reason, evidence: str) -> Outcome:
        well = state in {PrintJobState.PRINTED, PrintJobState.SENT}
        took_all = reason is Reason.NOT_CONFIRMED and self._sent == self._total and not self.abilities.barrier
        if well or took_all:
            self._broken_off = self._open = False
        torn = not well and self._sent > 0
        told = f"{evidence}, {self._sent} of {self._total} bytes"
        return Outcome(state, reason, told, torn, untouched=self._sent == 0)

    def _stopped(self, reason: Reason, evidence: str) -> Outcome:
        """The printer said, or failed to say, why: certain unless everything was sent and it only kept silent."""
        silent = reason in {Reason.NO_ANSWER, Reason.NOT_CONFIRMED}
        whole = self._sent >= self._content
        return self._end(PrintJobState.UNKNOWN if silent and whole else PrintJobState.FAILED, reason, evidence)

    def _broken(self, error: HardwareError) -> Outcome:
        """The way broke off: ask the printer once more over a new one for the reason behind it."""
        reason = _reason_of(error)
        whole = self._sent >= self._content  # a missing cut leaves a whole paper, which the next cleaning cuts off
        if self._sent:
            found = self.health()
            certain = found not in MAY_PASS | {Reason.FINE, Reason.NEAR_END, Reason.NO_STATUS}
            if certain:
                return self._end(PrintJobState.FAILED, found, str(error))
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
