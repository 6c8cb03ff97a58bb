"""Sessions and rows: one that keeps what it read, and writing a single row at once, by one statement."""

from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Engine, Insert, Select, Update, bindparam, event, insert, select, update
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value

from server.store.models import Base

Row = TypeVar("Row", bound=Base)


class KeepingSession(Session):
    """A session that keeps every row it read or made until it ends: the identity map alone forgets them."""

    def __init__(self, bind: Engine) -> None:
        super().__init__(bind, expire_on_commit=False)
        self.kept: list[object] = []

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """As every session's, by a statement built once: building one costs more than running it."""
        key = ident if isinstance(ident, tuple) else (ident,)
        known = self.identity_map.get(_mapper(entity).identity_key_from_primary_key(key))
        if options or (known is not None and known in self.deleted):
            return super().get(entity, ident, **options)
        if known is not None:
            return known
        statement, words = _by_key(entity)
        return self.scalars(statement, dict(zip(words, key, strict=True))).one_or_none()


@event.listens_for(KeepingSession, "loaded_as_persistent")
@event.listens_for(KeepingSession, "pending_to_persistent")
def _keep(session: Session, row: object) -> None:
    if isinstance(session, KeepingSession):
        session.kept.append(row)


def insert_now(db: Session, row: Row) -> Row:
    """Insert `row` with one statement and keep it in the session as if it had been read. Its defaults are given."""
    statement, words = _inserting(type(row))
    db.connection().execute(statement, {name: row.__dict__.get(name) for name in words})
    make_transient_to_detached(row)
    db.add(row)
    if isinstance(db, KeepingSession):
        db.kept.append(row)
    return row


def write_now(db: Session, row: Base, **values: object) -> None:
    """Give columns of a row these values and write them with one statement: an update, or the insert of one just made.

    What the unit of work would do for the same costs several times as much.
    """
    state = inspected(row)
    if not state.persistent:
        for name, value in values.items():
            setattr(row, name, value)
        if state.transient:
            insert_now(db, row)
        return
    for name, value in values.items():
        set_committed_value(row, name, value)
    statement, key = _updating(type(row), tuple(values))
    given = {f"key_{name}": getattr(row, name) for name in key} | {f"new_{name}": values[name] for name in values}
    db.connection().execute(statement, given)


_mapper = cache(inspected)


@cache
def _by_key(table: type[Row]) -> tuple[Select[Row], tuple[str, ...]]:
    """The select of a row by its primary key and the names of the key's parts."""
    columns = inspected(table).primary_key
    words = tuple(f"key_{column.name}" for column in columns)
    return select(table).where(*(column == bindparam(name) for column, name in zip(columns, words, strict=True))), words


@cache
def _inserting(table: type[Base]) -> tuple[Insert, tuple[str, ...]]:
    """The insert of a table and the attributes it takes; built once, because building costs more than running."""
    words = tuple(attribute.key for attribute in inspected(table).column_attrs)
    return insert(Base.metadata.tables[table.__tablename__]), words


@cache
def _updating(table: type[Base], words: tuple[str, ...]) -> tuple[Update, tuple[str, ...]]:
    """The update of these columns of a row by its primary key, and the names of the key's parts."""
    target = Base.metadata.tables[table.__tablename__]
    key = tuple(column.name for column in target.primary_key)
    here = (target.c[name] == bindparam(f"key_{name}") for name in key)
    return update(target).where(*here).values({name: bindparam(f"new_{name}") for name in words}), key
