"""Speakers that need no sound card of ours: the browser of the wall page, and none at all. Knows no voice engine."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hardware.ports import Utterance
from server.protocol.terms import AnnouncementOutcome

Render = Callable[[Sequence[Utterance]], Path | None]
PLAY_PATIENCE = 40.0


class SilentSpeaker:
    """A hall without a loudspeaker: every announcement is shown only."""

    name = "none"

    def prepare(self, utterance: Utterance) -> None:
        """Nothing to prepare."""

    def speak(self, utterances: Sequence[Utterance]) -> AnnouncementOutcome:
        """Say that it was shown only."""
        return AnnouncementOutcome.SHOWN_ONLY

    def close(self) -> None:
        """Nothing to let go of."""


class BrowserSpeaker:
    """Lets the wall page play: `render` makes one sound file of chime and sentences, the page says how it went.

    `prepare_ahead` hands a sentence to the engine that renders; `nudge` tells the pages to look. One announcement is
    on at a time. No page that plays within `patience` seconds means that it failed.
    """

    def __init__(
        self,
        render: Render,
        *,
        prepare_ahead: Callable[[Utterance], None],
        nudge: Callable[[], None] = lambda: None,
        patience: float = PLAY_PATIENCE,
        engine: str = "browser",
    ) -> None:
        self._render, self._prepare, self.nudge, self._patience = render, prepare_ahead, nudge, patience
        self._changed = threading.Condition()
        self._clips: OrderedDict[str, Path] = OrderedDict()
        self._playing: str | None = None
        self._outcome: AnnouncementOutcome | None = None
        self._closed = False
        self._count = 0
        self.name = engine

    def prepare(self, utterance: Utterance) -> None:
        """Render a sentence ahead."""
        self._prepare(utterance)

    def speak(self, utterances: Sequence[Utterance]) -> AnnouncementOutcome:
        """Offer the sound to the pages and wait until one says how it went."""
        path = self._render(utterances)
        if path is None:
            return AnnouncementOutcome.FAILED
        with self._changed:
            self._count += 1
            name = f"{self._count:08d}"
            self._clips[name] = path
            while len(self._clips) > 8:
                self._clips.popitem(last=False)
            self._playing, self._outcome = name, None
        self.nudge()
        return self._heard_back()

    def _heard_back(self) -> AnnouncementOutcome:
        with self._changed:
            self._changed.wait_for(lambda: self._outcome is not None or self._closed, timeout=self._patience)
            self._playing = None
            return self._outcome or AnnouncementOutcome.FAILED

    def playing(self) -> dict[str, Any] | None:
        """What a page should play now: its name and address."""
        with self._changed:
            name = self._playing
        return None if name is None else {"name": name, "address": f"/audio/{name}.wav"}

    def clip(self, name: str) -> Path | None:
        """The sound file of that name, while it is kept."""
        with self._changed:
            return self._clips.get(name)

    def played(self, name: str, outcome: AnnouncementOutcome) -> None:
        """A page says how playing ended; the first word counts."""
        with self._changed:
            if name == self._playing and self._outcome is None:
                self._outcome = outcome
                self._changed.notify_all()

    def close(self) -> None:
        """Wait for no page any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
