"""What an integration sends next in a hall, and what is kept of how that went. Sends nothing itself."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from server.domain import outbox as rules
from server.domain.outbox import Pace, Position, Result, Step, Trouble
from server.services.core.context import Context
from server.store.models import DeadLetterRow, IntegrationCursorRow, IntegrationRow
from server.store.queries import journal, outbox

LEASE = timedelta(seconds=30)
"""Its half is longer than one spell of deliveries; after a kill nothing is delivered until it is over."""
BATCH = 100
PRUNED = "the journal keeps seven days: these events were pruned before they could be sent"
log = logging.getLogger(__name__)


class LeaseLost(RuntimeError):
    """Another server delivers now, or the integration was removed; what was under way may be delivered twice."""


@dataclass
class Lease:
    """The right of one server to deliver to one integration, by the time that the servers share."""

    context: Context
    name: str
    owner: str
    lasts: timedelta = LEASE
    _until: datetime | None = None

    def take(self) -> bool:
        """Take it, or renew it when half of it is over; False where another server delivers."""
        now = self.context.clock.real()
        if self._until is not None and now < self._until - self.lasts / 2:
            return True
        until = now + self.lasts
        taken = self.context.transactions.keep(lambda db: outbox.take_lease(db, self.name, self.owner, now, until))
        self._until = until if taken else None
        return taken

    def hold(self, db: Session) -> None:
        """Renew it inside a transaction, so that nothing is kept by who lost it. Raises LeaseLost."""
        until = self.context.clock.real() + self.lasts
        self._until = None  # until the transaction is over nobody knows
        if not outbox.hold_lease(db, self.name, self.owner, until):
            raise LeaseLost(self.name)
        self._until = until

    def give_back(self) -> None:
        """Let another server deliver at once."""
        self._until = None
        self.context.transactions.keep(lambda db: outbox.give_lease_back(db, self.name, self.owner))


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where an integration's messages go, and which events it asked for."""

    name: str
    url: str
    events: tuple[str, ...]
    salt: str


def receivers(db: Session) -> list[Receiver]:
    """All integrations."""
    return [Receiver(row.name, row.url, tuple(row.events), row.salt) for row in outbox.integrations(db)]


def waiting_halls(db: Session, name: str, now: datetime) -> list[str]:
    """The halls in which an integration has something to read and does not rest after a failure."""
    cursors = outbox.cursors(db, name)
    found = []
    for hall, epoch, seq in journal.positions(db):
        cursor = cursors.get(hall)
        if cursor is not None and cursor.next_try_at is not None and cursor.next_try_at > now:
            continue
        if (seq > 0) if cursor is None else (cursor.epoch, cursor.seq) != (epoch, seq):
            found.append(hall)
    return found


def next_steps(db: Session, name: str, hall: str) -> list[Step]:
    """What comes next in a hall, in order and up to a hundred; none when there is nothing, or no such integration."""
    row = db.get(IntegrationRow, name)
    end = {id: Position(epoch, seq) for id, epoch, seq in journal.positions(db)}.get(hall)
    if row is None or end is None:
        return []
    cursor = db.get(IntegrationCursorRow, (name, hall))
    at = Position(cursor.epoch, cursor.seq) if cursor is not None else Position(end.epoch, 0)
    rows = journal.rows_after(db, hall, min(at.seq, end.seq), BATCH)
    return list(rules.steps(name, hall, at, end, rows, row.events))


@dataclass
class Progress:
    """What was done in a hall since the cursor was kept: how far it came, what was missed, what failed."""

    hall: str
    reached: Position | None = None
    missed: list[Step] = field(default_factory=list)
    failed: tuple[Step, Result] | None = None

    def done(self, step: Step) -> None:
        """A step is settled."""
        self.reached = step.reached
        if step.missed is not None:
            self.missed.append(step)


def settle(db: Session, lease: Lease, progress: Progress, pace: Pace) -> None:
    """Keep how far an integration came in a hall, and its failure: to be tried again, or dead. Raises LeaseLost."""
    lease.hold(db)
    now = lease.context.clock.real()
    cursor = db.get(IntegrationCursorRow, (lease.name, progress.hall))
    if cursor is None:
        cursor = IntegrationCursorRow(integration=lease.name, hall_id=progress.hall, epoch="", seq=0)
        db.add(cursor)
    before = _trouble(cursor) if progress.reached is None else None
    if progress.reached is not None:
        _move(cursor, progress.reached)
    for step in progress.missed:
        _bury(db, lease.name, progress.hall, step, 0, PRUNED, now)
    if progress.failed is None:
        return
    step, result = progress.failed
    trouble = rules.failed(before, result, now)
    if pace.is_dead(trouble, now):
        _bury(db, lease.name, progress.hall, step, trouble.tries, trouble.error, now)
        _move(cursor, step.reached)
        return
    cursor.tries, cursor.refusals, cursor.error = trouble.tries, trouble.refusals, trouble.error
    cursor.failing_since, cursor.next_try_at = trouble.since, now + pace.pause(trouble.tries)


def _trouble(cursor: IntegrationCursorRow) -> Trouble | None:
    if cursor.failing_since is None:
        return None
    return Trouble(cursor.tries, cursor.refusals, cursor.failing_since, cursor.error or "")


def _move(cursor: IntegrationCursorRow, to: Position) -> None:
    cursor.epoch, cursor.seq = to.epoch, to.seq
    cursor.tries = cursor.refusals = 0
    cursor.error = cursor.failing_since = cursor.next_try_at = None


def _bury(db: Session, name: str, hall: str, step: Step, tries: int, error: str, now: datetime) -> None:
    """Keep a dead letter. Missed events have no body; neither is the message that told of them sent again."""
    first, last = step.missed or (step.reached.seq, step.reached.seq)
    message = step.message if step.missed is None else None
    log.error("integration %s: %s %s to %s of hall %s not delivered", name, step.kind, first, last, hall)
    db.add(
        DeadLetterRow(
            integration=name,
            hall_id=hall,
            epoch=step.reached.epoch,
            first_seq=first,
            last_seq=last,
            kind=step.kind,
            message_id=message.id if message is not None else None,
            body=message.body if message is not None else None,
            tries=tries,
            error=error,
            died_at=now,
        )
    )
