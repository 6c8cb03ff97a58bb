"""Which hall a command belongs to, read before its lock is taken; access.py reads the thing again under the lock."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.access.reach import Reach
from server.domain.access.rights import RIGHTS, Subject, reach_of
from server.domain.errors import HallError
from server.protocol.terms import ErrorCode
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.store.models import (
    AlertRow,
    AnnouncementRow,
    AppointmentRow,
    DeviceRow,
    HallRow,
    PrintJobRow,
    StationRow,
    TicketRow,
)

Thing = TicketRow | StationRow | PrintJobRow | AlertRow | AnnouncementRow | DeviceRow | AppointmentRow
THINGS: dict[Subject, tuple[type[Any], ErrorCode]] = {
    Subject.TICKET: (TicketRow, ErrorCode.UNKNOWN_TICKET),
    Subject.STATION: (StationRow, ErrorCode.UNKNOWN_STATION),
    Subject.PRINT_JOB: (PrintJobRow, ErrorCode.NOT_FOUND),
    Subject.ALERT: (AlertRow, ErrorCode.NOT_FOUND),
    Subject.ANNOUNCEMENT: (AnnouncementRow, ErrorCode.NOT_FOUND),
    Subject.DEVICE: (DeviceRow, ErrorCode.NOT_FOUND),
    Subject.APPOINTMENT: (AppointmentRow, ErrorCode.NOT_FOUND),
}
"""The table of a thing with an id, and what is answered for one that is not there, or is another hall's."""


def hall_of_command(context: Context, who: Principal, operation: str, body: object, parts: Mapping[str, str]) -> str:
    """The hall of an operation by its row in the table of rights.

    Raises the code of a thing that is not there, unknown_hall, forbidden for a named hall of others.
    """
    subject = RIGHTS[operation].subject
    if subject in THINGS:
        return hall_of(context, who, subject, parts["id"], operation)
    named = parts.get("hall") or getattr(body, "hall", None) if subject is Subject.NAMED_HALL else None
    return named_hall(context, who, named) if named else own_hall(context, who)


def hall_of(context: Context, who: Principal, subject: Subject, id: str, operation: str) -> str:
    """The hall of a thing. Raises the code of a thing that is not there.

    Who is bound to a hall asks there: under the lock a thing of another hall is answered like one that is not there.
    """
    if who.reach is not None and Reach.HOSPITAL not in reach_of(operation, who.role):
        return who.reach
    table, missing = THINGS[subject]
    with Session(context.engines.read) as db:
        hall = db.scalar(select(table.hall_id).where(table.id == id))
    if hall is None:
        raise HallError(missing, id)
    return str(hall)


def named_hall(context: Context, who: Principal, hall: str) -> str:
    """A hall named in a command. Raises unknown_hall, or forbidden for another one than the asker's."""
    if who.hall == hall:
        return hall
    with Session(context.engines.read) as db:
        row = db.get(HallRow, hall)
    if row is None or not row.active:
        raise HallError(ErrorCode.UNKNOWN_HALL, hall)
    who.must_be_in(hall)
    return hall


def own_hall(context: Context, who: Principal) -> str:
    """The hall of who asks; for those who belong to none, the first."""
    if who.hall is not None:
        return who.hall
    halls = context.hall_ids()
    if not halls:
        raise HallError(ErrorCode.UNKNOWN_HALL, "no hall is set up")
    return halls[0]
