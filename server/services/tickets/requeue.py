"""Back in line: passed, held, sent ahead or called by mistake. Where is the domain's rule."""

from sqlalchemy import select

from server.domain.errors import HallError
from server.domain.queueing import placement, position
from server.protocol.terms import Action, ErrorCode, Lane, StationState, TicketState
from server.services.core.unit_of_work import Work
from server.services.queue_state.booked_slots import begun_slot
from server.services.tickets import transitions
from server.store.models import StationRow, TicketRow

EXAMINATION = "examination"
"""Hold reasons that begin so mean: away for an examination, comes back by checking in again."""

AGAIN = "checked_in_again"
"""The reason in the journal of who checks in again: nobody's pardon."""


def is_away(ticket: TicketRow) -> bool:
    """Whether the ticket is held for an examination: then checking in again brings it back."""
    return ticket.state == TicketState.HELD and (ticket.hold_reason or "").startswith(EXAMINATION)


def put_back(work: Work, ticket: TicketRow, *, reason: str | None = None) -> None:
    """Back to its line from passed, held or staged. Raises illegal_move; desk_only, unless staff gives a reason;
    not_callable for a level that does not queue."""
    if ticket.bypass:
        raise HallError(ErrorCode.NOT_CALLABLE, "this level does not queue: triage again first")
    queue = transitions.home_of(work, ticket)
    rules, state = queue.rules, TicketState(ticket.state)
    urgent = ticket.lane == Lane.URGENT
    mode = queue.mode
    to: position.QueuePosition | None = None
    if state is TicketState.PASSED:
        session = queue.hours.session_of(work.now)
        to = placement.on_passed_return(
            rules=rules,
            now=work.now,
            seq=ticket.number_seq,
            passes=ticket.passes,
            calls=transitions.day_of(work, queue).calls,
            session_end=session.end if session is not None else None,
            slot_end=ticket.slot_end,
            mode=mode,
            urgent=urgent,
            waiting=transitions.waiting_in(work, queue),
            pardoned=work.principal.is_staff and reason not in {None, "", AGAIN},
            zone=queue.timezone,
            begun=begun_slot(work.db, queue, work.now),
        )
    elif is_away(ticket):
        to = placement.on_return(
            rules=rules,
            now=work.now,
            seq=ticket.number_seq,
            urgent=urgent,
            calls=transitions.day_of(work, queue).calls,
        )
    was_seen = state in {TicketState.PASSED, TicketState.CALLED} or is_away(ticket)
    doctor = doctor_for(work, ticket) if was_seen else ticket.doctor
    transitions.apply(
        work, ticket, Action.RETURN, reason=reason, to=to, hold_reason=None, station_id=None, doctor=doctor
    )


def doctor_for(work: Work, ticket: TicketRow) -> str:
    """The doctor who called or saw this patient, as long as one of their rooms has not stopped; nobody else's then."""
    rooms = select(StationRow.id).where(
        StationRow.hall_id == ticket.hall_id,
        StationRow.doctor_id == ticket.doctor,
        StationRow.state != StationState.STOPPED.value,
        StationRow.active,
    )
    return ticket.doctor if ticket.doctor and work.db.scalars(rooms.limit(1)).first() is not None else ""
