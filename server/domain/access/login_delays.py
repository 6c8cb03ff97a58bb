"""When a password is judged at all: a delay that grows with wrong ones, for a place and an account. Pure.

Strangers lock nobody out. A place is where somebody signs in from: an address, or a login session. Where an account
has signed in before, only wrong passwords for this account from this very place delay it; elsewhere it also waits
for what the place tried with other accounts, and for what all places tried with this account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)
"""How long a wrong password counts."""
FREE = 4
"""Wrong passwords for one account from one place that delay nobody; the next begins the delay."""
FIRST = timedelta(seconds=30)
LONGEST = timedelta(minutes=5)
OF_PLACE = 30
OF_PLACE_WINDOW = timedelta(minutes=10)
"""Wrong passwords from one place for any accounts: then an account that never signed in there waits."""
OF_ACCOUNT = 100
"""Wrong passwords for one account from everywhere within the window: then it signs in only where it did before."""
KNOWN = timedelta(days=30)
"""How long a place knows an account that signed in there."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What was tried lately: `own` are the times of wrong passwords for this account from this place in the window."""

    own: Sequence[datetime]
    of_place: int
    of_account: int
    is_known: bool
    """Whether the account signed in from this place before."""


def is_delayed(tried: Tried, now: datetime) -> bool:
    """Whether a password for this account from this place is not judged now, be it right or wrong."""
    if len(tried.own) > FREE and now < max(tried.own) + delay_after(len(tried.own)):
        return True
    return not tried.is_known and (tried.of_place >= OF_PLACE or tried.of_account >= OF_ACCOUNT)


def delay_after(failures: int) -> timedelta:
    """How long the next password waits after so many wrong ones: twice as long each time, five minutes at most."""
    over = failures - FREE - 1
    return timedelta(0) if over < 0 else min(FIRST * 2 ** min(over, 10), LONGEST)
