"""One row of an import of appointments: a booking added, changed, moved or cancelled, and what to tell the sender."""

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.numbering import business_day, day_bounds
from server.protocol.terms import AppointmentState, ErrorCode
from server.services.queue_state.bookable import Booking, must_be_servable
from server.services.tickets.bookings import KIND
from server.store.models import AppointmentRow, HospitalRow, QueueRow
from server.store.queries import people, scheduled_tasks


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a row (added, changed, cancelled), and warnings as code and reason."""

    result: str
    warnings: tuple[tuple[str, str], ...] = ()


def keep_booking(
    db: Session, id: str, patient: str, booking: Booking, state: AppointmentState | None, now: datetime
) -> Kept:
    """Keep what a row says. A blank state (None) leaves it as it is, and is `booked` for a new one.

    Who has checked in is reached by a due row, under the lock of the hall: the ticket goes with the booking, or staff
    is told. A cancelled booking needs nobody who could serve it. Raises unknown_queue, queue_closed, unknown_doctor,
    invalid.
    """
    row = db.get(AppointmentRow, id, with_for_update=True)
    cancelled = state is AppointmentState.CANCELLED or (
        state is None and row is not None and row.state == AppointmentState.CANCELLED
    )
    if not cancelled:
        must_be_servable(db, booking)
    elif db.get(QueueRow, (booking.hall, booking.queue)) is None:
        raise HallError(ErrorCode.UNKNOWN_QUEUE, f"hall {booking.hall} has no queue {booking.queue}")
    if row is not None and row.state == AppointmentState.CHECKED_IN:
        return Kept(_reach(db, row, patient, booking, now, cancelled=cancelled))
    result = "added" if row is None else "changed"
    if row is None:
        row = AppointmentRow(id=id, patient_id=patient, state=AppointmentState.BOOKED.value)
        db.add(row)
    if cancelled:
        result = result if row.state == AppointmentState.CANCELLED else "cancelled"
        row.state = AppointmentState.CANCELLED.value
    elif state is AppointmentState.BOOKED and row.state == AppointmentState.CANCELLED:
        row.state = AppointmentState.BOOKED.value
    row.patient_id = patient
    booking.write(row)
    db.flush()
    return Kept(result, () if cancelled else _double(db, row))


def _reach(db: Session, row: AppointmentRow, patient: str, booking: Booking, now: datetime, *, cancelled: bool) -> str:
    """Ask the hall to cancel or move what is checked in; nothing to ask where the row says what is known."""
    if row.patient_id != patient:
        raise HallError(ErrorCode.INVALID, f"appointment {row.id} is checked in by another patient")
    if cancelled or Booking.of(row) != booking:
        state = AppointmentState.CANCELLED if cancelled else AppointmentState.BOOKED
        scheduled_tasks.put(
            db.connection(),
            {
                "id": f"{KIND}:{row.id}",
                "hall_id": row.hall_id,
                "clock": "real",
                "due_at": now,
                "kind": KIND,
                "subject": row.id,
                "data": {**booking.as_data(), "state": state.value},
            },
        )
    return "cancelled" if cancelled else "changed"


def _double(db: Session, row: AppointmentRow) -> tuple[tuple[str, str], ...]:
    """Whether the patient is booked for the same queue and day already: one visit uses up both."""
    hospital = db.get_one(HospitalRow, 1)
    timezone, rolls = ZoneInfo(hospital.timezone), time.fromisoformat(hospital.rolls_at)
    start, end = day_bounds(business_day(row.slot_start, timezone, rolls), timezone, rolls)
    other = db.scalars(
        select(AppointmentRow.id)
        .where(
            AppointmentRow.patient_id == row.patient_id,
            AppointmentRow.hall_id == row.hall_id,
            AppointmentRow.queue_id == row.queue_id,
            AppointmentRow.id != row.id,
            AppointmentRow.state.in_(people.OPEN),
            AppointmentRow.slot_start >= start,
            AppointmentRow.slot_start < end,
        )
        .limit(1)
    ).first()
    reason = f"the patient is booked for queue {row.queue_id} of that day by {other} too; one visit uses up both"
    return () if other is None else (("double_booking", reason),)
