"""Choosing: asks the discipline under the lock, with the heads of lanes, what was called lately and who calls."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from server.domain.queueing.discipline import Caller, Choice, Head, Recent, choose_next
from server.protocol.terms import TicketState
from server.services.core.hall_config import Queue
from server.services.core.unit_of_work import Work
from server.services.queue_state import heads
from server.services.tickets import transitions
from server.store.models import StationRow, TicketRow


def choose(work: Work, station: StationRow) -> Choice | None:
    """Ask the domain who is next: first of those sent ahead to this room, then of the lanes' heads."""
    queues = heads.queues_of(work.config, station)
    recent = {queue.id: heads.recent_of(transitions.day_of(work, queue)) for queue in queues}
    staged = staged_heads(work, station)
    return among(heads_of(work, queues), staged, heads.caller_of(station, queues), queues, recent, work.now)


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


def heads_of(work: Work, queues: Sequence[Queue]) -> list[Head]:
    """The first ticket under each key that has any."""
    return [line[0] for queue in queues for line in heads.lines_of(work.db, work.connection, queue)]


def staged_heads(work: Work, station: StationRow) -> list[Head]:
    """Tickets sent ahead to this station, who was sent first at the head."""
    return [heads.head_of(ticket) for ticket in sent_to(work, station)]


def sent_to(work: Work, station: StationRow) -> list[TicketRow]:
    """The room's short list, who was sent first at the head."""
    there = [row for row in transitions.at(work, station.id) if row.state == TicketState.STAGED]
    return heads.in_order_sent(there)
