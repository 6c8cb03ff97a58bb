"""How many wait under each key of choosing (queue, lane, rank, credit, doctor): kept by one upsert a move."""

from sqlalchemy import Connection, Insert, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

from server.store.models import Base, LaneRow

KEY = ("hall_id", "queue_id", "lane", "rank", "credit", "doctor")
LaneKey = tuple[str, str, str, int | None, int, str]


def count(connection: Connection, before: LaneKey | None, after: LaneKey | None) -> None:
    """A ticket left the key `before` and stands under `after`; None where it does not wait."""
    if before == after:
        return
    for key, step in ((before, -1), (after, 1)):
        if key is not None:
            connection.execute(_COUNT[connection.dialect.name], {**dict(zip(KEY, key, strict=True)), "step": step})


def waiting(connection: Connection, hall: str, queue: str) -> int:
    """How many wait in a queue."""
    found = connection.scalar(_WAITING, {"hall": hall, "queue": queue})
    return int(found or 0)


def _counting(lanes: sqlite.Insert | postgresql.Insert) -> Insert:
    made = lanes.values(**{name: bindparam(name) for name in KEY}, waiting=bindparam("step"))
    return made.on_conflict_do_update(index_elements=list(KEY), set_={"waiting": _TABLE.c.waiting + bindparam("step")})


_TABLE = Base.metadata.tables[LaneRow.__tablename__]
_COUNT = {"sqlite": _counting(sqlite.insert(_TABLE)), "postgresql": _counting(postgresql.insert(_TABLE))}
_WAITING = select(func.sum(LaneRow.waiting)).where(
    LaneRow.hall_id == bindparam("hall"), LaneRow.queue_id == bindparam("queue")
)
