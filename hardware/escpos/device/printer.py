"""Owns what becomes of one piece of paper on a printer that speaks ESC/POS. Knows no way the bytes go, and no queues.

python-escpos reports success for jobs that never print, so nothing here trusts a write. One job is one connection:

look (DLE EOT 1–4) → is the printer listening, and is its paper clean? (prepare.py) → bands, each followed by a
question of its own → is its macro still that of this job? → cut → is its macro the mark of a clean paper? → look →
`printed`.

While nothing of the job was sent, nothing has failed: a printer that is busy or refuses is tried again. What a printer
does not answer is learned (abilities.py). One that confirms nothing ends as `sent`, which is never called printed.
"""

import time
from collections.abc import Callable, Sequence
from random import Random

from PIL import Image

from hardware.errors import CannotOpen, FailedInUse, HardwareError, NotAvailable, TimedOut
from hardware.escpos.device import encode
from hardware.escpos.device.abilities import Abilities
from hardware.escpos.device.conversation import Limits, Stopped
from hardware.escpos.device.ordered import OrderedConversation
from hardware.escpos.device.prepare import Preparation, Unproven
from hardware.escpos.device.questions import CLEAN
from hardware.escpos.device.status import PrinterStatus
from hardware.escpos.transports.transport import Transport
from hardware.ports import Outcome, Profile, Reason
from server.protocol.terms import PrintJobState

MAY_PASS = frozenset({Reason.UNREACHABLE, Reason.NO_ANSWER, Reason.LOST, Reason.STALLED})
"""Why a job could not begin, where a moment later it can: the printer serves another, or just hung up on somebody."""
PAUSE, LONGEST_PAUSE = 0.25, 2.0
"""Seconds between two tries to begin: the first, and the longest."""
SILENT = "no answer after the last band"


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
        random: Random | None = None,
    ) -> None:
        self.url = url
        self.profile = profile
        self.abilities = abilities or Abilities()
        self._transport = transport
        self._limits = limits or Limits()
        self._now, self._sleep = monotonic, sleep
        self._random = random or Random()
        self._preparation = Preparation(self.abilities, self._limits, profile)
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
        """Take the paper for soiled unless the printer itself says that it is clean."""
        self._preparation.clean = False

    def close(self) -> None:
        """Let go of the device."""
        self._transport.close()

    def print_pages(self, pages: Sequence[Image.Image], within: float | None = None) -> Outcome:
        """Print the pages as one strip and cut. `printed` stands on the printer's own word for each part of it.

        `within`: seconds for which the right to print lasts; a job that could not begin by then is not begun.
        """
        bands = [band for page in pages for band in encode.bands(page, self._limits.band_rows)]
        self._sent = 0
        self._content = sum(map(len, bands))
        self._total = self._content + len(self._cut())
        self._preparation.new_job()
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
            try:
                return self._once(bands)
            except Unproven:  # it says nothing of its paper, which was learned just now
                return self._once(bands)
        except Stopped as stop:
            return self._stopped(stop.reason, stop.evidence)
        except HardwareError as error:
            return self._broken(error)

    def _once(self, bands: Sequence[bytes]) -> Outcome:
        if not (self._transport.answers and self._preparation.can_prove()) and self._preparation.needs_blind_cut():
            with _Connection(self._transport):  # of its own: a printer may hang up after a cut
                self._preparation.separate_unseen(self._talk())
        with _Connection(self._transport):
            return self._job(self._talk(), bands)

    def _talk(self) -> OrderedConversation:
        talk = OrderedConversation(self._transport, self.abilities, self._limits, self._now, self._random)
        talk.begin()
        return talk

    def _count(self, size: int) -> None:
        self._sent += size
        self._preparation.clean = False

    def _cut(self) -> bytes:
        return encode.CUTS[self.profile.cut]

    def _job(self, talk: OrderedConversation, bands: Sequence[bytes]) -> Outcome:
        """Send everything, checking on the way; raises Stopped, Unproven or HardwareError."""
        if complaint := self._transport.complaint():
            raise Stopped(complaint, "queue")
        if talk.answers:
            talk.expect_fine(talk.look())
        self._preparation.separate(talk)
        witness = talk.questions.fresh_name() if talk.answers and self.abilities.witness else None
        begun = b"" if witness is None else encode.macro(encode.process_id(witness))
        talk.write(encode.INITIALISE + encode.NO_AUTO_STATUS + begun)
        for band in bands:
            talk.band(band, self._count)
        if not talk.answers:
            talk.write(encode.complete(self.profile.width, self._limits.band_rows))
            talk.write(self._cut(), self._count)
            return self._end(PrintJobState.SENT, Reason.NO_STATUS, "this printer answers nothing")
        talk.settle()
        return self._finish(talk, witness)

    def _finish(self, talk: OrderedConversation, witness: bytes | None) -> Outcome:
        """Have the content confirmed, cut, and have the cut confirmed, as far as the printer answers."""
        confirms = self.abilities.barrier is not False
        doubt = self._doubt(talk, witness) if confirms else ""
        cut = self._cut()
        mark = b"" if witness is None else encode.macro(encode.process_id(CLEAN))
        try:
            if not confirms:  # a band that lost bytes unseen takes what follows for its dots: not the cut
                talk.write(encode.complete(self.profile.width, self._limits.band_rows))
            talk.write(cut + mark, lambda size: self._count(len(cut)))
            if doubt == SILENT:
                raise Stopped(Reason.NOT_CONFIRMED, doubt)
            status, uncut = self._cut_confirmed(talk, witness) if confirms else (talk.expect_fine(talk.look()), "")
        except FailedInUse as error:
            if self._sent < self._total or doubt:
                raise
            # the content is proven or was taken without a complaint, the cut is not
            proven = "content confirmed" if confirms else "nothing confirmed"
            if self.abilities.hangs_up:
                return self._end(PrintJobState.SENT, Reason.FINE, f"hung up after the cut, {proven}")
            self.abilities.hangs_up = True  # the next slip expects it
            raise FailedInUse(self.url, f"{error.detail} after the cut, {proven}") from error
        if doubt := doubt or uncut:
            raise Stopped(Reason.NOT_CONFIRMED, doubt)
        if not confirms:
            if self._preparation.learned_silence:
                raise Stopped(Reason.NOT_CONFIRMED, "no answer to GS r 1")
            return self._end(PrintJobState.SENT, status.health(), f"no barrier, status {status.hex}")
        self.abilities.hangs_up = False
        kind = "named" if self.abilities.names else "counted"
        others = ", answers of others heard" if talk.questions.strays else ""
        evidence_text = f"each band {kind}, cut confirmed, status {status.hex}{others}"
        if witness is None and not self.abilities.restart_seen:
            return self._end(PrintJobState.SENT, status.health(), f"{evidence_text}, a restart would not be seen")
        return self._end(PrintJobState.PRINTED, status.health(), evidence_text)

    def _doubt(self, talk: OrderedConversation, witness: bytes | None) -> str:
        """What speaks against the content being whole on the paper; empty when the printer's answers prove it."""
        if witness is None:
            if not talk.barrier(self._limits.stall):
                return SILENT
        elif not (said := talk.run(witness, self._limits.stall)):  # once: one that lost a byte is text on the paper
            return SILENT if said is None else "it lost its macro: restarted, or bytes were lost"
        if talk.questions.missed:
            return f"{talk.questions.missed} bands were not answered"
        if talk.questions.strays and not self.abilities.names:
            return "answers of others came between"
        return ""

    def _cut_confirmed(self, talk: OrderedConversation, witness: bytes | None) -> tuple[PrinterStatus, str]:
        """The printer's status after the cut, and what speaks against the cut; asked twice, an answer may be lost."""
        if witness is None:
            cut = talk.barrier(self._limits.stall)
        else:
            cut = bool(talk.run(CLEAN, self._limits.status) or talk.run(CLEAN, self._limits.stall))
        status = talk.expect_fine(talk.look())
        return status, "" if cut else "no answer after the cut"

    # how it ended

    def _end(self, state: PrintJobState, reason: Reason, evidence: str) -> Outcome:
        well = state in {PrintJobState.PRINTED, PrintJobState.SENT}
        took_all = reason is Reason.NOT_CONFIRMED and self._sent == self._total and not self.abilities.barrier
        if self._sent:
            self._preparation.clean = well or took_all
        torn = not well and self._sent > 0
        evidence_text = f"{evidence}, {self._sent} of {self._total} bytes"
        return Outcome(state, reason, evidence_text, torn, untouched=self._sent == 0)

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
