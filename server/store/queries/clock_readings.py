"""What time it is by the database, and the time of the newest entry of a journal. Knows no rule of clocks."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from server.store.models import JournalRow
from server.store.types import UtcDateTime

_NEWEST = select(JournalRow.real_at).where(JournalRow.hall_id == bindparam("hall"), JournalRow.seq == bindparam("seq"))
_NEWEST_OF_ALL = select(func.max(JournalRow.real_at, type_=UtcDateTime()))
_NOW = select(func.clock_timestamp(type_=UtcDateTime()))


def newest(connection: Connection, hall: str, seq: int) -> datetime | None:
    """The real time of entry `seq` of a hall's journal; None where it is not kept any more."""
    return connection.execute(_NEWEST, {"hall": hall, "seq": seq}).scalar_one_or_none()


def newest_of_all(connection: Connection) -> datetime | None:
    """The latest real time in any hall's journal; None while all are empty."""
    return connection.execute(_NEWEST_OF_ALL).scalar_one_or_none()


def of_database(connection: Connection) -> datetime | None:
    """The database's own clock at this moment; None for the embedded one, which has that of this machine."""
    return None if connection.dialect.name == "sqlite" else connection.execute(_NOW).scalar_one()
