"""The one write path: lock, receipt, use case, journal, commit, relay. Nothing else commits.

See docs/architecture.md, The write path.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.protocol.json_values import View
from server.protocol.terms import ErrorCode
from server.services.core import clock
from server.services.core.clock import Clock
from server.services.core.disk_reserve import Reserve
from server.services.core.high_water import Marks
from server.services.core.principal import SYSTEM, Principal
from server.services.core.receipts import kept
from server.services.core.storage import Storage
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.core.writer_lock import FifoLock
from server.store.engine import Engines
from server.store.models import (
    Base,
    HallRow,
    HospitalRow,
    ReceiptRow,
)
from server.store.queries import clock_readings
from server.store.rows import KeepingSession

_RECEIPT = insert(Base.metadata.tables[ReceiptRow.__tablename__])
_STORED = select(ReceiptRow.fingerprint, ReceiptRow.outcome, ReceiptRow.body, ReceiptRow.rights).where(
    ReceiptRow.owner == bindparam("owner"), ReceiptRow.key == bindparam("key")
)
_LOCK = select(HallRow).where(HallRow.id == bindparam("id")).with_for_update()
log = logging.getLogger(__name__)
UNKNOWN = ""
"""The fingerprint of a receipt from before fingerprints were keyed: what it was is known to nobody any more."""
PATIENCE_SECONDS = 4.0
"""How long a command may queue for the writer before it is dropped unbegun."""


Kept = TypeVar("Kept")
Renew = Callable[[Session, str, Outcome, View], View]
"""What a receipt's owner may have of it now: of hall, outcome and body. Raises forbidden, visit_token_invalid."""


@dataclass(frozen=True, slots=True)
class Command:
    """Who sends it, under which key, and until when (monotonic seconds). Its time is that of its turn."""

    principal: Principal
    key: str | None
    fingerprint: str
    deadline: float
    renew: Renew | None = None


Personalise = Callable[[Session, HallRow, View], View]
"""Adds to a nameless answer the names its reader may see; receipts keep the nameless one."""


class Transactions:
    """Runs use cases one at a time per hall, in order of arrival, each whole or not at all."""

    def __init__(self, engines: Engines, clock: Clock, marks: Marks, reserve: Reserve, audit_key: bytes) -> None:
        self.engines = engines
        self.reserve = reserve
        self.storage = Storage(reserve)
        self.clock = clock
        self.marks = marks
        self._audit_key = audit_key
        self._writer = FifoLock() if engines.is_sqlite else None
        self._listeners: list[Callable[[Sequence[str]], None]] = []

    def on_commit(self, listener: Callable[[Sequence[str]], None]) -> None:
        """Call `listener(halls)` after each commit that recorded events; it must not wait."""
        self._listeners.append(listener)

    def run(
        self,
        halls: Sequence[str],
        command: Command,
        use_case: Callable[[Work], Answer],
        *,
        personalise: Personalise | None = None,
    ) -> Answer:
        """Run a command. The first hall is its own, a second one a transfer's; `personalise` adds names to the answer.

        When the disk is full, staff goes on in what the reserve held; everybody else waits until there is room again.
        Raises too_late (dropped unbegun), key_reused, busy, storage_full, storage_failed, storage_damaged, unknown_hall
        or the use case's own.
        """
        try:
            return self._run(halls, command, use_case, personalise)
        except HallError as error:
            if error.code is not ErrorCode.STORAGE_FULL or self.reserve.low or not self.reserve.free():
                raise
        return self._run(halls, command, use_case, personalise)

    def _run(
        self,
        halls: Sequence[str],
        command: Command,
        use_case: Callable[[Work], Answer],
        personalise: Personalise | None,
    ) -> Answer:
        if self.reserve.low and not (command.principal.is_staff or command.principal == SYSTEM):
            raise HallError(ErrorCode.STORAGE_FULL, "the reserve is for staff")
        with self._turn(command.deadline):
            try:
                answer, reached = self._twice(halls, command, use_case, personalise)
            except DBAPIError as error:
                raise self._problem(error) from error
            if reached:
                self.storage.wrote()
            for hall, epoch, seq in reached:
                self.marks.write(hall, epoch, seq)
        if reached:
            names = [hall for hall, _, _ in reached]
            for listener in self._listeners:
                listener(names)
        return answer

    def _problem(self, error: DBAPIError) -> HallError:
        """The refusal for what the database said; raises the error itself where that is no matter of its storage.

        Nothing is tried again here: the same key settles whether it was done.
        """
        code = self.storage.refusal(error)
        if code is None:
            raise error
        log.error("the database refused a write: %s", error)
        self.storage.note(code)
        return HallError(code)

    def _twice(
        self,
        halls: Sequence[str],
        command: Command,
        use_case: Callable[[Work], Answer],
        personalise: Personalise | None,
    ) -> tuple[Answer, list[tuple[str, str, int]]]:
        try:
            return self._attempt(halls, command, use_case, personalise)
        except IntegrityError:  # a twin on another node was first: its receipt or its ticket is there now
            return self._again(halls, command, use_case, personalise)

    def _again(
        self,
        halls: Sequence[str],
        command: Command,
        use_case: Callable[[Work], Answer],
        personalise: Personalise | None,
    ) -> tuple[Answer, list[tuple[str, str, int]]]:
        """Once more. Raises illegal_move for a command that no rule refused but the database's constraints still do."""
        try:
            return self._attempt(halls, command, use_case, personalise)
        except IntegrityError as error:
            log.error("a constraint refused what the rules allowed: %s", error)
            raise HallError(ErrorCode.ILLEGAL_MOVE, "something else is already there") from error

    def _now(self, connection: Connection, rows: Mapping[str, HallRow]) -> tuple[datetime, datetime]:
        """Hall time and real time of a command that holds these halls: never before what their journals hold."""
        tell_time(self.clock, connection)
        newest = [at for row in rows.values() if (at := clock_readings.newest(connection, row.id, row.seq)) is not None]
        return self.clock.no_earlier(max(newest, default=None))

    def system(self, hall: str, use_case: Callable[[Work], Answer], *, principal: Principal = SYSTEM) -> Answer:
        """A command of the server's own, without a key."""
        command = Command(principal, None, "", time.monotonic() + 60)
        return self.run([hall], command, use_case)

    def seen(self, hall: str, epoch: str, seq: int) -> None:
        """The journal of a hall got so far, by whatever node: this node's mark says so too."""
        self.marks.write(hall, epoch, seq)

    def administer(self, change: Callable[[Session], list[str]]) -> list[str]:
        """A change of the installation itself (hall file, accounts, imports from the command line): one transaction.

        On PostgreSQL the hospital's row is its lock. The events of halls are not touched here.
        """
        with self._turn(time.monotonic() + 60), Session(self.engines.write) as db, db.begin():
            db.execute(select(HospitalRow.id).with_for_update()).all()
            return change(db)

    def keep(self, change: Callable[[Session], Kept]) -> Kept:
        """One short transaction on rows that no command reads (how far an integration has read), in the writer's turn.

        What is kept of room on the disk is for commands: raises storage_full where that is little.
        """
        if self.reserve.low:
            raise HallError(ErrorCode.STORAGE_FULL, "the reserve is for staff")
        with self._turn(time.monotonic() + PATIENCE_SECONDS), Session(self.engines.write) as db, db.begin():
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
        self,
        halls: Sequence[str],
        command: Command,
        use_case: Callable[[Work], Answer],
        personalise: Personalise | None,
    ) -> tuple[Answer, list[tuple[str, str, int]]]:
        with KeepingSession(self.engines.write) as db, db.begin():
            rows = lock_halls(db, halls)
            if time.monotonic() > command.deadline:  # another process held the hall longer than the command could wait
                raise HallError(ErrorCode.TOO_LATE)
            stored = _receipt(db, command)
            if stored is not None:
                body = command.renew(db, halls[0], stored.outcome, stored.body) if command.renew else stored.body
                return Answer(personalise(db, rows[halls[0]], body) if personalise else body, stored.outcome), []
            before = {row.id: row.seq for row in rows.values()}
            now, real_now = self._now(db.connection(), rows)
            work = Work(db, rows[halls[0]], rows, command.principal, now, real_now, self._audit_key)
            try:
                answer = use_case(work)
            except HallError as error:
                error.extra = (
                    personalise(db, rows[halls[0]], error.extra)
                    if personalise and "ticket" in error.extra
                    else error.extra
                )
                raise
            work.write_events()
            if command.key is not None:
                who = command.principal
                receipt = {
                    "owner": who.owner,
                    "key": command.key,
                    "fingerprint": command.fingerprint,
                    "rights": who.rights,
                }
                body = kept(answer.body, answer.once)
                work.connection.execute(
                    _RECEIPT, {**receipt, "outcome": answer.outcome, "body": body, "at": work.real_now}
                )
            answer = Answer(personalise(db, rows[halls[0]], answer.body), answer.outcome) if personalise else answer
            return answer, [(row.id, row.epoch, row.seq) for row in rows.values() if row.seq != before[row.id]]


def tell_time(of: Clock, connection: Connection) -> None:
    """Let a clock go by that of the database where several nodes share one."""
    asked = clock.seconds()
    if (now := clock_readings.of_database(connection)) is not None:
        of.tell(now, asked)


def rehearsed(db: Session, change: Callable[[Session], list[str]]) -> list[str]:
    """What a change of the installation would be, inside a transaction that keeps nothing of it."""
    with db.begin_nested() as savepoint:
        changes = change(db)
        savepoint.rollback()
    return changes


def lock_halls(db: Session, halls: Sequence[str]) -> dict[str, HallRow]:
    """The hall rows, locked in order of id. Raises unknown_hall."""
    rows: dict[str, HallRow] = {}
    for hall in sorted(set(halls)):
        row = db.scalars(_LOCK, {"id": hall}).one_or_none()
        if row is None or not row.active:
            raise HallError(ErrorCode.UNKNOWN_HALL, hall)
        rows[hall] = row
    return rows


def _receipt(db: Session, command: Command) -> Answer | None:
    if command.key is None:
        return None
    row = db.connection().execute(_STORED, {"owner": command.principal.owner, "key": command.key}).one_or_none()
    if row is None:
        return None
    if row.rights not in {None, command.principal.rights}:
        raise HallError(ErrorCode.FORBIDDEN, "the right under which this was done has ended")
    if row.fingerprint not in {UNKNOWN, command.fingerprint}:
        raise HallError(ErrorCode.KEY_REUSED)
    return Answer(row.body, Outcome(row.outcome))
