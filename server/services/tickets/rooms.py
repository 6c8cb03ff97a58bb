"""Who sits in which room, asked of the stations as they are now, and who may."""

from sqlalchemy import select

from server.domain.errors import HallError
from server.domain.identity.doctor_ids import is_plain
from server.protocol.terms import ErrorCode, StaffRole, StationState
from server.services.core.unit_of_work import Work
from server.store.models import DoctorRow, StaffRow, StationRow


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


def must_be_a_doctor(work: Work, doctor: str) -> None:
    """Raises unknown_doctor for a text that is neither a doctor the hospital knows nor a plain code, and forbidden
    where a doctor names another one: each sits down for themself."""
    who = work.principal
    if who.role is StaffRole.DOCTOR and doctor != who.doctor and (who.doctor is not None or who.station is None):
        raise HallError(ErrorCode.FORBIDDEN, "a doctor opens a room in no other doctor's name")
    if is_plain(doctor) or work.db.get(DoctorRow, doctor) is not None:
        return
    account = select(StaffRow.id).where(StaffRow.doctor_id == doctor)
    room = select(StationRow.id).where(StationRow.doctor_id == doctor, StationRow.active)
    if not any(work.db.scalars(rows.limit(1)).first() for rows in (account, room)):
        raise HallError(ErrorCode.UNKNOWN_DOCTOR)
