"""The one way a ticket moves: lifecycle, lane counts, undo image, journal. Use cases say what changes; this does it."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Unpack

from sqlalchemy import bindparam, select

from server.domain.errors import HallError
from server.domain.lifecycle import CLOSED, EVENT_OF_ACTION, STAMPS, UNDOABLE, next_state, settle
from server.domain.privacy.recorded_reasons import parted
from server.domain.queueing.position import QueuePosition
from server.protocol.terms import AT_STATION, ENDED, Action, EndReason, ErrorCode, EventKind, Lane, TicketState
from server.services.core.business_day import begin_day
from server.services.core.hall_config import Queue
from server.services.core.unit_of_work import Work
from server.services.core.views import View, stamp
from server.services.tickets import rooms
from server.store.models import QueueDayRow, ScheduledTaskRow, StationRow, TicketRow
from server.store.models.json_columns import UndoColumn, UndoMemory
from server.store.models.ticket_columns import TicketColumns
from server.store.queries import lane_counts

IMAGE = (
    "state",
    "queue_id",
    "lane",
    "grade",
    "rank",
    "credit",
    "doctor",
    "sort",
    "since",
    "due_call",
    "target_minutes",
    "tags",
    "station_id",
    "hold_reason",
    "rescue_place",
    "bypass",
    "triaged",
    "calls",
    "passes",
    "times",
    "promise",
    "end_reason",
    "remarks",
)
"""What undo restores of a ticket."""

ELSEWHERE = "called_elsewhere"
LOOK_AGAIN = timedelta(seconds=5)
ESCORT = "escort"
IN_LINE = frozenset({TicketState.WAITING, TicketState.STAGED})
PLACE = ("queue_id", "lane", "sort", "rank", "doctor")
"""Who stands elsewhere than before waits another time than was told."""
AT = select(TicketRow.id).where(
    TicketRow.station_id == bindparam("station"), TicketRow.state.in_(["called", "serving", "staged"])
)
_OTHERS = select(TicketRow.id).where(
    TicketRow.patient_id == bindparam("patient"),
    TicketRow.id != bindparam("id"),
    TicketRow.state.in_(bindparam("states", expanding=True)),
)


def ticket_of(work: Work, id: str) -> TicketRow:
    """The ticket, read under the lock. Raises unknown_ticket, also for another hall's."""
    row = work.db.get(TicketRow, id)
    if row is None or row.hall_id not in work.halls or work.principal.hall not in {None, row.hall_id}:
        raise HallError(ErrorCode.UNKNOWN_TICKET, id)
    return row


def queue_of(work: Work, id: str, hall: str | None = None) -> Queue:
    """A queue of the hall. Raises unknown_queue."""
    row = work.config_of(hall or work.hall.id).queues.get(id)
    if row is None or not row.active:
        raise HallError(ErrorCode.UNKNOWN_QUEUE, id)
    return row


def home_of(work: Work, ticket: TicketRow) -> Queue:
    """The queue a ticket stands in, also one that the hall file has closed since."""
    return work.config_of(ticket.hall_id).queues[ticket.queue_id]


def day_of(work: Work, queue: Queue) -> QueueDayRow:
    """The queue's business day, begun when it is the first command of that day; its end is scheduled with it."""
    config = work.config_of(queue.hall_id)
    day = config.day(work.now)
    row = work.db.get(QueueDayRow, (queue.hall_id, queue.id, day))
    if row is None:
        counts = dict.fromkeys(("last", "calls", "told", "inside", "below"), 0)
        row = QueueDayRow(hall_id=queue.hall_id, queue_id=queue.id, business_day=day, recent=[], **counts)
        work.db.add(row)
        begin_day(work, config, day)
    return row


def station_of(work: Work, id: str) -> StationRow:
    """A station of the hall. Raises unknown_station."""
    row = work.db.get(StationRow, id)
    if row is None or not row.active or row.hall_id not in work.halls or work.principal.hall not in {None, row.hall_id}:
        raise HallError(ErrorCode.UNKNOWN_STATION, id)
    return row


def place(ticket: TicketRow, where: QueuePosition) -> None:
    """Stand the ticket where the domain placed it."""
    for name, value in _columns(where).items():
        setattr(ticket, name, value)


def _columns(where: QueuePosition) -> TicketColumns:
    """A place as a ticket's row holds it."""
    return {
        "lane": where.lane.value,
        "sort": where.order,
        "since": where.since,
        "credit": where.credit,
        "due_call": where.due_call,
    }


def where(ticket: TicketRow) -> QueuePosition:
    """Where the ticket stands, for the domain."""
    return QueuePosition(
        lane=Lane(ticket.lane), order=ticket.sort, since=ticket.since, credit=ticket.credit, due_call=ticket.due_call
    )


def apply(
    work: Work,
    ticket: TicketRow,
    action: Action,
    *,
    reason: str | None = None,
    to: QueuePosition | None = None,
    announcement: View | None = None,
    memory: UndoMemory | None = None,
    kind: EventKind | None = None,
    by_itself: bool = False,
    **changes: Unpack[TicketColumns],
) -> None:
    """Move `ticket` by `action`, with `changes` of its columns and a new place if given, and record the event.

    Of the reason journal and trail keep the code; what was typed stays in the ticket's `remarks`, by action.
    `memory` is what else undo must restore; what happens `by_itself` leaves undo to what people did before. Who comes
    back in line while called elsewhere is held at once. Raises illegal_move before anything changed.
    """
    target = next_state(TicketState(ticket.state), action, escorted=ticket.bypass)
    before, came_from = lane_key(ticket), TicketState(ticket.state)
    if to is not None:
        changes |= _columns(to)
    mode = work.config_of(ticket.hall_id).queues[changes.get("queue_id", ticket.queue_id)].mode
    state = settle(target, mode, triaged=changes.get("triaged", ticket.triaged))
    if changes.get("bypass", ticket.bypass) and state in IN_LINE and action is not Action.TRIAGE:
        # Level R / Ⅰ never stands in line: whatever would put it back there leaves it held for escort.
        state = TicketState.HELD
        changes |= {"hold_reason": ESCORT, "station_id": None}
    changes["state"] = state.value
    _, typed = parted(reason)
    if typed is not None:
        changes["remarks"] = {**ticket.remarks, action.value: typed}
    if state in ENDED:
        changes.setdefault("end_reason", _end_reason(action, reason))
    changes["times"] = {**ticket.times, STAMPS[action]: str(stamp(work.now))}
    if ticket.promise is not None and (state not in IN_LINE or _is_other_place(ticket, changes)):
        changes["promise"] = None
    if not by_itself:
        station = changes.get("station_id") or ticket.station_id
        changes["undo"] = _undo(work, ticket, action, station, memory) if action in UNDOABLE else {}
    event = CLOSED[target] if action is Action.CLOSE else EVENT_OF_ACTION[action]
    work.record(kind or event, ticket, changes=changes, reason=reason, announcement=announcement)
    lane_counts.count(work.connection, before, lane_key(ticket))
    _follow_elsewhere(work, ticket, came_from)


def _undo(work: Work, ticket: TicketRow, action: Action, station: str | None, memory: UndoMemory | None) -> UndoColumn:
    """What undo of `action` needs: the ticket as it stands before it, what else to restore, and the doctor there."""
    return {
        "action": action.value,
        "at": str(stamp(work.now)),
        "image": {name: _plain(getattr(ticket, name)) for name in IMAGE},
        "memory": memory or {},
        "doctor": rooms.doctor_at(work, station),
    }


def _follow_elsewhere(work: Work, ticket: TicketRow, came_from: TicketState) -> None:
    """Release the patient's other tickets when they leave a station; hold this one when they are called elsewhere."""
    if came_from in AT_STATION and TicketState(ticket.state) not in AT_STATION:
        release_elsewhere(work, ticket)
    if came_from not in IN_LINE:
        hold_if_elsewhere(work, ticket)


def _end_reason(action: Action, reason: str | None) -> str | None:
    """Why a life ended: a cancelled ticket's patient left; one closed by the server has the reason it gives."""
    if action is Action.CLOSE:
        return reason
    return EndReason.LEFT.value if action is Action.CANCEL else None


def _is_other_place(ticket: TicketRow, changes: Mapping[str, object]) -> bool:
    return any(name in changes and changes[name] != getattr(ticket, name) for name in PLACE)


def at_station(work: Work, station: str | None) -> TicketRow | None:
    """The ticket a station holds, called or serving."""
    return next((row for row in at(work, station) if row.state in AT_STATION), None) if station else None


def at(work: Work, station: str) -> list[TicketRow]:
    """The tickets a station holds, called, serving or sent ahead to it. Most hold none: their ids alone tell."""
    return _tickets(work, work.connection.scalars(AT, {"station": station}))


def enter(work: Work, ticket: TicketRow) -> None:
    """Count a ticket that has just been made."""
    lane_counts.count(work.connection, None, lane_key(ticket))


def lane_key(ticket: TicketRow) -> lane_counts.LaneKey | None:
    """The key of choosing a ticket is counted under; None for one that does not wait."""
    if ticket.state != TicketState.WAITING:
        return None
    return ticket.hall_id, ticket.queue_id, ticket.lane, ticket.rank, ticket.credit, ticket.doctor


def _plain(value: object) -> object:
    return stamp(value) if isinstance(value, datetime) else value


def hold_elsewhere(work: Work, ticket: TicketRow) -> None:
    """Who is called here cannot be called elsewhere: the patient's other waiting tickets are held, not passed."""
    for other in _others(work, ticket, "waiting", "staged"):
        if other.hall_id == work.hall.id:
            hold_for_elsewhere(work, other)
        else:
            tell_hall(work, other, "hold_elsewhere")


def hold_if_elsewhere(work: Work, ticket: TicketRow) -> None:
    """Who comes in line while called or served elsewhere cannot be called here: held until free again."""
    if TicketState(ticket.state) in IN_LINE and is_elsewhere(work, ticket):
        hold_for_elsewhere(work, ticket)


def hold_for_elsewhere(work: Work, ticket: TicketRow) -> None:
    """Keep the place of who is called elsewhere; not somebody's deed, so undo does not know it.

    A hall that lets the patient go before this event is committed sees nobody to release: looked at again later.
    """
    work.schedule(f"elsewhere:{ticket.id}", "release_elsewhere", ticket.id, work.now + LOOK_AGAIN)
    apply(work, ticket, Action.HOLD, reason=ELSEWHERE, by_itself=True, hold_reason=ELSEWHERE, station_id=None)


def is_elsewhere(work: Work, ticket: TicketRow) -> bool:
    """Whether the patient is called or served with another ticket, in any hall."""
    return bool(_others(work, ticket, "called", "serving"))


def release_elsewhere(work: Work, ticket: TicketRow) -> None:
    """The patient is free again: tickets held for that reason stand where they stood."""
    for other in [other for other in _others(work, ticket, "held") if other.hold_reason == ELSEWHERE]:
        if other.hall_id == work.hall.id:
            free_from_elsewhere(work, other)
        else:
            tell_hall(work, other, "release_elsewhere")


def free_from_elsewhere(work: Work, ticket: TicketRow) -> None:
    """Back to the place that was kept."""
    apply(work, ticket, Action.RETURN, reason=ELSEWHERE, by_itself=True, hold_reason=None)


def _others(work: Work, ticket: TicketRow, *states: str) -> list[TicketRow]:
    """The patient's other tickets in these states. Most have none, which a look at the ids alone tells."""
    given = {"patient": ticket.patient_id, "id": ticket.id, "states": states}
    return [other for other in _tickets(work, work.connection.scalars(_OTHERS, given)) if other.state in states]


def _tickets(work: Work, ids: Iterable[str]) -> list[TicketRow]:
    """The tickets of these ids, each read once in a transaction."""
    found = [work.db.get(TicketRow, id) for id in ids]
    return [ticket for ticket in found if ticket is not None]


def tell_hall(work: Work, other: TicketRow, kind: str) -> None:
    """What concerns another hall reaches it as a due row: two halls are never locked for it."""
    id = f"{kind}:{other.id}:{secrets.token_hex(4)}"
    work.db.add(ScheduledTaskRow(id=id, hall_id=other.hall_id, due_at=work.now, kind=kind, subject=other.id, data={}))


def is_live(ticket: TicketRow) -> bool:
    """Whether the ticket's life goes on."""
    return TicketState(ticket.state) not in ENDED


def waiting_in(work: Work, queue: Queue) -> int:
    """How many wait in a queue now."""
    return lane_counts.waiting(work.connection, queue.hall_id, queue.id)
