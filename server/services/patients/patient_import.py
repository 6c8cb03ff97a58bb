"""One row of an import of patients: somebody added, or changed where the row says something. Erases nothing."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.files.spreadsheet_cells import read_birth
from server.domain.identity.documents import Document, must_agree, read_document, resident
from server.domain.identity.same_person import RECORD, Description, is_uncertain_renaming, why_not_the_same
from server.domain.identity.spelling import fold_code
from server.protocol.json_values import JsonDict
from server.protocol.terms import DocumentType, ErrorCode
from server.services.patients.booking_import import Kept
from server.services.patients.records import description_of, document_columns
from server.store.models import PatientCodeRow, PatientRow
from server.store.queries import people

SEXES = {"m": "male", "male": "male", "男": "male", "f": "female", "female": "female", "女": "female", "": None}
RENAMED = ("renamed", "the name changed, and neither a birth date nor a document was kept to compare")


def keep_patient(db: Session, row: Mapping[str, str], now: datetime) -> Kept:
    """Keep what a row says of a patient; what it does not say, in an absent column or an empty cell, stays as it is.

    Raises ValueError for a wrong cell or a number of another patient, identity_number_invalid, and contradicting_data
    where the row describes somebody else than the patient kept under its numbers.
    """
    if row["sex"].lower() not in SEXES:
        raise ValueError("sex: not one of male, female, 男, 女")
    document = read_document(row["identity_number"], _document_type(row)) if row["identity_number"] else None
    born = _birth(row["birth_date"], now) if row["birth_date"] else None
    sex = SEXES[row["sex"].lower()]
    must_agree(document, born, sex)
    born = born or (document.birth_date if document else None)
    sex = sex or (document.sex if document else None)
    patient = _known(db, row["record_number"], document)
    warnings = () if patient is None else _compared(patient, row, document, born, sex)
    own = patient.id if patient is not None else None
    for name, text in _new_numbers(db, patient, row, document).items():
        other_kind = name == "identity number" and document is not None and not document.is_by_gb_11643
        if people.belongs_to_another(db, text, own, as_document=other_kind):
            raise ValueError(f"the {name} belongs to another patient")
    values = {
        "name": row["name"],
        "sex": sex,
        "birth_date": born,
        "phone": row["phone"],
        "language": row["language"],
        "name_reading": row["name_reading"],
        RECORD: row["record_number"],
        "record_key": fold_code(row["record_number"]),
        **document_columns(document),
    }
    said: JsonDict = {name: value for name, value in values.items() if value}
    if patient is None:
        kept = PatientRow(id=secrets.token_hex(8), created_at=now, **said)
        db.add(kept)
    else:
        kept = patient
        for name, value in said.items():
            setattr(kept, name, value)
    db.flush()
    if row["card"] and not people.is_card_of(db, row["card"], kept.id):
        db.add(PatientCodeRow(code=row["card"], key=fold_code(row["card"]), patient_id=kept.id))
        db.flush()
    return Kept("added" if patient is None else "changed", warnings)


def _known(db: Session, record_number: str, document: Document | None) -> PatientRow | None:
    """The patient kept under the numbers of a row. Raises ValueError where they are two people's."""
    found = people.by_document(db, document) if document else None
    known = people.by_record_number(db, record_number)
    if found is not None and known is not None and found.id != known.id:
        raise ValueError("identity number and record number belong to two patients")
    if known is None and found is not None and found.record_number is not None:
        raise ValueError("the identity number belongs to another record number")
    return known or found


def _compared(
    patient: PatientRow, row: Mapping[str, str], document: Document | None, born: date | None, sex: str | None
) -> tuple[tuple[str, str], ...]:
    """Warnings about a row of a known patient. Raises contradicting_data where it describes somebody else."""
    if patient.identity_number:
        must_agree(resident(patient.identity_number), born, sex)
    kept = description_of(patient)
    numbers = {RECORD: fold_code(row["record_number"])}
    if document is not None:
        numbers[document.type.value] = document.number
    given = Description(row["name"], numbers, born, sex, row["phone"] or None)
    reason = why_not_the_same(given, kept)
    if reason is not None:
        raise HallError(ErrorCode.CONTRADICTING_DATA, reason)
    return (RENAMED,) if is_uncertain_renaming(given, kept) else ()


def _new_numbers(
    db: Session, patient: PatientRow | None, row: Mapping[str, str], document: Document | None
) -> dict[str, str]:
    """The numbers of a row that its patient does not have yet, by what they are."""
    numbers = {}
    if patient is None or patient.record_number is None:
        numbers["record number"] = row["record_number"]
    if document is not None and (
        patient is None or document.number not in {patient.identity_number, patient.document_number}
    ):
        numbers["identity number"] = document.number
    if row["card"] and (patient is None or not people.is_card_of(db, row["card"], patient.id)):
        numbers["card"] = row["card"]
    return numbers


def _birth(text: str, now: datetime) -> date:
    try:
        return read_birth(text, now.date())
    except ValueError as error:
        raise ValueError(f"birth_date: {error}") from None


def _document_type(row: Mapping[str, str]) -> DocumentType | None:
    if row["document_type"] and row["document_type"] not in set(DocumentType):
        raise ValueError(f"document_type: not one of {', '.join(DocumentType)}")
    return DocumentType(row["document_type"]) if row["document_type"] else None
