"""Guards the board between the follower's thread and the pages, and hands out what changed. Knows no HTTP."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from caller.wall.board import Board, heard, loaded, next_change, settled, still_meant, taken
from caller.wall.picture import Picture, picture
from server.protocol.messages import Event, Snapshot

HEARTBEAT = 1.0
"""Seconds after which a page is told the time again, so that it notices by itself when we are gone."""


@dataclass(frozen=True)
class Frame:
    """A picture as the JSON a page draws; `version` grows with each change."""

    version: int
    text: str


class Hub:
    """The one board of this program. `heard_at` tells when the server was last heard, in seconds of `clock`."""

    def __init__(self, clock: Callable[[], float], heard_at: Callable[[], float | None]) -> None:
        self._clock, self._heard_at = clock, heard_at
        self._changed = threading.Condition()
        self._board = Board()
        self._frame = Frame(0, json.dumps(None))
        self._watching = 0

    @property
    def board(self) -> Board:
        """The board as it is now."""
        with self._changed:
            return self._board

    @property
    def watching(self) -> int:
        """How many pages look at this moment."""
        return self._watching

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Count a page as looking while this lasts."""
        with self._changed:
            self._watching += 1
        try:
            yield
        finally:
            with self._changed:
                self._watching -= 1

    def load(self, snapshot: Snapshot) -> None:
        """Start again from a snapshot."""
        self._turn(lambda board, now: loaded(board, snapshot, now))

    def take(self, event: Event) -> None:
        """Take the next event."""
        self._turn(lambda board, now: taken(board, event, now))

    def frame(self) -> Frame:
        """Return what is to be seen now."""
        with self._changed:
            now = self._clock()
            last = self._heard_at()
            board = self._board if last is None else heard(self._board, last)
            self._board = settled(board, now)
            text = wire_text(picture(self._board, now))
            if text != self._frame.text:
                self._frame = Frame(self._frame.version + 1, text)
            return self._frame

    def wait(self, seen: int) -> None:
        """Return when there may be something newer than version `seen`, at latest after HEARTBEAT."""
        with self._changed:
            if self._frame.version == seen:
                now = self._clock()
                self._changed.wait(min(max(next_change(self._board, now) - now, 0.0), HEARTBEAT))

    def still_meant(self, kind: str, ticket: str | None) -> bool:
        """Whether a sentence about a ticket still makes sense."""
        return still_meant(self.board, kind, ticket)

    def nudge(self) -> None:
        """Let everybody look again."""
        with self._changed:
            self._changed.notify_all()

    def _turn(self, change: Callable[[Board, float], Board]) -> None:
        with self._changed:
            self._board = change(self._board, self._clock())
            self._frame = Frame(self._frame.version + 1, "")
            self._changed.notify_all()


def wire_text(shown: Picture | None) -> str:
    """Return the picture as JSON; of banners only what is drawn."""
    if shown is None:
        return json.dumps(None)
    whole = asdict(shown)
    for banner in whole["banners"]:
        banner["key"] = f"{banner['ticket']}/{banner.pop('shown_at')}"
        del banner["called_at"], banner["ticket"]
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":"))
