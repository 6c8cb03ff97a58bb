"""Named queries over patients, appointments and visits. Knows no rules."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.store.tables import AppointmentRow, PatientCodeRow, PatientRow, TicketRow, VisitRow

OPEN = ("booked", "given_back")
"""States of an appointment that may be checked in: not yet, or a check-in that was taken back."""
USABLE = (*OPEN, "used")
"""The same, and one that another visit of the day used up: who names it comes back to that queue."""


def by_code(db: Session, code: str) -> PatientRow | None:
    """The patient a card, identity number or record number names."""
    found = db.scalars(
        select(PatientRow).where(or_(PatientRow.identity_number == code, PatientRow.record_number == code))
    ).first()
    if found is not None:
        return found
    return db.scalars(select(PatientRow).join(PatientCodeRow).where(PatientCodeRow.code == code)).one_or_none()


def by_phone_and_name(db: Session, phone: str, name: str) -> PatientRow | None:
    """The one patient of that phone and name; None when there are several."""
    found = db.scalars(select(PatientRow).where(PatientRow.phone == phone, PatientRow.name == name).limit(2)).all()
    return found[0] if len(found) == 1 else None


def by_name_and_birth(db: Session, name: str, born: date) -> PatientRow | None:
    """The one patient of that name and birth date; None when there are several."""
    found = db.scalars(select(PatientRow).where(PatientRow.name == name, PatientRow.birth_date == born).limit(2)).all()
    return found[0] if len(found) == 1 else None


def appointments(db: Session, patient: str, hall: str, start: datetime, end: datetime) -> Sequence[AppointmentRow]:
    """The patient's open appointments in a hall whose slots begin within [start, end), earliest first."""
    return db.scalars(
        select(AppointmentRow)
        .where(
            AppointmentRow.patient_id == patient,
            AppointmentRow.hall_id == hall,
            AppointmentRow.state.in_(OPEN),
            AppointmentRow.slot_start >= start,
            AppointmentRow.slot_start < end,
        )
        .order_by(AppointmentRow.slot_start)
    ).all()


def tickets_today(db: Session, patient: str, hall: str, day: date) -> Sequence[TicketRow]:
    """The patient's tickets of a business day in a hall, oldest first, ended ones too."""
    return db.scalars(
        select(TicketRow)
        .where(TicketRow.patient_id == patient, TicketRow.hall_id == hall, TicketRow.business_day == day)
        .order_by(TicketRow.checked_in_at, TicketRow.number_seq)
    ).all()


def visit(db: Session, patient: str, day: date) -> VisitRow | None:
    """The patient's visit of a business day."""
    return db.scalars(
        select(VisitRow).where(VisitRow.patient_id == patient, VisitRow.business_day == day)
    ).one_or_none()
