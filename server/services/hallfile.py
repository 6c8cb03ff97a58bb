"""The hall file: one declarative TOML of hospital, halls, queues and stations; read, checked as a whole, applied."""

import difflib
import re
import secrets
import tomllib
from collections import Counter
from dataclasses import fields
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.rules import Rules
from server.protocol.terms import ErrorCode, Mode, Privacy
from server.services.config import rules_from
from server.services.context import Context
from server.store.tables import HallRow, HospitalRow, QueueRow, StationRow

Text = dict[str, str]
Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s/]+$")]


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}")
    return str(ZoneInfo(name))


class Part(BaseModel):
    """Base: unknown keys are refused with a did-you-mean."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SessionPart(Part):
    """A session of the day, in the hospital's time."""

    name: Text = Field(default_factory=dict)
    start: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    end: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
    opens_before: Annotated[int, Field(ge=0, le=240)] = 0


class QueuePart(Part):
    """A queue of a hall."""

    id: Id
    name: Text
    prefix: Annotated[str, Field(min_length=1, max_length=4, pattern=r"^[A-Z]+[A-Z0-9]*$")]
    mode: Mode = "woven"
    scale: str = "CN-OPD"
    privacy: Privacy = "masked"
    sessions: list[SessionPart] | None = None
    rules: dict[str, Any] = Field(default_factory=dict)


class StationPart(Part):
    """A consulting room or window."""

    id: Id
    name: Text
    queues: Annotated[list[Id], Field(min_length=1)]
    levels: list[str] = Field(default_factory=list)
    zone: Id | None = None
    doctor: Id | None = None


class HallPart(Part):
    """A waiting area."""

    id: Id
    name: Text
    languages: tuple[Literal["zh", "yue", "en"], ...] = ("zh", "en")
    voice: Literal["none", "surname", "full"] = "surname"
    sessions: list[SessionPart] = Field(default_factory=list)
    thermal_reports: bool = False
    list_printer: bool = False
    queue: list[QueuePart] = Field(default_factory=list)
    station: list[StationPart] = Field(default_factory=list)


class HospitalPart(Part):
    """The hospital."""

    name: Text
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    day_rolls_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "04:00"


class HallFile(Part):
    """The whole file."""

    hospital: HospitalPart
    hall: Annotated[list[HallPart], Field(min_length=1)]


def read(text: str, context: Context | None = None) -> HallFile:
    """The checked content of a hall file. Raises hall_file_rejected with every fault, its line and a did-you-mean."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _rejected([{"where": "file", "line": _line_of(str(error)), "reason": str(error)}]) from error
    try:
        file = HallFile.model_validate(raw)
    except ValidationError as error:
        raise _rejected(
            [_fault(text, HallFile, fault["loc"], fault["type"], fault["msg"]) for fault in error.errors()]
        ) from error
    faults = [*_rule_faults(text, file), *_cross_faults(text, file, context)]
    if faults:
        raise _rejected(faults)
    return file


def _rejected(faults: list[dict[str, Any]]) -> HallError:
    lines = "; ".join(f"line {fault['line']}: {fault['where']}: {fault['reason']}" for fault in faults)
    return HallError(ErrorCode.HALL_FILE_REJECTED, lines, errors=faults)


def _line_of(message: str) -> int | None:
    found = re.search(r"line (\d+)", message)
    return int(found.group(1)) if found else None


def _fault(text: str, model: type[BaseModel], loc: tuple[Any, ...], kind: str, message: str) -> dict[str, Any]:
    key = str(next((part for part in reversed(loc) if isinstance(part, str)), "file"))
    reason = message
    if kind == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        near = difflib.get_close_matches(key, known, 1)
        reason = f"unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}")
    return {"where": ".".join(str(part) for part in loc), "line": _find_line(text, loc), "reason": reason}


def _known_keys(model: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    parts: dict[str, type[BaseModel]] = {
        "hospital": HospitalPart,
        "hall": HallPart,
        "queue": QueuePart,
        "station": StationPart,
        "sessions": SessionPart,
    }
    words = [part for part in loc if isinstance(part, str)]
    return list((parts.get(words[-1], model) if words else model).model_fields)


def _find_line(text: str, loc: tuple[Any, ...]) -> int | None:
    """The line of a key, found by walking the file's table headers in order; a best effort for the reader."""
    counts: dict[str, int] = {}
    wanted = [
        (str(loc[i]), loc[i + 1])
        for i in range(len(loc) - 1)
        if isinstance(loc[i], str) and isinstance(loc[i + 1], int)
    ]
    key = str(next((part for part in reversed(loc) if isinstance(part, str)), ""))
    inside = not wanted
    best: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([\w.]+)\s*\]+", line)
        if header:
            name = header.group(1).split(".")[-1]
            counts[name] = counts.get(name, -1) + 1
            if name == "hall":
                counts = {"hall": counts["hall"]}
            inside = all(counts.get(word) == index for word, index in wanted) if wanted else True
            if inside and (best is None or (wanted and name == wanted[-1][0])):
                best = number
        elif inside and re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number
    return best


def _rule_faults(text: str, file: HallFile) -> list[dict[str, Any]]:
    known = [field.name for field in fields(Rules)]
    faults: list[dict[str, Any]] = []
    for h, hall in enumerate(file.hall):
        for q, queue in enumerate(hall.queue):
            for word in queue.rules:
                if word not in known:
                    near = difflib.get_close_matches(word, known, 1)
                    faults.append(
                        {
                            "where": f"hall.{h}.queue.{q}.rules.{word}",
                            "line": _find_line(text, ("hall", h, "queue", q, word)),
                            "reason": f"unknown rule {word!r}" + (f"; did you mean {near[0]!r}?" if near else ""),
                        }
                    )
            if all(word in known for word in queue.rules):
                faults += _rule_values(text, h, q, queue.rules)
    return faults


def _rule_values(text: str, h: int, q: int, given: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        rules_from(given)
    except ValidationError as error:
        return [
            {
                "where": f"hall.{h}.queue.{q}.rules",
                "line": _find_line(text, ("hall", h, "queue", q, *fault["loc"])),
                "reason": f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}",
            }
            for fault in error.errors()
        ]
    except (ValueError, TypeError) as error:
        return [
            {
                "where": f"hall.{h}.queue.{q}.rules",
                "line": _find_line(text, ("hall", h, "queue", q, "rules")),
                "reason": str(error),
            }
        ]
    return []


def _cross_faults(text: str, file: HallFile, context: Context | None) -> list[dict[str, Any]]:
    faults: list[dict[str, Any]] = []

    def say(where: str, reason: str, loc: tuple[Any, ...]) -> None:
        faults.append({"where": where, "line": _find_line(text, loc), "reason": reason})

    stations = Counter(station.id for hall in file.hall for station in hall.station)
    halls = Counter(hall.id for hall in file.hall)
    for h, hall in enumerate(file.hall):
        if halls[hall.id] > 1:
            say(f"hall {hall.id}", "two halls with this id", ("hall", h, "id"))
        queues = Counter(queue.id for queue in hall.queue)
        prefixes = Counter(queue.prefix for queue in hall.queue)
        for q, queue in enumerate(hall.queue):
            if queues[queue.id] > 1:
                say(f"queue {queue.id}", "two queues of this hall with this id", ("hall", h, "queue", q, "id"))
            if prefixes[queue.prefix] > 1:
                say(
                    f"queue {queue.id}",
                    f"prefix {queue.prefix} is used twice in this hall",
                    ("hall", h, "queue", q, "prefix"),
                )
            if context is not None and queue.scale not in context.scales:
                near = difflib.get_close_matches(queue.scale, list(context.scales), 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                say(f"queue {queue.id}", f"unknown scale {queue.scale!r}{hint}", ("hall", h, "queue", q, "scale"))
        for s, station in enumerate(hall.station):
            if stations[station.id] > 1:
                say(f"station {station.id}", "station ids are unique in the hospital", ("hall", h, "station", s, "id"))
            for queue_id in station.queues:
                if queue_id not in queues:
                    near = difflib.get_close_matches(queue_id, list(queues), 1)
                    hint = f"; did you mean {near[0]!r}?" if near else ""
                    say(
                        f"station {station.id}",
                        f"unknown queue {queue_id!r}{hint}",
                        ("hall", h, "station", s, "queues"),
                    )
    return faults


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
    )
    hospital.file = text
    db.flush()
    for position, hall in enumerate(file.hall):
        mine = _hall(db, hall, position)
        if mine or changes:
            db.get_one(HallRow, hall.id).epoch = secrets.token_hex(8)
        changes += mine
    for row in db.scalars(select(HallRow).where(HallRow.id.not_in([hall.id for hall in file.hall]), HallRow.active)):
        row.active = False
        changes.append(f"hall {row.id} closed")
    return changes


def _set(row: Any, changes: list[str], label: str, **values: Any) -> None:
    for word, value in values.items():
        if getattr(row, word) != value:
            setattr(row, word, value)
            changes.append(f"{label}: {word} changed")


def _hall(db: Session, hall: HallPart, position: int) -> list[str]:
    changes: list[str] = []
    settings = {
        "languages": list(hall.languages),
        "voice": hall.voice,
        "thermal_reports": hall.thermal_reports,
        "list_printer": hall.list_printer,
    }
    row = db.get(HallRow, hall.id)
    if row is None:
        db.add(
            HallRow(
                id=hall.id,
                name=hall.name,
                epoch=secrets.token_hex(8),
                seq=0,
                position=position,
                settings=settings,
                audit_seq=0,
                print_stations=0,
                callers=0,
                audit_digest="",
                active=True,
            )
        )
        changes.append(f"hall {hall.id} added")
    else:
        _set(row, changes, f"hall {hall.id}", name=hall.name, position=position, settings=settings, active=True)
    db.flush()
    for place, queue in enumerate(hall.queue):
        sessions = [part.model_dump() for part in (queue.sessions if queue.sessions is not None else hall.sessions)]
        values = {
            "name": queue.name,
            "prefix": queue.prefix,
            "mode": queue.mode,
            "scale": queue.scale,
            "privacy": queue.privacy,
            "rules": queue.rules,
            "sessions": sessions,
            "position": place,
            "active": True,
        }
        _upsert(
            db,
            QueueRow,
            (hall.id, queue.id),
            {"hall_id": hall.id, "id": queue.id},
            values,
            f"queue {queue.id}",
            changes,
            new={},
        )
    for place, station in enumerate(hall.station):
        values = {
            "hall_id": hall.id,
            "name": station.name,
            "queues": station.queues,
            "levels": station.levels,
            "zone": station.zone or hall.id,
            "position": place,
            "active": True,
        }
        _upsert(
            db,
            StationRow,
            station.id,
            {"id": station.id},
            values,
            f"station {station.id}",
            changes,
            new={"state": "open", "doctor_id": station.doctor, "seq": 0},
        )
    _retire(db, QueueRow, hall.id, [queue.id for queue in hall.queue], changes)
    _retire(db, StationRow, hall.id, [station.id for station in hall.station], changes)
    return changes


def _upsert(
    db: Session,
    table: Any,
    key: Any,
    identity: dict[str, Any],
    values: dict[str, Any],
    label: str,
    changes: list[str],
    *,
    new: dict[str, Any],
) -> None:
    row = db.get(table, key)
    if row is None:
        db.add(table(**identity, **values, **new))
        changes.append(f"{label} added")
    else:
        _set(row, changes, label, **values)


def _retire(db: Session, table: Any, hall: str, keep: list[str], changes: list[str]) -> None:
    for row in db.scalars(select(table).where(table.hall_id == hall, table.id.not_in(keep), table.active)):
        row.active = False
        changes.append(f"{table.__tablename__} {row.id} closed")
