"""Sessions and rows: one that keeps what it read, and inserting a parent row at once."""

from functools import cache
from typing import TypeVar

from sqlalchemy import Engine, Insert, event, insert
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
    """Insert `row` with one statement and keep it in the session as if it had been read. Its defaults are given."""
    statement, words = _inserting(type(row))
    db.connection().execute(statement, {word: row.__dict__.get(word) for word in words})
    make_transient_to_detached(row)
    db.add(row)
    if isinstance(db, KeepingSession):
        db.kept.append(row)
    return row


@cache
def _inserting(table: type[Base]) -> tuple[Insert, tuple[str, ...]]:
    """The insert of a table and the attributes it takes; built once, because building costs more than running."""
    words = tuple(attribute.key for attribute in inspected(table).column_attrs)
    return insert(Base.metadata.tables[table.__tablename__]), words
