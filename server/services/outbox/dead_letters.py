"""What could not be delivered stays until somebody sends it again or discards it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.outbox import LONGEST_ERROR, Message, Outcome, Result
from server.protocol.terms import ErrorCode
from server.services.outbox.delivery import Lease
from server.store.models import DeadLetterRow
from server.store.queries import outbox


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that was given up; without a message, events that were pruned before they could be sent."""

    id: int
    integration: str
    hall: str
    first: int
    last: int
    kind: str
    tries: int
    error: str
    died_at: datetime
    resend: bool
    message: Message | None


def listed(db: Session, name: str | None = None) -> list[Letter]:
    """The dead letters of an integration, or of all, oldest first."""
    return [_letter(row) for row in outbox.letters(db, name)]


def wanted_again(db: Session, name: str) -> list[Letter]:
    """Those that are to be sent again."""
    return [_letter(row) for row in outbox.letters(db, name, resend=True)]


def resend(db: Session, name: str, ids: Collection[int] = ()) -> int:
    """Send these again (none named: all that can be), once each, as soon as the server is there; how many.

    Raises not_found for one that is not there, invalid for events that are not kept any more.
    """
    rows = _chosen(db, name, ids)
    gone = [str(row.id) for row in rows if row.body is None]
    if ids and gone:
        raise HallError(ErrorCode.INVALID, f"{', '.join(gone)}: these events are not kept any more; discard it")
    kept = [row for row in rows if row.body is not None]
    for row in kept:
        row.resend = True
    return len(kept)


def discard(db: Session, name: str, ids: Collection[int] = ()) -> int:
    """Forget these (none named: all); how many. Raises not_found for one that is not there."""
    rows = _chosen(db, name, ids)
    for row in rows:
        db.delete(row)
    return len(rows)


def settle(db: Session, lease: Lease, letter: Letter, result: Result) -> None:
    """A letter was sent again: it is gone when it was delivered, else it is dead as before. Raises LeaseLost."""
    lease.hold(db)
    row = db.get(DeadLetterRow, letter.id)
    if row is None:
        return
    if result.outcome is Outcome.DELIVERED:
        db.delete(row)
        return
    row.resend, row.tries = False, row.tries + 1
    row.error = f"{result.outcome.value}: {result.detail}"[:LONGEST_ERROR]


def _chosen(db: Session, name: str, ids: Collection[int]) -> list[DeadLetterRow]:
    rows = outbox.letters(db, name)
    if missing := set(ids) - {row.id for row in rows}:
        raise HallError(ErrorCode.NOT_FOUND, f"no dead letter {', '.join(map(str, sorted(missing)))} of {name}")
    return [row for row in rows if not ids or row.id in ids]


def _letter(row: DeadLetterRow) -> Letter:
    message = Message(row.message_id, row.kind, row.body) if row.message_id and row.body is not None else None
    return Letter(
        *(row.id, row.integration, row.hall_id, row.first_seq, row.last_seq, row.kind, row.tries, row.error),
        *(row.died_at, row.resend, message),
    )
