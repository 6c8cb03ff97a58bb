"""Speakers without a sound card here: the browser of the wall page, and none at all. Knows no voice engine."""

import secrets
import threading
import wave
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hardware.errors import HardwareError, NotAvailable
from hardware.ports import Utterance
from server.protocol.terms import AnnouncementOutcome

Render = Callable[[Sequence[Utterance]], Iterator[Path]]
GRACE = 5.0
KEPT = 8
LEFT = 64
"""Secrets of pages whose stream broke that are still known: the sound they play may not have ended yet."""


class SilentSpeaker:
    """A hall without a loudspeaker: every announcement is shown only."""

    name = "none"

    def prepare(self, utterance: Utterance) -> None:
        """Nothing to prepare."""

    def prefetch(self, utterances: Iterable[Utterance]) -> None:
        """Nothing to prepare."""

    def speak(self, utterances: Sequence[Utterance]) -> AnnouncementOutcome:
        """Say that it was shown only."""
        return AnnouncementOutcome.SHOWN_ONLY

    def close(self) -> None:
        """Nothing to let go of."""


class BrowserSpeaker:
    """Lets a wall page play: `render` makes sound files of chime and sentences, the page says of each how it went.

    One announcement is on at a time. Where no page listens, it is shown only; a listening page that says nothing for
    the length of the sound and `grace` seconds has failed. `prepare_ahead`, `prefetch_ahead` and `release` go to the
    engine behind.
    """

    def __init__(
        self,
        render: Render,
        *,
        prepare_ahead: Callable[[Utterance], None] = lambda utterance: None,
        prefetch_ahead: Callable[[Iterable[Utterance]], None] = lambda utterances: None,
        release: Callable[[], None] = lambda: None,
        grace: float = GRACE,
        engine: str = "browser",
    ) -> None:
        self._render, self._prepare, self._prefetch = render, prepare_ahead, prefetch_ahead
        self._release, self._grace = release, grace
        self._changed = threading.Condition()
        self._clips: OrderedDict[str, Path] = OrderedDict()
        self._playing: str | None = None
        self._outcome: AnnouncementOutcome | None = None
        self._closed = False
        self._listening: set[str] = set()
        self._left: deque[str] = deque(maxlen=LEFT)
        self.name = engine
        self.nudge: Callable[[], None] = lambda: None

    def prepare(self, utterance: Utterance) -> None:
        """Render a sentence that waits to be spoken."""
        self._prepare(utterance)

    def prefetch(self, utterances: Iterable[Utterance]) -> None:
        """Render ahead what will probably be called."""
        self._prefetch(utterances)

    def speak(self, utterances: Sequence[Utterance]) -> AnnouncementOutcome:
        """Offer sound after sound to the pages, each until one says how it went."""
        if not self._listening:
            return AnnouncementOutcome.SHOWN_ONLY
        became = AnnouncementOutcome.SPOKEN
        try:
            for path in self._render(utterances):
                heard = self._offered(path)
                if heard is None:
                    return AnnouncementOutcome.FAILED
                if heard is not AnnouncementOutcome.SPOKEN:
                    became = heard
        except NotAvailable:
            return AnnouncementOutcome.SHOWN_ONLY
        except (HardwareError, OSError):
            return AnnouncementOutcome.FAILED
        return became

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Count a page as one that plays while this lasts; gives the secret by which it is known."""
        secret = secrets.token_urlsafe(16)
        with self._changed:
            self._listening.add(secret)
        try:
            yield secret
        finally:
            with self._changed:
                self._listening.discard(secret)
                self._left.append(secret)

    def knows(self, secret: str) -> bool:
        """Whether a secret is that of a page which plays, or lost its stream while it did."""
        with self._changed:
            return secret in self._listening or secret in self._left

    def playing(self) -> dict[str, str] | None:
        """What a page should play now: its name and address."""
        with self._changed:
            name = self._playing
        return None if name is None else {"name": name, "address": f"/audio/{name}.wav"}

    def clip(self, name: str) -> Path | None:
        """The sound file of that name, while it is kept."""
        with self._changed:
            return self._clips.get(name)

    def played(self, name: str, outcome: AnnouncementOutcome) -> None:
        """A page says how playing ended; one page that played is enough, also after another that failed."""
        with self._changed:
            if name == self._playing and self._outcome is not AnnouncementOutcome.SPOKEN:
                self._outcome = outcome
                self._changed.notify_all()

    def close(self) -> None:
        """Wait for no page any more, and let the engine go."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._release()

    def _offered(self, path: Path) -> AnnouncementOutcome | None:
        """How the pages say that it went; None when they say nothing."""
        name = secrets.token_urlsafe(9)
        with self._changed:
            self._clips[name] = path
            while len(self._clips) > KEPT:
                self._clips.popitem(last=False)
            self._playing, self._outcome = name, None
        self.nudge()
        with self._changed:
            patience = seconds_of(path) + self._grace
            self._changed.wait_for(lambda: self._outcome is not None or self._closed, timeout=patience)
            self._playing = None
            return self._outcome


def seconds_of(path: Path) -> float:
    """The length of a WAV file; 0 when it is none."""
    try:
        with wave.open(str(path)) as sound:
            return float(sound.getnframes()) / float(sound.getframerate())
    except (OSError, EOFError, wave.Error, ZeroDivisionError):
        return 0.0
