"""Integrations, how far each has read the journal of each hall, and what could not be delivered."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column

from server.store.models.base import Base
from server.store.types import BIG


class IntegrationRow(Base):
    """A system outside the hall that is told of events. One server at a time delivers: who holds the lease.

    `salt` makes the secret, together with the key of the installation; the secret itself stands nowhere.
    """

    __tablename__ = "integration"
    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[str]]
    salt: Mapped[str] = mapped_column(String(32))
    added_at: Mapped[datetime]
    lease_owner: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]


class IntegrationCursorRow(Base):
    """How far an integration has read the journal of a hall, and the failures of what comes next."""

    __tablename__ = "integration_cursor"
    integration: Mapped[str] = mapped_column(ForeignKey("integration.name"), primary_key=True)
    hall_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(32))
    seq: Mapped[int] = mapped_column(BIG)
    tries: Mapped[int] = mapped_column(default=0)
    refusals: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    next_try_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(String(200))


class DeadLetterRow(Base):
    """A message that was given up, or (without a body) events that were pruned before they could be sent.

    `resend` asks for one more attempt.
    """

    __tablename__ = "dead_letter"
    id: Mapped[int] = mapped_column(BIG, primary_key=True, autoincrement=True)
    integration: Mapped[str] = mapped_column(ForeignKey("integration.name"), index=True)
    hall_id: Mapped[str] = mapped_column(String(64))
    epoch: Mapped[str] = mapped_column(String(32))
    first_seq: Mapped[int] = mapped_column(BIG)
    last_seq: Mapped[int] = mapped_column(BIG)
    kind: Mapped[str] = mapped_column(String(32))
    message_id: Mapped[str | None] = mapped_column(String(64))
    body: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(String(200))
    died_at: Mapped[datetime]
    resend: Mapped[bool] = mapped_column(default=False, server_default=false())
