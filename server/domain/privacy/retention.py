"""How long what is not kept for ever is kept (docs/privacy.md): what is older goes. Pure.

Rows that carry the time at which they expire (sessions, one-time codes) need no rule here.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from server.domain.access import login_delays


class Record(StrEnum):
    """What is forgotten after a time."""

    EVENT = "event"
    RECEIPT = "receipt"
    IDENTIFICATION = "identification"
    WRONG_LOGIN = "wrong_login"
    RIGHT_LOGIN = "right_login"


KEPT: Mapping[Record, timedelta] = MappingProxyType(
    {
        Record.EVENT: timedelta(days=7),
        Record.RECEIPT: timedelta(days=7),
        Record.IDENTIFICATION: timedelta(days=1),
        Record.WRONG_LOGIN: login_delays.WINDOW,
        Record.RIGHT_LOGIN: login_delays.KNOWN,
    }
)
"""Events and receipts: a client may come back with a cursor or a key that is a week old. Attempts: at least as
long as a limit looks at them."""


def kept_since(record: Record, now: datetime) -> datetime:
    """The moment before which records of a kind are old enough to go; real time."""
    return now - KEPT[record]
