"""Hospital, halls, queues, stations, and what is counted of a queue."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from server.domain.queueing.opening_hours import SessionHours
from server.protocol.json_values import JsonDict, View
from server.store.models.base import Base
from server.store.types import BIG, Rank


class HospitalRow(Base):
    """The one hospital of this installation; its row is also the lock of commands that belong to no hall."""

    __tablename__ = "hospital"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[dict[str, str]]
    timezone: Mapped[str] = mapped_column(String(64))
    rolls_at: Mapped[str] = mapped_column(String(5), default="04:00")
    settings: Mapped[View] = mapped_column(default=dict)
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
    settings: Mapped[View] = mapped_column(default=dict)
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
    rules: Mapped[JsonDict] = mapped_column(default=dict)
    sessions: Mapped[list[SessionHours]] = mapped_column(JSON, default=list)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)


class StationRow(Base):
    """A place that calls. Its id is unique in the hospital."""

    __tablename__ = "station"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    hall_id: Mapped[str] = mapped_column(ForeignKey("hall.id"), index=True)
    name: Mapped[dict[str, str]]
    queues: Mapped[list[str]]
    levels: Mapped[list[str]] = mapped_column(default=list)
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
    rank: Mapped[int | None] = mapped_column(Rank, primary_key=True, autoincrement=False, nullable=False)
    credit: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    doctor: Mapped[str] = mapped_column(String(64), primary_key=True)
    waiting: Mapped[int]


class MarkRow(Base):
    """Small values of the installation by name, such as the last simulated time."""

    __tablename__ = "mark"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[View]
