"""When one kiosk does more within a minute than people standing before it could: staff is told, once. Pure.

A patient who takes a number without a card touches four screens and waits for paper: a kiosk gives at most five such
numbers a minute.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

MINUTE = timedelta(minutes=1)
HUSH = timedelta(minutes=10)
"""How long staff is not told again of the same machine and the same action."""


class Action(StrEnum):
    """What is counted for each kiosk; the word stands in the alert."""

    NUMBERS = "many_numbers"
    REPRINTS = "many_reprints"
    CALLS = "many_calls"


ALERT_AT: Mapping[Action, int] = MappingProxyType({Action.NUMBERS: 20, Action.REPRINTS: 10, Action.CALLS: 20})
"""How many within a minute staff is told of: numbers for nobody known, reprints, calls for help of one kiosk."""


def lately(times: Sequence[datetime], now: datetime) -> list[datetime]:
    """Those of the times, oldest first, that lie within the last minute; none of later than now: the clock was set."""
    return [at for at in times if timedelta(0) <= now - at < MINUTE]


def wait(times: Sequence[datetime], limit: int | None, now: datetime) -> timedelta | None:
    """How long a kiosk that reached its hall's limit has to wait; None where it may go on, or no limit is set."""
    recent = lately(times, now)
    if limit is None or len(recent) < limit:
        return None
    return recent[-limit] + MINUTE - now


def alerts(action: Action, count: int, limit: int | None, alerted_at: datetime | None, now: datetime) -> bool:
    """Whether staff is told now, where one kiosk did something `count` times within a minute.

    A hall's limit that is lower than what staff is told of anyway is told when it is reached: from then on the kiosk
    refuses.
    """
    reached = count >= min(ALERT_AT[action], limit or ALERT_AT[action])
    return reached and (alerted_at is None or not timedelta(0) <= now - alerted_at < HUSH)
