"""Owns what the kiosk knows of its hall: which one, its queues and rooms, whether the server lives. Draws nothing."""

import logging
import time
from collections.abc import Callable
from threading import Event

from hardware.ports import Reason
from kiosk.machine.events import HallFetched, Input, PrinterChecked
from kiosk.machine.state import Hall
from server.protocol.client import HallClient, HallProblem, HallUnreachable
from server.protocol.messages import Snapshot

HEARTBEAT_SECONDS = 5.0
REFRESH_SECONDS = 60.0
REST_SECONDS = 0.25
PRINTS = frozenset({Reason.FINE, Reason.NEAR_END, Reason.NO_STATUS, "printing"})
"""Words of a printer's health with which a patient need not be warned."""

log = logging.getLogger(__name__)


class Watch:
    """Beats every five seconds, reads the hall's queues and rooms every minute, asks the printer, and feeds all three.

    While the server does not answer, HallFetched(None) is fed.
    """

    def __init__(
        self,
        client: HallClient,
        health: Callable[[], str],
        feed: Callable[[Input], None],
        reader: Callable[[], str] = lambda: "keyboard",
    ) -> None:
        self._client = client.patient(0)  # asked again in five seconds anyway
        self._health, self._reader = health, reader
        self._feed = feed
        self._again = Event()
        self._hall = ""
        self._seq, self._epoch = 0, ""
        self._fetched_at: float | None = None

    def hall_id(self) -> str:
        """The hall this kiosk belongs to. Raises HallUnreachable or HallProblem while it is not known."""
        if not self._hall:
            self._hall = self._client.me().hall or ""
        return self._hall

    def run(self, stopping: Event) -> None:
        """Watch until `stopping`."""
        while True:
            try:
                self._look()
            except (HallUnreachable, HallProblem) as error:
                log.warning("the hall server does not answer as it should: %s", error)
                self.lost()
            except Exception:
                log.exception("watching the hall failed")
            self._rest(stopping)
            if stopping.is_set():
                return

    def lost(self) -> None:
        """Feed that the server is not to be reached."""
        self._fetched_at = None
        self._feed(HallFetched(None))

    def found(self) -> None:
        """Look at once: the server is there again."""
        self._fetched_at = None
        self._again.set()

    def _rest(self, stopping: Event) -> None:
        """Wait for the next beat, or until the server is found again."""
        until = time.monotonic() + HEARTBEAT_SECONDS
        while time.monotonic() < until and not self._again.is_set():
            if stopping.wait(REST_SECONDS):
                return
        self._again.clear()

    def _look(self) -> None:
        health = self._health()
        self._feed(PrinterChecked(health in PRINTS))
        hall = self.hall_id()
        self._client.heartbeat(self._seq, {"printer": health, "reader": self._reader()}, self._epoch)
        if self._fetched_at is not None and time.monotonic() - self._fetched_at < REFRESH_SECONDS:
            return
        snapshot = self._client.snapshot(hall)
        self._seq, self._epoch, self._fetched_at = snapshot.seq, snapshot.epoch, time.monotonic()
        self._feed(HallFetched(_hall(snapshot)))


def _hall(snapshot: Snapshot) -> Hall:
    return Hall(
        id=snapshot.hall,
        name=snapshot.name,
        hospital=snapshot.hospital,
        languages=tuple(snapshot.languages),
        timezone=snapshot.timezone,
        queues=tuple(snapshot.queues),
        stations={station.id: station.name for station in snapshot.stations},
    )
