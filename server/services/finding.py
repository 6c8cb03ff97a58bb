"""Which hall a wish belongs to, read before its lock is taken; the use case reads the thing again under the lock."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode
from server.services.context import Context
from server.services.principal import Principal
from server.store.tables import (
    AlertRow,
    AnnouncementRow,
    AppointmentRow,
    DeviceRow,
    HallRow,
    PrintJobRow,
    StationRow,
    TicketRow,
)

CHECKED_UNDER_LOCK = frozenset({TicketRow, StationRow})
NOT_THERE = {
    TicketRow: ErrorCode.UNKNOWN_TICKET,
    StationRow: ErrorCode.UNKNOWN_STATION,
    PrintJobRow: ErrorCode.NOT_FOUND,
    AlertRow: ErrorCode.NOT_FOUND,
    AnnouncementRow: ErrorCode.NOT_FOUND,
    DeviceRow: ErrorCode.NOT_FOUND,
    AppointmentRow: ErrorCode.NOT_FOUND,
}


def hall_of(context: Context, who: Principal, table: Any, id: str) -> str:
    """The hall of a thing. Raises the code of a thing that is not there, forbidden for another hall's.

    Who is bound to a hall wishes there: the use case itself refuses a thing of another hall under the lock.
    """
    if who.hall is not None and table in CHECKED_UNDER_LOCK:
        return who.hall
    with Session(context.engines.read) as db:
        hall = db.scalar(select(table.hall_id).where(table.id == id))
    if hall is None:
        raise HallError(NOT_THERE[table], id)
    who.must_be_in(hall)
    return str(hall)


def named_hall(context: Context, who: Principal, hall: str) -> str:
    """A hall named in a wish. Raises unknown_hall, or forbidden for another one than the wisher's."""
    if who.hall == hall:
        return hall
    with Session(context.engines.read) as db:
        row = db.get(HallRow, hall)
    if row is None or not row.active:
        raise HallError(ErrorCode.UNKNOWN_HALL, hall)
    who.must_be_in(hall)
    return hall


def own_hall(context: Context, who: Principal) -> str:
    """The hall of the wisher; for those who belong to none, the first."""
    if who.hall is not None:
        return who.hall
    halls = context.hall_ids()
    if not halls:
        raise HallError(ErrorCode.UNKNOWN_HALL, "no hall is set up")
    return halls[0]
