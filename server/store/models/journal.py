"""The journal, receipts, the audit trail, and tasks that are due at a time."""

from datetime import datetime

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from server.protocol.json_values import View
from server.store.models.base import Base
from server.store.types import BIG


class JournalRow(Base):
    """One event of a hall: the view of the one thing it changed as it was then, without names."""

    __tablename__ = "journal"
    hall_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    real_at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str | None] = mapped_column(String(100))
    device: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(String(200))
    subject: Mapped[dict[str, View]] = mapped_column(JSON)


class ReceiptRow(Base):
    """The stored answer to a key, without names and documents, and the right its owner had.

    A fingerprint that is empty fits every body: it is of a receipt from before fingerprints were keyed.
    """

    __tablename__ = "receipt"
    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(16), server_default="done")
    body: Mapped[View]
    at: Mapped[datetime] = mapped_column(index=True)
    rights: Mapped[str | None] = mapped_column(String(200))


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


class ScheduledTaskRow(Base):
    """Something that must happen at a time, under the hall's lock. `clock` is hall (may be simulated) or real."""

    __tablename__ = "due"
    id: Mapped[str] = mapped_column(String(100), primary_key=True)
    hall_id: Mapped[str] = mapped_column(String(64))
    clock: Mapped[str] = mapped_column(String(4), default="hall")
    due_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(24))
    subject: Mapped[str] = mapped_column(String(64))
    data: Mapped[View] = mapped_column(default=dict)
    __table_args__ = (Index("due_soon", "clock", "due_at"),)
