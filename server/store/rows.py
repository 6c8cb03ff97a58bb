"""Inserting one row at once, without the unit of work: parents before the children that name them."""

from typing import TypeVar

from sqlalchemy import insert
from sqlalchemy import inspect as inspected
from sqlalchemy.orm import Session, make_transient_to_detached

from server.store.tables import Base

Row = TypeVar("Row", bound=Base)


def insert_now(db: Session, row: Row) -> Row:
    """Insert `row` with one statement and keep it in the session as if it had been read."""
    mapper = inspected(type(row))
    values = {
        attribute.key: getattr(row, attribute.key) for attribute in mapper.column_attrs if attribute.key in row.__dict__
    }
    db.execute(insert(Base.metadata.tables[row.__tablename__]), values)
    make_transient_to_detached(row)
    db.add(row)
    return row
