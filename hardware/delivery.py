"""Owns telling the server how jobs ended: now, or later where it is not taken now. Knows no printer and no paper.

An end that cannot be told now waits in the spool, with a growing pause, and holds up no other job. One that the server
refuses for good is set aside under its name, for a person to look at.
"""

import logging
import re
from collections.abc import Callable, Sequence
from typing import Protocol

from hardware.spool import Spool, Spooled
from server.protocol.messages import PrintJob
from server.protocol.terms import PrintJobState
from server.protocol.transport import HallProblem, HallUnreachable

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 300.0
"""Seconds until an end that was not taken is told again: after the first time, and at most."""
MOST_NAMED = 100
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What a server's ids look like: another one, from a damaged record, would make it refuse the whole question."""


class Reports(Protocol):
    """What telling an end needs of the server; HallClient has it."""

    def report_print_job(
        self, job: str, state: PrintJobState, evidence: str, *, key: str | None = None, **more: object
    ) -> PrintJob | None:
        """Say how a job ended."""


class Delivery:
    """The ends of jobs on their way to the server. One thread at a time; `state` may be read from another."""

    def __init__(self, reports: Reports, spool: Spool, monotonic: Callable[[], float]) -> None:
        self._reports, self._spool, self._now = reports, spool, monotonic
        self._waiting: dict[str, tuple[float, float]] = {}  # key → when it is told again, and the pause before that
        self._settled: set[str] = set()  # keys whose record the disk would not let go
        self.unreported: Sequence[str] = ()
        """Jobs whose ends wait, the oldest first, so many as a server is told of."""
        self.state: str | None = None
        """`refused`: a record is set aside; `untold`: an end waits; None: the server knows everything."""

    def tell_left(self) -> None:
        """Tell what is due of before, the oldest first, until one is not taken: the next round goes on after it."""
        left = [ended for ended in self._spool.left() if ended.key not in self._settled]
        keys = {ended.key for ended in left}
        self._waiting = {key: pause for key, pause in self._waiting.items() if key in keys}
        for ended in left:
            if self.is_due(ended) and not self.tell(ended):
                break
        waiting = (ended.job for ended in left if ended.key in self._waiting)
        self.unreported = [job for job in waiting if _ID.fullmatch(job)][:MOST_NAMED]
        if self._spool.has_refused():
            self.state = "refused"
        else:
            self.state = "untold" if self._waiting else None

    def is_due(self, ended: Spooled) -> bool:
        """Whether the pause after the last attempt is over."""
        return self._now() >= self._waiting.get(ended.key, (0.0, 0.0))[0]

    def tell(self, ended: Spooled) -> bool:
        """Tell an end under its key; whether the server took it or refused it for good. Raises nothing."""
        try:
            self._reports.report_print_job(ended.job, ended.state, ended.evidence, key=ended.key)
        except HallProblem as problem:
            if not problem.is_final:
                return self._later(ended, problem)
            log.error("job %s: the server refuses the end %s: %s", ended.job, ended.state.value, problem.code)
            self._settle(ended, self._spool.set_refused_aside)
        except HallUnreachable as trouble:
            return self._later(ended, trouble)
        except Exception as fault:  # whatever one record makes a library do, the next job must still be printed
            log.exception("job %s: its end cannot be told", ended.job)
            return self._later(ended, fault)
        else:
            self._settle(ended, self._spool.forget)
        return True

    def _settle(self, ended: Spooled, put_away: Callable[[str], None]) -> None:
        self._waiting.pop(ended.key, None)
        try:
            put_away(ended.job)
        except OSError as error:
            log.error("spool: the record of job %s cannot be put away: %s", ended.job, error)
            self._settled.add(ended.key)

    def _later(self, ended: Spooled, why: Exception) -> bool:
        pause = min(self._waiting.get(ended.key, (0.0, FIRST_PAUSE / 2))[1] * 2, LONGEST_PAUSE)
        self._waiting[ended.key] = self._now() + pause, pause
        log.warning("job %s: the end %s is told later: %s", ended.job, ended.state.value, why)
        return False
