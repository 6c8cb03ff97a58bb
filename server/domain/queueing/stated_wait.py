"""Owns what becomes of a wait that was told: when a later one needs a reason, which, and how well waits hold.

No increase of more than 10 minutes without a reason line; 55–65 % of the told are called within P20–P80 and 85–95 %
within P90, else recalibrate (docs/sources.md, Expected waits). Pure: what was told and who went before come in; it
names nobody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from server.domain.queueing.discipline.values import by_rank
from server.domain.queueing.wait_estimate import Expected
from server.protocol.terms import Lane
from server.protocol.texts import Listed, Message

TOLERATED = timedelta(minutes=10)
"""The end of a told wait may move by so much without a word."""
FEWEST_STATED = 20
"""A day of fewer is judged by nobody."""
INSIDE, BELOW = (55, 65), (85, 95)
"""Per cent of the told that should be called within P20–P80 and within P90."""
WOVEN = frozenset({Lane.RETURN, Lane.POLICY, Lane.PASSED})
Verdict = Literal["ok", "recalibrate", "too few"]


class Delay(StrEnum):
    """Why a wait ends later than it was told."""

    URGENT = "urgent"
    EARLIER_SLOT = "earlier_slot"
    WOVEN = "woven"
    ROOMS = "rooms"
    SLOWER = "slower"


@dataclass(frozen=True, slots=True)
class StatedWait:
    """A wait as it was told: at a moment, after the journal's event `seq`; `high` is the longer number people read, the
    quantiles are what it was made of. All minutes from `at`."""

    at: datetime
    seq: int
    high: int
    p20: float
    p80: float
    p90: float

    def has_moved(self, now: datetime, high: int) -> bool:
        """Whether a wait of up to `high` minutes told `now` ends so much later that it needs a reason."""
        return now + timedelta(minutes=high) - (self.at + timedelta(minutes=self.high)) > TOLERATED


@dataclass(frozen=True, slots=True)
class OtherTicket:
    """Somebody who was called before a ticket, or is to be called before it.

    `since` names a ticket's times (checked_in, returned, prioritised, transferred) later than the stated wait;
    `regraded`: a triage since then changed the level; `was_away`: passed or held before; `here`: in the same queue.
    """

    lane: Lane
    rank: int | None
    order: str
    since: frozenset[str]
    regraded: bool = False
    was_away: bool = False
    here: bool = True


def from_expected(expected: Expected, at: datetime, seq: int) -> StatedWait:
    """What is kept of a wait that is told at `at`, when the hall's journal is at `seq`."""
    return StatedWait(at, seq, expected.high, *(round(one, 2) for one in (expected.p20, expected.p80, expected.p90)))


def delays(lane: Lane, rank: int | None, order: str, others: Iterable[OtherTicket], rooms: int) -> dict[Delay, int]:
    """Why the wait of a ticket in that position moved on, each with how many; never empty.

    `others` are those who go or went before it, `rooms` the rooms of its queue that paused or stopped since it was
    told. Only who came before the ticket after that moment counts: whoever stood there already was reckoned with.
    """
    counts = dict.fromkeys(Delay, 0)
    counts[Delay.ROOMS] = rooms
    for other in others:
        why = _why(lane, rank, order, other)
        if why is not None:
            counts[why] += 1
    return {why: count for why, count in counts.items() if count} or {Delay.SLOWER: 0}


def _why(lane: Lane, rank: int | None, order: str, other: OtherTicket) -> Delay | None:
    came = "checked_in" in other.since or ("returned" in other.since and other.was_away)
    before = other.here and by_rank(other.rank) < by_rank(rank)
    more_urgent = (other.lane is Lane.URGENT and lane is not Lane.URGENT) or before
    if more_urgent:
        return Delay.URGENT if came or other.regraded or "transferred" in other.since else None
    if not other.here:
        return None
    if other.lane in WOVEN:
        prioritised = other.lane is Lane.POLICY and "prioritised" in other.since
        return Delay.WOVEN if came or prioritised else None
    stands_before = other.lane is lane is Lane.ORDINARY and other.order < order
    return Delay.EARLIER_SLOT if stands_before and "checked_in" in other.since else None


def causes(why: Mapping[Delay, int]) -> list[tuple[Delay, int, Message]]:
    """Each cause with its count and its text, by category and number alone."""
    return [(cause, count, Message("waiting", f"delay.{cause}", {"count": count})) for cause, count in why.items()]


def later(why: Mapping[Delay, int]) -> Message:
    """All causes as one sentence."""
    return Message("waiting", "later", {"why": Listed(tuple(text for _, _, text in causes(why)))})


@dataclass(frozen=True, slots=True)
class Calibration:
    """How many were told a wait and then called, how many of them within P20–P80 and how many within P90."""

    told: int = 0
    inside: int = 0
    below: int = 0

    @property
    def verdict(self) -> Verdict:
        """Whether the waits told may stay as they are."""
        if self.told < FEWEST_STATED:
            return "too few"
        counts = ((self.inside, INSIDE), (self.below, BELOW))
        held = all(least * self.told <= 100 * count <= most * self.told for count, (least, most) in counts)
        return "ok" if held else "recalibrate"


def calibration_of(stated: StatedWait, called_at: datetime) -> Calibration:
    """How the first call keeps the stated wait. Who was told that nobody has to wait says nothing about waits."""
    if stated.p90 <= 0:
        return Calibration()
    minutes = (called_at - stated.at).total_seconds() / 60
    return Calibration(1, int(stated.p20 <= minutes <= stated.p80), int(minutes <= stated.p90))
