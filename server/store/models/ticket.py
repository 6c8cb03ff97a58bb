"""Tickets, their triage, the alerts and the announcements about them."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from server.protocol.json_values import JsonDict, View
from server.store.models.base import Base
from server.store.models.json_columns import StatedWaitColumn, UndoColumn
from server.store.types import BIG, ENDED_STATES, STATES_AT_STATION, Rank, TicketStateType


def _one_of(states: tuple[str, ...]) -> str:
    """The states as a list in SQL."""
    return ", ".join(f"'{state}'" for state in states)


LIVE = text(f"state NOT IN ({_one_of(ENDED_STATES)})")
AT_STATION = text(f"state IN ({_one_of(STATES_AT_STATION)})")
WAITING = text("state = 'waiting'")
OPEN_ALERT = text("closed_at IS NULL")


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
    state: Mapped[str] = mapped_column(TicketStateType)
    lane: Mapped[str] = mapped_column(String(8))
    grade: Mapped[str | None] = mapped_column(String(16))
    rank: Mapped[int | None] = mapped_column(Rank, nullable=False)
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
    undo: Mapped[UndoColumn] = mapped_column(JSON, default=dict)
    promise: Mapped[StatedWaitColumn | None] = mapped_column(JSON(none_as_null=True))
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
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        Index(
            "one_ticket_per_station",
            "station_id",
            unique=True,
            sqlite_where=AT_STATION,
            postgresql_where=AT_STATION,
        ),
        Index(
            "one_station_per_patient",
            "patient_id",
            unique=True,
            sqlite_where=AT_STATION,
            postgresql_where=AT_STATION,
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
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        Index("live_of_hall", "hall_id", "state", "queue_id", sqlite_where=LIVE, postgresql_where=LIVE),
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
    vitals: Mapped[JsonDict] = mapped_column(default=dict)
    findings: Mapped[list[str]] = mapped_column(default=list)
    suggestion: Mapped[JsonDict] = mapped_column(default=dict)
    reason: Mapped[str | None] = mapped_column(String(200))


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
    content: Mapped[View]
    at: Mapped[datetime]
    outcome: Mapped[str | None] = mapped_column(String(12))
