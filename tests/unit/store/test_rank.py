"""A ticket without a level has the rank None; the database keeps it behind every level, because keys hold no NULL."""

from sqlalchemy import Column, MetaData, Table, create_engine, insert, select, text

from server.store.types import UNGRADED, Rank

LEVELS = Table("levels", MetaData(), Column("rank", Rank, nullable=False))


def test_none_is_written_and_read_as_none_and_stands_behind_every_level():
    with create_engine("sqlite://").begin() as connection:
        LEVELS.create(connection)
        connection.execute(insert(LEVELS), [{"rank": None}, {"rank": 2}, {"rank": 4}])
        assert [2, 4, None] == list(connection.scalars(select(LEVELS.c.rank).order_by(LEVELS.c.rank)))
        assert [2, 4, UNGRADED] == list(connection.scalars(text("SELECT rank FROM levels ORDER BY rank")))
