"""Dates of a report at the precision they were sent with (FHIR R4 dateTime, instant, Period). Knows no clock."""

import re
from calendar import monthrange
from datetime import UTC, datetime, timedelta

_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d))?(\.\d+)?(Z|[+-]\d\d:\d\d)?")


def latest(text: str | None) -> datetime | None:
    """The last moment (UTC) that a date as sent can mean: a year is its last day; of a period, its end.

    None for no date, and for one that no calendar has.
    """
    if not text:
        return None
    text = next(part for part in [*reversed(text.split("/")), text] if part)
    try:
        return _instant(text) or _end_of_partial(text)
    except ValueError:
        return None
    except OverflowError:  # before the year 1 or after 9999, once the zone is taken off
        return datetime.min.replace(tzinfo=UTC)


def as_printed(text: str | None) -> str | None:
    """A date as a paper takes it: an instant in UTC, a partial date as it was sent, a period as two joined by `/`.

    A time without a zone could mean several instants: of it only the day is kept.
    """
    if not text:
        return None
    parts = [_as_printed(part) for part in text.split("/")]
    return "/".join(part for part in parts if part) or None


def _as_printed(text: str) -> str:
    if _PARTIAL.fullmatch(text):
        return text
    found = _INSTANT.fullmatch(text)
    try:
        at = _instant(text) if found is not None and found[4] is not None else None
    except (ValueError, OverflowError):
        at = None
    if at is None:
        return text[:10] if _PARTIAL.fullmatch(text[:10]) else ""
    return at.isoformat().replace("+00:00", "Z")


def _instant(text: str) -> datetime | None:
    """A UTC instant; second 60, which FHIR allows for a leap second, is the next minute's first."""
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    minute, second, fraction, zone = found.groups()
    at = datetime.fromisoformat(f"{minute}:00{zone or 'Z'}").astimezone(UTC)
    if int(second or 0) > 60:
        raise ValueError(f"no second {second}")
    return at + timedelta(seconds=int(second or 0), microseconds=int(float(fraction or 0) * 1_000_000))


def _end_of_partial(text: str) -> datetime | None:
    found = _PARTIAL.fullmatch(text)
    if found is None:
        return None
    year, month = int(found[1]), int(found[2] or 12)
    day = int(found[3] or monthrange(year, month)[1])
    return datetime(year, month, day, 23, 59, 59, tzinfo=UTC)
