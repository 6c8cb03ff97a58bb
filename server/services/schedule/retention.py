"""Forgets what is old enough by server.domain.privacy.retention; close of day asks for it."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.domain.privacy.retention import Record, kept_since
from server.services.access import identification_attempts, login_attempts, sessions
from server.services.patients import desk_codes
from server.store.models import ReceiptRow
from server.store.queries import journal


def prune(db: Session, now: datetime) -> None:
    """Forget old events, receipts and counted attempts (real time), and sessions that are over; in a transaction."""
    journal.prune(db, kept_since(Record.EVENT, now))
    sessions.prune(db, now)
    identification_attempts.forget_old(db, now)
    login_attempts.forget_old(db, now)
    desk_codes.forget_old(db, now)
    db.execute(delete(ReceiptRow).where(ReceiptRow.at < kept_since(Record.RECEIPT, now)))
