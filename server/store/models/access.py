"""Accounts, devices, and who tried to identify or to log in."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, false
from sqlalchemy.orm import Mapped, mapped_column

from server.protocol.json_values import JsonDict
from server.store.models.base import Base
from server.store.types import BIG


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
    password_once: Mapped[bool] = mapped_column(default=False, server_default=false())
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
    health: Mapped[JsonDict] = mapped_column(default=dict)
    seq: Mapped[int] = mapped_column(BIG, default=0)
    decodes: Mapped[bool] = mapped_column(default=False, server_default=false())
    hospital_wide: Mapped[bool] = mapped_column(default=False, server_default=false())


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
