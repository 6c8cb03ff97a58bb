"""Undo 撤销: the last transition is taken back with the memory of the order and of the room, or it is refused."""

from datetime import datetime, timedelta

from sqlalchemy import select

from server.domain.errors import HallError
from server.domain.queueing.discipline import Recent, remember
from server.protocol.terms import AT_STATION, ENDED, ErrorCode, EventKind, Lane, TicketState
from server.services.core.unit_of_work import Work
from server.services.core.views import View
from server.services.tickets import transitions
from server.store.models import QueueDayRow, StationRow, TicketRow
from server.store.models.json_columns import UndoMemory
from server.store.queries import lane_counts


def take_back(work: Work, ticket: TicketRow, seconds: int, *, announcement: View | None = None) -> None:
    """Put the ticket back as it was before its last transition, within `seconds` of it (`undo_seconds` of the rules).

    `announcement` is shown again where the ticket was called.

    Raises nothing_to_undo, undo_too_late, station_busy, illegal_move for one whose place another ticket took.
    """
    if not ticket.undo:
        raise HallError(ErrorCode.NOTHING_TO_UNDO)
    if work.now - datetime.fromisoformat(ticket.undo["at"]) > timedelta(seconds=seconds):
        raise HallError(ErrorCode.UNDO_TOO_LATE, undo_seconds=seconds)
    image, memory = ticket.undo["image"], ticket.undo["memory"]
    if TicketState(image["state"]) in AT_STATION:
        busy = transitions.at_station(work, image["station_id"])
        if busy is not None and busy.id != ticket.id:
            raise HallError(ErrorCode.STATION_BUSY, ticket=None)
        if TicketState(ticket.state) not in AT_STATION and transitions.is_elsewhere(work, ticket):
            raise HallError(ErrorCode.ILLEGAL_MOVE, "the patient is called or served elsewhere", state=ticket.state)
    ended, moved = TicketState(ticket.state) in ENDED, image["queue_id"] != ticket.queue_id
    if (ended or moved) and _twin(work, ticket) is not None:
        raise HallError(ErrorCode.ILLEGAL_MOVE, "the patient has checked in again", state=ticket.state)
    before, came_from = transitions.lane_key(ticket), TicketState(ticket.state)
    if "recent" in memory:
        day = transitions.day_of(work, work.config_of(ticket.hall_id).queues[memory["queue"]])
        _forget_call(day, memory)
        _forget_stated_wait(day, memory)
        _forget_turn(work, memory)
    again = TicketState(image["state"]) is TicketState.CALLED
    work.record(
        EventKind.TICKET_UNDONE,
        ticket,
        changes={**image, "since": datetime.fromisoformat(image["since"]), "undo": {}},
        reason=ticket.undo["action"],
        announcement=announcement if again else None,
    )
    lane_counts.count(work.connection, before, transitions.lane_key(ticket))
    if came_from in AT_STATION and TicketState(ticket.state) not in AT_STATION:
        transitions.release_elsewhere(work, ticket)
    if came_from not in AT_STATION and TicketState(ticket.state) in AT_STATION:
        transitions.hold_elsewhere(work, ticket)
    transitions.hold_if_elsewhere(work, ticket)


def _forget_call(day: QueueDayRow, memory: UndoMemory) -> None:
    """Take one call out of what the weave remembers: exactly as before it, or its place alone if others were called."""
    lane = Lane(memory["lane"])
    after = remember(Recent(tuple(Lane(name) for name in memory["recent"]), memory["calls"]), lane)
    if (day.recent, day.calls) == ([name.value for name in after.lanes], after.calls):
        day.recent, day.calls = memory["recent"], memory["calls"]
    elif lane is not Lane.URGENT and lane in day.recent:
        last = len(day.recent) - 1 - day.recent[::-1].index(lane.value)
        day.recent = [*day.recent[:last], *day.recent[last + 1 :]]
        day.calls -= lane is Lane.ORDINARY


def _forget_stated_wait(day: QueueDayRow, memory: UndoMemory) -> None:
    """A call that is taken back kept no promise; the ticket has its own back."""
    for name, count in memory.get("kept", {}).items():
        setattr(day, name, max(0, getattr(day, name) - count))


def _forget_turn(work: Work, memory: UndoMemory) -> None:
    """Give the queue its turn back at a room of several queues."""
    station = work.db.get(StationRow, memory.get("station", ""))
    if station is not None:
        station.last_queue = memory["last_queue"]


def _twin(work: Work, ticket: TicketRow) -> str | None:
    """Another live ticket of the visit in the queue that undo would put this one back into."""
    return work.db.scalars(
        select(TicketRow.id).where(
            TicketRow.visit_id == ticket.visit_id,
            TicketRow.hall_id == ticket.hall_id,
            TicketRow.queue_id == ticket.undo["image"]["queue_id"],
            TicketRow.id != ticket.id,
            TicketRow.state.not_in([state.value for state in ENDED]),
        )
    ).first()
