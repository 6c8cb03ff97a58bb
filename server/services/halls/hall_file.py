"""The hall file: one declarative TOML of hospital, halls, queues and stations; read, checked as a whole, applied."""

import hashlib
from collections.abc import Mapping
from typing import TypeVar

from pydantic import ValidationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.files import toml_text
from server.protocol.json_values import JsonDict, View
from server.protocol.terms import ENDED
from server.services.alerts import overuse
from server.services.core import paper_routing, public_rooms
from server.services.core.business_day import watch_at_once
from server.services.core.context import Context
from server.services.halls.faults import content_faults, rejected, shape_faults
from server.services.halls.schema import HallFile, HallPart
from server.store.models import Base, HallRow, HospitalRow, QueueRow, StationRow, TicketRow
from server.store.queries import epochs


def version_of(text: str) -> str:
    """What names this very text of a hall file."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def read(text: str, context: Context | None = None) -> HallFile:
    """The checked content of a hall file. Raises hall_file_rejected with its first faults, lines and a did-you-mean.

    Takes well under a second whatever the text is, and needs no lock.
    """
    try:
        file = HallFile.model_validate(toml_text.load(text))
    except toml_text.Unreadable as error:
        raise rejected([{"where": "file", "line": error.line, "reason": error.reason}]) from error
    except ValidationError as error:
        raise rejected(shape_faults(text, error)) from error
    if faults := content_faults(text, file, context):
        raise rejected(faults)
    return file


def write(db: Session, file: HallFile, text: str) -> list[str]:
    """Bring the tables in line with the file; what changed, a line each. Called inside a transaction.

    A hall whose shape changed gets a new epoch: followers reload (recovery is start-up), caches of it are stale.
    """
    changes: list[str] = []
    hospital = db.get(HospitalRow, 1)
    if hospital is None:
        hospital = HospitalRow(id=1, name={}, timezone="", settings={})
        db.add(hospital)
        changes.append("hospital added")
    _set(
        hospital,
        changes if hospital.timezone else [],
        "hospital",
        name=file.hospital.name,
        timezone=file.hospital.timezone,
        rolls_at=file.hospital.day_rolls_at,
        settings=_hospital_settings(hospital, file),
    )
    hospital.file = text
    db.flush()
    known = _known(db)
    for position, hall in enumerate(file.hall):
        mine = _hall(db, hall, position, known)
        if mine or changes:
            epochs.renew(db, db.get_one(HallRow, hall.id))
        changes += mine
    for row in db.scalars(select(HallRow).where(HallRow.id.not_in([hall.id for hall in file.hall]), HallRow.active)):
        row.active = False
        changes.append(f"hall {row.id} closed")
    return changes


_Part = TypeVar("_Part", QueueRow, StationRow)
Known = dict[tuple[type[Base], object], Base]
"""The rows there are by table and key."""


def _known(db: Session) -> Known:
    """All of them at once: a question for each of hundreds of rooms would hold the halls up for seconds."""
    known: Known = {(HallRow, row.id): row for row in db.scalars(select(HallRow))}
    known |= {(QueueRow, (row.hall_id, row.id)): row for row in db.scalars(select(QueueRow))}
    return known | {(StationRow, row.id): row for row in db.scalars(select(StationRow))}


def _hospital_settings(hospital: HospitalRow, file: HallFile) -> View:
    """The hospital's settings with those of the file; what is as usual is not written down."""
    kept = {name: value for name, value in (hospital.settings or {}).items() if name != "plain_cards"}
    return kept if file.hospital.plain_cards == "proof" else {**kept, "plain_cards": file.hospital.plain_cards}


def _set(row: Base, changes: list[str], label: str, **values: object) -> None:
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
            changes.append(f"{label}: {name} changed")


def _hall(db: Session, hall: HallPart, position: int, known: Known) -> list[str]:
    changes: list[str] = []
    settings: View = {
        "languages": list(hall.languages),
        "voice": hall.voice,
        "thermal_reports": hall.thermal_reports,
        "list_printer": hall.list_printer,
    }
    neutral = {station.id: station.neutral_name for station in hall.station if station.neutral_name}
    settings |= {public_rooms.SETTING: neutral} if neutral else {}
    printers = {printer.name: list(printer.takes) for printer in hall.printer}
    settings |= {paper_routing.SETTING: printers} if printers else {}
    limits = hall.limits.model_dump(exclude_none=True)
    settings |= {overuse.SETTING: limits} if limits else {}
    values: JsonDict = {
        "name": hall.name,
        "place": hall.place or None,
        "position": position,
        "settings": settings,
        "active": True,
    }
    new = {"epoch": "", "seq": 0, "audit_seq": 0, "audit_digest": "", "print_stations": 0, "callers": 0}
    _upsert(db, known, HallRow, hall.id, {"id": hall.id}, values, f"hall {hall.id}", changes, new=new)
    db.flush()
    for place, queue in enumerate(hall.queue):
        sessions = [part.model_dump() for part in (queue.sessions if queue.sessions is not None else hall.sessions)]
        words = {"name", "prefix", "mode", "scale", "privacy", "kind", "rules"}
        own = queue.model_dump(mode="json", include=words)
        values = {**own, "sessions": sessions, "position": place, "active": True}
        identity = {"hall_id": hall.id, "id": queue.id}
        _upsert(db, known, QueueRow, (hall.id, queue.id), identity, values, f"queue {queue.id}", changes, new={})
    for place, station in enumerate(hall.station):
        own = station.model_dump(include={"name", "queues", "levels"}) | {"place": station.place or None}
        values = {**own, "hall_id": hall.id, "zone": station.zone or hall.id, "position": place, "active": True}
        new = {"state": "open", "doctor_id": station.doctor, "seq": 0}
        own_id = {"id": station.id}
        _upsert(db, known, StationRow, station.id, own_id, values, f"station {station.id}", changes, new=new)
    _retire(db, QueueRow, hall.id, [queue.id for queue in hall.queue], changes)
    _retire(db, StationRow, hall.id, [station.id for station in hall.station], changes)
    if any(queue.rules.get("check_in") == "automatic" for queue in hall.queue):
        watch_at_once(db, hall.id)
    return changes


def _upsert(
    db: Session,
    known: Known,
    table: type[HallRow | QueueRow | StationRow],
    key: object,
    identity: Mapping[str, object],
    values: Mapping[str, object],
    label: str,
    changes: list[str],
    *,
    new: Mapping[str, object],
) -> None:
    row = known.get((table, key))
    if row is None:
        db.add(table(**identity, **values, **new))
        changes.append(f"{label} added")
    else:
        _set(row, changes, label, **values)


def _retire(db: Session, table: type[_Part], hall: str, keep: list[str], changes: list[str]) -> None:
    for row in db.scalars(select(table).where(table.hall_id == hall, table.id.not_in(keep), table.active)):
        row.active = False
        left = _left_in(db, hall, row.id) if table is QueueRow else 0
        changes.append(
            f"{table.__tablename__} {row.id} closed{f'; {left} still in it: transfer or cancel' if left else ''}"
        )


def _left_in(db: Session, hall: str, queue: str) -> int:
    """How many live tickets a queue has that nobody will call any more."""
    ended = [state.value for state in ENDED]
    live = (TicketRow.hall_id == hall, TicketRow.queue_id == queue, TicketRow.state.not_in(ended))
    return db.scalar(select(func.count()).select_from(TicketRow).where(*live)) or 0
