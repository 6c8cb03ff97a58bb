"""People and slots from rows of CSV or the API: all of a file or nothing, every fault named with its row."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.files.spreadsheet_cells import read_slot, unruined
from server.domain.identity.spelling import fold_code, tidy_name
from server.domain.queueing.bookings import state_of
from server.protocol.json_values import View
from server.protocol.terms import ErrorCode
from server.services.access import staff
from server.services.access.accounts import Importer, keep_account
from server.services.core.context import zone
from server.services.core.spreadsheets import Cells
from server.services.patients.booking_import import Kept, keep_booking
from server.services.patients.patient_import import keep_patient
from server.services.queue_state.bookable import LONGEST as LONGEST_SLOT
from server.services.queue_state.bookable import SHORTEST, Booking, must_be_near
from server.services.reports.matching import adopt_waiting
from server.store.models import AppointmentRow, HospitalRow
from server.store.queries import people

Kind = Literal["patients", "appointments", "staff"]
COLUMNS: dict[Kind, tuple[str, ...]] = {
    "patients": (
        "record_number",
        "name",
        "sex",
        "birth_date",
        "identity_number",
        "document_type",
        "phone",
        "card",
        "language",
        "name_reading",
    ),
    "appointments": ("id", "patient", "hall", "queue", "doctor", "slot_start", "slot_end", "registration", "state"),
    "staff": ("username", "name", "role", "password", "hall", "station", "doctor", "title", "queue"),
}


LONGEST = {
    "record_number": 64,
    "name": 100,
    "phone": 32,
    "card": 128,
    "language": 16,
    "name_reading": 200,
    "id": 64,
    "doctor": 64,
    "username": 64,
    "hall": 64,
    "station": 64,
    "queue": 64,
    "title": 60,
    "password": 200,
}
"""Characters that the database has room for."""
NAMES = frozenset({"name"})
"""Columns that hold a person's name: any script, any age of Unicode."""
ONE_OF: dict[Kind, str] = {"patients": "record_number", "appointments": "id", "staff": "username"}
"""What names a row: twice in one file, and nobody knows which of the two is meant."""


COMMAND_LINE = Importer()
"""Who has the server's own machine in hand."""
NUMBERS = frozenset({"record_number", "identity_number", "phone", "card", "id", "patient", "registration"})
"""Columns whose numbers a spreadsheet may have ruined."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A row's cells without stray spaces, what is wrong with them on their own, and its password's hash.

    `row` counts the rows of the file from 1, empty ones too; `columns` are those the row has, with text or without.
    """

    cells: dict[str, str]
    fault: str | None = None
    password_hash: str = ""
    row: int = 0
    columns: frozenset[str] = frozenset()


def check_header(kind: Kind, given: Iterable[str | None]) -> None:
    """Raises import_rejected when the first line of a file names a column that nobody knows, or one twice.

    Blank ones are none.
    """
    seen: set[str] = set()
    for place, column in enumerate(given, 1):
        if not column or not column.strip():
            continue
        if _column(column) not in COLUMNS[kind]:  # not repeated: where the first line is missing, it is a patient's
            known = ", ".join(COLUMNS[kind])
            raise HallError(ErrorCode.IMPORT_REJECTED, f"first line, column {place}: unknown column; known: {known}")
        if _column(column) in seen:
            raise HallError(ErrorCode.IMPORT_REJECTED, f"column {_column(column)} stands in the first line twice")
        seen.add(_column(column))


def _column(column: str | None) -> str:
    """The name of a column in one spelling."""
    return fold_code(column or "").lower().replace(" ", "_")


def _unknown(kind: Kind, column: str | None) -> str:
    if not column:
        return "more cells than the first line has columns"
    return f"unknown column {column[:64]!r}; known: {', '.join(COLUMNS[kind])}"


def prepare(kind: Kind, rows: Iterable[Cells]) -> list[Prepared]:
    """Rows made ready to load, outside of any transaction: hashing the passwords of a clinic takes a minute.

    Rows without any text count for nothing.
    """
    seen: set[str] = set()
    ready = ((number, raw, _named(raw)) for number, raw in enumerate(rows, 1))
    return [
        replace(_prepared(kind, given, seen), row=number, columns=_columns(raw))
        for number, raw, given in ready
        if given
    ]


def _columns(raw: Cells) -> frozenset[str]:
    """The columns of a row; null, and what a short row leaves out, is no cell."""
    return frozenset(_column(column) for column, value in raw.items() if value is not None)


def _named(raw: Cells) -> dict[str, str]:
    """The cells of a row that hold text, by their columns in one spelling; cells beyond the first line under ""."""
    found: dict[str, str] = {}
    for column, value in raw.items():
        text = "".join(part or "" for part in value) if isinstance(value, list) else value or ""
        if text.strip():
            found[_column(column)] = text
    return found


def _prepared(kind: Kind, given: Mapping[str, str], seen: set[str]) -> Prepared:
    unknown = [column for column in given if column not in COLUMNS[kind]]
    if unknown:
        return Prepared({}, _unknown(kind, unknown[0]))
    cells = {column: " ".join(given.get(column, "").split()) for column in COLUMNS[kind]}
    for column, text in cells.items():
        try:
            cells[column] = _cell(column, text)
        except ValueError as error:
            return Prepared(cells, f"{column}: {error}")
    own = cells[ONE_OF[kind]]
    if own in seen:
        return Prepared(cells, f"{ONE_OF[kind]}: stands in this file twice")
    seen.update({own} - {""})
    password = given.get("password") or ""
    try:
        return Prepared(cells, password_hash=staff.hashed(password) if password else "")
    except HallError as error:
        return Prepared(cells, error.detail)


def _cell(column: str, text: str) -> str:
    """A cell as it is kept. Raises ValueError."""
    if column in NAMES and text:
        text = tidy_name(text)
    elif not text.isprintable():
        raise ValueError(f"at most {LONGEST.get(column, 40)} printable characters")
    if len(text) > LONGEST.get(column, 40):
        raise ValueError(f"at most {LONGEST.get(column, 40)} printable characters")
    return unruined(text) if column in NUMBERS else text


def load(db: Session, kind: Kind, rows: Iterable[Prepared], now: datetime, by: Importer = COMMAND_LINE) -> View:
    """Import rows; how many were added and changed, and where there are any: how many cancelled, and `warnings`.

    Raises import_rejected with every fault, forbidden when one is that the row is beyond what `by` may change.
    """
    one = LOADERS[kind]
    faults: list[View] = []
    counts: View = {"added": 0, "changed": 0}
    warnings: list[View] = []
    for number, row in ((row.row, row) for row in rows):
        try:
            if row.fault is not None:
                raise ValueError(row.fault)
            kept = one(db, row, now, by)
            kept = kept if isinstance(kept, Kept) else Kept(kept)
            counts[kept.result] = counts.get(kept.result, 0) + 1
            warnings += [{"row": number, "code": code, "reason": reason} for code, reason in kept.warnings]
        except HallError as error:
            faults.append({"row": number, "code": error.code.value, "reason": error.detail or error.code.value})
        except (ValueError, OverflowError) as error:
            faults.append({"row": number, "code": ErrorCode.INVALID.value, "reason": str(error)})
    if faults:
        beyond = any(fault["code"] == ErrorCode.FORBIDDEN for fault in faults)
        raise HallError(
            ErrorCode.FORBIDDEN if beyond else ErrorCode.IMPORT_REJECTED,
            f"{len(faults)} rows are wrong; first: row {faults[0]['row']}: {faults[0]['reason']}",
            errors=faults[:100],
        )
    if kind == "patients":
        adopt_waiting(db)
    return counts | ({"warnings": warnings[:100]} if warnings else {})


def _required(row: dict[str, str], *words: str) -> None:
    for column in words:
        if not row[column]:
            raise ValueError(f"{column} is missing")


def _patient(db: Session, given: Prepared, now: datetime, _by: Importer) -> Kept:
    _required(given.cells, "record_number", "name")
    return keep_patient(db, given.cells, now)


def _appointment(db: Session, given: Prepared, now: datetime, by: Importer) -> Kept:
    row = given.cells
    _required(row, "id", "patient", "hall", "queue", "slot_start", "slot_end")
    by.must_reach(row["hall"])
    patient = people.by_code(db, row["patient"])
    if patient is None:
        raise ValueError("no patient with that record number, card or identity number")
    timezone = zone(db.get_one(HospitalRow, 1).timezone)
    start, end = read_slot(row["slot_start"], row["slot_end"], timezone, (SHORTEST, LONGEST_SLOT))
    must_be_near(start, now)
    registration, doctor = _registration(row["registration"]), row["doctor"] or None
    known = db.get(AppointmentRow, row["id"])
    if known is not None:
        by.must_reach(known.hall_id)
    if known is not None and "registration" not in given.columns:
        registration = known.registration
    same_queue = known is not None and (known.hall_id, known.queue_id) == (row["hall"], row["queue"])
    if known is not None and same_queue and "doctor" not in given.columns:
        doctor = known.doctor_id
    booking = Booking(row["hall"], row["queue"], doctor, start, end, registration)
    return keep_booking(db, row["id"], patient.id, booking, state_of(row["state"]), now)


def _registration(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError("registration: not a whole number")
    return int(text) if text else None


def _staff(db: Session, given: Prepared, now: datetime, by: Importer) -> str:
    _required(given.cells, "username", "name", "role")
    return keep_account(db, given.cells, given.password_hash, now, by)


LOADERS: Mapping[Kind, Callable[[Session, Prepared, datetime, Importer], str | Kept]] = {
    "patients": _patient,
    "appointments": _appointment,
    "staff": _staff,
}
"""What keeps a row of each kind."""
