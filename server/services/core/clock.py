"""The server's clock: hall time that never steps, and under HALL_REPLAY simulated time. The one reader of clocks."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

from server.domain.errors import HallError
from server.domain.installation import clock_steps
from server.domain.installation.clock_steps import BOUND, HallTime, Reading
from server.protocol.terms import ErrorCode

log = logging.getLogger(__name__)
SUSPENDED_SECONDS = 5.0
"""A server that did not look for so long was suspended, or cut off: nobody could be heard meanwhile."""
HEARD_SECONDS = 20.0
"""After that every machine has been heard again (a heartbeat comes each five seconds), or is silent."""
SLOW_ANSWER_SECONDS = 1.0
"""An answer of the database that took longer does not tell what time it is."""
APART = "clock_apart"
"""What staff is told where this machine's clock is not the database's."""
LONGEST_LEASE_SECONDS = 120.0
"""After a step was believed, every lease that was given before it is over by its own seconds too."""


def wall() -> datetime:
    """The machine's wall clock, UTC, which may be wrong or set at any moment."""
    return datetime.now(UTC)


def seconds() -> float:
    """Seconds of a clock that nobody sets; those in which the machine was suspended count where the system tells."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class Clock:
    """Real time for receipts, leases and tokens; hall time for tickets, timers and the business day.

    Both are one, and go by server.domain.installation.clock_steps; under HALL_REPLAY hall time is the simulated one.
    Where nodes share a database they go by its clock, which `tell` brings.
    """

    def __init__(self, *, replay: bool = False) -> None:
        self._replay = replay
        self._simulated: datetime | None = None
        self._lock = threading.Lock()
        self._time: HallTime | None = None
        self._database_reading: Reading | None = None
        self._news: list[str] = []
        self._apart = False
        self._expires_from = 0.0
        self._looked_at: float | None = None

    def start_from(self, newest: datetime | None, kept: HallTime | None = None) -> None:
        """Start from the newest entry of the journals, and from hall time as it was `kept` since the machine started.

        A hall that is replayed has none of its own time.
        """
        with self._lock:
            reading = self._reading()
            if self._replay:
                self._time = clock_steps.at_start(reading, None)
            elif kept is None or kept.seconds > reading.seconds:
                self._time = clock_steps.at_start(reading, newest)
            else:
                self._time = clock_steps.at_restart(kept, reading, newest)
            if self._time.step is not None:
                self._notice(self._time.step.by)

    def time(self) -> HallTime:
        """Hall time with what a restart has to know of it."""
        with self._lock:
            return self._proceed()

    def real(self) -> datetime:
        """Now, UTC; never earlier than it was."""
        with self._lock:
            return self._proceed().now

    def hall(self) -> datetime:
        """The hall's now: the latest simulated time if one was ever given, else real time."""
        return self._simulated or self.real()

    def tell(self, database: datetime, asked: float) -> None:
        """Go by the database's clock, which was asked at those seconds; an answer that was long under way is old.

        The machine's own is compared with it: a node whose clock is wrong works like any other, and is named.
        """
        with self._lock:
            here = Reading(wall(), seconds())
            if here.seconds - asked > SLOW_ANSWER_SECONDS and self._database_reading is not None:
                return
            self._database_reading = Reading(database, here.seconds)
            apart = abs(here.wall - database) > BOUND
            if apart and not self._apart:
                seconds_apart = (here.wall - database).total_seconds()
                log.error("this machine's clock is %+.0f s from the database's, which is gone by", seconds_apart)
                self._news.append(APART)
            self._apart = apart

    def may_close(self) -> bool:
        """Whether a day may be closed now, and old entries pruned; simulated time is moved on purpose."""
        return self._simulated is not None or self.is_steady()

    def is_steady(self) -> bool:
        """Whether real time can be trusted so far that what is old may be forgotten."""
        with self._lock:
            return clock_steps.may_close(self._proceed())

    def may_expire(self) -> bool:
        """Whether what ran out by the clock (leases, silences) has done so while everybody could be heard."""
        with self._lock:
            self._look()
            self._proceed()
            return seconds() >= self._expires_from

    def look(self) -> None:
        """Say that the server looks after its timers now; in a long pause before that it could hear nobody."""
        with self._lock:
            self._look()

    def hold_expiry(self) -> None:
        """Let nothing run out until every machine could be heard: the server itself was not there."""
        with self._lock:
            self._expires_from = max(self._expires_from, seconds() + HEARD_SECONDS)

    def news(self) -> list[str]:
        """What staff was not told of yet, each once: minutes of a step such as `+180`, or `clock_apart`."""
        with self._lock:
            self._proceed()
            news, self._news = self._news, []
            return news

    def announce_again(self, text: str) -> None:
        """Keep a piece of news for the next time: it could not be told."""
        with self._lock:
            self._news.append(text)

    def simulate(self, text: str | None) -> datetime:
        """The hall's now for a command that carries X-Hall-Time `text`; simulated time never runs back.

        Raises `forbidden` unless the server runs under HALL_REPLAY, `invalid` for a time without a zone.
        """
        if text is None:
            return self.hall()
        if not self._replay:
            raise HallError(ErrorCode.FORBIDDEN, "simulated time needs HALL_REPLAY=1")
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise HallError(ErrorCode.INVALID, "X-Hall-Time must be RFC 3339 with a zone") from None
        if at.tzinfo is None:
            raise HallError(ErrorCode.INVALID, "X-Hall-Time must be RFC 3339 with a zone")
        with self._lock:
            self._simulated = max(self._simulated or at, at).astimezone(UTC)
            return self._simulated

    def no_earlier(self, newest: datetime | None) -> tuple[datetime, datetime]:
        """Hall time and real time of a command in a hall whose newest entry is of that time: never before it."""
        real = self.real()
        if newest is not None and newest > real:
            if newest - real > BOUND:
                log.error("the journal is %.0f s ahead of this server's clock", (newest - real).total_seconds())
            real = newest
        return self._simulated or real, real

    def _reading(self) -> Reading:
        here = seconds()
        if self._database_reading is None:
            return Reading(wall(), here)
        return Reading(self._database_reading.wall + timedelta(seconds=here - self._database_reading.seconds), here)

    def _proceed(self) -> HallTime:
        reading = self._reading()
        before = self._time or clock_steps.at_start(reading, None)
        after = clock_steps.proceed(before, reading)
        if after.step is not None and after.step != before.step:
            self._notice(after.step.by)
        if clock_steps.was_believed(before, after):
            log.warning("the clock has been steady since its step: hall time follows")
            self._expires_from = max(self._expires_from, reading.seconds + LONGEST_LEASE_SECONDS)
        self._time = after
        return after

    def _notice(self, by: timedelta) -> None:
        log.error("the clock stepped by %+.0f s: hall time does not follow until it is steady", by.total_seconds())
        self._news.append(f"{by / timedelta(minutes=1):+.0f}")

    def _look(self) -> None:
        now = seconds()
        if self._looked_at is not None and now - self._looked_at > SUSPENDED_SECONDS:
            self._expires_from = max(self._expires_from, now + HEARD_SECONDS)
        self._looked_at = now
