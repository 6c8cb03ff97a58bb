"""When a booked slot may be checked in: now, later, or no more. Knows no hall, no patient and no clock."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.queueing.rules import Rules
from server.protocol.slot_terms import When


@dataclass(frozen=True, slots=True)
class CheckInTimes:
    """The business day of now, its bounds aware UTC, the end exclusive; and the session of the slot where there is one.

    `open_now` is false between the sessions of the queue; `opens` and `ends` are the session's, None without sessions.
    """

    day_start: datetime
    day_end: datetime
    open_now: bool = True
    opens: datetime | None = None
    ends: datetime | None = None


def check_in_opens(rules: Rules, slot_start: datetime) -> datetime | None:
    """When check-in for a slot opens by `early_allowed` and `early_minutes`; None where it may be at any time."""
    if rules.early_allowed == "any" or (rules.early_allowed == "minutes" and rules.early_minutes is None):
        return None
    ahead = (rules.early_minutes or 0) if rules.early_allowed == "minutes" else 0
    return slot_start - timedelta(minutes=ahead)


def opens_at(rules: Rules, slot_start: datetime, around: CheckInTimes) -> datetime | None:
    """From when the slot may be checked in: by the rule, and not before its session where the queue is closed now."""
    times = [check_in_opens(rules, slot_start), None if around.open_now else around.opens]
    return max((one for one in times if one is not None), default=None)


def when_of(rules: Rules, slot_start: datetime, now: datetime, around: CheckInTimes) -> When:
    """Whether a slot may be checked in now. Another day is too early or too late, whatever the rules of the queue."""
    if slot_start >= around.day_end:
        return When.TOO_EARLY
    if slot_start < around.day_start:
        return When.TOO_LATE
    over = around.ends is not None and around.ends <= now
    if over and (rules.missed_session == "desk" or not around.open_now):
        return When.TOO_LATE
    opens = opens_at(rules, slot_start, around)
    return When.TOO_EARLY if opens is not None and now < opens else When.NOW
