"""The running caller: follows a hall, keeps the wall's board, speaks, and says how it is. Draws nothing itself."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime

from caller.speech.announcer import Announcer, Speaker, Summons
from caller.speech.prefetch import Prefetcher, utterances
from caller.speech.speakers import SilentSpeaker
from caller.wall.hub import Hub
from hardware.ports import Utterance
from server.protocol.client import HallClient, HallProblem, HallUnreachable
from server.protocol.messages import HEALTH_TEXT, AnnouncementView, Event, Snapshot
from server.protocol.stream.follower import Follower, Pace
from server.protocol.terms import AnnouncementOutcome, EventKind

log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0
REPORT_PATIENCE = 30.0
Watcher = Callable[[str, str], None]


class Reporter:
    """Tells the server what became of announcements, in a thread of its own: speaking must not wait for the network."""

    def __init__(self, client: HallClient) -> None:
        self._client = client.patient(REPORT_PATIENCE)
        self._waiting: deque[tuple[str, AnnouncementOutcome]] = deque(maxlen=200)
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="reporter", daemon=True)

    def start(self) -> None:
        """Begin to report."""
        self._thread.start()

    def stop(self) -> None:
        """Report what waits, each tried once, and end; waits for that no longer than five seconds."""
        with self._changed:
            self._stopping = True
            self._client = self._client.patient(0.0)
            self._changed.notify_all()
        self._thread.join(5.0)

    def report(self, announcement: str, outcome: AnnouncementOutcome) -> None:
        """Queue one outcome; returns at once."""
        with self._changed:
            self._waiting.append((announcement, outcome))
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._stopping)
                if not self._waiting:
                    return
                announcement, outcome = self._waiting.popleft()
            try:
                self._client.announcement_outcome(announcement, outcome)
            except (HallProblem, HallUnreachable) as trouble:
                log.warning("outcome %s of announcement %s not reported: %s", outcome, announcement, trouble)
            except Exception:  # one that cannot be told ends no other
                log.exception("outcome %s of announcement %s failed", outcome, announcement)


class Agent:
    """Follower, board and announcer of one hall, wired together; what the pages show is asked of it.

    `watch(kind, text)` hears each thing that would be shown or spoken, for the console.
    """

    def __init__(
        self,
        client: HallClient,
        speaker: Speaker,
        *,
        watch: Watcher = lambda kind, text: None,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
        today: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._client, self._watch, self._pace, self._clock, self._today = client, watch, pace, clock, today
        self._zone: str | None = None
        self._offered: deque[str] = deque(maxlen=500)
        self._stopping = threading.Event()
        self.speaker = speaker
        self.follower: Follower | None = None
        self.hub = Hub(clock, lambda: self.follower.heard_at if self.follower else None)
        self._reporter = Reporter(client)
        self.announcer = Announcer(
            speaker,
            wanted=lambda summons: self.hub.still_meant(summons.kind, summons.ticket),
            settled=self._settle,
            languages=self._languages,
            clock=clock,
        )
        self._prefetcher = Prefetcher(self._likely, speaker.prefetch)

    def follow(self, hall: str, zone: str | None = None) -> "Agent":
        """Begin to follow, show and speak; returns at once. `zone` limits what is spoken to one loudspeaker's."""
        self._zone = zone
        self._reporter.start()
        self.announcer.start()
        if not isinstance(self.speaker, SilentSpeaker):
            self._prefetcher.start()
        self.follower = Follower(
            self._client,
            hall,
            on_snapshot=self._load,
            on_event=self._take,
            on_link=self._tell_link,
            pace=self._pace,
            clock=self._clock,
        ).start()
        threading.Thread(target=self._beat, args=(self.follower,), name="heartbeat", daemon=True).start()
        return self

    def stop(self) -> None:
        """End all threads."""
        self._stopping.set()
        if self.follower is not None:
            self.follower.stop()
            self.announcer.stop()
            self._reporter.stop()
            self._prefetcher.stop()
        self.hub.nudge()

    def updated_at(self) -> datetime | None:
        """When the server was last heard, by its own clock; None before that."""
        heard = self.hub.board.heard_at
        return None if heard is None else self.server_time(heard - self._clock())

    def server_time(self, offset: float = 0.0) -> datetime:
        """The server's time `offset` seconds from now, as far as its answers tell."""
        return datetime.fromtimestamp(self._today().timestamp() + self._client.skew + offset, UTC)

    def health(self) -> dict[str, object]:
        """How the parts of this device are: screens that look at it, and whether its voice is heard.

        One announcement that failed is `failing`, two in a row are `silent`, of which the server tells staff.
        """
        failures = self.announcer.failures
        voice = "fine" if not failures else "failing" if failures == 1 else "silent"
        return {"screens": self.hub.watching, "voice": voice, "engine": self.speaker.name[:HEALTH_TEXT]}

    def _load(self, snapshot: Snapshot) -> None:
        self.hub.load(snapshot)
        self._prefetcher.nudge()
        self._watch("loaded", f"{snapshot.hall} {snapshot.epoch}/{snapshot.seq}")
        called_at = {
            ticket.id: ticket.times.get("recalled") or ticket.times.get("called") for ticket in snapshot.tickets
        }
        for announcement in snapshot.announcements:
            self._announce(announcement, called_at.get(announcement.ticket or ""))

    def _take(self, event: Event) -> None:
        self.hub.take(event)
        if event.ticket is not None or event.station is not None:
            self._prefetcher.nudge()
        if event.ticket is not None:
            where = f" → {event.ticket.station}" if event.ticket.station else ""
            self._watch("show", f"{event.kind} {event.ticket.number} {event.ticket.display_name or ''}{where}")
        if event.announcement is not None and event.kind is not EventKind.ANNOUNCEMENT_OUTCOME:
            self._announce(event.announcement, event.at)

    def _announce(self, announcement: AnnouncementView, at: datetime | None) -> None:
        """Offer an announcement to the voice, once in its life and only in our zone; without a time it is old."""
        elsewhere = self._zone is not None and announcement.zone != self._zone
        if announcement.outcome is not None or announcement.id in self._offered or elsewhere:
            return
        self._offered.append(announcement.id)
        age = float("inf") if at is None else max((self.server_time() - at).total_seconds(), 0.0)
        texts = announcement.texts
        self.announcer.offer(
            Summons(announcement.id, announcement.kind, announcement.ticket, texts, self._clock() - age)
        )

    def _settle(self, summons: Summons, outcome: AnnouncementOutcome) -> None:
        self._watch(outcome, summons.texts.get("zh") or next(iter(summons.texts.values()), ""))
        self._reporter.report(summons.id, outcome)

    def _likely(self) -> list[Utterance]:
        """What will probably be spoken next. Raises HallProblem and HallUnreachable; asked again at the next event."""
        snapshot = self.hub.board.snapshot
        if snapshot is None:
            return []
        return utterances(self._client.patient(0.0).likely_calls(snapshot.hall), snapshot.languages, self._zone)

    def _languages(self) -> list[str]:
        snapshot = self.hub.board.snapshot
        return list(snapshot.languages) if snapshot else []

    def _tell_link(self, connected: bool) -> None:
        log.info("the server is %s", "heard" if connected else "not heard any more")
        self._watch("link", "connected" if connected else "lost")
        self.hub.nudge()

    def _beat(self, follower: Follower) -> None:
        while not self._stopping.wait(HEARTBEAT_SECONDS if follower.position else 0.2):
            if follower.position is None:
                continue
            try:
                self._client.heartbeat(follower.position.seq, self.health(), follower.position.epoch)
            except (HallProblem, HallUnreachable) as trouble:
                log.info("heartbeat not taken: %s", trouble)
            except Exception:  # who is silent counts as gone
                log.exception("heartbeat failed")
