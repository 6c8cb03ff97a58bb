"""When a queue is open: its sessions (上午/下午/夜) in the hospital's time. No sessions means day and night. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import NotRequired, TypedDict

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode


class SessionHours(TypedDict):
    """A session of every day as the hall file has it: name by language, HH:MM in the hospital's time; check-in opens
    `opens_before` minutes before the start."""

    name: dict[str, str]
    start: str
    end: str
    opens_before: NotRequired[int]


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a day: check-in opens at `opens`, the doctors begin at `start`; aware UTC, ends exclusive."""

    opens: datetime
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The sessions of a queue; those that end before they start end on the next day."""

    sessions: Sequence[SessionHours]
    timezone: tzinfo

    def around(self, moment: datetime) -> list[Session]:
        """The sessions of the day before, the day itself and the day after, in order of their start."""
        today = moment.astimezone(self.timezone).date()
        found = []
        for part in self.sessions:
            begins, ends = time.fromisoformat(part["start"]), time.fromisoformat(part["end"])
            early = timedelta(minutes=part.get("opens_before", 0))
            for day in (today - timedelta(days=1), today, today + timedelta(days=1)):
                start = datetime.combine(day, begins, self.timezone).astimezone(UTC)
                last = day + timedelta(days=1) if ends <= begins else day
                found.append(Session(start - early, start, datetime.combine(last, ends, self.timezone).astimezone(UTC)))
        return sorted(found, key=lambda session: session.start)

    def session_of(self, moment: datetime) -> Session | None:
        """The session a moment falls in, else the one whose check-in is open; None between sessions."""
        around = self.around(moment)
        inside = next((session for session in around if session.start <= moment < session.end), None)
        return inside or next((session for session in around if session.opens <= moment < session.end), None)

    def present(self, now: datetime) -> Session | None:
        """The session `now` falls in; None where there are no sessions. Raises queue_closed between them."""
        session = self.session_of(now)
        if session is None and self.sessions:
            raise HallError(ErrorCode.QUEUE_CLOSED, sessions=list(self.sessions))
        return session

    def must_go_on(self, now: datetime, day_start: datetime, day_end: datetime) -> None:
        """Who comes back the same day stands at the head of a session to come too.

        Raises queue_closed after the last session of the business day from `day_start` to `day_end`.
        """
        around = self.around(now)
        if around and not any(one.end > now and day_start <= one.start < day_end for one in around):
            raise HallError(ErrorCode.QUEUE_CLOSED, sessions=list(self.sessions))

    def last_end(self, now: datetime) -> datetime | None:
        """When the latest session that is over ended."""
        return max((session.end for session in self.around(now) if session.end <= now), default=None)
