"""Sessions and rows: one that keeps what it read, and inserting a parent row at once."""

from typing import TypeVar

from sqlalchemy import Engine, event, insert
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import Session, make_transient_to_detached

from server.store.tables import Base

Row = TypeVar("Row", bound=Base)


class KeepingSession(Session):
    """A session that keeps every row it read or made until it ends: the identity map alone forgets them."""

    def __init__(self, bind: Engine) -> None:
        super().__init__(bind, expire_on_commit=False)
        self.kept: list[object] = []


@event.listens_for(KeepingSession, "loaded_as_persistent")
@event.listens_for(KeepingSession, "pending_to_persistent")
def _keep(session: Session, row: object) -> None:
    if isinstance(session, KeepingSession):
        session.kept.append(row)


def insert_now(db: Session, row: Row) -> Row:
    """Insert `row` with one statement and keep it in the session as if it had been read."""
    mapper = inspected(type(row))
    values = {
        attribute.key: getattr(row, attribute.key) for attribute in mapper.column_attrs if attribute.key in row.__dict__
    }
    db.execute(insert(Base.metadata.tables[row.__tablename__]), values)
    make_transient_to_detached(row)
    db.add(row)
    if isinstance(db, KeepingSession):
        db.kept.append(row)
    return row
