"""Who a patient is: finding, making and identifying people. Knows no queue."""

import hmac
import secrets
from collections import deque
from datetime import datetime, timedelta
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.documents import Document, must_agree, read_document
from server.domain.errors import HallError
from server.domain.masking import display_name
from server.protocol.terms import DeviceRole, ErrorCode, TicketState
from server.services.config import config_of
from server.services.context import Context
from server.services.faces import Faces
from server.services.principal import Principal
from server.services.reading import hall_row
from server.services.reports.judging import listed
from server.services.reports.matching import reports_of
from server.services.views import View, stamp, ticket_view
from server.services.wishes import IdentifyBody, PatientBody, Typed
from server.store import people
from server.store.rows import insert_now
from server.store.tables import AppointmentRow, DoctorRow, PatientRow, QueueRow, TicketRow

FAILURES_PER_DEVICE = 20
WINDOW = timedelta(minutes=10)


class Attempts:
    """Failed identifications per device within ten minutes: what an enumerating kiosk is stopped by."""

    def __init__(self) -> None:
        self._failed: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def check(self, owner: str, now: datetime) -> None:
        """Raises too_many_attempts when `owner` failed too often lately."""
        with self._lock:
            failed = self._failed.get(owner, deque())
            while failed and now - failed[0] > WINDOW:
                failed.popleft()
            if len(failed) >= FAILURES_PER_DEVICE:
                raise HallError(ErrorCode.TOO_MANY_ATTEMPTS)

    def fail(self, owner: str, now: datetime) -> None:
        """Count a failure."""
        with self._lock:
            self._failed.setdefault(owner, deque()).append(now)


def find_or_make(db: Session, body: PatientBody, now: datetime) -> tuple[PatientRow, bool]:
    """The patient a check-in names, and whether they are new here.

    By name alone: a new person each time; else found by number, by phone and name, or by name and birth date.
    """
    document = document_of(body)
    number = document.number if document else None
    found: PatientRow | None = None
    if number:
        found = people.by_code(db, number)
    if found is None and body.record_number:
        found = people.by_code(db, body.record_number)
    if found is None and body.phone:
        found = people.by_phone_and_name(db, body.phone, body.name)
    if found is None and body.birth_date and not number:
        found = people.by_name_and_birth(db, body.name, body.birth_date)
    if found is not None:
        return found, False
    values = {
        "id": secrets.token_hex(8),
        "name": body.name,
        "sex": body.sex or (document.sex if document else None),
        "birth_date": body.birth_date or (document.birth_date if document else None),
        "identity_number": number,
        "record_number": body.record_number,
        "phone": body.phone,
        "language": body.language,
        "name_reading": body.name_reading,
        "created_at": now,
    }
    return insert_now(db, PatientRow(**values)), True


def must_fit(attempts: Attempts, db: Session, principal: Principal, body: PatientBody | None, now: datetime) -> None:
    """At a kiosk more than a name counts as an identification: the name must fit the number, and failures count.

    Raises not_identified, too_many_attempts, identity_number_invalid.
    """
    if principal.role is not DeviceRole.KIOSK or body is None or body.is_name_only:
        return
    attempts.check(principal.owner, now)
    document = document_of(body)
    number = document.number if document else None
    found = [people.by_code(db, code) for code in (number, body.record_number) if code]
    names = {patient.name.casefold() for patient in found if patient is not None}
    if names - {body.name.casefold()}:
        attempts.fail(principal.owner, now)
        raise HallError(ErrorCode.NOT_IDENTIFIED)


def document_of(body: PatientBody) -> Document | None:
    """The identity document a body names. Raises identity_number_invalid, contradicting_data."""
    document = read_document(body.identity_number) if body.identity_number else None
    must_agree(document, body.birth_date, body.sex)
    return document


def identify(context: Context, attempts: Attempts, principal: Principal, body: IdentifyBody) -> View:
    """Who stands at the kiosk, and what they may choose between. Every failure is the same not_identified."""
    now, hall_now = context.clock.real(), context.clock.hall()
    attempts.check(principal.owner, now)
    principal.must_be_in(body.hall)
    with Session(context.engines.read) as db:
        hall_row(db, body.hall)
        found, level = _recognise(db, body)
        if found is None:
            attempts.fail(principal.owner, now)
            raise HallError(ErrorCode.NOT_IDENTIFIED)
        token = context.sign_visit({"patient": found.id, "level": level, "hall": body.hall, "device": principal.id})
        name = display_name(found.name, "masked")
        choices = choices_of(context, db, found.id, body.hall, principal, hall_now, level)
        return {"visit_token": token, "level": level, "display_name": name, "choices": choices}


def _recognise(db: Session, body: IdentifyBody) -> tuple[PatientRow | None, int]:
    """The patient and the level: 2 by a card or code that was read, 1 by a slip or by typing."""
    if body.scan:
        code = body.scan
        found = people.by_code(db, code.upper()) or people.by_code(db, code)
        if found is not None:
            return found, 2
        ticket = db.scalars(select(TicketRow).where(TicketRow.code == code)).one_or_none()
        return (db.get(PatientRow, ticket.patient_id), 1) if ticket else (None, 0)
    if body.typed:
        return _typed(db, body.typed), 1
    return None, 0


def _typed(db: Session, typed: Typed) -> PatientRow | None:
    """A typed code needs a second thing that fits: name, birth date, or the tail of phone or identity number."""
    found: PatientRow | None = None
    if typed.code:
        code = typed.code
        found = people.by_code(db, code.upper()) or people.by_code(db, code)
        if found is None and (booked := db.get(AppointmentRow, code)) is not None:
            found = db.get(PatientRow, booked.patient_id)
    elif typed.name and typed.birth_date:
        return people.by_name_and_birth(db, " ".join(typed.name.split()), typed.birth_date)
    if found is None:
        return None
    checks = [
        (typed.name and " ".join(typed.name.split()), found.name),
        (typed.birth_date and typed.birth_date.isoformat(), found.birth_date and found.birth_date.isoformat()),
        (typed.phone_tail, found.phone and found.phone[-4:]),
        (typed.identity_tail and typed.identity_tail.upper(), found.identity_number and found.identity_number[-4:]),
    ]
    given = [(mine, theirs) for mine, theirs in checks if mine]
    fits = bool(given) and all(
        hmac.compare_digest(str(mine).encode(), str(theirs or "").encode()) for mine, theirs in given
    )
    return found if fits else None


def choices_of(
    context: Context, db: Session, patient: str, hall: str, principal: Principal, now: datetime, level: int
) -> dict[str, Any]:
    """What this patient can do in this hall today: appointments, queues, tickets, and printable reports at level 2."""
    config = config_of(db, hall_row(db, hall))
    day = config.day(now)
    start, end = config.bounds(day)
    faces = Faces(db, hall_row(db, hall), principal.audience, scales=context.scales)
    tickets = [
        row
        for row in people.tickets_today(db, patient, hall, day)
        if row.state not in {TicketState.DONE, TicketState.CANCELLED, TicketState.NO_SHOW}
    ]
    views = [ticket_view(row) for row in tickets]
    faces.learn(views)
    queues = db.scalars(
        select(QueueRow).where(QueueRow.hall_id == hall, QueueRow.active).order_by(QueueRow.position)
    ).all()
    names = {queue.id: queue.name for queue in queues}
    doctors = {row.id: row.name for row in db.execute(select(DoctorRow.id, DoctorRow.name))}
    return {
        "appointments": [
            {
                "id": row.id,
                "queue": row.queue_id,
                "queue_name": names.get(row.queue_id, {}),
                "doctor": row.doctor_id,
                "doctor_name": doctors.get(row.doctor_id or ""),
                "slot_start": stamp(row.slot_start),
                "slot_end": stamp(row.slot_end),
            }
            for row in people.appointments(db, patient, hall, start, end)
        ],
        "queues": [{"id": queue.id, "name": queue.name} for queue in queues],
        "tickets": [faces.ticket(view, own=True) for view in views],
        "reports": _reports(db, patient, now) if level >= 2 else [],
    }


def _reports(db: Session, patient: str, now: datetime) -> list[View]:
    row = db.get_one(PatientRow, patient)
    return listed(db, row, reports_of(db, row), now)
