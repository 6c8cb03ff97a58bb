"""Owns the business day and the form of a queue number. Knows no clock and no sequence store."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo

ROLLS_AT = time(4, 0)
LEAST_SKIPPED = 100
"""Numbers that are skipped at least when nobody knows which are on paper already."""


def business_day(now: datetime, timezone: tzinfo, rolls_at: time = ROLLS_AT) -> date:
    """The day whose numbers are given out at `now` (aware): it begins at `rolls_at` of the hospital's own time.

    Raises ValueError for a naive `now`. Right on days with 23 or 25 hours: see `day_bounds`.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    day = now.astimezone(timezone).date()
    if now < _starts(day, timezone, rolls_at):
        return day - timedelta(days=1)
    return day


def day_bounds(day: date, timezone: tzinfo, rolls_at: time = ROLLS_AT) -> tuple[datetime, datetime]:
    """Start (inclusive) and end (exclusive) of a business day in UTC; the end is the start of the next day.

    A `rolls_at` that the clocks skip begins as much later; one that comes twice begins the first time.
    """
    return _starts(day, timezone, rolls_at), _starts(day + timedelta(days=1), timezone, rolls_at)


def format_number(prefix: str, seq: int) -> str:
    """Prefix plus at least three digits: A001 … A999, A1000. Raises ValueError below 1."""
    if seq < 1:
        raise ValueError("a number counts from 1")
    return f"{prefix}{seq:03d}"


def after_a_restore(last: int, *, lost: int | None, busiest: int) -> int:
    """The number behind which a queue goes on whose later numbers of today are forgotten, but may be on paper.

    Each lost number was one of the `lost` events (None: nobody knows how many). A witness may know of fewer than there
    were, so a whole day of the queue is skipped: as many numbers as on its `busiest` day, and at least 100.
    """
    return last + max(lost or 0, busiest, LEAST_SKIPPED)


def _starts(day: date, timezone: tzinfo, rolls_at: time) -> datetime:
    return datetime.combine(day, rolls_at, tzinfo=timezone).astimezone(UTC)
