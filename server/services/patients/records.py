"""Who a patient is: finding and making people, and what they may choose between. Knows no queue and no reader."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.identity.documents import Document, kind_of_resident, must_agree, read_document
from server.domain.identity.identification import Owner
from server.domain.identity.same_person import RECORD, Description, Verdict, compare
from server.domain.identity.spelling import fold_code
from server.domain.privacy.masking import display_name
from server.protocol.json_values import JsonDict
from server.protocol.terms import ErrorCode, TicketState
from server.services.core.context import Context
from server.services.core.hall_config import config_of
from server.services.core.principal import Principal
from server.services.core.views import View, ticket_view
from server.services.patients.patient_requests import PatientBody
from server.services.readmodel.appointments_found import appointments_of
from server.services.readmodel.audience import AudiencePresenter
from server.services.readmodel.snapshot import hall_row
from server.services.reports.judging import listed
from server.services.reports.matching import reports_of
from server.store.models import PatientRow, QueueRow, TicketRow
from server.store.queries import people
from server.store.rows import insert_now

SAME_AS_NOBODY = "new"
"""The answer of the desk to the question who this is: somebody new here."""


def document_of(body: PatientBody) -> Document | None:
    """The identity document a body names. Raises identity_number_invalid, contradicting_data."""
    document = read_document(body.identity_number, body.document_type) if body.identity_number else None
    must_agree(document, body.birth_date, body.sex)
    return document


def document_columns(document: Document | None) -> dict[str, str | None]:
    """Where the number of a document is kept."""
    other = document is not None and not document.is_by_gb_11643
    return {
        "identity_number": document.number if document is not None and not other else None,
        "document_type": document.type.value if document is not None and other else None,
        "document_number": document.number if document is not None and other else None,
    }


def described_by(body: PatientBody, document: Document | None) -> Description:
    """What a body says of a person; a document's number says its birth date and sex too."""
    numbers = {RECORD: fold_code(body.record_number)} if body.record_number else {}
    if document is not None:
        numbers[document.type.value] = document.number
    born = body.birth_date or (document.birth_date if document else None)
    sex = body.sex or (document.sex if document else None)
    return Description(body.name, numbers, born, sex, body.phone)


def description_of(patient: PatientRow) -> Description:
    """What is known of a patient."""
    numbers = {RECORD: fold_code(patient.record_number)} if patient.record_number else {}
    if patient.identity_number:
        numbers[kind_of_resident(patient.identity_number).value] = patient.identity_number
    if patient.document_number and patient.document_type:
        numbers[patient.document_type] = patient.document_number
    return Description(patient.name, numbers, patient.birth_date, patient.sex, patient.phone)


def owner_of(patient: PatientRow) -> Owner:
    """What a proof is compared with."""
    number = patient.identity_number or patient.document_number
    return Owner(patient.name, patient.phone, number, patient.birth_date)


def find_or_make(db: Session, body: PatientBody, now: datetime, same_as: str | None = None) -> tuple[PatientRow, bool]:
    """The patient whom the desk checks in, and whether they are new here. By name alone: a new person each time.

    Numbers decide; who is merely alike is a question, which `same_as` answers with a patient's id or `new`. What the
    desk gives and was not known is kept. Raises choose with the people it may be, contradicting_data (also for a
    number that names somebody else), identity_number_invalid, invalid for an answer to nothing.
    """
    document = document_of(body)
    given = described_by(body, document)
    if body.is_name_only:
        return _make(db, body, document, now), True
    numbered = _numbered(db, body, document)
    verdicts = {row.id: compare(given, description_of(row)) for row in numbered}
    if len(numbered) > 1 or Verdict.CONTRADICTING in verdicts.values():
        raise HallError(ErrorCode.CONTRADICTING_DATA, "the numbers belong to two people", fields=["numbers"])
    maybe = numbered or candidates(db, given)
    if same_as == SAME_AS_NOBODY and not numbered:
        return _make(db, body, document, now), True
    if same_as is not None:
        chosen = next((row for row in maybe if row.id == same_as), None)
        if chosen is None:
            raise HallError(ErrorCode.INVALID, "same_as names nobody of those it may be")
        return _learn(db, chosen, body, document), False
    if numbered and verdicts[numbered[0].id] is Verdict.SAME:
        return _learn(db, numbered[0], body, document), False
    if maybe:
        raise HallError(ErrorCode.CHOOSE, choices={"people": [candidate_view(row) for row in maybe]})
    return _make(db, body, document, now), True


def candidates(db: Session, given: Description) -> list[PatientRow]:
    """People who may be the one described, without a number to prove it."""
    alike = people.alike(db, given.phone, given.birth_date)
    return [row for row in alike if compare(given, description_of(row)) is Verdict.ASK]


def candidate_view(patient: PatientRow) -> View:
    """Somebody whom the desk is to tell from others: what stands on a card, the name masked."""
    number = patient.identity_number or patient.document_number or ""
    return {
        "id": patient.id,
        "display_name": display_name(patient.name, "masked"),
        "sex": patient.sex,
        "birth_date": patient.birth_date.isoformat() if patient.birth_date else None,
        "record_number": patient.record_number,
        "identity_tail": number[-4:] or None,
        "phone_tail": (patient.phone or "")[-4:] or None,
    }


def _numbered(db: Session, body: PatientBody, document: Document | None) -> list[PatientRow]:
    found = [people.by_document(db, document)] if document else []
    found += [people.by_record_number(db, body.record_number)] if body.record_number else []
    return list({row.id: row for row in found if row is not None}.values())


def _make(db: Session, body: PatientBody, document: Document | None, now: datetime) -> PatientRow:
    values = _said(body, document)
    _must_be_free(db, values, None)
    more = {"language": body.language, "name_reading": body.name_reading, "created_at": now}
    return insert_now(db, PatientRow(id=secrets.token_hex(8), name=body.name, **values, **more))


def _learn(db: Session, patient: PatientRow, body: PatientBody, document: Document | None) -> PatientRow:
    """The patient, who keeps what the desk gives and was not known. What is known already stays.

    A passport stays unkept beside a permit: there is room for one document besides an identity number.
    """
    given = {name: value for name, value in _said(body, document).items() if value is not None}
    if patient.record_number:
        given = {name: value for name, value in given.items() if name not in {RECORD, "record_key"}}
    if patient.document_number:
        given = {name: value for name, value in given.items() if name not in {"document_type", "document_number"}}
    new = {name: value for name, value in given.items() if getattr(patient, name) is None}
    if "identity_number" in new and document is not None:
        new |= {"birth_date": document.birth_date, "sex": document.sex}
    _must_be_free(db, new, patient.id)
    for name, value in new.items():
        setattr(patient, name, value)
    if new:
        db.flush()
    return patient


def _said(body: PatientBody, document: Document | None) -> JsonDict:
    """The columns of a patient that a body fills, beside the name; None for what it does not say."""
    return {
        "sex": body.sex or (document.sex if document else None),
        "birth_date": body.birth_date or (document.birth_date if document else None),
        RECORD: body.record_number,
        "record_key": fold_code(body.record_number) if body.record_number else None,
        "phone": body.phone,
        **document_columns(document),
    }


def _must_be_free(db: Session, values: Mapping[str, object], own: str | None) -> None:
    """Raises contradicting_data for a number that names somebody else, in whatever kind: then it would name nobody."""
    for name in (RECORD, "identity_number", "document_number"):
        text = values.get(name)
        if (
            isinstance(text, str)
            and text
            and people.belongs_to_another(db, text, own, as_document=name == "document_number")
        ):
            raise HallError(ErrorCode.CONTRADICTING_DATA, "the number belongs to another patient", fields=["numbers"])


def choices_of(
    context: Context,
    db: Session,
    patient: str,
    hall: str,
    principal: Principal,
    now: datetime,
    level: int,
    *,
    ticket: str | None = None,
) -> View:
    """What this patient can do here: appointments of every hall, queues, tickets, and printable reports at level 2.

    With `ticket`, who stands there proved to hold that ticket and no more, and sees nothing else of its patient.
    """
    config = config_of(db, hall_row(db, hall))
    day = config.day(now)
    presenter = AudiencePresenter(db, hall_row(db, hall), principal.audience, scales=context.scales)
    tickets = [
        row
        for row in people.tickets_today(db, patient, hall, day)
        if row.state not in {TicketState.DONE, TicketState.CANCELLED, TicketState.NO_SHOW} and ticket in {None, row.id}
    ]
    views = [ticket_view(row) for row in tickets]
    presenter.learn(views)
    if ticket is not None:
        own = db.get(TicketRow, ticket)
        queue = config.queues.get(own.queue_id) if own is not None and own.state == TicketState.DONE else None
        return {
            "appointments": [],
            "queues": [{"id": queue.id, "name": queue.name}] if queue is not None else [],
            "tickets": [presenter.ticket(view, own=True) for view in views],
            "reports": [],
        }
    queues = db.scalars(
        select(QueueRow).where(QueueRow.hall_id == hall, QueueRow.active).order_by(QueueRow.position)
    ).all()
    return {
        "appointments": appointments_of(db, patient, hall_row(db, hall), now, level),
        "queues": [{"id": queue.id, "name": queue.name} for queue in queues],
        "tickets": [presenter.ticket(view, own=True) for view in views],
        "reports": _reports(db, patient, now) if level >= 2 else [],
    }


def _reports(db: Session, patient: str, now: datetime) -> list[View]:
    row = db.get_one(PatientRow, patient)
    return listed(db, row, reports_of(db, row), now)
