"""What falls due: made, moved and forgotten by one statement each. Knows no kind of it."""

from typing import Any

from sqlalchemy import Connection, bindparam, delete
from sqlalchemy.dialects import postgresql, sqlite

from server.store.models import Base, ScheduledTaskRow

_TABLE = Base.metadata.tables[ScheduledTaskRow.__tablename__]
_DROP = delete(_TABLE).where(_TABLE.c.id == bindparam("row"))


def put(connection: Connection, row: dict[str, Any]) -> None:
    """Make the due row, or give the one of that id this time and these data."""
    connection.execute(_PUT[connection.dialect.name], row)


def drop(connection: Connection, id: str) -> None:
    """Forget the due row of that id, if there is one."""
    connection.execute(_DROP, {"row": id})


def _putting(dialect: Any) -> Any:
    made = dialect.insert(_TABLE)
    moved = {"due_at": made.excluded.due_at, "data": made.excluded.data}
    return made.on_conflict_do_update(index_elements=["id"], set_=moved)


_PUT = {"sqlite": _putting(sqlite), "postgresql": _putting(postgresql)}
