"""Owns how often an idle printer is asked how it is. Knows no printer and no job.

Each question is a connection: a printer that is asked all the time is busy when a slip comes, and some are deaf for a
while after each one. So the pause grows while nothing changes, and what a job found out needs no question.
"""

from collections.abc import Callable

from hardware.ports import Reason

GOOD = frozenset({Reason.FINE, Reason.NEAR_END, Reason.NO_STATUS})
"""With these a job may be begun; with any other it waits, where another printer may take it."""
FIRST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE_ILL = 5.0, 60.0, 15.0
"""Seconds between two questions: after a change, and at most while it is well, and while somebody mends it."""


class HealthCheck:
    """The health of one printer as last heard, asked again when it is due. One thread at a time."""

    def __init__(self, ask: Callable[[], Reason], monotonic: Callable[[], float]) -> None:
        self._ask, self._now = ask, monotonic
        self._pause = 0.0
        self._due = float("-inf")
        self.last: Reason | None = None

    def latest(self) -> Reason:
        """How the printer is, asked only when the pause since the last word is over."""
        if self.last is None or self._now() >= self._due:
            return self.ask()
        return self.last

    def ask(self) -> Reason:
        """Ask now."""
        return self.heard(self._ask())

    def heard(self, reason: Reason) -> Reason:
        """Take the printer's word from wherever it came, such as a job that just ended."""
        longest = LONGEST_PAUSE if reason in GOOD else LONGEST_PAUSE_ILL
        self._pause = min(longest, self._pause * 2) if reason is self.last and self._pause else FIRST_PAUSE
        self.last, self._due = reason, self._now() + self._pause
        return reason

    def doubt(self) -> None:
        """Something failed: the next look asks."""
        self._pause = 0.0
        self._due = float("-inf")
