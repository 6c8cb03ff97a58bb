"""One queue played by hand: the arrangement of the discipline's tests. Times are minutes after 08:00 UTC."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from server.domain.queueing import placement
from server.domain.queueing.discipline import Caller, Choice, Head, Recent, choose_next, remember
from server.domain.queueing.lane_heap import LaneHeap
from server.domain.queueing.position import QueuePosition
from server.domain.queueing.rules import Rules
from server.protocol.terms import Lane, Mode

OPENING = datetime(2019, 11, 4, 8, tzinfo=UTC)
QUEUE = "IM"
TARGETS = {1: 0, 2: 10, 3: 30, 4: 60}


def at(minutes: float) -> datetime:
    return OPENING + timedelta(minutes=minutes)


def head_of(
    ticket: str,
    place: QueuePosition,
    *,
    queue: str = QUEUE,
    rank: int | None = 4,
    grade: str | None = "N",
    doctor: str | None = None,
    waiting: int = 1,
) -> Head:
    """The head that stands for one placed ticket."""
    return Head(
        ticket,
        queue,
        place.lane,
        rank,
        grade,
        place.credit,
        doctor,
        place.order,
        place.since,
        place.due_call,
        None if rank is None else TARGETS[rank],
        waiting,
    )


class Play:
    """A queue, one room, and what was called."""

    def __init__(self, rules: Rules | None = None, mode: Mode = "woven") -> None:
        self.rules = rules or Rules()
        self.mode: Mode = mode
        self.lanes = LaneHeap()
        self.recent = Recent()
        self.called: list[str] = []
        self.choices: list[Choice] = []
        self._seq = 0

    def check_in(
        self,
        *tickets: str,
        minute: float = 0,
        slot: tuple[float, float] | None = None,
        tags: Sequence[str] = (),
        urgent: bool = False,
        rank: int = 4,
        session_end: float | None = None,
    ) -> None:
        for ticket in tickets:
            place = placement.on_check_in(
                rules=self.rules,
                now=at(minute),
                slot_start=None if slot is None else at(slot[0]),
                slot_end=None if slot is None else at(slot[1]),
                seq=self._next(),
                tags=tags,
                urgent=urgent,
                session_end=None if session_end is None else at(session_end),
                mode=self.mode,
                calls=self.recent.calls,
            )
            self.lanes.add(head_of(ticket, place, rank=rank))

    def come_back(self, *tickets: str, minute: float = 0, rank: int = 4) -> None:
        for ticket in tickets:
            place = placement.on_return(rules=self.rules, now=at(minute), seq=self._next(), calls=self.recent.calls)
            self.lanes.add(head_of(ticket, place, rank=rank))

    def rejoin(self, ticket: str, *, passes: int, minute: float = 0, session_end: float | None = None) -> None:
        place = placement.on_passed_return(
            rules=self.rules,
            now=at(minute),
            seq=self._next(),
            passes=passes,
            calls=self.recent.calls,
            session_end=None if session_end is None else at(session_end),
            mode=self.mode,
            waiting=len(self.lanes),
        )
        self.lanes.add(head_of(ticket, place))

    def call(self, times: int = 1, *, minute: float = 0) -> list[str]:
        """Call so often; the tickets called, which also stand in `called`, their choices in `choices`."""
        before = len(self.called)
        for _ in range(times):
            choice = self.peek(minute=minute)
            if choice is None:
                break
            head = next(one for one in self.lanes.heads() if one.ticket == choice.ticket)
            self.lanes.take(head)
            self.recent = remember(self.recent, head.lane)
            self.called.append(head.ticket)
            self.choices.append(choice)
        return self.called[before:]

    def peek(self, *, minute: float = 0) -> Choice | None:
        return choose_next(
            self.lanes.heads(),
            station=Caller("R1", (QUEUE,)),
            rules={QUEUE: self.rules},
            modes={QUEUE: self.mode},
            recent={QUEUE: self.recent},
            now=at(minute),
        )

    def lane_of(self, ticket: str) -> Lane:
        return next(one.lane for one in self.lanes.tickets() if one.ticket == ticket)

    def _next(self) -> int:
        self._seq += 1
        return self._seq
