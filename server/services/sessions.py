"""When a queue is open: its sessions (上午/下午/夜) in the hospital's time. No sessions means day and night."""

from datetime import datetime, time, timedelta

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode
from server.services.config import Queue
from server.services.work import Work


def session_bounds(work: Work, queue: Queue) -> tuple[datetime | None, datetime | None]:
    """Start and end (UTC) of the session `work.now` falls in; (None, None) without sessions. Raises queue_closed."""
    if not queue.sessions:
        return None, None
    timezone = work.config_of(queue.hall_id).timezone
    local = work.now.astimezone(timezone)
    for session in queue.sessions:
        begins, ends = time.fromisoformat(session["start"]), time.fromisoformat(session["end"])
        opens = timedelta(minutes=int(session.get("opens_before", 0)))
        for day in (local.date() - timedelta(days=1), local.date()):
            start = datetime.combine(day, begins, timezone)
            end = datetime.combine(day + timedelta(days=1) if ends <= begins else day, ends, timezone)
            if start - opens <= local < end:
                return start, end
    raise HallError(ErrorCode.QUEUE_CLOSED, sessions=list(queue.sessions))
