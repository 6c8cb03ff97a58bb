"""Named queries over the journal. Knows no audience."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.orm import Session

from server.protocol.json_values import View
from server.store.models import HallRow, JournalRow

_AFTER = (
    select(JournalRow.seq, JournalRow.kind, JournalRow.at, JournalRow.actor, JournalRow.reason, JournalRow.subject)
    .where(JournalRow.hall_id == bindparam("hall"), JournalRow.seq > bindparam("after"))
    .order_by(JournalRow.seq)
    .limit(bindparam("most"))
)
_POSITIONS = select(HallRow.id, HallRow.epoch, HallRow.seq)


def rows_after(db: Session, hall: str, after: int, limit: int) -> list[View]:
    """Up to `limit` events of `hall` after `after`, in order, as dictionaries with times as text."""
    found = db.connection().execute(_AFTER, {"hall": hall, "after": after, "most": limit})
    return [
        {
            "seq": seq,
            "kind": kind,
            "at": at.isoformat().replace("+00:00", "Z"),
            "actor": actor,
            "reason": reason,
            "subject": subject,
        }
        for seq, kind, at, actor, reason, subject in found
    ]


def first_seq(db: Session, hall: str) -> int | None:
    """The oldest number still kept, None for an empty journal."""
    return db.scalar(select(func.min(JournalRow.seq)).where(JournalRow.hall_id == hall))


def positions(db: Session) -> Sequence[tuple[str, str, int]]:
    """(hall, epoch, seq) of every hall."""
    return [(hall, epoch, seq) for hall, epoch, seq in db.connection().execute(_POSITIONS)]


def prune(db: Session, before: datetime) -> None:
    """Forget events older than `before` (real time); the seq of a hall goes on."""
    db.execute(delete(JournalRow).where(JournalRow.real_at < before))
