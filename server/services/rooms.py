"""Who sits in which room, asked of the stations as they are now."""

from sqlalchemy import select

from server.protocol.terms import StationState
from server.services.work import Work
from server.store.tables import StationRow


def doctor_at(work: Work, station: str | None) -> str | None:
    """Who sits at a station; None where nobody is named."""
    room = work.db.get(StationRow, station) if station else None
    return room.doctor_id if room is not None else None


def open_station_of_doctor(work: Work, doctor: str) -> StationRow | None:
    """The open station where a doctor sits."""
    return work.db.scalars(
        select(StationRow).where(
            StationRow.hall_id == work.hall.id,
            StationRow.doctor_id == doctor,
            StationRow.state == StationState.OPEN.value,
            StationRow.active,
        )
    ).first()
