"""How the disk under the database fares: which refusal a failure is, and what staff and operators are told of it."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from sqlalchemy.exc import DBAPIError

from server.protocol.terms import AlertKind, ErrorCode
from server.services.core.disk_reserve import Reserve
from server.store.failures import Failure, failure_of

QUIET_SECONDS = 600.0
"""Between two alerts of a disk that fails now and then."""
REST_SECONDS = 5.0
"""Between two tries to write an alert where writing fails."""
_CODES = {
    Failure.FULL: ErrorCode.STORAGE_FULL,
    Failure.DISK: ErrorCode.STORAGE_FAILED,
    Failure.DAMAGED: ErrorCode.STORAGE_DAMAGED,
    Failure.AWAY: ErrorCode.BUSY,
}
log = logging.getLogger(__name__)


class Storage:
    """`failing`: the last write was refused by the disk. `damaged`: a part of the database cannot be read; for good."""

    def __init__(self, reserve: Reserve, clock: Callable[[], float] = time.monotonic) -> None:
        self.failing = self.damaged = False
        self._reserve, self._clock = reserve, clock
        self._lock = threading.Lock()
        self._alerted: dict[AlertKind, set[str]] = {}
        self._seen_at: dict[AlertKind, float] = {}
        self._rests_until = float("-inf")

    def refusal(self, error: DBAPIError) -> ErrorCode | None:
        """The code of what the database said; None when it is neither its disk nor its reach.

        Where no byte is left, SQLite calls some failures an I/O error: they are a full disk too.
        """
        failure = failure_of(error)
        if failure is Failure.DISK and self._reserve.nothing_free():
            failure = Failure.FULL
        return _CODES[failure] if failure is not None else None

    def note(self, code: ErrorCode) -> None:
        """Keep in mind what a command was refused for; staff is told once of damage, seldom of a failing disk."""
        if code is ErrorCode.STORAGE_DAMAGED:
            self.damaged = True
            self._tell(AlertKind.STORAGE_DAMAGED, float("inf"))
        elif code is ErrorCode.STORAGE_FAILED:
            self.failing = True
            self._tell(AlertKind.STORAGE_FAILED, QUIET_SECONDS)

    def wrote(self) -> None:
        """A transaction was written to the end: the disk works again."""
        if self.failing:
            self.failing = False
            log.warning("the disk writes again")

    @property
    def troubled(self) -> bool:
        """Whether anything was ever wrong."""
        return bool(self._alerted)

    def owed(self, halls: Sequence[str]) -> list[tuple[AlertKind, str]]:
        """The alerts that the staff of these halls is still to be given; none for a while after one could not be."""
        with self._lock:
            if self._clock() < self._rests_until:
                return []
            return [
                (kind, hall) for kind, alerted in sorted(self._alerted.items()) for hall in halls if hall not in alerted
            ]

    def alerted(self, kind: AlertKind, hall: str) -> None:
        """Staff of a hall has this alert."""
        with self._lock:
            self._alerted[kind].add(hall)

    def rest(self) -> None:
        """An alert could not be written: ask again in a while."""
        with self._lock:
            self._rests_until = self._clock() + REST_SECONDS

    def _tell(self, kind: AlertKind, quiet: float) -> None:
        now = self._clock()
        with self._lock:
            if now - self._seen_at.get(kind, float("-inf")) < quiet:
                return
            self._seen_at[kind] = now
            self._alerted[kind] = set()
        log.error("the storage of the hall is not well: %s", kind.value)
