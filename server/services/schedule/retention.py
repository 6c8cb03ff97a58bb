"""How long events, receipts, sessions and counted attempts are kept (docs/privacy.md); close of day prunes them."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.services.access import identification_attempts, login_attempts, sessions
from server.services.patients import desk_codes
from server.store.models import ReceiptRow
from server.store.queries import journal

KEPT = timedelta(days=7)
"""Journal and receipts: a client may come back with a cursor or a key that is a week old."""


def prune(db: Session, now: datetime) -> None:
    """Forget events and receipts older than seven days (real time), sessions that are over; inside a transaction."""
    journal.prune(db, now - KEPT)
    sessions.prune(db, now)
    identification_attempts.forget_old(db, now)
    login_attempts.forget_old(db, now)
    desk_codes.forget_old(db, now)
    db.query(ReceiptRow).filter(ReceiptRow.at < now - KEPT).delete(synchronize_session=False)
