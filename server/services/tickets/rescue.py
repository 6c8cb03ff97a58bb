"""Treating a level that does not queue (R, Ⅰ): no call, no station, hidden from the public throughout."""

from sqlalchemy import select

from server.domain.errors import HallError
from server.protocol.terms import AT_STATION, Action, ErrorCode, TicketState
from server.services.core.requests import StartBody
from server.services.core.unit_of_work import Work
from server.services.tickets import transitions
from server.store.models import TicketRow


def start(work: Work, ticket: TicketRow, body: StartBody) -> None:
    """From held for escort to serving at the rescue place; what the patient holds elsewhere waits meanwhile.

    A call or consultation of the patient in this hall gives way. Raises illegal_move where another hall has the
    patient at a station: that hall ends it first.
    """
    for other in _at_stations(work, ticket):
        if other.hall_id != work.hall.id:
            raise HallError(
                ErrorCode.ILLEGAL_MOVE, f"the patient is at a station of {other.hall_id}", state=ticket.state
            )
        transitions.hold_for_elsewhere(work, other)
    transitions.apply(
        work,
        ticket,
        Action.START,
        reason=body.reason,
        station_id=None,
        hold_reason=None,
        rescue_place=body.place or ticket.rescue_place,
    )
    transitions.hold_elsewhere(work, ticket)


def _at_stations(work: Work, ticket: TicketRow) -> list[TicketRow]:
    rows = select(TicketRow).where(
        TicketRow.patient_id == ticket.patient_id,
        TicketRow.id != ticket.id,
        TicketRow.state.in_([state.value for state in AT_STATION]),
    )
    return [other for other in work.db.scalars(rows) if TicketState(other.state) in AT_STATION]
