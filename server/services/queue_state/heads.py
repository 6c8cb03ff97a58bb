"""The one mapper from rows to what the discipline sees: heads of lanes, callers, what a queue called lately.

A field of `Head` is read here and nowhere else. Reads only, holds no rule.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, Row, bindparam, select
from sqlalchemy.orm import Session

from server.domain.queueing.discipline import Caller, Head, Recent
from server.protocol.terms import Lane
from server.services.core.hall_config import HallConfig, Queue
from server.store.models import LaneRow, QueueDayRow, StationRow, TicketRow

COLUMNS = (
    TicketRow.id,
    TicketRow.queue_id,
    TicketRow.lane,
    TicketRow.rank,
    TicketRow.grade,
    TicketRow.credit,
    TicketRow.doctor,
    TicketRow.sort,
    TicketRow.since,
    TicketRow.due_call,
    TicketRow.target_minutes,
)
"""What `head_of` reads, for a statement that needs no whole tickets."""
_LANES = select(LaneRow.lane, LaneRow.rank, LaneRow.credit, LaneRow.doctor, LaneRow.waiting).where(
    LaneRow.hall_id == bindparam("hall"), LaneRow.queue_id == bindparam("queue"), LaneRow.waiting > 0
)
FIRST = (
    select(TicketRow)
    .where(
        TicketRow.hall_id == bindparam("hall"),
        TicketRow.queue_id == bindparam("queue"),
        TicketRow.state == "waiting",
        TicketRow.lane == bindparam("lane"),
        TicketRow.rank == bindparam("rank"),
        TicketRow.credit == bindparam("credit"),
        TicketRow.doctor == bindparam("doctor"),
    )
    .order_by(TicketRow.sort)
    .limit(bindparam("depth"))
)
"""The first `depth` tickets under one key of choosing."""
_Ticket = TypeVar("_Ticket", bound=TicketRow | Row[*tuple[object, ...]])


def head_of(ticket: TicketRow | Row[*tuple[object, ...]], waiting: int = 1) -> Head:
    """A ticket, or a row that has its COLUMNS, as the discipline sees it; `waiting` tickets share its key."""
    return Head(
        ticket=ticket.id,
        queue=ticket.queue_id,
        lane=Lane(ticket.lane),
        rank=ticket.rank,
        grade=ticket.grade,
        credit=ticket.credit,
        doctor=ticket.doctor or None,
        order=ticket.sort,
        since=ticket.since,
        due_call=ticket.due_call,
        target_minutes=ticket.target_minutes,
        waiting=waiting,
    )


def lines_of(db: Session, connection: Connection, queue: Queue, depth: int = 1) -> Iterator[list[Head]]:
    """The first `depth` heads under each key that has any: one index look-up a key, however many wait."""
    of_queue = {"hall": queue.hall_id, "queue": queue.id}
    for lane, rank, credit, doctor, waiting in connection.execute(_LANES, of_queue).all():
        key = {**of_queue, "lane": lane, "rank": rank, "credit": credit, "doctor": doctor, "depth": depth}
        yield [head_of(ticket, max(1, waiting - place)) for place, ticket in enumerate(db.scalars(FIRST, key))]


def in_order_sent(staged: Iterable[_Ticket]) -> list[_Ticket]:
    """Tickets sent ahead, who was sent first at the head."""
    return sorted(staged, key=lambda ticket: (ticket.times.get("staged", ""), ticket.seq))


def queues_of(config: HallConfig, station: StationRow) -> list[Queue]:
    """The queues a station serves, as the hall file has them now."""
    known = config.queues
    return [known[id] for id in station.queues if id in known and known[id].active]


def caller_of(station: StationRow, queues: Sequence[Queue]) -> Caller:
    """A station as the discipline sees it."""
    return Caller(
        station=station.id,
        queues=tuple(queue.id for queue in queues),
        doctor=station.doctor_id,
        levels=frozenset(station.levels) or None,
        last_queue=station.last_queue,
    )


def recent_of(day: QueueDayRow) -> Recent:
    """What a queue remembers of its calls."""
    return Recent(lanes=tuple(Lane(lane) for lane in day.recent), calls=day.calls)
