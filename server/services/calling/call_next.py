"""Calling: a station summons the next by server.domain.queueing.discipline, or a chosen ticket with a reason."""

from server.domain.errors import HallError
from server.domain.lifecycle import next_state
from server.domain.queueing import explanation
from server.domain.queueing.discipline import Choice, remember
from server.protocol.terms import Action, ErrorCode, Lane, StationState, TicketState
from server.services.calling import staging
from server.services.calling.selection import choose
from server.services.core.authority import must_reach_ticket
from server.services.core.context import Context
from server.services.core.requests import CallNextBody
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import ticket_view
from server.services.queue_state.heads import recent_of
from server.services.tickets import announcements, stated_waits, transitions
from server.store.models import StationRow, TicketRow
from server.store.models.json_columns import UndoMemory
from server.store.rows import write_now

EMPTY = "empty"
MANUAL = "manual"


def call_next(work: Work, context: Context, station_id: str, body: CallNextBody) -> Answer:
    """Call the next ticket to a station, or the chosen one.

    Raises station_busy (with the ticket it holds), station_closed, reason_needed, not_callable, illegal_move.
    """
    station = transitions.station_of(work, station_id)
    if body.ticket is not None and not body.reason:
        raise HallError(ErrorCode.REASON_NEEDED)
    current = transitions.at_station(work, station.id)
    if current is not None:
        if current.state == TicketState.CALLED or not body.finish_current:
            raise HallError(ErrorCode.STATION_BUSY, ticket=ticket_view(current))
        transitions.apply(work, current, Action.FINISH, station_id=None)
    if station.state != StationState.OPEN:
        raise HallError(ErrorCode.STATION_CLOSED, state=station.state)
    if body.ticket is not None:
        ticket = _chosen(work, station, body.ticket)
        call(work, ticket, station, body.reason or MANUAL)
        staging.fill(work, station)
        texts = explanation.CHOSEN.names()
        return Answer({"ticket": ticket_view(ticket), "reason": MANUAL, "reason_text": texts})
    chosen = _next(work, station)
    if chosen is None:
        return Answer({"ticket": None, "reason": EMPTY, "reason_text": explanation.EMPTY.names()})
    choice, ticket = chosen
    call(work, ticket, station, choice.reason.code)
    staging.fill(work, station)
    texts = explanation.reason(choice.reason).names()
    return Answer({"ticket": ticket_view(ticket), "reason": choice.reason.code, "reason_text": texts})


def _next(work: Work, station: StationRow) -> tuple[Choice, TicketRow] | None:
    """Who is next by the rules. Who was called in another hall this moment, of which no due row told this one yet, is
    held and the next one is chosen."""
    while (choice := choose(work, station)) is not None:
        ticket = work.db.get_one(TicketRow, choice.ticket)
        if not transitions.is_elsewhere(work, ticket):
            return choice, ticket
        transitions.hold_for_elsewhere(work, ticket)
    return None


def _chosen(work: Work, station: StationRow, id: str) -> TicketRow:
    ticket = transitions.ticket_of(work, id)
    if ticket.hall_id != work.hall.id:
        raise HallError(ErrorCode.UNKNOWN_TICKET, id)
    must_reach_ticket(work.db, work.principal, "call_chosen_ticket", ticket)
    if ticket.bypass or (ticket.state == TicketState.STAGED and ticket.station_id not in {None, station.id}):
        raise HallError(ErrorCode.NOT_CALLABLE)
    next_state(TicketState(ticket.state), Action.CALL)
    if transitions.is_elsewhere(work, ticket):
        raise HallError(ErrorCode.NOT_CALLABLE, "the patient is called or served elsewhere")
    return ticket


def call(work: Work, ticket: TicketRow, station: StationRow, reason: str) -> None:
    """Summon: the event, its announcement, the weave's memory, and the patient's other tickets held."""
    queue = transitions.queue_of(work, ticket.queue_id)
    day = transitions.day_of(work, queue)
    before = recent_of(day)
    after = remember(before, Lane(ticket.lane))
    kept = stated_waits.keep(ticket, work.now)
    memory: UndoMemory = {
        "queue": queue.id,
        "recent": list(day.recent),
        "calls": day.calls,
        "lane": ticket.lane,
        "station": station.id,
        "last_queue": station.last_queue,
        "kept": kept,
    }
    counts = stated_waits.added(day, kept)
    write_now(work.db, day, recent=[lane.value for lane in after.lanes], calls=after.calls, **counts)
    if len(station.queues) > 1:
        station.last_queue = queue.id
    announcement = announcements.announce(work, ticket, "call", station)
    transitions.apply(
        work,
        ticket,
        Action.CALL,
        reason=reason,
        announcement=announcement,
        memory=memory,
        station_id=station.id,
        calls=1,
        hold_reason=None,
    )
    transitions.hold_elsewhere(work, ticket)
