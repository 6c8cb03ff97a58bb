"""What falls due: made, moved and forgotten by one statement each. Knows no kind of it."""

from sqlalchemy import Connection, Insert, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite

from server.protocol.json_values import JsonDict
from server.store.models import Base, ScheduledTaskRow

_TABLE = Base.metadata.tables[ScheduledTaskRow.__tablename__]
_DROP = delete(_TABLE).where(_TABLE.c.id == bindparam("row"))


def put(connection: Connection, row: JsonDict) -> None:
    """Make the due row, or give the one of that id this time and these data."""
    connection.execute(_PUT[connection.dialect.name], row)


def drop(connection: Connection, id: str) -> None:
    """Forget the due row of that id, if there is one."""
    connection.execute(_DROP, {"row": id})


def _putting(made: sqlite.Insert | postgresql.Insert) -> Insert:
    moved = {"due_at": made.excluded.due_at, "data": made.excluded.data}
    return made.on_conflict_do_update(index_elements=["id"], set_=moved)


_PUT = {"sqlite": _putting(sqlite.insert(_TABLE)), "postgresql": _putting(postgresql.insert(_TABLE))}
