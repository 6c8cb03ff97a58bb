"""The one write path: lock, receipt, use case, journal, commit, nudge (architecture §3). Nothing else commits."""

import hashlib
import hmac
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as clock_time
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.numbering import business_day
from server.protocol.terms import ErrorCode, EventKind
from server.services.clock import Clock
from server.services.config import HallConfig, config_of
from server.services.marks import Marks
from server.services.principal import SYSTEM, Principal
from server.services.views import View, alert_view, device_view, job_view, station_view, ticket_view
from server.store.engine import Engines
from server.store.rows import KeepingSession
from server.store.tables import (
    AlertRow,
    AuditRow,
    Base,
    DeviceRow,
    DueRow,
    HallRow,
    HospitalRow,
    JournalRow,
    PrintJobRow,
    ReceiptRow,
    StationRow,
    TicketRow,
)

_JOURNAL, _AUDIT, _RECEIPT = (
    insert(Base.metadata.tables[table.__tablename__]) for table in (JournalRow, AuditRow, ReceiptRow)
)
_LOCK = select(HallRow).where(HallRow.id == bindparam("id")).with_for_update()
PATIENCE_SECONDS = 4.0
"""How long a wish may queue for the writer before it is dropped unbegun."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a use case answers: an HTTP-like status and a body without names."""

    status: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wishes, under which key, until when (monotonic seconds), and the hall's time of the wish."""

    principal: Principal
    key: str | None
    fingerprint: str
    deadline: float
    at: datetime


Dress = Callable[[Session, HallRow, dict[str, Any]], dict[str, Any]]
"""Adds to a nameless answer the names its reader may see; receipts keep the nameless one."""


class FifoLock:
    """A lock whose waiters are served in order of arrival and leave when their deadline passes."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Event] = deque()
        self._held = False

    def acquire(self, deadline: float) -> bool:
        """Wait for the turn until `deadline` (monotonic seconds); False when it passed first."""
        with self._mutex:
            if not self._held:
                self._held = True
                return time.monotonic() <= deadline or self._give_on()
            turn = threading.Event()
            self._waiting.append(turn)
        turn.wait(max(0.0, deadline - time.monotonic()))
        with self._mutex:
            if not turn.is_set():
                self._waiting.remove(turn)
                return False
            return time.monotonic() <= deadline or self._give_on()

    def release(self) -> None:
        """Pass the lock to the one who waits longest."""
        with self._mutex:
            self._give_on()

    def _give_on(self) -> bool:
        if self._waiting:
            self._waiting.popleft().set()
        else:
            self._held = False
        return False


@dataclass
class Work:
    """One open transaction in a hall: what use cases write with. Nothing in it touches network, printer or speech."""

    db: Session
    hall: HallRow
    halls: dict[str, HallRow]
    principal: Principal
    now: datetime
    real_now: datetime
    audit_key: bytes
    _facts: list[dict[str, Any]] = field(default_factory=list)
    _trail: list[dict[str, Any]] = field(default_factory=list)

    def record(
        self,
        kind: EventKind,
        thing: TicketRow | StationRow | PrintJobRow | AlertRow | DeviceRow | None = None,
        *,
        reason: str | None = None,
        announcement: View | None = None,
    ) -> None:
        """Give the fact the next number of its hall's journal, with the view of `thing` as it is now."""
        hall = self.halls[thing.hall_id] if thing is not None else self.hall
        hall.seq += 1
        subject: dict[str, Any] = {}
        if thing is not None:
            thing.seq = hall.seq
            word, view = _view_of(thing)
            subject[word] = view
        if announcement is not None:
            subject["announcement"] = announcement
        self._facts.append(
            {
                "hall_id": hall.id,
                "seq": hall.seq,
                "kind": kind.value,
                "at": self.now,
                "real_at": self.real_now,
                "actor": self.actor,
                "device": self.principal.id if self.principal.kind == "device" else None,
                "reason": reason,
                "subject": subject,
            }
        )
        self.audit(kind.value, thing.id if thing is not None else hall.id, reason, hall=hall)

    @property
    def connection(self) -> Connection:
        """The transaction's connection, for statements on tables that the unit of work does not keep."""
        return self.db.connection()

    @property
    def config(self) -> HallConfig:
        """What the hall file says of this hall."""
        return config_of(self.db, self.hall)

    def config_of(self, hall: str) -> HallConfig:
        """What the hall file says of one of the locked halls."""
        return config_of(self.db, self.halls[hall])

    @property
    def business_day(self) -> date:
        """The business day of the hall's now."""
        config = self.config
        return business_day(self.now, config.timezone, clock_time.fromisoformat(config.rolls_at))

    @property
    def actor(self) -> str:
        """Who acts, as the journal names them: a role and an account or device, never a patient."""
        who = self.principal
        return f"{who.role}:{who.name}" if who.role else who.id

    def audit(self, action: str, thing: str, reason: str | None = None, *, hall: HallRow | None = None) -> None:
        """Add a row to the hash chain of the hall's trail."""
        hall = hall or self.hall
        hall.audit_seq += 1
        row = {
            "hall_id": hall.id,
            "seq": hall.audit_seq,
            "at": self.real_now,
            "actor": self.actor,
            "device": self.principal.id if self.principal.kind == "device" else None,
            "action": action,
            "object": thing,
            "reason": reason,
        }
        hall.audit_digest = audit_digest(self.audit_key, hall.audit_digest, row)
        self._trail.append({**row, "digest": hall.audit_digest})

    def schedule(self, id: str, kind: str, subject: str, due_at: datetime, *, clock: str = "hall", **data: Any) -> None:
        """Make or move the due row `id`."""
        row = self.db.get(DueRow, id)
        if row is None:
            row = DueRow(id=id, hall_id=self.hall.id, clock=clock, due_at=due_at, kind=kind, subject=subject, data=data)
            self.db.add(row)
        else:
            row.due_at, row.data = due_at, data

    def unschedule(self, id: str) -> None:
        """Forget the due row `id` if there is one."""
        row = self.db.get(DueRow, id)
        if row is not None:
            self.db.delete(row)

    def write_facts(self) -> None:
        """Write the numbered facts and the trail."""
        self.db.flush()
        if self._facts:
            self.connection.execute(_JOURNAL, self._facts)
        if self._trail:
            self.connection.execute(_AUDIT, self._trail)


def audit_digest(key: bytes, previous: str, row: dict[str, Any]) -> str:
    """HMAC-SHA-256 over the previous digest and the row's canonical JSON (faults.md §5.4)."""
    text = json.dumps({**row, "at": row["at"].isoformat()}, sort_keys=True, ensure_ascii=False)
    return hmac.new(key, (previous + text).encode(), hashlib.sha256).hexdigest()


def _view_of(thing: TicketRow | StationRow | PrintJobRow | AlertRow | DeviceRow) -> tuple[str, View]:
    match thing:
        case TicketRow():
            return "ticket", ticket_view(thing)
        case StationRow():
            return "station", station_view(thing)
        case PrintJobRow():
            return "print_job", job_view(thing)
        case AlertRow():
            return "alert", alert_view(thing)
        case DeviceRow():
            return "device", device_view(thing)


class Transactions:
    """Runs use cases one at a time per hall, in order of arrival, each whole or not at all."""

    def __init__(self, engines: Engines, clock: Clock, marks: Marks, audit_key: bytes) -> None:
        self.engines = engines
        self.clock = clock
        self._marks = marks
        self._audit_key = audit_key
        self._writer = FifoLock() if engines.is_sqlite else None
        self._listeners: list[Callable[[Sequence[str]], None]] = []

    def on_commit(self, listener: Callable[[Sequence[str]], None]) -> None:
        """Call `listener(halls)` after each commit that recorded facts; it must not wait."""
        self._listeners.append(listener)

    def run(
        self, halls: Sequence[str], wish: Wish, use_case: Callable[[Work], Answer], *, dress: Dress | None = None
    ) -> Answer:
        """Do a wish. The first hall is its own, a second one only a transfer's; `dress` adds names to what is answered.

        Raises too_late (dropped unbegun), key_reused, busy, storage_full, unknown_hall or the use case's own.
        """
        with self._turn(wish.deadline):
            try:
                answer, reached = self._attempt(halls, wish, use_case, dress)
            except IntegrityError:  # a twin on another node was first: its receipt or its ticket is there now
                answer, reached = self._attempt(halls, wish, use_case, dress)
            except DBAPIError as error:
                raise _storage_problem(error) from error
            for hall, epoch, seq in reached:
                self._marks.write(hall, epoch, seq)
        if reached:
            names = [hall for hall, _, _ in reached]
            for listener in self._listeners:
                listener(names)
        return answer

    def system(self, hall: str, use_case: Callable[[Work], Answer], *, principal: Principal = SYSTEM) -> Answer:
        """A wish of the server's own, without a key."""
        wish = Wish(principal, None, "", time.monotonic() + 60, self.clock.hall())
        return self.run([hall], wish, use_case)

    def administer(self, change: Callable[[Session], list[str]]) -> list[str]:
        """A change of the installation itself (hall file, accounts, imports from the command line): one transaction.

        On PostgreSQL the hospital's row is its lock. The facts of halls are not touched here.
        """
        with self._turn(time.monotonic() + 60), Session(self.engines.write) as db, db.begin():
            db.execute(select(HospitalRow.id).with_for_update()).all()
            return change(db)

    @contextmanager
    def _turn(self, deadline: float) -> Iterator[None]:
        if self._writer is not None and not self._writer.acquire(deadline):
            raise HallError(ErrorCode.TOO_LATE)
        try:
            if time.monotonic() > deadline:
                raise HallError(ErrorCode.TOO_LATE)
            yield
        finally:
            if self._writer is not None:
                self._writer.release()

    def _attempt(
        self, halls: Sequence[str], wish: Wish, use_case: Callable[[Work], Answer], dress: Dress | None
    ) -> tuple[Answer, list[tuple[str, str, int]]]:
        with KeepingSession(self.engines.write) as db, db.begin():
            rows = lock_halls(db, halls)
            stored = _receipt(db, wish)
            if stored is not None:
                return (Answer(stored.status, dress(db, rows[halls[0]], stored.body)) if dress else stored), []
            before = {row.id: row.seq for row in rows.values()}
            work = Work(db, rows[halls[0]], rows, wish.principal, wish.at, self.clock.real(), self._audit_key)
            try:
                answer = use_case(work)
            except HallError as error:
                error.extra = (
                    dress(db, rows[halls[0]], error.extra) if dress and "ticket" in error.extra else error.extra
                )
                raise
            work.write_facts()
            if wish.key is not None and answer.status < 300:
                receipt = {"owner": wish.principal.owner, "key": wish.key, "fingerprint": wish.fingerprint}
                work.connection.execute(
                    _RECEIPT, {**receipt, "status": answer.status, "body": answer.body, "at": work.real_now}
                )
            answer = Answer(answer.status, dress(db, rows[halls[0]], answer.body)) if dress else answer
            return answer, [(row.id, row.epoch, row.seq) for row in rows.values() if row.seq != before[row.id]]


def lock_halls(db: Session, halls: Sequence[str]) -> dict[str, HallRow]:
    """The hall rows, locked in order of id. Raises unknown_hall."""
    rows: dict[str, HallRow] = {}
    for hall in sorted(set(halls)):
        row = db.scalars(_LOCK, {"id": hall}).one_or_none()
        if row is None or not row.active:
            raise HallError(ErrorCode.UNKNOWN_HALL, hall)
        rows[hall] = row
    return rows


def _receipt(db: Session, wish: Wish) -> Answer | None:
    if wish.key is None:
        return None
    row = db.get(ReceiptRow, (wish.principal.owner, wish.key))
    if row is None:
        return None
    if row.fingerprint != wish.fingerprint:
        raise HallError(ErrorCode.KEY_REUSED)
    return Answer(row.status, row.body)


def _storage_problem(error: DBAPIError) -> HallError:
    text = str(error.orig).lower()
    if "full" in text or "readonly" in text or "read-only" in text or "disk i/o" in text:
        return HallError(ErrorCode.STORAGE_FULL, text[:200])
    if isinstance(error, OperationalError):
        return HallError(ErrorCode.BUSY, text[:200])
    raise error


def fingerprint(method: str, path: str, body: Any) -> str:
    """What a key stands for: method, path and canonical body."""
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{method} {path}\n{text}".encode()).hexdigest()
