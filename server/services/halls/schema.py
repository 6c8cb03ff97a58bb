"""The shape of a hall file: hospital, halls, queues, stations, sessions, with every default."""

import unicodedata
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from server.protocol.json_values import JsonDict
from server.protocol.terms import Mode, Privacy, QueueKind


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}")
    return str(ZoneInfo(name))


JOINERS = frozenset("\u200c\u200d")
"""Zero-width joiners: some scripts need them."""


def _shown(text: str) -> str:
    """A text that walls, papers and pages can show: no control character, nothing that turns the direction round."""
    kinds = {unicodedata.category(one) for one in text if one not in JOINERS}
    if kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}:
        raise ValueError("a text on one line without control characters")
    return text


Shown = Annotated[str, Field(max_length=100), AfterValidator(_shown)]
Text = Annotated[dict[Annotated[str, Field(max_length=16)], Shown], Field(max_length=8)]
"""A text by language."""
Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\s/]+$"), AfterValidator(_shown)]
MOST_HALLS, MOST_QUEUES, MOST_STATIONS = 100, 100, 200
"""Halls of a hospital; queues and stations of a hall."""


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
    scale: Annotated[str, Field(max_length=32)] = "CN-OPD"
    privacy: Privacy = "masked"
    kind: QueueKind = QueueKind.CLINIC
    sessions: Annotated[list[SessionPart], Field(max_length=24)] | None = None
    rules: Annotated[JsonDict, Field(max_length=100)] = Field(default_factory=dict)


class StationPart(Part):
    """A consulting room or window. `neutral_name` is what the public hears where a queue shows numbers only."""

    id: Id
    name: Text
    neutral_name: Text = Field(default_factory=dict)
    place: Text = Field(default_factory=dict)
    queues: Annotated[list[Id], Field(min_length=1, max_length=MOST_QUEUES)]
    levels: Annotated[list[Annotated[str, Field(max_length=16)]], Field(max_length=16)] = Field(default_factory=list)
    zone: Id | None = None
    doctor: Id | None = None


class PrinterPart(Part):
    """A print station by the name it was enrolled with, and the kinds of paper it takes; kiosks fall back on it."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    takes: Annotated[list[Literal["slip", "report", "list"]], Field(min_length=1)]


class LimitsPart(Part):
    """What one kiosk of a hall may do within a minute; what is left out has no limit."""

    numbers_per_minute: Annotated[int, Field(ge=1, le=600)] | None = None
    reprints_per_minute: Annotated[int, Field(ge=1, le=600)] | None = None


class HallPart(Part):
    """A waiting area. `place` is building, floor and area, as the slip and the kiosk tell the way."""

    id: Id
    name: Text
    place: Text = Field(default_factory=dict)
    languages: Annotated[tuple[Literal["zh", "yue", "en"], ...], Field(max_length=3)] = ("zh", "en")
    voice: Literal["none", "surname", "full"] = "surname"
    sessions: Annotated[list[SessionPart], Field(max_length=24)] = Field(default_factory=list)
    thermal_reports: bool = False
    list_printer: bool = False
    limits: LimitsPart = LimitsPart()
    queue: Annotated[list[QueuePart], Field(max_length=MOST_QUEUES)] = Field(default_factory=list)
    station: Annotated[list[StationPart], Field(max_length=MOST_STATIONS)] = Field(default_factory=list)
    printer: Annotated[list[PrinterPart], Field(max_length=MOST_STATIONS)] = Field(default_factory=list)


class HospitalPart(Part):
    """The hospital."""

    name: Text
    timezone: Annotated[str, AfterValidator(_known_zone)] = "Asia/Shanghai"
    day_rolls_at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "04:00"
    plain_cards: Literal["proof", "trusted"] = "proof"


class HallFile(Part):
    """The whole file."""

    hospital: HospitalPart
    hall: Annotated[list[HallPart], Field(min_length=1, max_length=MOST_HALLS)]
