"""The one owner of time: due rows (leases, reassessment, silence, close of day) run under the hall lock."""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.protocol.terms import AlertKind, TicketState
from server.services.access import devices, doctors
from server.services.alerts import alerts
from server.services.bootstrap import journal_epochs
from server.services.calling import consultation
from server.services.core.context import Context
from server.services.core.unit_of_work import Answer, Work
from server.services.paper import print_jobs, waiting_list
from server.services.queue_state import estimates
from server.services.schedule import clock_news, close_of_day, monitor
from server.services.tickets import bookings
from server.services.triage import assessment
from server.store.models import HallRow, ScheduledTaskRow, TicketRow

EXPIRING = ("lease", "silent")
"""What runs out by the clock alone, and only while the server could hear who would have prevented it."""
log = logging.getLogger(__name__)


class Resting:
    """Tasks that failed, each left alone for a while that doubles: neither the log nor the others suffer from them."""

    FIRST, LONGEST = 2.0, 600.0
    MOST = 400
    """Tasks that rest at once; fewer than are looked at in a round."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._until: dict[str, tuple[float, float]] = {}

    def ids(self) -> list[str]:
        """Those that rest now."""
        now = self._now()
        return [id for id, (until, _) in self._until.items() if until > now]

    def failed(self, id: str) -> None:
        """It failed again."""
        pause = min(self.LONGEST, self._until.get(id, (0.0, self.FIRST / 2))[1] * 2)
        self._until.pop(id, None)
        self._until[id] = (self._now() + pause, pause)
        while len(self._until) > self.MOST:
            del self._until[next(iter(self._until))]

    def done(self, id: str) -> None:
        """It went well."""
        self._until.pop(id, None)


class DueRunner:
    """A thread that looks each half second for what is due and does it, hall by hall; `also` is done in each round."""

    def __init__(self, context: Context, *, every: float = 0.5, also: Sequence[Callable[[Context], None]] = ()) -> None:
        self._context = context
        self._also = also
        self._every = every
        self._stop = threading.Event()
        self._resting = Resting()
        self._thread = threading.Thread(target=self._loop, name="due", daemon=True)

    def start(self) -> None:
        """Begin. Nothing is taken for silent or run out before the machines had time to be heard by this process."""
        self._context.clock.hold_expiry()
        self._thread.start()

    def stop(self) -> None:
        """End after the present round."""
        self._stop.set()
        self._thread.join(timeout=5)

    def _loop(self) -> None:
        while not self._stop.wait(self._every):
            self._context.clock.look()
            tell = (keep_reserve, tell_of_storage, clock_news.tell)
            usual = (sync_marks, keep_time, journal_epochs.heed_witnesses, *tell, self._run_due, renew_wanted)
            for task in (*usual, *self._also):
                try:
                    task(self._context)
                except Exception:  # one that fails holds up neither the others nor the next round
                    log.exception("a round of scheduled tasks failed")

    def _run_due(self, context: Context) -> None:
        try:
            run_due(context, self._resting)
        except Exception:
            context.clock.hold_expiry()  # the database was away: no heartbeat and no report could be kept either
            raise


def sync_marks(context: Context) -> None:
    """Let the high-water marks survive a power cut: one that is half a second behind is as good."""
    context.transactions.marks.sync()


def keep_time(context: Context) -> None:
    """Keep hall time for a restart of the server."""
    context.clock_record.write(context.clock.time())


def keep_reserve(context: Context) -> None:
    """Keep room on the disk; where it had to be given away, tell the staff of every hall once."""
    reserve = context.transactions.reserve
    reserve.keep()
    if not reserve.alerted:
        reserve.alerted = True
        for hall in context.hall_ids():
            context.transactions.system(hall, partial(_tell, kind=AlertKind.STORAGE))


def tell_of_storage(context: Context) -> None:
    """Tell the staff of every hall once that the disk fails or the database is damaged, as soon as that can be written.

    A hall that cannot be written to is left out: the others are told all the same.
    """
    storage = context.transactions.storage
    if not storage.troubled:
        return
    for kind, hall in storage.owed(context.hall_ids()):
        try:
            context.transactions.system(hall, partial(_tell, kind=kind))
            storage.alerted(kind, hall)
        except HallError as error:
            log.error("staff of hall %s cannot be told of %s: %s", hall, kind.value, error)
            storage.rest()


def _tell(work: Work, kind: AlertKind) -> Answer:
    return Answer({"alert": alerts.raise_alert(work, kind)})


def renew_wanted(context: Context) -> None:
    """Simulate one queue whose expected wait was asked for; then rest, so that timers and commands go first."""
    estimates.renew_wanted(context.engines, context.scales, context.waits, context.clock.hall())


def run_due(context: Context, resting: Resting | None = None) -> int:
    """Do everything that is due in the halls in use; how many rows were done. One that fails holds up no other."""
    resting = resting or Resting()
    held = () if context.clock.may_expire() else EXPIRING
    with Session(context.engines.read) as db:
        rows = db.execute(
            select(ScheduledTaskRow.id, ScheduledTaskRow.hall_id)
            .join(HallRow, HallRow.id == ScheduledTaskRow.hall_id)
            .where(
                HallRow.active,
                ScheduledTaskRow.id.not_in(resting.ids()),
                ScheduledTaskRow.kind.not_in(held),
                ((ScheduledTaskRow.clock == "hall") & (ScheduledTaskRow.due_at <= context.clock.hall()))
                | ((ScheduledTaskRow.clock == "real") & (ScheduledTaskRow.due_at <= context.clock.real())),
            )
            .order_by(ScheduledTaskRow.due_at)
            .limit(500)
        ).all()
    return sum(_done(context, id, hall, resting) for id, hall in rows)


def _done(context: Context, id: str, hall: str, resting: Resting) -> bool:
    try:
        context.transactions.system(hall, lambda work: _do(work, context, id))
    except HallError as error:
        log.warning("due row %s: %s", id, error)
        resting.failed(id)
        return False
    except Exception:
        log.exception("due row %s failed", id)
        resting.failed(id)
        return False
    resting.done(id)
    return True


def _do(work: Work, context: Context, id: str) -> Answer:
    row = work.db.get(ScheduledTaskRow, id)
    now = work.real_now if row is not None and row.clock == "real" else work.now
    if row is None or row.due_at > now:
        return Answer({})
    if row.kind in EXPIRING and not context.clock.may_expire():  # suspended since this round began
        return Answer({})
    again = STANDING[row.kind](work, context, row) if row.kind in STANDING else None
    if again is not None:
        row.due_at = again
        return Answer({})
    kind, subject = row.kind, row.subject
    work.db.delete(row)
    work.db.flush()  # gone before its work is done, which may put a row of the same id
    if kind in ONCE:
        ONCE[kind](work, subject)
    elif kind not in STANDING:
        log.error("due row %s is of a kind that this version does not know, and is dropped", id)
    return Answer({})


def _watch(work: Work, context: Context, row: ScheduledTaskRow) -> datetime | None:
    return monitor.watch(work, context, date.fromisoformat(row.subject))


def _list(work: Work, _context: Context, row: ScheduledTaskRow) -> datetime | None:
    return waiting_list.print_regularly(work, date.fromisoformat(row.subject))


def _booking(work: Work, _context: Context, row: ScheduledTaskRow) -> datetime | None:
    bookings.settle(work, row.subject, row.data)
    return None


def _staged_long(work: Work, id: str) -> None:
    ticket = work.db.get(TicketRow, id)
    if ticket is not None and ticket.state == TicketState.STAGED:
        alerts.raise_alert(work, AlertKind.STAGED_LONG, ticket=id)


STANDING: Mapping[str, Callable[[Work, Context, ScheduledTaskRow], datetime | None]] = {
    "close_day": close_of_day.close_day,
    "watch": _watch,
    "list": _list,
    bookings.KIND: _booking,
    devices.HEALTH: lambda work, context, row: devices.tell_health(work, context, row.subject),
}
"""What may be due again at the time it gives."""
ONCE: Mapping[str, Callable[[Work, str], None]] = {
    "lease": print_jobs.expire,
    "silent": devices.fell_silent,
    "reassess": assessment.reassess_due,
    "paused_long": monitor.paused_long,
    "staged_long": _staged_long,
    doctors.KIND: doctors.tell_name,
    "hold_elsewhere": partial(consultation.hold_for_other_hall, held=True),
    "release_elsewhere": partial(consultation.hold_for_other_hall, held=False),
}
"""What is due once, with its subject."""
