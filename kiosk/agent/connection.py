"""Owns whether the server can be reached, so that a patient reads within five seconds that it cannot. Draws nothing."""

import logging
import time
from collections.abc import Callable
from threading import Event

from server.protocol.client import HallProblem, HallUnreachable

ASK_SECONDS = 1.5
"""Between an answer and the next question."""
ANSWER_SECONDS = 2.5
"""After which a question counts as not answered. With ASK_SECONDS it is four seconds from the last answer at most."""
LOST_SECONDS = 3.0
"""Without an answer, after which the server counts as lost. A restart takes less, and then nobody is sent away."""

log = logging.getLogger(__name__)


class Reach:
    """Asks the server again and again. A beat with the printer's health is too slow for that, for it waits for both.

    `ask` raises HallUnreachable when there is no answer; a refusal is an answer. `lost` is called at each question
    that finds the server lost, `found` once when it is there again.
    """

    def __init__(
        self,
        ask: Callable[[], object],
        lost: Callable[[], None],
        found: Callable[[], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ask, self._tell_lost, self._tell_found, self._clock = ask, lost, found, clock
        self._heard_at = clock()
        self._lost = False

    def run(self, stopping: Event) -> None:
        """Ask until `stopping`."""
        while not stopping.wait(ASK_SECONDS):
            try:
                self.look()
            except Exception:
                log.exception("asking whether the server is there failed")

    def look(self) -> None:
        """Ask once, and tell what follows from the answer."""
        try:
            self._ask()
        except HallProblem:
            pass
        except HallUnreachable:
            if self._clock() - self._heard_at >= LOST_SECONDS:
                self._lost = True
                self._tell_lost()
            return
        self._heard_at = self._clock()
        if self._lost:
            self._lost = False
            self._tell_found()
