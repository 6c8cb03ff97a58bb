"""Owns a position in a queue and its order key, the text by which a queue is sorted. Pure; knows no rule of who stands
where.

Order keys are text of fixed-width fields, smaller first, ending in the ticket's seq:
  woven ordinary  slot . source . turn . seq              source: 0 booked, 1 walk-in, 2 late, 3 passed to its end;
                                                          turn: time of check-in, or the registration number
  woven policy    slot . tag rank . since . seq           ranked inside a slot, so a lower tag waits a slot at most
  passed          due call . since . seq
  everything else since . seq
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from server.protocol.terms import Lane

ONE_MICROSECOND = timedelta(microseconds=1)
"""Sets the end of a session before the first slot of the next."""
BOOKED, WALK_IN, LATE, PASSED_BACK = range(4)
LAST = 999_999_999
"""A due call that never comes: the ticket is called when no ordinary patient waits."""
NEXT = -1
"""The due call of a passed patient who stands at the door: next after the urgent."""


@dataclass(frozen=True, slots=True)
class QueuePosition:
    """Where a ticket stands.

    `since` is the time from which its waiting counts, `credit` minutes, `due_call` the queue's count of ordinary
    calls from which the ticket may be woven in (0: at once).
    """

    lane: Lane
    order: str
    since: datetime
    credit: int
    due_call: int


def slot_of(minutes: int, moment: datetime, zone: tzinfo = UTC) -> datetime:
    """Start of the slot that contains `moment`, in UTC: so many minutes (a divisor of the hour) on the zone's clock.

    An hour that the clocks repeat has its slots twice; one that begins in a gap of theirs begins at its end.
    """
    wall = moment.astimezone(zone)
    return wall.replace(minute=wall.minute // minutes * minutes, second=0, microsecond=0).astimezone(UTC)


def seq_of(order: str) -> str:
    """The seq at the end of an order key, as comparable text."""
    return order.rpartition(".")[2]


def in_slot(slot: datetime, source: int, turn: str, *, since: datetime, seq: int) -> QueuePosition:
    """In lane ordinary of a woven queue."""
    return QueuePosition(Lane.ORDINARY, f"{stamp(slot)}.{source}.{turn}.{seq:09d}", since, 0, 0)


def passed(now: datetime, seq: int, due_call: int) -> QueuePosition:
    """In lane passed, from a call on."""
    return QueuePosition(Lane.PASSED, f"{max(due_call, 0):09d}.{stamp(now)}.{seq:09d}", now, 0, due_call)


def plain(lane: Lane, *, since: datetime, seq: int, credit: int = 0) -> QueuePosition:
    """By reference time."""
    return QueuePosition(lane, f"{stamp(since)}.{seq:09d}", since, credit, 0)


def stamp(moment: datetime) -> str:
    """A time as comparable text."""
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%S%f")
