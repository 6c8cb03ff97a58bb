"""Has sentences rendered before they are called: asks the server which calls are likely. Knows no engine, no queue.

It has a thread of its own and touches no announcement, so a server that is slow to answer delays no call.
"""

import logging
import threading
from collections.abc import Callable, Sequence

from hardware.ports import Utterance
from server.protocol.answers import LikelyCalls
from server.protocol.client import HallProblem, HallUnreachable

log = logging.getLogger(__name__)

QUIET = 1.0
"""Seconds to wait after something happened before asking: a burst of events is one question."""


def utterances(likely: LikelyCalls, languages: Sequence[str], zone: str | None) -> list[Utterance]:
    """What a loudspeaker of `zone` would say for these calls, the soonest first, each in the hall's languages."""
    return [
        Utterance(call.texts[language], language)
        for call in likely.calls
        if zone is None or call.zone == zone
        for language in languages
        if language in call.texts
    ]


class Prefetcher:
    """Asks after each `nudge`, at most once in `quiet` seconds, and hands a changed answer to `prefetch`."""

    def __init__(
        self,
        ask: Callable[[], Sequence[Utterance]],
        prefetch: Callable[[Sequence[Utterance]], None],
        *,
        quiet: float = QUIET,
    ) -> None:
        self._ask, self._prefetch, self._quiet = ask, prefetch, quiet
        self._nudged, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="prefetcher", daemon=True)

    def start(self) -> None:
        """Begin to look ahead."""
        self._thread.start()

    def stop(self) -> None:
        """Ask nothing more; waits for a question under way no longer than five seconds."""
        self._stopping.set()
        self._nudged.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def nudge(self) -> None:
        """Something happened that may change who is next; returns at once."""
        self._nudged.set()

    def _run(self) -> None:
        before: Sequence[Utterance] = ()
        while True:
            self._nudged.wait()
            if self._stopping.wait(self._quiet):
                return
            self._nudged.clear()
            try:
                likely = self._ask()
                if likely != before:
                    self._prefetch(likely)
                    before = likely
            except (HallProblem, HallUnreachable) as trouble:
                log.info("what comes next is not known: %s", trouble)
            except Exception:  # looking ahead is a help only
                log.exception("looking ahead failed")
