"""Frozen models on the wire: views, events, snapshot, slip, print job, problem. Knows no storage and no rules."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from server.protocol.json_values import Json
from server.protocol.terms import (
    AlertKind,
    AnnouncementOutcome,
    ErrorCode,
    EventKind,
    Lane,
    Mode,
    PrintJobState,
    Privacy,
    QueueKind,
    StationState,
    TicketState,
)

Names = dict[str, str]
"""A text by language tag, such as {"zh": "内科", "en": "Internal medicine"}."""


class ProtocolModel(BaseModel):
    """Base of all views: frozen; unknown fields are ignored so that an older client survives a newer server."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class TicketView(ProtocolModel):
    """A place in a queue, as one audience may see it. `order` sorts within a queue as text, smaller first."""

    id: str
    number: str
    state: TicketState
    queue: str
    lane: Lane
    grade: str | None = None
    rank: int | None = None
    tags: list[str] = Field(default_factory=list)
    display_name: str | None = None
    station: str | None = None
    order: str
    seq: int
    times: dict[str, datetime] = Field(default_factory=dict)
    doctor: str | None = None
    hold_reason: str | None = None
    # staff only: absent in public frames
    name: str | None = None
    sex: str | None = None
    birth_date: str | None = None
    flags: list[str] = Field(default_factory=list)
    calls: int | None = None
    passes: int | None = None
    slot: datetime | None = None
    bypass: bool = False
    rescue_place: str | None = None
    end_reason: str | None = None
    remarks: dict[str, str] = Field(default_factory=dict)


class StationView(ProtocolModel):
    """A consulting room or window. It does not repeat the ticket it holds. `place` is building, floor, area."""

    id: str
    name: Names
    place: Names = Field(default_factory=dict)
    queues: list[str]
    state: StationState
    doctor: str | None = None
    doctor_name: str | None = None
    reason: str | None = None
    until: datetime | None = None
    seq: int = 0


class QueueView(ProtocolModel):
    """The line for one service or clinic."""

    id: str
    name: Names
    prefix: str
    mode: Mode
    scale: str
    privacy: Privacy
    kind: QueueKind = QueueKind.CLINIC


class AppointmentView(ProtocolModel):
    """A booked slot, without the patient. `state` is one of server.protocol.terms.AppointmentState."""

    id: str
    hall: str
    queue: str
    doctor: str | None = None
    slot_start: datetime
    slot_end: datetime
    state: str


class AlertView(ProtocolModel):
    """A call for staff. It stands until `closed_at`; `count` is how often it was raised, the last time at `last_at`.

    Only staff's frames hold the patient (`name`, `sex`, `birth_date`, `queue`, `flags`) and only until it is closed.
    `place` and `device_name` say where it was raised; `going` is who goes, as staff said it.
    """

    id: str
    kind: AlertKind
    ticket: str | None = None
    device: str | None = None
    text: str | None = None
    raised_at: datetime
    last_at: datetime | None = None
    count: int = 1
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    going: str | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    outcome: str | None = None
    name: str | None = None
    sex: str | None = None
    birth_date: date | None = None
    queue: str | None = None
    flags: list[str] = Field(default_factory=list)
    device_name: str | None = None
    place: Names = Field(default_factory=dict)
    seq: int = 0


class AnnouncementView(ProtocolModel):
    """What is shown as a banner and spoken; `texts` by language (zh, yue, en), with a name only for the caller."""

    id: str
    zone: str
    texts: Names
    kind: str = "call"
    number: str | None = None
    ticket: str | None = None
    station: str | None = None
    outcome: AnnouncementOutcome | None = None


class Slip(ProtocolModel):
    """What a queue slip says. `code` is an opaque token for the QR; `ahead` counts people; times are UTC.

    `place` is where to wait, `way` the building, floor and area where that is, `kind` what the queue is for. `note` is
    what the patient must know about this visit, such as that the booked doctor is not here.
    """

    ticket: str
    hospital: Names
    hall: Names
    queue: Names
    number: str
    display_name: str | None = None
    ahead: int | None = None
    place: Names = Field(default_factory=dict)
    way: Names = Field(default_factory=dict)
    kind: QueueKind = QueueKind.CLINIC
    doctor: str | None = None
    slot: datetime | None = None
    wait_low: int | None = None
    wait_high: int | None = None
    checked_in_at: datetime
    timezone: str
    code: str
    language: str = "zh"
    copy_number: int = 0
    hint: Names = Field(default_factory=dict)
    note: Names = Field(default_factory=dict)


class PrintJob(ProtocolModel):
    """One piece of paper and its lease. `kind` slip | report | list; `document` is the content of the other kinds.

    `moved_to` is where a marked copy comes out of what a kiosk reports as failed; empty where none does.
    """

    id: str
    kind: str
    state: PrintJobState
    device: str | None = None
    slip: Slip | None = None
    document: dict[str, Json] | None = None
    ticket: str | None = None
    lease: str | None = None
    lease_until: datetime | None = None
    copy_number: int = 0
    evidence: str | None = None
    moved_to: Names = Field(default_factory=dict)
    seq: int = 0


HEALTH_TEXT = 200
"""Characters of a text in a device's health."""


class DeviceView(ProtocolModel):
    """An enrolled machine and how it is. `place` is where it stands: building, floor, area."""

    id: str
    role: str
    name: str
    place: Names = Field(default_factory=dict)
    zone: str | None = None
    online: bool = False
    health: dict[str, Json] = Field(default_factory=dict)
    seq: int = 0


class Event(ProtocolModel):
    """One event of a hall's journal, with the whole view of the one thing it changed.

    `id` is set only on `removed`: the thing that left this audience's sight. `hidden` carries nothing else.
    """

    epoch: str
    seq: int
    kind: EventKind
    at: datetime | None = None
    actor: str | None = None
    reason: str | None = None
    id: str | None = None
    ticket: TicketView | None = None
    station: StationView | None = None
    announcement: AnnouncementView | None = None
    print_job: PrintJob | None = None
    device: DeviceView | None = None
    alert: AlertView | None = None


class Position(ProtocolModel):
    """Where a journal stands."""

    epoch: str
    seq: int


class Snapshot(ProtocolModel):
    """The whole of a hall at `seq`, as one audience may see it: queues, stations, live tickets, what is recent."""

    epoch: str
    seq: int
    hall: str
    name: Names
    place: Names = Field(default_factory=dict)
    hospital: Names
    timezone: str
    languages: list[str]
    queues: list[QueueView]
    stations: list[StationView]
    tickets: list[TicketView]
    alerts: list[AlertView] = Field(default_factory=list)
    print_jobs: list[PrintJob] = Field(default_factory=list)
    devices: list[DeviceView] = Field(default_factory=list)
    announcements: list[AnnouncementView] = Field(default_factory=list)


class EventPage(ProtocolModel):
    """Events after a position, in order; `more` tells whether to ask again."""

    epoch: str
    seq: int
    events: list[Event]
    more: bool


class Problem(ProtocolModel):
    """A refusal as application/problem+json (RFC 9457) with our stable code."""

    type: str = "about:blank"
    title: str
    status: int
    code: ErrorCode
    detail: str | None = None
    errors: list[dict[str, Json]] = Field(default_factory=list)
