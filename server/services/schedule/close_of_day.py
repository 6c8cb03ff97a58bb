"""Close of day 日结: who is still in a queue is closed as the lifecycle says (served, cancelled or no-show)."""

from datetime import date, datetime, timedelta

from sqlalchemy import select

from server.protocol.terms import ENDED, Action, EventKind
from server.services.core.context import Context
from server.services.core.unit_of_work import Work
from server.services.schedule import retention
from server.services.tickets import stated_waits, transitions
from server.store.models import ScheduledTaskRow, TicketRow

BATCH = 100
LOOK_AGAIN = timedelta(minutes=1)


def close_day(work: Work, context: Context, row: ScheduledTaskRow) -> datetime | None:
    """Close the day a batch at a time: it stays due until everybody is closed, and while the clock is not steady."""
    if not context.clock.may_close():
        return work.now + LOOK_AGAIN
    if _close_batch(work, date.fromisoformat(row.subject)):
        return row.due_at
    work.record(EventKind.DAY_CLOSED, reason=row.subject)
    stated_waits.log_day(work.db, work.hall.id, date.fromisoformat(row.subject))
    if context.clock.is_steady():
        retention.prune(work.db, work.real_now)
    return None


def _close_batch(work: Work, day: date) -> bool:
    """Close up to a batch of the day's live tickets, as the lifecycle says."""
    ended = [state.value for state in ENDED]
    rows = work.db.scalars(
        select(TicketRow)
        .where(TicketRow.hall_id == work.hall.id, TicketRow.business_day <= day, TicketRow.state.not_in(ended))
        .limit(BATCH)
    ).all()
    for ticket in rows:
        transitions.apply(work, ticket, Action.CLOSE, reason="day_closed", station_id=None, hold_reason=None)
    return len(rows) == BATCH
