"""Owns one conversation with a printer over an open connection: how it is, what it says. Knows no job and no outcome.

Printers answer late, lose an answer, or answer one question behind. So a question is asked again within its time, and
what is still in the line is thrown away before it is asked. Questions that are answered in their order, such as those
behind a band, are in ordered.py.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hardware.escpos.device import encode
from hardware.escpos.device.abilities import QUESTIONS, Abilities
from hardware.escpos.device.status import PrinterStatus, listen, status_of
from hardware.escpos.transports.transport import Transport
from hardware.ports import Reason

FINE = 0x12
"""An answer to DLE EOT n without a complaint; taken for a question that the printer does not answer."""


@dataclass(frozen=True)
class Limits:
    """How long to wait (seconds) and how much to send at once (bytes, rows, bands).

    `status`: for an answer to DLE EOT. `stall`: for data to be taken, and for GS r. `begin`: how long a job that has
    not begun is tried again. `window`: bands that may go unanswered; more where answers are slow.
    """

    status: float = 3.0
    stall: float = 10.0
    begin: float = 12.0
    chunk: int = 2048
    band_rows: int = encode.BAND_ROWS
    window: int = 2
    slow_window: int = 4

    @property
    def again(self) -> float:
        """Seconds after which a question is asked again."""
        return self.status / 3


class Stopped(Exception):
    """The conversation cannot go on; `reason` says why."""

    def __init__(self, reason: Reason, evidence: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = evidence


class Conversation:
    """Speaks with one printer over one connection. One thread at a time."""

    def __init__(
        self,
        transport: Transport,
        abilities: Abilities,
        limits: Limits,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._transport = transport
        self._abilities = abilities
        self._limits = limits
        self._now = now
        self._pending = b""
        self._realtime: list[int] = []
        self._ordered: list[int] = []
        self._names: list[bytes] = []
        self._owed: deque[float] = deque()  # when each DLE EOT was asked whose answer may still come
        self.answers = transport.answers and bool(abilities.status)

    def begin(self) -> None:
        """Say the first bytes of a connection: whatever was broken off before is no longer open for questions."""
        self._transport.write(encode.COMPLETE_HEAD)

    # one question

    def look(self, patience: float | None = None) -> PrinterStatus:
        """Ask for all status the printer answers, the first for `patience` seconds (usually the status time).

        A question that stays silent while others are answered is not asked again. Raises Stopped (no_answer) when
        nothing is answered at all.
        """
        first = self._limits.status if patience is None else patience
        said: dict[int, int | None] = {}
        for number in self._questions():
            heard = any(answer is not None for answer in said.values())
            said[number] = self._ask(number, self._limits.again * 2 + self._abilities.latency if heard else first)
        known = [number for number, answer in said.items() if answer is not None]
        # asked again, an answered one tells a printer that knows few questions from one that went silent
        if not known or (len(known) < len(said) and self._ask(known[0], self._limits.status) is None):
            raise Stopped(Reason.NO_ANSWER, "no answer to DLE EOT")
        for number in set(said) - set(known):
            self._abilities.silent(number)
        return status_of([said.get(number) or FINE for number in (1, 2, 3, 4)])

    def expect_fine(self, status: PrinterStatus) -> PrinterStatus:
        """Pass a status on. Raises Stopped when the printer cannot print, with the reason a person can mend first."""
        if not status.trouble():
            return status
        full = self.reasons(status)
        raise Stopped(full.trouble() or Reason.OFFLINE, f"status {full.hex}")

    def _questions(self) -> Sequence[int]:
        return [number for number in QUESTIONS if number in self._abilities.status]

    def reasons(self, status: PrinterStatus) -> PrinterStatus:
        """A status with the reasons behind its trouble, also where they were silent before: now they matter."""
        if not status.trouble() or self._abilities.fixed_status:
            return status
        said = [status.printer, status.offline, status.error, status.paper]
        for number in (2, 3):
            if number not in self._abilities.status:
                said[number - 1] = self._ask(number, self._limits.again) or FINE
        return status_of(said)

    def _ask(self, number: int, patience: float) -> int | None:
        """DLE EOT n, asked again within `patience` seconds; None when it stays silent."""
        self._drain()
        deadline = self._now() + patience
        pause = max(self._limits.again, self._abilities.latency * 1.5)
        while self._now() < deadline:
            self._query(number)
            until = min(deadline, self._now() + pause)
            while not self._realtime and self._now() < until:
                self._hear(until - self._now())
            if self._realtime:
                self._abilities.answered(number)
                answer, self._realtime = self._realtime[-1], []
                return answer
        return None

    def _query(self, number: int) -> None:
        self._transport.write(encode.query(number))
        self._owed.append(self._now())

    def _drain(self) -> None:
        """Throw away what comes late to an earlier DLE EOT, waiting a little for it; other answers are kept.

        Raises Stopped (no_answer) for a printer that talks without a pause: none of it answers a question.
        """
        begun = self._now()
        until = begun + max(self._limits.again, self._abilities.latency * 1.5)
        while self._hear(0.0) or (self._owed and self._now() < until):
            self._must_pause(begun)
            if self._owed:
                self._hear(until - self._now())
        self._owed.clear()
        self._realtime.clear()

    def _must_pause(self, begun: float) -> None:
        """Raises Stopped when the printer has been talking since `begun`, longer than the stall time."""
        if self._now() - begun > self._limits.stall:
            raise Stopped(Reason.NO_ANSWER, "it talks without a pause")

    def _hear(self, timeout: float) -> bool:
        """Take in what the printer says; False when nothing came."""
        data = self._transport.read(max(0.0, timeout))
        heard = listen(self._pending + data)
        self._pending = heard.rest
        self._realtime.extend(heard.realtime)
        for _ in heard.realtime[: len(self._owed)]:
            self._abilities.took(self._now() - self._owed.popleft())
        self._ordered.extend(heard.ordered)
        self._names.extend(heard.names)
        if heard.ordered or heard.names:
            self._abilities.answered_barrier()
        return bool(data)

    # sending

    def write(self, data: bytes, count: Callable[[int], None] = lambda size: None) -> None:
        """Send in chunks; `count` hears how much was handed over. Hears a printer that hangs up on the way."""
        for at in range(0, len(data), self._limits.chunk):
            chunk = data[at : at + self._limits.chunk]
            self._transport.write(chunk)
            count(len(chunk))
            if self.answers:
                self._hear(0.0)
