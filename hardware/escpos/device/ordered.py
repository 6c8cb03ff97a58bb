"""Owns the questions that a printer answers in their order: behind bands, before a job, at its end. Knows no outcome.

A band is followed by a question of its own (questions.py), and only a few bands go unanswered: then neither a small
buffer nor a slow line hides why a printer stopped.
"""

import time
from collections.abc import Callable
from enum import StrEnum
from random import Random

from hardware.escpos.device import encode
from hardware.escpos.device.abilities import Abilities
from hardware.escpos.device.conversation import FINE, Conversation, Limits, Stopped
from hardware.escpos.device.questions import CLEAN, Questions
from hardware.escpos.device.status import status_of
from hardware.escpos.transports.transport import Transport
from hardware.ports import Reason


class Listening(StrEnum):
    """What a printer says before a job: nothing, that it takes commands, or that its paper is clean as well."""

    SILENT = "silent"
    HEARD = "heard"
    CLEAN = "clean"


class OrderedConversation(Conversation):
    """A conversation in which a job is printed. One thread at a time."""

    def __init__(
        self,
        transport: Transport,
        abilities: Abilities,
        limits: Limits,
        now: Callable[[], float] = time.monotonic,
        random: Random | None = None,
    ) -> None:
        super().__init__(transport, abilities, limits, now)
        self.questions = Questions(random or Random())
        self._paced = 0  # bands behind which DLE EOT 4 was asked

    def band(self, data: bytes, count: Callable[[int], None]) -> None:
        """Send a band and a question behind it; wait while too many are unanswered. Raises Stopped."""
        self.write(data, count)
        if not self.answers:
            return
        if self._abilities.barrier:
            self._transport.write(self._asked())
        else:
            self._query(4)
            self._paced += 1
        slow = self._abilities.latency > self._limits.status / 2
        self._settle(self._limits.slow_window if slow else self._limits.window)

    def settle(self) -> None:
        """Wait until every band is answered or given up. Raises Stopped."""
        self._settle(1)

    def _asked(self) -> bytes:
        """A question in its order, whose answer is due from now on."""
        return self.questions.ask(self.questions.named() if self._abilities.names else self.questions.counted())

    def _settle(self, window: int) -> None:
        """Wait until fewer than `window` bands are unanswered; silence is asked about, never taken for an answer."""
        heard_at = self._now()
        while self._paced + len(self.questions) >= window:
            self._hear(self._limits.again)
            if self._take_answers():
                heard_at = self._now()
                continue
            silent = self._now() - heard_at
            if silent >= self._limits.stall:
                raise Stopped(Reason.NOT_CONFIRMED, "a band was not answered")
            if silent >= self._limits.again:
                self.expect_fine(self.look(self._limits.stall))
                if not self._abilities.barrier:
                    self._paced = 0
                elif silent >= self._limits.status and self._answers_again():
                    heard_at = self._now()

    def _take_answers(self) -> bool:
        """Match what was heard with the bands: named, counted, or by DLE EOT 4, whose word on paper is heeded."""
        if self._abilities.barrier:
            names, self._names = self._names, []
            counted, self._ordered = len(self._ordered), []
            named = self.questions.hear_names(names)
            return self.questions.hear_counted(counted) or named
        if self._realtime:
            self._paced = max(0, self._paced - len(self._realtime))
            status = status_of([FINE, FINE, FINE, self._realtime[-1]])
            self._realtime.clear()
            if status.trouble():
                self.expect_fine(self.look())
            return True
        return False

    def _all_answered(self) -> bool:
        self._take_answers()
        return not self.questions

    def _answers_again(self) -> bool:
        """Ask once more: an answer now means that those before it were lost, or the bands before them."""
        if self._abilities.names:
            self._transport.write(self._asked())
            self._hear_until(self._take_answers, self._limits.again)
            return not self.questions
        self._ordered.clear()
        self._transport.write(encode.BARRIER)
        if not self._hear_until(lambda: bool(self._ordered), self._limits.again):
            return False
        self._ordered.clear()
        self.questions.give_up()
        return True

    def _hear_until(self, done: Callable[[], bool], patience: float) -> bool:
        until = self._now() + patience
        while not (good := done()) and self._now() < until:
            self._hear(until - self._now())
        return good

    # what proves that a printer listens, prints and did not restart

    def hello(self, patience: float) -> Listening:
        """Whether the printer takes commands, and whether its macro says that the paper is clean. Raises Stopped.

        What was answered before this belongs to others. A broken-off image eats the questions: then it is silent.
        """
        try:
            if self._abilities.names is None and not self._knows_names(patience):
                return Listening.SILENT
            if not self._abilities.witness:
                return Listening.HEARD if self.barrier(patience) else Listening.SILENT
            said = self.run(CLEAN, patience)
            if said is None:
                return Listening.SILENT
            return Listening.CLEAN if said else Listening.HEARD
        finally:
            self.questions.forget_others()

    def _knows_names(self, patience: float) -> bool:
        """Learn which questions the printer answers in their order; False when it answers none."""
        name = self.questions.fresh_name()
        self._ordered.clear()
        self._transport.write(encode.process_id(name) + encode.BARRIER)
        heard = self._wait(lambda: bool(self._ordered), patience)
        known = self._hear_until(lambda: name in self._names, self._limits.again if heard else 0.0)
        if heard or known:
            self._abilities.names = known
        self._ordered.clear()
        self._names.clear()
        return heard or known

    def push(self, padding: bytes, patience: float) -> float:
        """Send padding and wait until it has gone through; how many seconds that took. Raises Stopped.

        A wait behind padding says nothing of how late answers usually are.
        """
        begun, latency = self._now(), self._abilities.latency
        self.write(padding)
        self.look(patience)
        self._abilities.latency = latency
        return self._now() - begun

    def run(self, mark: bytes, patience: float) -> bool | None:
        """Have the printer run its macro between two questions: whether it said `mark`; None when it stays silent.

        Raises Stopped when it cannot print.
        """
        first, last = self.questions.fresh_name(), self.questions.fresh_name()
        self._names.clear()
        self._transport.write(encode.process_id(first) + encode.RUN_MACRO + encode.process_id(last))
        if not self._wait(lambda: last in self._names, patience):
            return None
        heard = self._names[: self._names.index(last)]
        self._names.clear()
        return first in heard and mark in heard[heard.index(first) :]

    def barrier(self, patience: float) -> bool:
        """A question and whether it was answered, after everything before it was executed. Raises Stopped."""
        self._ordered.clear()
        self._names.clear()
        self._transport.write(self._asked())
        answered = self._wait(self._all_answered, patience)
        self.questions.give_up()
        return answered

    def _wait(self, done: Callable[[], bool], patience: float) -> bool:
        """Wait for an answer, asking on the way whether the printer still can. Raises Stopped when it cannot."""
        deadline = self._now() + patience
        while not (good := done()) and self._now() < deadline:
            self._hear(min(self._limits.again, deadline - self._now()))
            if not (good := done()) and self._now() < deadline:
                self.expect_fine(self.look())
            if good:
                break
        return good
