"""People and slots from rows of CSV or the API: all of a file or nothing, every fault named with its row."""

import re
import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode, StaffRole
from server.services import staff
from server.services.context import zone
from server.services.patients import born, normal_identity_number
from server.store import people
from server.store.tables import AppointmentRow, DoctorRow, HospitalRow, PatientCodeRow, PatientRow, QueueRow

Kind = Literal["patients", "appointments", "staff"]
Row = dict[str, str | None]
SEXES = {"m": "male", "male": "male", "男": "male", "f": "female", "female": "female", "女": "female", "": None}
SLOT = (timedelta(minutes=15), timedelta(minutes=30))
COLUMNS: dict[Kind, tuple[str, ...]] = {
    "patients": (
        "record_number",
        "name",
        "sex",
        "birth_date",
        "identity_number",
        "phone",
        "card",
        "language",
        "name_reading",
    ),
    "appointments": ("id", "patient", "hall", "queue", "doctor", "slot_start", "slot_end", "registration"),
    "staff": ("username", "name", "role", "password", "hall", "station", "doctor", "title", "queue"),
}


def load(db: Session, kind: Kind, rows: Iterable[Row], now: datetime) -> dict[str, int]:
    """Import rows; how many were added and changed. Raises import_rejected with every fault."""
    one = {"patients": _patient, "appointments": _appointment, "staff": _staff}[kind]
    faults: list[dict[str, Any]] = []
    counts = {"added": 0, "changed": 0}
    for number, raw in enumerate(rows, 1):
        unknown = [word for word in raw if word not in COLUMNS[kind]]
        row = {word: " ".join((raw.get(word) or "").split()) for word in COLUMNS[kind]}
        try:
            if unknown:
                raise ValueError(f"unknown column {unknown[0]!r}; known: {', '.join(COLUMNS[kind])}")
            counts[one(db, row, now)] += 1
        except HallError as error:
            faults.append({"row": number, "code": error.code.value, "reason": error.detail or error.code.value})
        except ValueError as error:
            faults.append({"row": number, "code": ErrorCode.INVALID.value, "reason": str(error)})
    if faults:
        raise HallError(
            ErrorCode.IMPORT_REJECTED,
            f"{len(faults)} rows are wrong; first: row {faults[0]['row']}: {faults[0]['reason']}",
            errors=faults[:100],
        )
    return counts


def _required(row: dict[str, str], *words: str) -> None:
    for word in words:
        if not row[word]:
            raise ValueError(f"{word} is missing")


def _patient(db: Session, row: dict[str, str], now: datetime) -> str:
    _required(row, "record_number", "name")
    if len(row["name"]) > 100:
        raise ValueError("name is longer than 100 characters")
    if row["sex"].lower() not in SEXES:
        raise ValueError(f"sex {row['sex']!r} is not one of male, female, 男, 女")
    number = normal_identity_number(row["identity_number"]) if row["identity_number"] else None
    birth = date.fromisoformat(row["birth_date"]) if row["birth_date"] else born(number)
    values = {
        "name": row["name"],
        "sex": SEXES[row["sex"].lower()],
        "birth_date": birth,
        "identity_number": number,
        "phone": row["phone"] or None,
        "language": row["language"] or None,
        "name_reading": row["name_reading"] or None,
    }
    found = people.by_code(db, number) if number else None
    known = people.by_code(db, row["record_number"])
    if found is not None and known is not None and found.id != known.id:
        raise ValueError("identity number and record number belong to two patients")
    if known is None and found is not None and found.record_number is not None:
        raise ValueError(f"the identity number belongs to record number {found.record_number}")
    patient = known or found
    result = "changed"
    if patient is None:
        patient = PatientRow(id=secrets.token_hex(8), created_at=now, record_number=row["record_number"], **values)
        db.add(patient)
        result = "added"
    else:
        for word, value in {**values, "record_number": row["record_number"]}.items():
            setattr(patient, word, value)
    db.flush()
    if row["card"]:
        card = db.get(PatientCodeRow, row["card"])
        if card is None:
            db.add(PatientCodeRow(code=row["card"], patient_id=patient.id))
        elif card.patient_id != patient.id:
            raise ValueError("the card belongs to another patient")
        db.flush()
    return result


def _appointment(db: Session, row: dict[str, str], _now: datetime) -> str:
    _required(row, "id", "patient", "hall", "queue", "slot_start", "slot_end")
    patient = people.by_code(db, row["patient"])
    if patient is None:
        raise ValueError("no patient with that record number, card or identity number")
    if db.get(QueueRow, (row["hall"], row["queue"])) is None:
        raise HallError(ErrorCode.UNKNOWN_QUEUE, f"hall {row['hall']} has no queue {row['queue']}")
    timezone = zone(db.get_one(HospitalRow, 1).timezone)
    start, end = (_moment(row[word], timezone) for word in ("slot_start", "slot_end"))
    if not SLOT[0] <= end - start <= SLOT[1]:
        raise ValueError("a slot is 15 to 30 minutes long")
    values = {
        "patient_id": patient.id,
        "hall_id": row["hall"],
        "queue_id": row["queue"],
        "doctor_id": row["doctor"] or None,
        "slot_start": start,
        "slot_end": end,
        "registration": _registration(row["registration"]),
    }
    found = db.get(AppointmentRow, row["id"])
    if found is None:
        db.add(AppointmentRow(id=row["id"], state="booked", **values))
        db.flush()
        return "added"
    if found.state not in people.OPEN:
        raise ValueError("the appointment is already checked in")
    for word, value in values.items():
        setattr(found, word, value)
    return "changed"


def _registration(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError(f"registration {text!r} is not a whole number")
    return int(text) if text else None


def _moment(text: str, timezone: Any) -> datetime:
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=timezone)).astimezone(UTC)


def _staff(db: Session, row: dict[str, str], _now: datetime) -> str:
    _required(row, "username", "name", "role")
    if row["role"] not in set(StaffRole):
        raise ValueError(f"role {row['role']!r} is not one of {', '.join(StaffRole)}")
    if not re.fullmatch(r"[\w.@-]{1,64}", row["username"]):
        raise ValueError("username: letters, digits, . _ - @ only")
    if row["doctor"]:
        doctor = db.get(DoctorRow, row["doctor"])
        if doctor is None:
            doctor = DoctorRow(id=row["doctor"], name=row["name"])
            db.add(doctor)
        doctor.name, doctor.title, doctor.queue_id = row["name"], row["title"] or None, row["queue"] or None
    if row["password"]:
        staff.add(
            db,
            row["username"],
            row["name"],
            StaffRole(row["role"]),
            row["password"],
            hall=row["hall"] or None,
            station=row["station"] or None,
            doctor=row["doctor"] or None,
        )
    elif not row["doctor"]:
        raise ValueError("password is missing")
    db.flush()
    return "added"
