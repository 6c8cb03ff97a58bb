"""What spreadsheets write into cells: ruined numbers, dates in their own forms, hours that clocks repeat. Pure.

A number that lost digits cannot be mended, so it is refused by its column. A date is read in every form that can mean
one day only; 3/7/1990 can mean two and is refused.

A refusal does not repeat the cell: it comes to logs, and the row and column that it is given with name the cell.
"""

import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

RUINED = re.compile(r"[+-]?\d+([.,]\d+)?E[+-]?\d+|\d+\.0+|=.*|#+|#[A-Z/]+[!?]?|[+-]?\d{1,3}(,\d{3})+", re.IGNORECASE)
"""1.23457E+17, 13800138000.0, ="007", ######, #N/A, 1,234,567."""
DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})日?")
BASIC_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
SERIAL = re.compile(r"\d{5}(\.\d+)?")
CLOCK = re.compile(r"(\d{1,2})[:时](\d{2})(?:[:分](\d{2}))?[分秒]?")
SERIAL_BEGIN = date(1899, 12, 30)
"""Day 0 of the 1900 date system as it has counted since 1 March 1900."""
OLDEST_BIRTH = date(1890, 1, 1)
"""Nobody older has lived since records are kept well; an earlier date is a default of some system."""
MINUTE = timedelta(minutes=1)


def unruined(text: str) -> str:
    """The text of a number. Raises ValueError for what a spreadsheet made of one."""
    if RUINED.fullmatch(text):
        raise ValueError("what a spreadsheet made of a number; format the column as text and export again")
    return text


def read_day(text: str) -> date:
    """A day: 1990-03-07, 1990/3/7, 1990.3.7, 1990年3月7日, 19900307, or a spreadsheet's day number such as 32939.

    Raises ValueError.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = DAY.fullmatch(plain) or BASIC_DAY.fullmatch(plain)
    if found:
        try:
            return date(*(int(part) for part in found.groups()))
        except ValueError:
            raise ValueError("no day of the calendar") from None
    if SERIAL.fullmatch(plain) and "." not in plain:
        return SERIAL_BEGIN + timedelta(days=int(plain))
    at_midnight = re.sub(r"[T ]0{1,2}:00(:00)?$", "", plain)
    if at_midnight != plain:
        return read_day(at_midnight)
    raise ValueError("not a day such as 1990-03-07")


def read_birth(text: str, today: date) -> date:
    """A birth date: a day from 1890 to today. Raises ValueError."""
    born = read_day(text)
    must_be_a_birth(born, today)
    return born


def must_be_a_birth(born: date, today: date) -> None:
    """Raises ValueError for a birth date to come, or one before 1890. `today` may be a day ahead somewhere."""
    if not OLDEST_BIRTH <= born <= today + timedelta(days=1):
        raise ValueError("nobody's birth date")


def read_slot(start: str, end: str, zone: tzinfo, lengths: tuple[timedelta, timedelta]) -> tuple[datetime, datetime]:
    """Begin and end of a slot in UTC, on the hospital's clock where no offset is given.

    In the hour that the clocks repeat both readings are tried, the earlier first. Raises ValueError for a time that
    the clocks leave out, and for a slot shorter or longer than `lengths`.
    """
    begins, ends = _readings(start, zone, is_end=False), _readings(end, zone, is_end=True)
    for begin in begins:
        for finish in ends:
            if lengths[0] <= finish - begin <= lengths[1]:
                return begin, finish
    shortest, longest = (int(length / MINUTE) for length in lengths)
    raise ValueError(f"a slot is {shortest} to {longest} minutes long")


def _readings(text: str, zone: tzinfo, *, is_end: bool) -> Sequence[datetime]:
    """What a time can mean, in UTC, the earlier first."""
    column = "slot_end" if is_end else "slot_start"
    try:
        at = read_time(text)
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from None
    if at.tzinfo is not None:
        return [at.astimezone(UTC)]
    seen = sorted({at.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)})
    real = [one for one in seen if one.astimezone(zone).replace(tzinfo=None, fold=0) == at]
    if real:
        return real
    if is_end and _exists(at - MINUTE, zone):
        return seen[-1:]  # a slot that ends when the clocks go forward
    raise ValueError(f"{column}: no time of that day, the clocks go forward over it")


def _exists(at: datetime, zone: tzinfo) -> bool:
    return at.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == at


def read_time(text: str) -> datetime:
    """A time: ISO 8601 with or without offset, 2026/11/30 9:00, or a spreadsheet's day number with a fraction.

    Raises ValueError.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    try:
        return datetime.fromisoformat(plain)
    except ValueError:
        pass
    day, _, clock = plain.replace("T", " ").rpartition(" ")
    found = CLOCK.fullmatch(clock)
    if day and found:
        hour, minute, second = (int(part or 0) for part in found.groups())
        try:
            return datetime.combine(read_day(day), time(hour, minute, second))
        except ValueError:
            raise ValueError("no time of a day") from None
    if SERIAL.fullmatch(plain):
        days, _, rest = plain.partition(".")
        seconds = round(float(f"0.{rest or 0}") * 24 * 3600)
        return datetime.combine(SERIAL_BEGIN + timedelta(days=int(days)), time()) + timedelta(seconds=seconds)
    raise ValueError("not a time such as 2026-11-30 09:00")
