"""When a queue is open: its sessions (上午/下午/夜) in the hospital's time. No sessions means day and night."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode
from server.services.core.hall_config import Queue
from server.services.core.unit_of_work import Work


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a day: check-in opens at `opens`, the doctors begin at `start`; aware UTC, ends exclusive."""

    opens: datetime
    start: datetime
    end: datetime


def sessions_around(queue: Queue, timezone: ZoneInfo, moment: datetime) -> list[Session]:
    """The sessions of the day before, the day itself and the day after, in order of their start."""
    today = moment.astimezone(timezone).date()
    found = []
    for part in queue.sessions:
        begins, ends = time.fromisoformat(part["start"]), time.fromisoformat(part["end"])
        early = timedelta(minutes=int(part.get("opens_before", 0)))
        for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
            start = datetime.combine(day, begins, timezone).astimezone(UTC)
            last = day + timedelta(days=1) if ends <= begins else day
            found.append(Session(start - early, start, datetime.combine(last, ends, timezone).astimezone(UTC)))
    return sorted(found, key=lambda session: session.start)


def session_of(work: Work, queue: Queue, moment: datetime) -> Session | None:
    """The session a moment falls in; None between sessions and where there are none."""
    around = sessions_around(queue, work.config_of(queue.hall_id).timezone, moment)
    inside = next((session for session in around if session.start <= moment < session.end), None)
    return inside or next((session for session in around if session.opens <= moment < session.end), None)


def session_bounds(work: Work, queue: Queue) -> tuple[datetime | None, datetime | None]:
    """Start and end (UTC) of the session `work.now` falls in; (None, None) without sessions. Raises queue_closed."""
    if not queue.sessions:
        return None, None
    session = session_of(work, queue, work.now)
    if session is None:
        raise HallError(ErrorCode.QUEUE_CLOSED, sessions=list(queue.sessions))
    return session.start, session.end


def must_go_on(work: Work, queue: Queue) -> None:
    """Who comes back the same day stands at the head of a session to come too. Raises queue_closed after the last."""
    config = work.config_of(queue.hall_id)
    around = sessions_around(queue, config.timezone, work.now)
    if around and not any(one.end > work.now and config.day(one.start) == config.day(work.now) for one in around):
        raise HallError(ErrorCode.QUEUE_CLOSED, sessions=list(queue.sessions))


def session_end(work: Work, queue: Queue) -> datetime | None:
    """The end of the present session, None between sessions: who was here before may still come back in line."""
    session = session_of(work, queue, work.now)
    return session.end if session is not None else None


def last_end(work: Work, queue: Queue) -> datetime | None:
    """When the latest session that is over ended."""
    around = sessions_around(queue, work.config_of(queue.hall_id).timezone, work.now)
    return max((session.end for session in around if session.end <= work.now), default=None)
