"""Named queries over integrations, their cursors and their dead letters. Knows no rule of delivery."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import CursorResult, delete, func, or_, select, update
from sqlalchemy.orm import Session

from server.store.models import DeadLetterRow, HallRow, IntegrationCursorRow, IntegrationRow


def integrations(db: Session) -> Sequence[IntegrationRow]:
    """All integrations, by name."""
    return db.scalars(select(IntegrationRow).order_by(IntegrationRow.name)).all()


def cursors(db: Session, name: str) -> dict[str, IntegrationCursorRow]:
    """Where an integration stands, by hall."""
    rows = db.scalars(select(IntegrationCursorRow).where(IntegrationCursorRow.integration == name))
    return {row.hall_id: row for row in rows}


def take_lease(db: Session, name: str, owner: str, now: datetime, until: datetime) -> bool:
    """Take or renew the right to deliver until `until`; False where another holds it, or there is no such integration.

    A lease that ends more than one lease later than one taken now would is of a clock that was wrong: it counts as
    over. One that ends a little later was taken by another server a moment ago.
    """
    wrong = until + (until - now)
    free = or_(
        IntegrationRow.lease_owner.is_(None),
        IntegrationRow.lease_owner == owner,
        IntegrationRow.lease_until <= now,
        IntegrationRow.lease_until > wrong,
    )
    statement = update(IntegrationRow).where(IntegrationRow.name == name, free)
    done = db.execute(statement.values(lease_owner=owner, lease_until=until))
    return isinstance(done, CursorResult) and done.rowcount == 1


def hold_lease(db: Session, name: str, owner: str, until: datetime) -> bool:
    """Renew the right to deliver; False where it was lost, however long ago it ran out."""
    statement = update(IntegrationRow).where(IntegrationRow.name == name, IntegrationRow.lease_owner == owner)
    done = db.execute(statement.values(lease_until=until))
    return isinstance(done, CursorResult) and done.rowcount == 1


def give_lease_back(db: Session, name: str, owner: str) -> None:
    """Let another server deliver at once."""
    statement = update(IntegrationRow).where(IntegrationRow.name == name, IntegrationRow.lease_owner == owner)
    db.execute(statement.values(lease_owner=None, lease_until=None))


def letters(db: Session, name: str | None = None, *, resend: bool | None = None) -> Sequence[DeadLetterRow]:
    """Dead letters, oldest first: of one integration or of all, those to be sent again or all."""
    asked = select(DeadLetterRow).order_by(DeadLetterRow.id)
    if name is not None:
        asked = asked.where(DeadLetterRow.integration == name)
    if resend is not None:
        asked = asked.where(DeadLetterRow.resend == resend)
    return db.scalars(asked).all()


def forget(db: Session, name: str) -> bool:
    """Remove an integration with its cursors and dead letters; False where there is none."""
    for table in (DeadLetterRow, IntegrationCursorRow):
        db.execute(delete(table).where(table.integration == name))
    row = db.get(IntegrationRow, name)
    if row is not None:
        db.delete(row)
    return row is not None


def behind(db: Session) -> dict[tuple[str, str], int]:
    """How many events of a hall's journal an integration has not read yet, by integration and hall."""
    rows = db.execute(
        select(IntegrationRow.name, HallRow.id, HallRow.seq - func.coalesce(IntegrationCursorRow.seq, 0))
        .select_from(IntegrationRow)
        .join(HallRow, HallRow.id.is_not(None))
        .outerjoin(
            IntegrationCursorRow,
            (IntegrationCursorRow.integration == IntegrationRow.name) & (IntegrationCursorRow.hall_id == HallRow.id),
        )
        .order_by(IntegrationRow.name, HallRow.id)
    )
    return {(name, hall): max(0, count) for name, hall, count in rows}


def dead(db: Session) -> dict[tuple[str, str], int]:
    """How many dead letters there are, by integration and hall; none is left out."""
    rows = db.execute(
        select(DeadLetterRow.integration, DeadLetterRow.hall_id, func.count()).group_by(
            DeadLetterRow.integration, DeadLetterRow.hall_id
        )
    )
    return {(name, hall): count for name, hall, count in rows}
