"""Typed tables of the hall. Invariants a database can hold are constraints here; rules live in server.domain."""

from datetime import UTC, date, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
    false,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql import operators

ENDED_STATES = ("done", "cancelled", "no_show")
LIVE = "state NOT IN ('done', 'cancelled', 'no_show')"
AT_STATION = "state IN ('called', 'serving')"
OPEN_ALERT = text("closed_at IS NULL")
BIG = BigInteger().with_variant(Integer, "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC datetime; SQLite keeps it without the zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times; SQLite gets naive UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give aware UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class StateWord(TypeDecorator[str]):
    """A ticket's state, written into a condition instead of being bound to it.

    A database uses a partial index only where it can read in the statement that the condition implies the index's
    own; a bound value it cannot. So states of the living also say that they are not ended, as `LIVE` says it.
    """

    impl = String(12)
    cache_ok = True

    class Comparator(TypeDecorator.Comparator[str]):
        """Rewrites `==`, `in_` and `not_in` with plain words; leaves everything else as it is."""

        def operate(self, op: Any, *other: Any, **options: Any) -> Any:
            """The condition, with what it implies."""
            words = _plain_words(other[0]) if op in {operators.eq, operators.in_op, operators.not_in_op} else None
            if not words:
                return super().operate(op, *other, **options)
            ended = super().operate(operators.not_in_op, [literal_column(f"'{word}'") for word in ENDED_STATES])
            if op is operators.not_in_op:
                return ended if set(words) == set(ENDED_STATES) else super().operate(op, *other, **options)
            written: list[Any] = [literal_column(f"'{word}'") for word in words]
            given = super().operate(op, written[0] if op is operators.eq else written, **options)
            alone = words == ["waiting"] or set(words) & set(ENDED_STATES)  # who waits has an index of their own
            return given if alone else and_(given, ended)

    comparator_factory = Comparator


def _plain_words(given: Any) -> list[str]:
    """The words of a state or of a collection of states; none for anything else, such as a parameter."""
    some = [given] if isinstance(given, str) else given
    if not isinstance(some, list | tuple | set | frozenset) or not all(isinstance(word, str) for word in some):
        return []
    words = sorted(str(word) for word in some)
    return words if all(word.isascii() and word.replace("_", "").isalpha() for word in words) else []


class Base(DeclarativeBase):
    """Root of the tables; dictionaries and lists are JSON, datetimes aware UTC."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {
        dict[str, Any]: JSON,
        dict[str, str]: JSON,
        list[str]: JSON,
        list[Any]: JSON,
        datetime: UtcDateTime,
    }


class HospitalRow(Base):
    """The one hospital of this installation; its row is also the lock of wishes that belong to no hall."""

    __tablename__ = "hospital"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[dict[str, str]]
    timezone: Mapped[str] = mapped_column(String(64))
    rolls_at: Mapped[str] = mapped_column(String(5), default="04:00")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    file: Mapped[str] = mapped_column(Text, default="")


class HallRow(Base):
    """One waiting area: its row is its lock, `seq` the last number of its journal, `epoch` its life.

    `place` here, of a station and of a device is building, floor and area by language; None where nobody said.
    """

    __tablename__ = "hall"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[dict[str, str]]
    epoch: Mapped[str] = mapped_column(String(32))
    seq: Mapped[int] = mapped_column(BIG, default=0)
    place: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    audit_seq: Mapped[int] = mapped_column(BIG, default=0)
    audit_digest: Mapped[str] = mapped_column(String(64), default="")
    print_stations: Mapped[int] = mapped_column(default=0)
    callers: Mapped[int] = mapped_column(default=0)


class QueueRow(Base):
    """The line for one service, as the hall file sets it."""

    __tablename__ = "queue"
    hall_id: Mapped[str] = mapped_column(ForeignKey("hall.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[dict[str, str]]
    prefix: Mapped[str] = mapped_column(String(8))
    mode: Mapped[str] = mapped_column(String(8))
    scale: Mapped[str] = mapped_column(String(32))
    privacy: Mapped[str] = mapped_column(String(16))
    kind: Mapped[str] = mapped_column(String(16), default="clinic", server_default="clinic")
    rules: Mapped[dict[str, Any]] = mapped_column(default=dict)
    sessions: Mapped[list[Any]] = mapped_column(default=list)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class StationRow(Base):
    """A place that calls. Its id is unique in the hospital."""

    __tablename__ = "station"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    hall_id: Mapped[str] = mapped_column(ForeignKey("hall.id"), index=True)
    name: Mapped[dict[str, str]]
    queues: Mapped[list[str]]
    levels: Mapped[list[Any]] = mapped_column(default=list)
    place: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    zone: Mapped[str] = mapped_column(String(64))
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    state: Mapped[str] = mapped_column(String(8), default="open")
    doctor_id: Mapped[str | None] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(200))
    until: Mapped[datetime | None]
    last_queue: Mapped[str | None] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BIG, default=0)


class QueueDayRow(Base):
    """A queue's business day: the last number given, how many ordinary calls, the lanes last called (for the weave).

    Of those called who were `told` a wait: how many `inside` P20–P80 and how many `below` P90.
    """

    __tablename__ = "queue_day"
    hall_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    queue_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    business_day: Mapped[date] = mapped_column(Date, primary_key=True)
    last: Mapped[int] = mapped_column(default=0)
    calls: Mapped[int] = mapped_column(default=0)
    recent: Mapped[list[str]] = mapped_column(default=list)
    told: Mapped[int] = mapped_column(default=0, server_default="0")
    inside: Mapped[int] = mapped_column(default=0, server_default="0")
    below: Mapped[int] = mapped_column(default=0, server_default="0")


class LaneRow(Base):
    """How many tickets wait under one key of choosing, so that choosing sees heads only."""

    __tablename__ = "lane"
    hall_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    queue_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    lane: Mapped[str] = mapped_column(String(8), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    credit: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    doctor: Mapped[str] = mapped_column(String(64), primary_key=True)
    waiting: Mapped[int]


class DoctorRow(Base):
    """A doctor of the hospital, as named on screens."""

    __tablename__ = "doctor"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    title: Mapped[str | None] = mapped_column(String(60))
    queue_id: Mapped[str | None] = mapped_column(String(64))


class StaffRow(Base):
    """A person who signs in. The password is an argon2 hash."""

    __tablename__ = "staff"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    role: Mapped[str] = mapped_column(String(16))
    hall_id: Mapped[str | None] = mapped_column(String(64))
    station_id: Mapped[str | None] = mapped_column(String(64))
    doctor_id: Mapped[str | None] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(200))
    disabled_at: Mapped[datetime | None]


class SessionRow(Base):
    """A signed-in staff session; only the token's hash is kept."""

    __tablename__ = "staff_session"
    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class LoginAttemptRow(Base):
    """A password that was judged. `account` and `place` are keyed hashes; unknown user names count like known ones."""

    __tablename__ = "login_attempt"
    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    account: Mapped[str] = mapped_column(String(32))
    place: Mapped[str] = mapped_column(String(32))
    correct: Mapped[bool]
    __table_args__ = (Index("logins_of_account", "account", "at"), Index("logins_of_place", "place", "at"))


class DeviceRow(Base):
    """An enrolled machine; only the token's hash is kept. `hospital_wide` is a service that writes for every hall."""

    __tablename__ = "device"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    hall_id: Mapped[str] = mapped_column(ForeignKey("hall.id"))
    name: Mapped[str] = mapped_column(String(100))
    place: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    zone: Mapped[str] = mapped_column(String(64))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    enrolled_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    last_seen: Mapped[datetime | None]
    seen_seq: Mapped[int] = mapped_column(BIG, default=0)
    online: Mapped[bool] = mapped_column(default=False)
    health: Mapped[dict[str, Any]] = mapped_column(default=dict)
    seq: Mapped[int] = mapped_column(BIG, default=0)
    decodes: Mapped[bool] = mapped_column(default=False, server_default=false())
    hospital_wide: Mapped[bool] = mapped_column(default=False, server_default=false())


class PatientRow(Base):
    """Who a patient is: the only table with names, identity numbers and phones, beside staff and doctors.

    `identity_number` has the form of GB 11643; a passport or permit stands in `document_number` with its kind.
    `record_key` is the record number in one spelling.
    """

    __tablename__ = "patient"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    sex: Mapped[str | None] = mapped_column(String(8))
    birth_date: Mapped[date | None] = mapped_column(Date, index=True)
    identity_number: Mapped[str | None] = mapped_column(String(32), unique=True)
    record_number: Mapped[str | None] = mapped_column(String(64), unique=True)
    phone: Mapped[str | None] = mapped_column(String(32), index=True)
    language: Mapped[str | None] = mapped_column(String(16))
    name_reading: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    document_type: Mapped[str | None] = mapped_column(String(16))
    document_number: Mapped[str | None] = mapped_column(String(32))
    record_key: Mapped[str | None] = mapped_column(String(64), index=True)
    __table_args__ = (Index("one_patient_per_document", "document_number", "document_type", unique=True),)


class PatientCodeRow(Base):
    """A card or code that names a patient; `key` is the code in one spelling."""

    __tablename__ = "patient_code"
    code: Mapped[str] = mapped_column(String(128), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default="card")
    key: Mapped[str | None] = mapped_column(String(128), index=True)


class IdentificationAttemptRow(Base):
    """One attempt to identify somebody: what limits and audit read. `identifier` and `stem` are keyed hashes."""

    __tablename__ = "identification_attempt"
    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    at: Mapped[datetime]
    owner: Mapped[str] = mapped_column(String(64))
    identifier: Mapped[str] = mapped_column(String(32))
    stem: Mapped[str] = mapped_column(String(32))
    outcome: Mapped[str] = mapped_column(String(8))
    patient_id: Mapped[str | None] = mapped_column(String(32))
    __table_args__ = (
        Index("attempts_of_owner", "owner", "at"),
        Index("attempts_of_identifier", "identifier", "at"),
    )


class IdentificationLimitRow(Base):
    """How a machine, or a number by its keyed hash, stands with the limits: locked, told of, counted anew from when."""

    __tablename__ = "identification_limit"
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    locked_until: Mapped[datetime | None]
    told_until: Mapped[datetime | None]
    counted_from: Mapped[datetime | None]


class DeskCodeRow(Base):
    """A one-time code that the desk hands out after looking at a card; only its keyed hash is kept."""

    __tablename__ = "desk_code"
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    hall_id: Mapped[str] = mapped_column(String(64))
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class AppointmentRow(Base):
    """A booked slot of 15 to 30 minutes."""

    __tablename__ = "appointment"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    hall_id: Mapped[str] = mapped_column(String(64))
    queue_id: Mapped[str] = mapped_column(String(64))
    doctor_id: Mapped[str | None] = mapped_column(String(64))
    slot_start: Mapped[datetime] = mapped_column(index=True)
    slot_end: Mapped[datetime]
    registration: Mapped[int | None]
    remark: Mapped[str | None] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(16), default="booked")
    __table_args__ = (
        ForeignKeyConstraint(["hall_id", "queue_id"], ["queue.hall_id", "queue.id"]),
        Index("slots_of_queue", "hall_id", "queue_id", "slot_start"),
    )


class VisitRow(Base):
    """One patient's attendance on one business day."""

    __tablename__ = "visit"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"))
    business_day: Mapped[date] = mapped_column(Date)
    __table_args__ = (UniqueConstraint("patient_id", "business_day"),)


class TicketRow(Base):
    """A place in a queue. `sort` is the static order key, `since` the time a wait is counted from.

    `promise` is the wait told on the slip, until it is called, sent away or stands elsewhere; `end_reason` tells why a
    life ended otherwise than at the station: `transferred`, `his_cancelled`, `left`, `day_closed`, `session_closed`.
    `remarks` is what staff typed beside or instead of a reason's code, the last time, by action.
    """

    __tablename__ = "ticket"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hall_id: Mapped[str] = mapped_column(ForeignKey("hall.id"))
    visit_id: Mapped[str] = mapped_column(ForeignKey("visit.id"), index=True)
    patient_id: Mapped[str] = mapped_column(ForeignKey("patient.id"), index=True)
    queue_id: Mapped[str] = mapped_column(String(64))
    issued_by: Mapped[str] = mapped_column(String(64))
    business_day: Mapped[date] = mapped_column(Date)
    number: Mapped[str] = mapped_column(String(16))
    number_seq: Mapped[int]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    state: Mapped[str] = mapped_column(StateWord)
    lane: Mapped[str] = mapped_column(String(8))
    grade: Mapped[str | None] = mapped_column(String(16))
    rank: Mapped[int] = mapped_column(default=99)
    credit: Mapped[int] = mapped_column(default=0)
    doctor: Mapped[str] = mapped_column(String(64), default="")
    sort: Mapped[str] = mapped_column(String(96))
    since: Mapped[datetime]
    checked_in_at: Mapped[datetime]
    due_call: Mapped[int] = mapped_column(default=0)
    target_minutes: Mapped[int | None]
    tags: Mapped[list[str]] = mapped_column(default=list)
    flags: Mapped[list[str]] = mapped_column(default=list)
    station_id: Mapped[str | None] = mapped_column(String(64))
    appointment_id: Mapped[str | None] = mapped_column(String(64))
    slot_start: Mapped[datetime | None]
    slot_end: Mapped[datetime | None]
    language: Mapped[str] = mapped_column(String(16), default="zh")
    hold_reason: Mapped[str | None] = mapped_column(String(200))
    rescue_place: Mapped[str | None] = mapped_column(String(100))
    bypass: Mapped[bool] = mapped_column(default=False)
    triaged: Mapped[bool] = mapped_column(default=False)
    calls: Mapped[int] = mapped_column(default=0)
    passes: Mapped[int] = mapped_column(default=0)
    times: Mapped[dict[str, str]] = mapped_column(default=dict)
    undo: Mapped[dict[str, Any]] = mapped_column(default=dict)
    promise: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    end_reason: Mapped[str | None] = mapped_column(String(32))
    remarks: Mapped[dict[str, str]] = mapped_column(default=dict, server_default="{}")
    seq: Mapped[int] = mapped_column(BIG, default=0)
    __table_args__ = (
        ForeignKeyConstraint(["hall_id", "queue_id"], ["queue.hall_id", "queue.id"]),
        UniqueConstraint("hall_id", "issued_by", "business_day", "number_seq", name="one_number_per_queue_and_day"),
        Index(
            "one_live_ticket_per_visit_and_queue",
            "visit_id",
            "hall_id",
            "queue_id",
            unique=True,
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index(
            "one_ticket_per_station",
            "station_id",
            unique=True,
            sqlite_where=text(AT_STATION),
            postgresql_where=text(AT_STATION),
        ),
        Index(
            "one_station_per_patient",
            "patient_id",
            unique=True,
            sqlite_where=text(AT_STATION),
            postgresql_where=text(AT_STATION),
        ),
        Index(
            "head_of_lane",
            "hall_id",
            "queue_id",
            "lane",
            "rank",
            "credit",
            "doctor",
            "sort",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("live_of_hall", "hall_id", "state", "queue_id", sqlite_where=text(LIVE), postgresql_where=text(LIVE)),
        Index(
            "of_station",
            "station_id",
            sqlite_where=text("station_id IS NOT NULL"),
            postgresql_where=text("station_id IS NOT NULL"),
        ),
    )


class TriageRow(Base):
    """One immutable act of triage."""

    __tablename__ = "triage"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    second: Mapped[str | None] = mapped_column(String(100))
    from_grade: Mapped[str | None] = mapped_column(String(16))
    grade: Mapped[str] = mapped_column(String(16))
    vitals: Mapped[dict[str, Any]] = mapped_column(default=dict)
    findings: Mapped[list[str]] = mapped_column(default=list)
    suggestion: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str | None] = mapped_column(String(200))


class JournalRow(Base):
    """One fact of a hall: the view of the one thing it changed as it was then, without names."""

    __tablename__ = "journal"
    hall_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    real_at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str | None] = mapped_column(String(100))
    device: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(String(200))
    subject: Mapped[dict[str, Any]]


class ReceiptRow(Base):
    """The stored answer to a key, without names and documents, and the right its owner had.

    A fingerprint that is empty fits every body: it is of a receipt from before fingerprints were keyed.
    """

    __tablename__ = "receipt"
    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[dict[str, Any]]
    at: Mapped[datetime] = mapped_column(index=True)
    rights: Mapped[str | None] = mapped_column(String(200))


class DueRow(Base):
    """Something that must happen at a time, under the hall's lock. `clock` is hall (may be simulated) or real."""

    __tablename__ = "due"
    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    hall_id: Mapped[str] = mapped_column(String(64))
    clock: Mapped[str] = mapped_column(String(4), default="hall")
    due_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str] = mapped_column(String(64))
    data: Mapped[dict[str, Any]] = mapped_column(default=dict)
    __table_args__ = (Index("due_soon", "clock", "due_at"),)


class PrintJobRow(Base):
    """A request for paper; `content` holds no name."""

    __tablename__ = "print_job"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hall_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(8))
    ticket_id: Mapped[str | None] = mapped_column(String(32), index=True)
    report_id: Mapped[str | None] = mapped_column(String(64), index=True)
    device_id: Mapped[str | None] = mapped_column(String(32))
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    copy_number: Mapped[int] = mapped_column(default=0)
    reprint_of: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(String(200))
    evidence: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    seq: Mapped[int] = mapped_column(BIG, default=0)
    __table_args__ = (Index("jobs_of_hall", "hall_id", "state", "created_at"),)


class ReportRow(Base):
    """A patient's report as received (FHIR R4 DiagnosticReport with its Observations), one row per version.

    `series` is shared by the versions of one report; the one that is not `superseded` is in force. `at_desk` marks
    what waits there, until it is handed over.
    """

    __tablename__ = "report"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    identifier: Mapped[str] = mapped_column(String(128), index=True)
    version: Mapped[int] = mapped_column(default=1)
    patient_id: Mapped[str | None] = mapped_column(String(32), index=True)
    status: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(200))
    withheld: Mapped[bool] = mapped_column(default=False)
    superseded: Mapped[bool] = mapped_column(default=False)
    issued_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    resource: Mapped[dict[str, Any]] = mapped_column(default=dict)
    prints: Mapped[int] = mapped_column(default=0)
    series: Mapped[str] = mapped_column(String(64), index=True, server_default=text("''"))
    order_unknown: Mapped[bool] = mapped_column(default=False, server_default=false())
    at_desk: Mapped[bool] = mapped_column(default=False, server_default=false())
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(100))
    acknowledged_reason: Mapped[str | None] = mapped_column(String(200))
    handed_over_at: Mapped[datetime | None]
    __table_args__ = (
        Index("reports_at_desk", "received_at", sqlite_where=text("at_desk"), postgresql_where=text("at_desk")),
    )


class ReportNumberRow(Base):
    """A number that a report gives its patient, as numbers are compared: what a patient's reports are found by."""

    __tablename__ = "report_number"
    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    report_id: Mapped[str] = mapped_column(String(64), primary_key=True)


class AlertRow(Base):
    """A call for staff: who it is about, where, who goes, how it ended. `count` is how often it was raised."""

    __tablename__ = "alert"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hall_id: Mapped[str] = mapped_column(String(64), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    ticket_id: Mapped[str | None] = mapped_column(String(32))
    device_id: Mapped[str | None] = mapped_column(String(32))
    patient_id: Mapped[str | None] = mapped_column(String(32))
    queue_id: Mapped[str | None] = mapped_column(String(64))
    flags: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    text: Mapped[str | None] = mapped_column(String(200))
    note: Mapped[str | None] = mapped_column(String(200))
    raised_at: Mapped[datetime]
    last_at: Mapped[datetime]
    count: Mapped[int] = mapped_column(default=1, server_default="1")
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(100))
    going: Mapped[str | None] = mapped_column(String(40))
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None] = mapped_column(String(100))
    outcome: Mapped[str | None] = mapped_column(String(16))
    seq: Mapped[int] = mapped_column(BIG, default=0)
    __table_args__ = (
        Index(
            "open_alerts",
            "hall_id",
            sqlite_where=OPEN_ALERT,
            postgresql_where=OPEN_ALERT,
        ),
    )


class AnnouncementRow(Base):
    """Something shown and spoken for a ticket."""

    __tablename__ = "announcement"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hall_id: Mapped[str] = mapped_column(String(64), index=True)
    ticket_id: Mapped[str] = mapped_column(String(32), index=True)
    zone: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(12))


class AuditRow(Base):
    """Append-only, with a keyed hash chain per hall (docs/sources.md, Audit trail); never pruned with the journal."""

    __tablename__ = "audit"
    hall_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(100))
    device: Mapped[str | None] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(48))
    object: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str | None] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))


class MarkRow(Base):
    """Small facts of the installation by name, such as the last simulated time."""

    __tablename__ = "mark"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[dict[str, Any]]
