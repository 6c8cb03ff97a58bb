"""What the rules of passing ask of a ticket: its calls, and the screens and loudspeakers that told of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.passing import Called, why_not
from server.domain.queueing.rules import Rules
from server.protocol.terms import DeviceRole
from server.store.models import DeviceRow, HallRow, StationRow, TicketRow


def refusal(db: Session, hall: HallRow, ticket: TicketRow, rules: Rules, now: datetime) -> HallError | None:
    """Why a called ticket may not be passed yet, or None."""
    stamps = [ticket.times[name] for name in ("called", "recalled") if name in ticket.times]
    called = Called(
        calls=ticket.calls,
        last=max(datetime.fromisoformat(stamp) for stamp in stamps),
        announced=bool(hall.callers),
        silent=[device.name for device in _callers(db, ticket) if not device.online] if hall.callers else (),
    )
    return why_not(called, rules, now)


def _callers(db: Session, ticket: TicketRow) -> Sequence[DeviceRow]:
    """The screens and loudspeakers of the station's zone; where the zone has none of its own, those of the hall."""
    station = db.get(StationRow, ticket.station_id) if ticket.station_id else None
    callers = db.scalars(
        select(DeviceRow).where(
            DeviceRow.hall_id == ticket.hall_id, DeviceRow.role == DeviceRole.CALLER, DeviceRow.revoked_at.is_(None)
        )
    ).all()
    return [device for device in callers if station is not None and device.zone == station.zone] or callers
