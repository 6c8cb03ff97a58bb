"""Asks the table of rights about one thing: at the moment it is used, in the thing's own hall and room."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.access.reach import Reach
from server.domain.access.rights import RIGHTS, Place, own_then, reach_of, reaches
from server.domain.errors import HallError
from server.protocol.terms import ENDED, ErrorCode, StationState, TicketState
from server.services.core.context import Context
from server.services.core.hall_scope import THINGS, Thing
from server.services.core.principal import Principal
from server.services.core.unit_of_work import Work
from server.store.models import StationRow, TicketRow

WHOLE = Reach.HOSPITAL | Reach.HALL
NOBODY_KNOWS = "?"
"""No doctor's id: who sat in a room is not known of changes made before this version kept it."""
WHERE = ("state", "queue_id", "station_id", "bypass")
"""The columns of a ticket, and of the image that undo restores, which say where it is."""


def own_stations(db: Session, who: Principal) -> list[StationRow]:
    """The stations of a doctor: the one the account is bound to, else those where this doctor sits.

    An account without a station and without a doctor works at the stations that name no doctor.
    """
    rows = select(StationRow).where(StationRow.active)
    if who.hall is not None:
        rows = rows.where(StationRow.hall_id == who.hall)
    if who.station is not None:
        return list(db.scalars(rows.where(StationRow.id == who.station)))
    return list(db.scalars(rows.where(StationRow.doctor_id == who.doctor)))


def must_reach(work: Work, operation: str, id: str | None) -> None:
    """Ask the right to an operation on the thing `id` under its hall's lock.

    A right that goes on namelessly is asked by the command itself. Raises the code of a thing that is not there, also
    for one of another hall; not_your_station.
    """
    subject = RIGHTS[operation].subject
    if subject not in THINGS or id is None:
        return
    if Reach.NAMELESS in reach_of(operation, work.principal.role):
        return
    table, missing = THINGS[subject]
    row: Thing | None = work.db.get(table, id)
    if row is None or row.hall_id != work.hall.id:
        raise HallError(missing, id)
    if isinstance(row, TicketRow):
        must_reach_ticket(work.db, work.principal, operation, row)
    elif isinstance(row, StationRow):
        must_reach_station(work.db, work.principal, operation, row)


def must_reach_ticket(db: Session, who: Principal, operation: str, ticket: TicketRow) -> None:
    """Raises forbidden, unknown_ticket for one out of the public's sight, not_your_station.

    What a visit token proves is asked by the command itself.
    """
    reach = reach_of(operation, who.role)
    if not reach:
        raise HallError(ErrorCode.FORBIDDEN, f"role {who.role} may not do this")
    if Reach.SIGHT in reach and not is_in_sight(ticket):
        raise HallError(ErrorCode.UNKNOWN_TICKET, ticket.id)
    if reach & (WHOLE | Reach.SIGHT | Reach.VISIT):
        return
    rooms = own_stations(db, who)
    stations, queues = frozenset(room.id for room in rooms), frozenset(id for room in rooms for id in room.queues)
    before = None
    if Reach.BEFORE in reach and ticket.undo:
        before = _place(**{name: ticket.undo["image"][name] for name in WHERE})
        stations = own_then(
            stations, bound=who.station is not None, doctor=who.doctor, sat=ticket.undo.get("doctor", NOBODY_KNOWS)
        )
    place = _place(**{name: getattr(ticket, name) for name in WHERE})
    if not reaches(reach, place, stations=stations, queues=queues, before=before):
        raise HallError(ErrorCode.NOT_YOUR_STATION)


def is_in_sight(ticket: TicketRow) -> bool:
    """Whether the public may see a ticket: it is alive, and its level queues."""
    return not ticket.bypass and TicketState(ticket.state) not in ENDED


def _place(state: str, queue_id: str, station_id: str | None, bypass: bool) -> Place:
    return Place(TicketState(state), queue_id, station_id, bypass)


def is_visitor(work: Work, context: Context, ticket: TicketRow, token: str | None) -> bool:
    """Whether a visit token proves, here and now at this device, that the ticket's patient stands there."""
    try:
        visit = context.read_visit(token or "")
    except HallError:
        return False
    here = (visit["hall"], visit["device"], ticket.hall_id) == (work.hall.id, work.principal.id, work.hall.id)
    return here and visit["patient"] == ticket.patient_id and visit.get("ticket") in {None, ticket.id}


def must_be_visitor(work: Work, context: Context, operation: str, ticket: TicketRow, token: str | None) -> None:
    """Raises visit_token_invalid where a right reaches only who was identified, and this was nobody or another."""
    if Reach.VISIT in reach_of(operation, work.principal.role) and not is_visitor(work, context, ticket, token):
        raise HallError(ErrorCode.VISIT_TOKEN_INVALID)


def must_reach_station(db: Session, who: Principal, operation: str, station: StationRow) -> None:
    """Raises forbidden, not_your_station."""
    reach = reach_of(operation, who.role)
    if not reach:
        raise HallError(ErrorCode.FORBIDDEN, f"role {who.role} may not do this")
    is_free = station.doctor_id is None or station.state == StationState.STOPPED
    if reach & WHOLE or (Reach.FREE in reach and who.station is None and is_free):
        return
    if station.id not in {room.id for room in own_stations(db, who)}:
        raise HallError(ErrorCode.NOT_YOUR_STATION)


def must_reach_hall(work: Work, operation: str, hall: str | None) -> None:
    """Raises forbidden for another hall named beside the thing, where the right does not reach every hall."""
    if Reach.HOSPITAL not in reach_of(operation, work.principal.role):
        work.principal.must_be_in(hall)


def must_serve(work: Work, operation: str, queue: str) -> None:
    """Raises not_your_station where a right reaches queues of the own station only, and this is none of them."""
    reach = reach_of(operation, work.principal.role)
    if reach & WHOLE:
        return
    if queue not in {id for room in own_stations(work.db, work.principal) for id in room.queues}:
        raise HallError(ErrorCode.NOT_YOUR_STATION)


def readable_ticket(db: Session, who: Principal, operation: str, id: str) -> TicketRow:
    """A ticket that may be read. Raises unknown_ticket, also for one of another hall; not_your_station."""
    row = db.get(TicketRow, id)
    if row is None or who.hall not in {None, row.hall_id}:
        raise HallError(ErrorCode.UNKNOWN_TICKET, id)
    must_reach_ticket(db, who, operation, row)
    return row
