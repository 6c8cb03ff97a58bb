"""Choosing: what the discipline needs, read under the lock: heads of lanes, what was called lately, who calls."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from server.domain.queueing.discipline import Caller, Choice, Head, Recent, choose_next
from server.protocol.terms import Lane, TicketState
from server.services.core.hall_config import HallConfig, Queue
from server.services.core.unit_of_work import Work
from server.services.tickets import transitions
from server.store.models import LaneRow, QueueDayRow, StationRow, TicketRow

_LANES = select(LaneRow.lane, LaneRow.rank, LaneRow.credit, LaneRow.doctor, LaneRow.waiting).where(
    LaneRow.hall_id == bindparam("hall"), LaneRow.queue_id == bindparam("queue"), LaneRow.waiting > 0
)
_HEAD = (
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
    .limit(1)
)


def recent_of(day: QueueDayRow) -> Recent:
    """What a queue remembers of its calls."""
    return Recent(lanes=tuple(Lane(lane) for lane in day.recent), calls=day.calls)


def choose(work: Work, station: StationRow) -> Choice | None:
    """Ask the domain who is next: first of those sent ahead to this room, then of the lanes' heads."""
    queues = queues_of(work.config, station)
    recent = {queue.id: recent_of(transitions.day_of(work, queue)) for queue in queues}
    staged = staged_heads(work, station)
    return among(heads_of(work, queues), staged, caller_of(station, queues), queues, recent, work.now)


def among(
    waiting: Sequence[Head],
    staged: Sequence[Head],
    caller: Caller,
    queues: Sequence[Queue],
    recent: Mapping[str, Recent],
    now: datetime,
) -> Choice | None:
    """Who is next of the lanes' heads and of those sent ahead to this room."""
    return choose_next(
        waiting,
        station=caller,
        rules={queue.id: queue.rules for queue in queues},
        modes={queue.id: queue.mode for queue in queues},
        recent=recent,
        now=now,
        sent_ahead=staged,
    )


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


def heads_of(work: Work, queues: Sequence[Queue]) -> list[Head]:
    """The first ticket under each key that has any: one index look-up a key, however many wait."""
    found: list[Head] = []
    for queue in queues:
        for lane, rank, credit, doctor, waiting in work.connection.execute(
            _LANES, {"hall": queue.hall_id, "queue": queue.id}
        ).all():
            key = {
                "hall": queue.hall_id,
                "queue": queue.id,
                "lane": lane,
                "rank": rank,
                "credit": credit,
                "doctor": doctor,
            }
            found.append(head_of(work.db.scalars(_HEAD, key).one(), waiting))
    return found


def staged_heads(work: Work, station: StationRow) -> list[Head]:
    """Tickets sent ahead to this station, who was sent first at the head."""
    return [head_of(ticket, 1) for ticket in sent_to(work, station)]


def sent_to(work: Work, station: StationRow) -> list[TicketRow]:
    """The room's short list, who was sent first at the head."""
    there = [row for row in transitions.at(work, station.id) if row.state == TicketState.STAGED]
    return in_order_sent(there)


def in_order_sent(staged: Iterable[TicketRow]) -> list[TicketRow]:
    """Tickets sent ahead, who was sent first at the head."""
    return sorted(staged, key=lambda ticket: (ticket.times.get("staged", ""), ticket.seq))


def head_of(ticket: TicketRow, waiting: int) -> Head:
    """A ticket as the discipline sees it."""
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
