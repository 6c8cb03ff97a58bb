"""When identification stops for a while: misses, many people at one machine, neighbouring numbers. Pure.

The limits leave room for the busiest true use: a kiosk with 500 visits a day serves one patient in 20 seconds at the
worst hour, each with their own number, most with a proof at the first try.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

WINDOW = timedelta(minutes=10)
LOCK = timedelta(minutes=10)
MISSES = 20
"""Wrong answers of one machine within ten minutes."""
UNPROVEN = 60
"""Different numbers that one machine asked for within ten minutes and nobody proved to own."""
NEIGHBOURS = 30
"""Of those, numbers that differ in their last three places only: a walk along the numbers of a register."""
PEOPLE_A_MINUTE = 20
"""Different people that one machine identified within a minute by what any keyboard could have sent."""
OWN_MISSES = 5
"""Wrong answers for one number at one machine within ten minutes."""
MISSES_OF_ONE = 10
"""Wrong answers for one number at all machines within an hour."""
HOUR = timedelta(hours=1)
STEM = 3


class Outcome(StrEnum):
    """How an attempt ended."""

    FOUND = "found"
    ASKED = "asked"
    MISSED = "missed"
    LOCKED = "locked"


class Limit(StrEnum):
    """Which limit was reached; the word stands in the alert."""

    MISSES = "misses"
    UNPROVEN = "unproven"
    NEIGHBOURS = "neighbours"
    PEOPLE = "people"

    @property
    def locks(self) -> bool:
        """Whether the machine is locked, beside telling staff: asking for a number without a proof tells nothing, so
        a row of meaningless codes stops nobody."""
        return self in {Limit.MISSES, Limit.PEOPLE}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a machine: keyed hashes of the number and of its beginning, who it found, how it ended."""

    at: datetime
    identifier: str
    stem: str
    outcome: Outcome
    patient: str | None = None


def stem_of(text: str) -> str:
    """A number without its last three places, by which neighbours know each other."""
    return text[:-STEM]


def reached(attempts: Sequence[Attempt], now: datetime) -> Limit | None:
    """The limit that one machine's attempts of the last ten minutes reach, if any."""
    lately = [one for one in attempts if now - one.at <= WINDOW]
    if sum(one.outcome is Outcome.MISSED for one in lately) >= MISSES:
        return Limit.MISSES
    proven = {one.identifier for one in lately if one.outcome is Outcome.FOUND}
    unproven = {one.identifier: one.stem for one in lately if one.identifier not in proven and one.identifier}
    if len(unproven) >= UNPROVEN:
        return Limit.UNPROVEN
    if any(count >= NEIGHBOURS for count in Counter(unproven.values()).values()):
        return Limit.NEIGHBOURS
    minute = {one.patient for one in lately if one.patient and now - one.at <= timedelta(minutes=1)}
    return Limit.PEOPLE if len(minute) >= PEOPLE_A_MINUTE else None


def is_guessed(misses: Iterable[tuple[datetime, str]], device: str, now: datetime) -> bool:
    """Whether one number was guessed at too often: by this machine lately, or by all within an hour.

    `misses` are time and machine of wrong answers for the number.
    """
    recent = [(at, by) for at, by in misses if now - at <= HOUR]
    own = sum(by == device and now - at <= WINDOW for at, by in recent)
    return own >= OWN_MISSES or len(recent) >= MISSES_OF_ONE
