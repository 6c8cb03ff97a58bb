"""Back in line: passed, held, sent ahead or called by mistake. Where is the domain's rule."""

from server.domain import placing
from server.protocol.terms import Action, Lane, TicketState
from server.services import moves
from server.services.sessions import session_end
from server.services.work import Work
from server.store.tables import TicketRow

EXAMINATION = "examination"
"""Hold reasons that begin so mean: away for an examination, comes back by checking in again."""


def is_away(ticket: TicketRow) -> bool:
    """Whether the ticket is held for an examination: then checking in again brings it back."""
    return ticket.state == TicketState.HELD and (ticket.hold_reason or "").startswith(EXAMINATION)


def put_back(work: Work, ticket: TicketRow, *, reason: str | None = None) -> None:
    """Back to its line from passed, held or staged. Raises illegal_move; desk_only, unless staff gives a reason."""
    queue = moves.queue_of(work, ticket.queue_id)
    rules, state = queue.rules, TicketState(ticket.state)
    urgent = ticket.lane == Lane.URGENT
    ends = session_end(work, queue)
    mode = queue.mode
    to: placing.Place | None = None
    if state is TicketState.PASSED:
        passes = ticket.passes
        if work.principal.is_staff and reason and reason != "checked_in_again":
            passes = min(passes, max(1, len(rules.passed_steps) - 1))
        to = placing.on_passed_return(
            rules=rules,
            now=work.now,
            seq=ticket.number_seq,
            passes=passes,
            calls=moves.day_of(work, queue).calls,
            session_end=ends,
            slot_end=ticket.slot_end,
            mode=mode,
            urgent=urgent,
            waiting=moves.waiting_in(work, queue),
        )
    elif is_away(ticket):
        to = placing.on_return(
            rules=rules,
            now=work.now,
            seq=ticket.number_seq,
            session_end=ends,
            urgent=urgent,
            calls=moves.day_of(work, queue).calls,
        )
    moves.apply(work, ticket, Action.RETURN, reason=reason, to=to, hold_reason=None, station_id=None)
