"""The bodies of commands: one strict model per command, shared by the web, its OpenAPI and the use cases."""

from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, FailFast, Field

from server.domain.identity.spelling import tidy_name
from server.protocol.json_values import JsonDict
from server.protocol.messages import HEALTH_TEXT
from server.protocol.terms import AlertKind, AlertOutcome, AnnouncementOutcome


def _not_blank(reason: str) -> str:
    """A reason that says something: blanks alone are none."""
    if not reason.strip():
        raise ValueError("a reason that is not blank")
    return reason


def _or_none(text: str | None) -> str | None:
    """A field left blank is one not given: nobody is found, and nobody kept, under an empty number."""
    return (text.strip() if text is not None else None) or None


def _short_value(value: object) -> object:
    """One word of a device's health, in one sentence when it is none."""
    if value is None or isinstance(value, (bool, int, float)) or (isinstance(value, str) and len(value) <= HEALTH_TEXT):
        return value
    raise ValueError(f"a text of at most {HEALTH_TEXT} characters, a number, true, false or null")


def _few_columns(row: object) -> object:
    """A row as it came. Raises ValueError for one with more columns than anybody's file has."""
    if isinstance(row, dict) and len(row) > MOST_COLUMNS:
        raise ValueError(f"a row has at most {MOST_COLUMNS} columns")
    return row


Blank = AfterValidator(_or_none)
MOST_COLUMNS = 100
ImportRow = Annotated[dict[str, str | None], BeforeValidator(_few_columns)]
PersonName = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(tidy_name)]
Id = Annotated[str, Field(min_length=1, max_length=64)]
Reason = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_not_blank)]
Password = Annotated[str, Field(min_length=1, max_length=200)]
ShortText = Annotated[str, Field(min_length=1, max_length=40)]
HealthText = Annotated[str, Field(max_length=HEALTH_TEXT)]
Health = Annotated[HealthText | bool | int | float | None, BeforeValidator(_short_value)]


class Body(BaseModel):
    """Base of all bodies: unknown fields are refused, so that a typing error is not silently ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    largest: ClassVar[int] = 256 * 1024
    """Bytes of such a body."""
    token_proves: ClassVar[bool] = True
    """Whether a `visit_token` in it is what the command rests on: then it is asked for again under a repeated key."""
    exact: ClassVar[bool] = False
    """Whether its numbers keep every digit."""
    most_values: ClassVar[int] = 20_000
    """Values in such a body, those in other values too."""


class TriageBody(Body):
    """One act of triage."""

    vitals: JsonDict | None = None
    findings: list[ShortText] | None = Field(None, max_length=40)
    grade: Annotated[str, Field(min_length=1, max_length=16)] | None = None
    queue: Id | None = None
    reason: Reason | None = None
    second: dict[str, str] | None = None
    pregnant: bool = False


class SuggestBody(Body):
    """What would be suggested: for a ticket, or for a person not yet checked in."""

    hall: Id | None = None
    ticket: Id | None = None
    scale: Annotated[str, Field(max_length=32)] | None = None
    vitals: JsonDict | None = None
    findings: list[ShortText] | None = Field(None, max_length=40)
    complaint: Annotated[str, Field(max_length=300)] | None = None
    birth_date: date | None = None
    pregnant: bool = False


class CallNextBody(Body):
    """Call: the next by the rules, or a chosen ticket with a reason."""

    finish_current: bool = False
    ticket: Id | None = None
    reason: Reason | None = None


class PlainBody(Body):
    """A command that may carry a reason."""

    reason: Reason | None = None


class VisitBody(PlainBody):
    """A command about the patient who stands at a kiosk, which proves it by the visit token of the identification."""

    visit_token: Annotated[str, Field(max_length=2000)] | None = None


class StartBody(PlainBody):
    """The consultation begins; `place` is where a level that does not queue is treated."""

    place: Annotated[str | None, Field(max_length=100), Blank] = None


class MoveAppointmentBody(Body):
    """Another slot for a booking; hall, queue and doctor stay where they are not named. Times without a zone are the
    hospital's; a doctor that is null makes it anybody's."""

    slot_start: datetime
    slot_end: datetime
    hall: Id | None = None
    queue: Id | None = None
    doctor: Id | None = None
    reason: Reason | None = None


class HoldBody(Body):
    """Hold for an examination or another stated reason."""

    reason: Reason


class TransferBody(Body):
    """Move to another queue, of this hall or another."""

    queue: Id
    hall: Id | None = None
    doctor: Id | None = None
    reason: Reason


class PrioritiseBody(Body):
    """Policy priority, with the evidence that was shown."""

    tag: ShortText
    evidence: Reason


class StageBody(Body):
    """Send ahead to a station's short list."""

    station: Id


class StationBody(Body):
    """Open, pause or stop a station."""

    doctor: Id | None = None
    reason: Reason | None = None
    minutes: Annotated[int, Field(ge=1, le=720)] | None = None


class OutcomeBody(Body):
    """What became of an announcement."""

    outcome: AnnouncementOutcome


class JobReportBody(Body):
    """How printing ended, and the printer's evidence. `queued`: nothing was sent, another station may print it."""

    state: Literal["printed", "sent", "failed", "unknown", "queued"]
    lease: Annotated[str, Field(max_length=32)] | None = None
    evidence: Annotated[str, Field(max_length=200)] | None = None


class ReprintBody(Body):
    """The same paper again. At a kiosk `visit_token` proves that its patient stands there."""

    reason: Reason
    visit_token: Annotated[str, Field(max_length=2000)] | None = None


class PrintReportBody(Body):
    """Print a patient's report."""

    visit_token: Annotated[str, Field(min_length=1, max_length=2000)]
    language: Annotated[str, Field(max_length=16)] | None = None


class HandOverBody(Body):
    """Print a report that waits at the desk. `patient` is a record, identity or card number, or a ticket's id.

    `hall` is where it is printed: that of the device or of the login where it is not given. `confirm` says that the
    patient is the right one though the report names somebody else in part, `again` that a second paper is wanted.
    """

    hall: Id | None = None
    reason: Reason
    document_seen: bool
    confirm: bool = False
    again: bool = False
    patient: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    language: Annotated[str, Field(max_length=16)] | None = None


class AcknowledgeReportBody(Body):
    """Answer for a critical value. `by` names the clinician who was told; a doctor need not name themselves."""

    by: PersonName | None = None
    reason: Reason | None = None


class AlertBody(Body):
    """Ask staff to come. `visit_token` says who asks, where a kiosk knows it; `about` is what the kiosk had said."""

    token_proves: ClassVar[bool] = False
    kind: Literal[AlertKind.HELP, AlertKind.WORSE]
    ticket: Id | None = None
    visit_token: Annotated[str, Field(max_length=2000)] | None = None
    about: ShortText | None = None


class AcknowledgeBody(Body):
    """Somebody goes, or has read it. `going` is who goes, in words that the patient may read at the kiosk."""

    going: Annotated[str | None, Field(max_length=40), Blank] = None


class CloseAlertBody(Body):
    """How it ended."""

    outcome: AlertOutcome


class SessionBody(Body):
    """Sign in: the one body that anybody may send. The longest name and passwords, all escaped, take 5,600 bytes."""

    largest = 6 * 1024
    username: Annotated[str, Field(min_length=1, max_length=64)]
    password: Password
    new_password: Password | None = None


class HeartbeatBody(Body):
    """How a device is and how far it has read, in which epoch. `health` is flat: it goes to every desk with each
    change."""

    seen_seq: int = Field(0, ge=0, lt=2**31)
    epoch: Annotated[str, Field(max_length=32)] | None = None
    health: dict[Id, Health] = Field(default_factory=dict, max_length=32)


class ImportBody(Body):
    """Rows as in the CSV file, each a dictionary of texts."""

    largest = 8 * 1024 * 1024
    most_values = 200_000
    rows: Annotated[list[ImportRow], FailFast()] = Field(max_length=5000)


class StaffImportBody(ImportBody):
    """Accounts. A person who changes them gives the own password once more; a service has none."""

    password: Password | None = None


class ListBody(Body):
    """The paper list of who waits: of these queues, or of all; in one language."""

    queues: list[Id] = Field(default_factory=list, max_length=50)
    language: Literal["zh", "en"] = "zh"


class HallFileBody(Body):
    """A hall file; `check` tells only what it would change, `version` names the text that was edited."""

    toml: Annotated[str, Field(max_length=200_000)]
    check: bool = False
    version: Annotated[str, Field(max_length=16)] | None = None
    password: Password | None = None
    """The administrator's own, once more: needed to apply, not to check."""


class EmptyBody(Body):
    """A command without particulars."""


class ClaimBody(Body):
    """A station asks for paper to print; `printer`, where given, is the station's own name.

    `besides` are jobs that it holds and whose ends it could not tell yet: it is given another one.
    """

    printer: Annotated[str, Field(max_length=100)] | None = None
    besides: Annotated[list[Id], Field(max_length=100)] = Field(default_factory=list)
