"""Follows one hall: socket, numbered stream, snapshot, and plain HTTP when the socket is silent. Knows no business."""

import logging
import queue
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from server.protocol.client import HallClient, HallProblem, HallUnreachable
from server.protocol.messages import Event, Snapshot
from server.protocol.stream.cursor import Cursor, Inbox
from server.protocol.stream.socket import HallSocket
from server.protocol.terms import ErrorCode

Given = TypeVar("Given")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Pace:
    """When a follower asks by itself, in seconds.

    `wake`: between two questions while the socket is dead. `quiet`: without a word on a live socket, before asking
    whether the server is still there. `lost`: without any word, before the link counts as lost. `gap`: given to a
    missing frame to turn up by itself. `page`: events fetched at a time.
    """

    wake: float = 2.0
    quiet: float = 5.0
    lost: float = 10.0
    gap: float = 0.1
    page: int = 1000


class Follower:
    """Calls back with the whole of a hall and then with each event after it, in order, none missed, none twice.

    `on_snapshot` comes first and again whenever the position cannot be continued (other epoch, pruned, journal went
    back): recovery is start-up. `on_event` gets the events. `on_link` tells when the server was heard again, or not
    for `pace.lost` seconds. All three are called from one thread; what they raise is logged and ends nothing.
    """

    def __init__(
        self,
        client: HallClient,
        hall: str,
        *,
        on_snapshot: Callable[[Snapshot], None],
        on_event: Callable[[Event], None],
        on_link: Callable[[bool], None] = lambda connected: None,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._client = client.patient(0.0)
        self._hall, self._pace, self._clock = hall, pace or Pace(), clock
        self._on_snapshot, self._on_event, self._on_link = on_snapshot, on_event, on_link
        self._frames: queue.Queue[tuple[str, object]] = queue.Queue(maxsize=2000)
        self._overflow = threading.Event()
        self._stopping = threading.Event()
        self._link = HallSocket(client.base_url, {"token": client.token, "hall": hall}, self._buffer, dice)
        self._thread = threading.Thread(target=self._run, name=f"follow-{hall}", daemon=True)
        self._inbox: Inbox[Event] | None = None
        self._trusted = True
        self._started_at = self._asked_at = self._gap_since = clock()
        self.heard_at: float | None = None
        self.connected: bool | None = None
        self.loads = 0

    @property
    def position(self) -> Cursor | None:
        """The last event delivered, or None before the first snapshot."""
        return self._inbox.cursor if self._inbox else None

    def start(self) -> "Follower":
        """Begin to follow; returns at once."""
        self._started_at = self._clock()
        self._link.start()
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop following; no callback comes afterwards."""
        self._stopping.set()
        self._buffer("stop", None)
        self._thread.join()
        self._link.stop()

    def _buffer(self, name: str, data: object) -> None:
        """Keep what the socket said for the follower's own thread; when there is no room, the journal has it too."""
        try:
            self._frames.put_nowait((name, data))
        except queue.Full:
            self._overflow.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._step()
            except (HallProblem, HallUnreachable) as trouble:
                log.info("hall %s does not answer: %s", self._hall, trouble)
                self._stopping.wait(self._pace.wake if self._inbox is None else self._pace.wake / 4)
            except Exception:  # a follower ends only when told to: whatever went wrong, start again from the snapshot
                log.exception("hall %s is loaded again", self._hall)
                self._inbox = None
                self._stopping.wait(self._pace.wake)
            self._tell_link()

    def _step(self) -> None:
        """Load if there is nothing to continue; else wait for the socket, and ask the server where it is due."""
        if self._inbox is None or self._inbox.stale:
            self._load()
            return
        inbox = self._inbox
        self._listen(inbox)
        if self._inbox is None:  # what it heard says that the position cannot be continued: load at once
            return
        if self._overflow.is_set() or self._due(inbox):
            self._catch_up(inbox, prompted=self._overflow.is_set() or inbox.gap)

    def _load(self) -> None:
        self._asked_at = self._clock()
        snapshot = self._client.snapshot(self._hall)
        self._heard()
        self._inbox = Inbox(Cursor(snapshot.epoch, snapshot.seq))
        self.loads += 1
        self._tell_link()
        self._call(self._on_snapshot, snapshot)

    def _listen(self, inbox: Inbox[Event]) -> None:
        """Wait for one frame, no longer than until the next question is due, and deliver what it completes."""
        try:
            name, data = self._frames.get(timeout=self._pace.gap if inbox.gap else self._patience())
        except queue.Empty:
            return
        if name == "position":
            self._heard()
            self._trusted = True
            self._catch_up(inbox, prompted=True)  # the server itself says whether we can go on from where we are
        elif name == "event":
            self._heard()
            self._trusted = True
            self._deliver(inbox, Event.model_validate(data))

    def _deliver(self, inbox: Inbox[Event], event: Event) -> None:
        waited = inbox.gap
        for ready in inbox.take(event):
            self._call(self._on_event, ready)
        if inbox.gap and not waited:
            self._gap_since = self._clock()

    def _patience(self) -> float:
        """Return how long the follower may wait for the socket before it asks by itself."""
        limit = self._pace.quiet if self._link.up and self._trusted else self._pace.wake
        since = max(self._asked_at, self.heard_at or 0.0) if self._link.up and self._trusted else self._asked_at
        return min(max(since + limit - self._clock(), 0.005), self._pace.wake)

    def _due(self, inbox: Inbox[Event]) -> bool:
        if inbox.gap:
            return self._clock() - self._gap_since >= self._pace.gap
        return self._patience() <= 0.005

    def _catch_up(self, inbox: Inbox[Event], *, prompted: bool) -> None:
        """Fetch and deliver what lies after our position; load again when the server cannot continue from there.

        `prompted`: the socket gave the reason to ask; events found without it show a socket that has gone deaf.
        """
        more = True
        self._overflow.clear()
        self._asked_at = self._gap_since = self._clock()
        while more and not self._stopping.is_set():
            at = inbox.cursor
            try:
                page = self._client.events(self._hall, at.seq, epoch=at.epoch, limit=self._pace.page)
            except HallProblem as problem:
                if problem.code is not ErrorCode.RELOAD:
                    raise
                self._inbox = None
                return
            self._heard()
            for event in page.events:
                self._deliver(inbox, event)
            if page.epoch != at.epoch or (page.events and inbox.cursor == at):
                self._inbox = None
                return
            more = page.more
            if page.events and not prompted and self._frames.empty():
                self._trusted = False  # until it speaks again, ask as often as without it

    def _heard(self) -> None:
        self.heard_at = self._clock()

    def _tell_link(self) -> None:
        last = self._started_at if self.heard_at is None else self.heard_at
        connected = self.heard_at is not None and self._clock() - last < self._pace.lost
        if connected != self.connected and (connected or self._clock() - last >= self._pace.lost):
            self.connected = connected
            self._call(self._on_link, connected)

    def _call(self, callback: Callable[[Given], None], value: Given) -> None:
        try:
            callback(value)
        except Exception:  # a broken screen must not stop the events
            log.exception("a callback of the follower of hall %s failed", self._hall)
