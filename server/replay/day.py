"""A recorded hospital day: reads the CSV into visits and counts what is dirty in it. Knows no server."""

import csv
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from server.protocol.logs import describe

COLUMNS = ("visit", "arrived_at", "entered_room_at", "left_at", "doctor_type")
LONGEST_SERVICE = timedelta(minutes=30)
"""Longer stays in the room are cut to this."""


class DayRejected(Exception):
    """The file is not a recorded day; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One patient's attendance: when they came (UTC), how long the doctor was busy, and with what doctor."""

    id: str
    arrived_at: datetime
    service: timedelta
    doctor_type: str


@dataclass(frozen=True, slots=True)
class Day:
    """Visits in order of arrival. `dirty` counts stays that were blank or negative and are taken as no time."""

    visits: tuple[Visit, ...]
    dirty: int = 0
    cut: int = 0


def read_day(path: Path, zone: ZoneInfo, limit: int | None = None) -> Day:
    """Read a day's CSV, whose naive times are local times of `zone`; the first `limit` arrivals of it.

    Raises DayRejected for a missing file, a missing column, or an arrival that is no time.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as problem:
        raise DayRejected(f"{path}: {describe(problem)}") from problem
    if not rows:
        raise DayRejected(f"{path}: no visits in it")
    missing = [column for column in COLUMNS if column not in rows[0]]
    if missing:
        raise DayRejected(f"{path}: no column {', '.join(missing)}")
    read = [_visit(row, zone, f"{path} line {line}") for line, row in enumerate(rows, 2)]
    read.sort(key=lambda entry: entry[0].arrived_at)
    read = list(itertools.islice(read, limit))
    return Day(tuple(visit for visit, _, _ in read), sum(dirty for _, dirty, _ in read), sum(cut for _, _, cut in read))


def _visit(row: Mapping[str, str | None], zone: ZoneInfo, where: str) -> tuple[Visit, bool, bool]:
    arrived = _moment(row["arrived_at"], zone)
    if arrived is None:
        raise DayRejected(f"{where}: arrived_at is no time")
    entered, left = _moment(row["entered_room_at"], zone), _moment(row["left_at"], zone)
    dirty = entered is None or left is None or left < entered
    stay = timedelta(0) if dirty or entered is None or left is None else left - entered
    visit = Visit(row["visit"] or where, arrived, min(stay, LONGEST_SERVICE), row["doctor_type"] or "")
    return visit, dirty, stay > LONGEST_SERVICE


def _moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
