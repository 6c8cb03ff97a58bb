"""What begins with a hall's business day: its close, its watch, its paper lists; as due rows. Knows no use case."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from server.services.core.hall_config import HallConfig
from server.services.core.unit_of_work import Work
from server.store.models import ScheduledTaskRow

WATCH = timedelta(minutes=1)
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Due whatever the hall's time is."""


def begin_day(work: Work, config: HallConfig, day: date) -> None:
    """Schedule the end of the day, and let watch and lists go on from now where they rest."""
    _, end = config.bounds(day)
    work.schedule(f"close_day:{config.id}:{day}", "close_day", day.isoformat(), end)
    _begin(work, f"watch:{config.id}", "watch", day, work.now + WATCH)
    minutes = list_minutes(config)
    if minutes is not None:
        _begin(work, f"list:{config.id}", "list", day, work.now + timedelta(minutes=minutes))


def watch_at_once(db: Session, hall: str) -> None:
    """Let the watch of a hall begin without a first command: slots may begin by themselves."""
    if db.get(ScheduledTaskRow, f"watch:{hall}") is None:
        db.add(
            ScheduledTaskRow(
                id=f"watch:{hall}", hall_id=hall, due_at=AT_ONCE, kind="watch", subject="1970-01-01", data={}
            )
        )


def list_minutes(config: HallConfig) -> int | None:
    """How often the hall's paper list is printed: the shortest time of its queues; None where no printer is chosen."""
    if not config.settings.get("list_printer"):
        return None
    wanted = [queue.rules.list_minutes for queue in config.queues.values() if queue.active]
    return min((minutes for minutes in wanted if minutes), default=None)


def _begin(work: Work, id: str, kind: str, day: date, due_at: datetime) -> None:
    if work.db.get(ScheduledTaskRow, id) is None:
        work.schedule(id, kind, day.isoformat(), due_at)
