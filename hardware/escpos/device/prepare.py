"""Prepares a printer for a job: it takes commands, and no part of another job hangs on its paper. Knows no content.

A printer may be shared, and a process may be killed, so what it was left in is not remembered here: it is asked. Each
host of the hall sets the printer's macro to a name of its own when it begins a job, and to CLEAN behind its last cut. A
macro that says CLEAN proves a clean paper; any other, or none as after a restart, means that something may hang there:
it is cut off as a piece of its own. A printer that does not answer at all may wait for the rest of an image; then the
image is completed with white.

What keeps no macro cannot say whether its paper is clean. When it is shared, each job begins with a cut; when it is
not, only after a job that broke off and after a start of the program.
"""

from hardware.errors import FailedInUse
from hardware.escpos.device import encode
from hardware.escpos.device.abilities import Abilities
from hardware.escpos.device.conversation import Limits, Stopped
from hardware.escpos.device.ordered import Listening, OrderedConversation
from hardware.escpos.device.questions import CLEAN
from hardware.ports import Profile, Reason

SLOWEST_LINE = 960
"""Bytes a second of the slowest line that is waited for (9,600 baud)."""
TRIES = 2
"""Cuts before it is believed that a printer keeps no macro."""


class Unproven(Exception):
    """The printer says nothing of its paper: clean it unseen, on a connection of its own, and begin again."""


class Preparation:
    """Brings one printer to the start of a clean paper before each job. One thread at a time."""

    def __init__(self, abilities: Abilities, limits: Limits, profile: Profile) -> None:
        self._abilities, self._limits, self._profile = abilities, limits, profile
        self.clean = False
        """Whether this program's own last job ended with its cut; asked only of a printer that cannot say so itself."""
        self.learned_silence = False
        """Whether this job found out that the printer confirms nothing."""
        self._cut_away = False

    def new_job(self) -> None:
        """Forget what was done for the job before."""
        self._cut_away = self.learned_silence = False

    def can_prove(self) -> bool:
        """Whether the printer may answer a question in its order."""
        return bool(self._abilities.status) and self._abilities.barrier is not False

    def needs_blind_cut(self) -> bool:
        """Whether a printer that cannot be asked has to be cleaned now."""
        return not self.clean or (self._abilities.shared and not self._cut_away)

    def separate(self, talk: OrderedConversation) -> None:
        """Make sure that the printer takes commands and its paper is clean.

        Raises Stopped while nothing of the job was sent, Unproven for a printer that confirms nothing.
        """
        if not talk.answers or not self.can_prove():
            if self.needs_blind_cut():
                raise Unproven
            return
        heard = talk.hello(self._limits.status)
        if heard is Listening.SILENT:
            self._complete(talk)
            self._cut_off(talk)
        elif self._may_hang() if heard is Listening.HEARD else self._abilities.strangers and not self._cut_away:
            self._cut_off(talk)

    def separate_unseen(self, talk: OrderedConversation) -> None:
        """Clean a printer that says nothing of its paper, whether it is needed or not. Raises Stopped."""
        if talk.answers:
            talk.expect_fine(talk.look())
        order = encode.CLEAR_BUFFERS + encode.resynchronise(self._profile.width) + self._cut()
        handed: list[int] = []
        try:
            talk.write(order, handed.append)
            if talk.answers:  # an answer comes behind all that was sent: closing now throws nothing away
                talk.look(self._limits.stall + len(order) / SLOWEST_LINE)
        except FailedInUse:
            if sum(handed) < len(order):
                raise
        self.clean = self._cut_away = True

    def _may_hang(self) -> bool:
        """Whether something may hang on the paper of a printer that listens and does not say CLEAN."""
        if self._abilities.witness and not self._cut_away:
            return True
        if self._abilities.witness and self._abilities.macro is None:
            self._abilities.macro = False  # a cut was made with the mark behind it, and the mark is not there
        if self._cut_away:
            return self._abilities.witness
        return self._abilities.shared or not self.clean

    def _complete(self, talk: OrderedConversation) -> None:
        """End what another left open: an image, the data of a command. Raises Stopped or Unproven when it is no use."""
        first = encode.resynchronise(self._profile.width)
        more = bytes(encode.LONGEST_OPEN - len(first)) + encode.INITIALISE + encode.NO_AUTO_STATUS
        for padding in (encode.CLEAR_BUFFERS + encode.CLEAR_DATA + first, more):
            seconds = talk.push(padding, self._limits.stall + len(padding) / SLOWEST_LINE)
            if talk.hello(self._limits.status) is not Listening.SILENT:
                return
            if seconds > self._limits.stall:
                break  # on so slow a line the rest would take minutes
        if self._abilities.barrier is None:
            self._abilities.silent_barrier()
            self.learned_silence = True
            raise Unproven
        raise Stopped(Reason.NO_ANSWER, "no answer to a question in its order")

    def _cut_off(self, talk: OrderedConversation) -> None:
        """Cut off what hangs there as a piece of its own and mark the paper clean. Raises Stopped."""
        for _ in range(TRIES):
            handed: list[int] = []
            try:
                mark = encode.macro(encode.process_id(CLEAN)) if self._abilities.witness else b""
                talk.write(encode.INITIALISE + encode.NO_AUTO_STATUS + self._cut() + mark, handed.append)
                heard = talk.hello(self._limits.stall)
            except FailedInUse as error:
                if not handed:
                    raise
                self._cut_away = self._abilities.hangs_up = True
                raise Stopped(Reason.LOST, "hung up after a cut") from error
            if heard is Listening.SILENT:
                raise Stopped(Reason.NO_ANSWER, "no answer after a cut")
            self._cut_away = True
            if heard is Listening.CLEAN:
                self._abilities.macro = True
                return
            if not self._abilities.witness:
                return
        if self._abilities.macro:
            raise Stopped(Reason.NO_ANSWER, "the paper cannot be marked clean")
        self._abilities.macro = False

    def _cut(self) -> bytes:
        return encode.cut_off(self._profile.cut, self._profile.width)
