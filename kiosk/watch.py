"""Owns what the kiosk knows of its hall: which one, its queues and rooms, whether the server lives. Draws nothing."""

import time
from collections.abc import Callable
from threading import Event

import structlog

from kiosk.screens import Hall
from server.protocol.client import HallClient, HallProblem, HallUnreachable
from server.protocol.messages import Snapshot

HEARTBEAT_SECONDS = 5.0
REFRESH_SECONDS = 60.0

log = structlog.get_logger()


class Watch:
    """Beats every five seconds, reads the hall's queues and rooms every minute, and tells of both.

    `known` gets the hall, or None as long as the server does not answer.
    """

    def __init__(self, client: HallClient, health: Callable[[], str], known: Callable[[Hall | None], None]) -> None:
        self._client = client.patient(0)  # asked again in five seconds anyway
        self._health = health
        self._known = known
        self._hall = ""
        self._seq = 0
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
                log.warning("the hall server does not answer as it should", error=str(error))
                self._fetched_at = None
                self._known(None)
            except Exception:
                log.exception("watching the hall failed")
            if stopping.wait(HEARTBEAT_SECONDS):
                return

    def _look(self) -> None:
        hall = self.hall_id()
        self._client.heartbeat(self._seq, {"printer": self._health()})
        if self._fetched_at is not None and time.monotonic() - self._fetched_at < REFRESH_SECONDS:
            return
        snapshot = self._client.snapshot(hall)
        self._seq, self._fetched_at = snapshot.seq, time.monotonic()
        self._known(_hall(snapshot))


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
