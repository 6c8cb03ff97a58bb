"""How often the changing health of one machine is told within a minute. Pure.

A printer whose cover is opened and shut says a few changes in a minute. What changes with every heartbeat is told as
it is at the end, at most a minute late; nothing that a machine says is refused.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from server.domain.monitoring.overuse import wait

MOST = 12
"""Changes of one machine that are told at once within a minute."""


def delay(reported: Sequence[datetime], now: datetime) -> timedelta | None:
    """How long a change waits to be told, after those told at the times, oldest first; None where it is told now."""
    return wait(reported, MOST, now)
