"""Owns listening to a reader that has a driver of its own: each scan becomes a touch. Knows no screen and no server."""

import logging
from collections.abc import Callable
from threading import Event

from hardware.errors import HardwareError
from hardware.ports import Reader, Scan
from kiosk.machine.events import Touch
from kiosk.machine.state import Verb

LISTEN_SECONDS = 0.5
AGAIN_AFTER = 2.0
"""Seconds after which a reader that was pulled out is looked for again."""
FINE, GONE = "fine", "unreachable"

log = logging.getLogger(__name__)


class Scanner:
    """Hands what a reader reads to `feed`. A reader that is pulled out is opened again when it is back."""

    def __init__(self, reader: Reader, feed: Callable[[Touch], None], again_after: float = AGAIN_AFTER) -> None:
        self._reader, self._feed, self._again_after = reader, feed, again_after
        self._health = FINE

    def health(self) -> str:
        """How the reader is, as a word for the heartbeat."""
        return self._health

    def run(self, stopping: Event) -> None:
        """Listen until `stopping`, then let go of the reader."""
        while not stopping.is_set():
            try:
                scan = self._reader.read(LISTEN_SECONDS)
            except HardwareError as error:
                if self._health is FINE:
                    log.warning("the reader cannot be read: %s", error)
                self._health = GONE
                stopping.wait(self._again_after)
                continue
            except Exception:  # a driver's own fault: the next scan may be better
                log.exception("the reader's driver failed")
                self._health = GONE
                stopping.wait(self._again_after)
                continue
            self._health = FINE
            if scan is not None:
                self._hand_on(scan)
        self._reader.close()

    def _hand_on(self, scan: Scan) -> None:
        try:
            self._feed(Touch(Verb.SCAN, scan.text, how=scan.how))
        except Exception:
            log.exception("a scan could not be taken")
