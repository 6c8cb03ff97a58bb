"""A hall's configuration as the hall file set it, parsed once per epoch: every change of the file makes a new epoch."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import cast
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.numbering import business_day, day_bounds
from server.domain.privacy.masking import VoiceMode
from server.domain.queueing.opening_hours import OpeningHours
from server.domain.queueing.rules import Rules
from server.protocol.json_values import View
from server.protocol.terms import Mode, Privacy, QueueKind
from server.store.models import HallRow, HospitalRow, QueueRow

_RULES = TypeAdapter(Rules)
_known: dict[str, "HallConfig"] = {}
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue with its rules and its opening hours."""

    hall_id: str
    id: str
    name: dict[str, str]
    prefix: str
    mode: Mode
    scale: str
    privacy: Privacy
    kind: QueueKind
    rules: Rules
    hours: OpeningHours
    active: bool
    timezone: ZoneInfo
    """The hospital's."""


@dataclass(frozen=True, slots=True)
class HallConfig:
    """What the hall file says of one hall."""

    id: str
    epoch: str
    hospital: dict[str, str]
    timezone: ZoneInfo
    rolls_at: str
    name: dict[str, str]
    place: dict[str, str]
    languages: tuple[str, ...]
    voice: VoiceMode
    settings: View
    queues: Mapping[str, Queue]

    def day(self, now: datetime) -> date:
        """The business day of `now`: it begins when the numbers roll over."""
        return business_day(now, self.timezone, time.fromisoformat(self.rolls_at))

    def bounds(self, day: date) -> tuple[datetime, datetime]:
        """Start and end of a business day, UTC."""
        return day_bounds(day, self.timezone, time.fromisoformat(self.rolls_at))


def rules_from(given: Mapping[str, object]) -> Rules:
    """Rules from their JSON form. Raises pydantic.ValidationError for one that is unknown or out of its values."""
    return _RULES.validate_python(given)


def config_of(db: Session, hall: HallRow) -> HallConfig:
    """The configuration of a hall; read once per epoch and process."""
    found = _known.get(hall.id)
    if found is not None and found.epoch == hall.epoch:
        return found
    made = _read(db, hall)
    with _lock:
        _known[hall.id] = made
    return made


def _read(db: Session, hall: HallRow) -> HallConfig:
    hospital = db.get_one(HospitalRow, 1)
    timezone = ZoneInfo(hospital.timezone)
    rows = db.scalars(select(QueueRow).where(QueueRow.hall_id == hall.id).order_by(QueueRow.position))
    return HallConfig(
        id=hall.id,
        epoch=hall.epoch,
        hospital=hospital.name,
        timezone=timezone,
        rolls_at=hospital.rolls_at,
        name=hall.name,
        place=hall.place or {},
        languages=tuple(hall.settings.get("languages") or ("zh", "en")),
        voice=hall.settings.get("voice", "surname"),
        settings=dict(hall.settings),
        queues={row.id: _queue(row, timezone) for row in rows},
    )


def _queue(row: QueueRow, timezone: ZoneInfo) -> Queue:
    return Queue(
        hall_id=row.hall_id,
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        mode=cast(Mode, row.mode),
        scale=row.scale,
        privacy=cast(Privacy, row.privacy),
        kind=QueueKind(row.kind),
        rules=rules_from(row.rules),
        hours=OpeningHours(row.sessions, timezone),
        active=row.active,
        timezone=timezone,
    )
