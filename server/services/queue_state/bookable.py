"""Bookings and who can serve them: a booking as a value, a doctor in a queue, a queue at all. Reads only."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.protocol.json_values import View
from server.protocol.terms import ErrorCode, StationState
from server.services.core.hall_config import HallConfig
from server.services.core.views import stamp
from server.store.models import AppointmentRow, DoctorRow, HallRow, QueueRow, StationRow

SHORTEST, LONGEST = timedelta(minutes=15), timedelta(minutes=30)
FARTHEST, FAR_AWAY = timedelta(days=2 * 366), timedelta(days=20 * 366)


@dataclass(frozen=True, slots=True)
class Booking:
    """Where and when somebody is booked."""

    hall: str
    queue: str
    doctor: str | None
    start: datetime
    end: datetime
    registration: int | None = None

    @classmethod
    def of(cls, row: AppointmentRow) -> "Booking":
        """What a row says."""
        return cls(row.hall_id, row.queue_id, row.doctor_id, row.slot_start, row.slot_end, row.registration)

    @classmethod
    def read(cls, data: View) -> "Booking":
        """What `as_data` wrote."""
        start, end = (datetime.fromisoformat(data[name]) for name in ("start", "end"))
        return cls(data["hall"], data["queue"], data["doctor"], start, end, data["registration"])

    def as_data(self) -> View:
        """As a due row keeps it."""
        return {
            "hall": self.hall,
            "queue": self.queue,
            "doctor": self.doctor,
            "start": stamp(self.start),
            "end": stamp(self.end),
            "registration": self.registration,
        }

    def write(self, row: AppointmentRow) -> None:
        """Put it into a row."""
        row.hall_id, row.queue_id, row.doctor_id = self.hall, self.queue, self.doctor
        row.slot_start, row.slot_end, row.registration = self.start, self.end, self.registration


def must_be_servable(db: Session, booking: Booking) -> None:
    """Raises unknown_queue, queue_closed, unknown_doctor for a booking nobody can serve, invalid for a wrong slot."""
    hall, queue = db.get(HallRow, booking.hall), db.get(QueueRow, (booking.hall, booking.queue))
    if hall is None or queue is None:
        raise HallError(ErrorCode.UNKNOWN_QUEUE, f"hall {booking.hall} has no queue {booking.queue}")
    if not (hall.active and queue.active):
        raise HallError(ErrorCode.QUEUE_CLOSED, f"queue {booking.queue} of hall {booking.hall} is closed")
    if not is_served(db, booking.hall, booking.queue):
        raise HallError(ErrorCode.QUEUE_CLOSED, f"no station of hall {booking.hall} serves queue {booking.queue}")
    if booking.doctor and not sees(db, booking.hall, booking.queue, booking.doctor):
        raise HallError(ErrorCode.UNKNOWN_DOCTOR, f"no doctor {booking.doctor} sees patients of queue {booking.queue}")
    if not SHORTEST <= booking.end - booking.start <= LONGEST:
        raise HallError(ErrorCode.INVALID, "a slot is 15 to 30 minutes long")


def must_be_near(start: datetime, now: datetime) -> None:
    """Raises invalid for a slot 20 years away or more: a default of some system, not a day of this hospital."""
    if abs(start - now) > FAR_AWAY:
        raise HallError(ErrorCode.INVALID, f"slot_start: {start.date().isoformat()} is no day of bookings")


def must_be_to_come(booking: Booking, config: HallConfig, now: datetime) -> None:
    """Raises invalid for a slot of a business day before today, or more than two years ahead."""
    if booking.start - now > FARTHEST:
        raise HallError(ErrorCode.INVALID, "slot_start: more than two years ahead")
    must_be_near(booking.start, now)
    if config.day(booking.start) < config.day(now):
        raise HallError(ErrorCode.INVALID, "slot_start: a day that is over")


def sees(db: Session, hall: str, queue: str, doctor: str) -> bool:
    """Whether a doctor has a room of the queue, or is known in the hospital and bound to no other queue."""
    rooms = select(StationRow).where(StationRow.hall_id == hall, StationRow.doctor_id == doctor, StationRow.active)
    if any(queue in room.queues for room in db.scalars(rooms)):
        return True
    known = db.get(DoctorRow, doctor)
    return known is not None and known.queue_id in {None, queue}


def is_served(db: Session, hall: str, queue: str) -> bool:
    """Whether any station of the hall file serves the queue, open or not."""
    rooms = db.scalars(select(StationRow).where(StationRow.hall_id == hall, StationRow.active))
    return any(queue in room.queues for room in rooms)


def is_here(db: Session, hall: str, queue: str, doctor: str) -> bool:
    """Whether a room of the doctor serves the queue and has not stopped."""
    rooms = db.scalars(
        select(StationRow).where(
            StationRow.hall_id == hall,
            StationRow.doctor_id == doctor,
            StationRow.active,
            StationRow.state != StationState.STOPPED.value,
        )
    )
    return any(queue in room.queues for room in rooms)
