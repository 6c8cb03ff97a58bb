"""When each machine did what within the last minute, in memory: no check-in waits for a question or a row more.

Each process counts for itself, and anew after a start: the counts are of one minute. What is counted is done inside a
hall's turn, so asking and counting cannot come apart.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from server.domain.monitoring import health_changes, overuse
from server.domain.monitoring.overuse import ALERT_AT, Action


@dataclass
class Counts:
    """The counts of one server."""

    _times: dict[tuple[str, Action], list[datetime]] = field(default_factory=dict)
    _alerted: dict[tuple[str, Action], datetime] = field(default_factory=dict)
    _changes: dict[str, list[datetime]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, device: str, action: Action, limit: int | None, now: datetime) -> timedelta | None:
        """How long the device has to wait for its limit; None where it may go on."""
        with self._lock:
            return overuse.wait(self._times.get((device, action), []), limit, now)

    def add(self, device: str, action: Action, limit: int | None, now: datetime) -> bool:
        """Count one; whether staff is to be told of it."""
        key = (device, action)
        with self._lock:
            times = [*overuse.lately(self._times.get(key, []), now), now][-max(ALERT_AT[action], limit or 0) :]
            self._times[key] = times
            alerts = overuse.alerts(action, len(times), limit, self._alerted.get(key), now)
            if alerts:
                self._alerted[key] = now
            return alerts

    def delay(self, device: str, now: datetime) -> timedelta | None:
        """Count a change of a machine's health that is told now, which gives None; else how long it waits."""
        with self._lock:
            reported = overuse.lately(self._changes.get(device, []), now)
            late = health_changes.delay(reported, now)
            self._changes[device] = reported if late is not None else [*reported, now]
            return late
