"""Named queries over patients, appointments and visits. Knows no rules."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import BindParameter, bindparam, literal, or_, select, union_all
from sqlalchemy.orm import Session

from server.domain.identity.documents import Document
from server.domain.identity.identification import Identifier
from server.domain.identity.spelling import fold_code
from server.protocol.terms import ENDED
from server.store.models import AppointmentRow, PatientCodeRow, PatientRow, TicketRow, VisitRow

OPEN = ("booked", "given_back")
"""States of an appointment that may be checked in: not yet, or a check-in that was taken back."""
USABLE = (*OPEN, "used")
"""The same, and one that another visit of the day used up: who names it comes back to that queue."""
_CODE: BindParameter[str] = bindparam("code")
_WRITTEN: BindParameter[str] = bindparam("written")
_NAMED = union_all(
    select(PatientRow.id, literal(Identifier.IDENTITY.value)).where(PatientRow.identity_number == _CODE),
    select(PatientRow.id, literal(Identifier.DOCUMENT.value)).where(PatientRow.document_number == _CODE),
    select(PatientRow.id, literal(Identifier.RECORD.value)).where(PatientRow.record_key == _CODE),
    select(PatientCodeRow.patient_id, literal(Identifier.CARD.value)).where(PatientCodeRow.key == _CODE),
    select(AppointmentRow.patient_id, literal(Identifier.APPOINTMENT.value)).where(
        or_(AppointmentRow.id == _CODE, AppointmentRow.id == _WRITTEN)
    ),
)


def named_by(db: Session, text: str) -> dict[str, set[Identifier]]:
    """The patients whom a text names, and as what: one statement, whether anybody is found or not."""
    found: dict[str, set[Identifier]] = {}
    for patient, kind in db.connection().execute(_NAMED, {"code": fold_code(text), "written": text}):
        found.setdefault(patient, set()).add(Identifier(kind))
    return found


def by_code(db: Session, code: str) -> PatientRow | None:
    """The one patient whom a card, identity number, document or record number names; None when it names two."""
    named = named_by(db, code)
    found = [patient for patient, kinds in named.items() if kinds - {Identifier.APPOINTMENT}]
    if len(found) > 1:
        exact = db.scalars(select(PatientRow).where(PatientRow.id.in_(found), PatientRow.record_number == code)).all()
        return exact[0] if len(exact) == 1 else None
    return db.get(PatientRow, found[0]) if found else None


def belongs_to_another(db: Session, text: str, patient: str | None, *, as_document: bool = False) -> bool:
    """Whether a card, identity number, document or record number names somebody else than `patient`.

    `as_document`: the text is a passport's or permit's number, which a document of another kind may have too.
    """
    ignored = {Identifier.APPOINTMENT, Identifier.DOCUMENT} if as_document else {Identifier.APPOINTMENT}
    return any(kinds - ignored for other, kinds in named_by(db, text).items() if other != patient)


def is_card_of(db: Session, code: str, patient: str) -> bool:
    """Whether a card is the patient's already, in whatever case or width it is written."""
    return Identifier.CARD in named_by(db, code).get(patient, set())


def by_record_number(db: Session, number: str) -> PatientRow | None:
    """The patient of a record number, in whatever case it is written; the exact one where two differ in case only."""
    rows = db.scalars(select(PatientRow).where(PatientRow.record_key == fold_code(number)).limit(2)).all()
    exact = [row for row in rows if row.record_number == number]
    return exact[0] if exact else rows[0] if len(rows) == 1 else None


def by_document(db: Session, document: Document) -> PatientRow | None:
    """The patient of an identity document; numbers of two kinds are never one."""
    if document.is_by_gb_11643:
        return db.scalars(select(PatientRow).where(PatientRow.identity_number == document.number)).one_or_none()
    return db.scalars(
        select(PatientRow).where(
            PatientRow.document_number == document.number, PatientRow.document_type == document.type.value
        )
    ).one_or_none()


def alike(db: Session, phone: str | None, born: date | None) -> Sequence[PatientRow]:
    """Patients of a phone or a birth date: among them may be the one who stands at the desk."""
    found: dict[str, PatientRow] = {}
    for column, value in ((PatientRow.phone, phone), (PatientRow.birth_date, born)):
        if value is not None:
            found |= {row.id: row for row in db.scalars(select(PatientRow).where(column == value).limit(500))}
    return list(found.values())


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


def is_of_hall(db: Session, patient: str, hall: str, day: date, start: datetime, end: datetime) -> bool:
    """Whether the patient has a ticket of a business day in a hall, or is booked there within [start, end)."""
    mine = (TicketRow.patient_id == patient, TicketRow.hall_id == hall, TicketRow.business_day == day)
    here = db.scalars(select(TicketRow.id).where(*mine).limit(1)).first()
    return here is not None or bool(appointments(db, patient, hall, start, end))


def is_escorted(db: Session, patient: str, day: date) -> bool:
    """Whether the patient holds a live ticket of a business day that bypasses its queue, in whichever hall."""
    live = TicketRow.state.not_in([state.value for state in ENDED])
    mine = (TicketRow.patient_id == patient, TicketRow.business_day == day, TicketRow.bypass, live)
    return db.scalars(select(TicketRow.id).where(*mine).limit(1)).first() is not None


def numbers_of(db: Session, patient: PatientRow) -> set[str]:
    """Every text that names the patient: record, identity, document and card numbers, appointments, slips."""
    found = {patient.record_number, patient.identity_number, patient.document_number}
    for column, owner in (
        (PatientCodeRow.code, PatientCodeRow.patient_id),
        (AppointmentRow.id, AppointmentRow.patient_id),
        (TicketRow.code, TicketRow.patient_id),
    ):
        found |= set(db.scalars(select(column).where(owner == patient.id)))
    return {fold_code(number) for number in found if number}


def visit(db: Session, patient: str, day: date) -> VisitRow | None:
    """The patient's visit of a business day."""
    return db.scalars(
        select(VisitRow).where(VisitRow.patient_id == patient, VisitRow.business_day == day)
    ).one_or_none()
