"""Login sessions of staff: when one ends by itself, who it names, and its end on request."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.protocol.terms import StaffRole
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.core.unit_of_work import Answer, Work
from server.store.models import SessionRow, StaffRow

IDLE = timedelta(hours=2)
"""A session that was not used for so long is over."""
LONGEST = timedelta(hours=12)
"""The longest life of a session, used or not."""


def sign_out(work: Work, context: Context, token: str) -> Answer:
    """The session ends."""
    row = work.db.get(SessionRow, context.token_hash(token))
    if row is not None:
        work.db.delete(row)
        work.audit("session.closed", row.staff_id)
    return Answer({})


def by_session(context: Context, token: str) -> Principal | None:
    """The member of staff a session token names; None when it ended, idled out, or the account is disabled."""
    now = context.clock.real()
    with Session(context.engines.read) as db:
        row = db.get(SessionRow, context.token_hash(token))
        if row is None or not is_live(row, now):
            return None
        staff = db.get(StaffRow, row.staff_id)
        if staff is None or staff.disabled_at is not None:
            return None
        return Principal(
            "staff", staff.id, StaffRole(staff.role), staff.hall_id, staff.username, staff.station_id, staff.doctor_id
        )


def is_live(row: SessionRow, now: datetime) -> bool:
    """Whether it has neither ended nor idled out."""
    return now <= row.expires_at and now - row.seen_at <= IDLE


def prune(db: Session, now: datetime) -> None:
    """Forget sessions that are over; called inside a transaction."""
    db.execute(delete(SessionRow).where(SessionRow.expires_at < now))


def touch(work: Work, context: Context, token: str) -> Answer:
    """The session is in use."""
    row = work.db.get(SessionRow, context.token_hash(token))
    if row is not None:
        row.seen_at = work.real_now
    return Answer({})
