"""Owns announcements: chime, sentences, and what became of them. Knows no engine, no program and no hall.

The chime sounds at once while the sentence is rendered, its first half is spoken while the second is rendered, and so
on. Whatever fails is over within bounded time and said in the
outcome; the next call starts afresh.
"""

import logging
import os
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from hardware.errors import HardwareError, NotAvailable
from hardware.voice.audio import sound
from hardware.voice.audio.cache import FILES, sweep
from hardware.voice.audio.chime import RATE, chime
from hardware.voice.audio.sound import Sound
from hardware.voice.play.players import Player
from hardware.voice.render.fallback import FallbackChain, Rendered
from hardware.voice.render.prefetch import Prefetcher, Sentence
from server.protocol.logs import describe
from server.protocol.terms import AnnouncementOutcome

log = logging.getLogger(__name__)

PAUSE = 0.6
"""Seconds between two sentences."""
BETWEEN_HALVES = 0.16
AFTER_CHIME = 0.15
KEPT = 8
"""Files that stay, for a browser that plays them."""


@dataclass(frozen=True)
class Outcome:
    """What became of an announcement.

    `engine` made the sound ("chime" when only that was heard, "" when nothing was), `wav` is the whole announcement as
    a file when it could be rendered, whether or not it was played. `seconds` is how long all of it took; `chime_after`
    and `voice_after` are the seconds from the call to the start of chime and first word, where a player here played.
    """

    outcome: AnnouncementOutcome
    seconds: float
    engine: str = ""
    wav: Path | None = None
    reason: str = ""
    chime_after: float | None = None
    voice_after: float | None = None


class Voice:
    """Speaks into a hall, one announcement at a time, from any thread. `player` None means that nobody here plays."""

    def __init__(
        self,
        chain: FallbackChain,
        player: Player | None,
        *,
        why_no_player: str = "no player on this machine",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._chain, self._player, self._clock = chain, player, clock
        sweep(FILES)
        self._files = tempfile.TemporaryDirectory(prefix=f"{FILES}{os.getpid()}-", ignore_cleanup_errors=True)
        self._folder = Path(self._files.name)
        self._why_no_player = why_no_player
        self._speaking, self._composing = threading.Lock(), threading.Lock()
        self._count = 0
        self._ahead = Prefetcher(chain)
        self._bell = ThreadPoolExecutor(1, "voice-chime")
        self._renderer = ThreadPoolExecutor(1, "voice-render")
        chain.warm()

    @property
    def name(self) -> str:
        """What speaks here, for the health of the device: engines by language, and the player."""
        spoken = ", ".join(f"{language}: {engine or 'none'}" for language, engine in self.languages().items())
        return f"{spoken}; {self._player.name if self._player else self._why_no_player}"

    def languages(self) -> dict[str, str]:
        """Which engine and voice speaks each language first; "" where none does and only chime and text are left."""
        return self._chain.languages()

    def prepare(self, text: str, language: str) -> None:
        """Render a sentence of a call that waits to be spoken as the next thing, returning at once."""
        self._ahead.first(text, language)

    def prefetch(self, sentences: Iterable[Sentence]) -> None:
        """Render these (text, language) ahead instead of what was likely before, returning at once."""
        self._ahead.instead(sentences)

    def files(self, sentences: Sequence[Sentence]) -> Iterator[Path]:
        """The announcement as files to be played one after the other, each as soon as it is there: the chime at once.

        Raises HardwareError when an engine failed, NotAvailable when there is nothing to speak with.
        """
        yield self._kept(chime())
        for batch in self._batches(sentences):
            yield self._kept(_spoken(batch))

    def speak(self, text: str, language: str, *, repeat: int = 2, chime: bool = True) -> Outcome:
        """Chime, then speak the sentence `repeat` times; blocks until it is over. Raises nothing."""
        return self.announce([(text, language)] * repeat, with_chime=chime)

    def announce(self, sentences: Sequence[Sentence], *, with_chime: bool = True) -> Outcome:
        """Chime, then speak the sentences in order; blocks until it is over. Raises nothing."""
        with self._speaking:
            started = self._clock()
            try:
                return self._announced(sentences, with_chime, started)
            except (HardwareError, OSError) as error:
                return self._ended(AnnouncementOutcome.FAILED, started, reason=describe(error))

    def close(self) -> None:
        """Fall silent and end every engine; may be called twice."""
        self._ahead.close()
        if self._player is not None:
            self._player.close()
        self._chain.close()
        self._bell.shutdown(wait=False, cancel_futures=True)
        self._renderer.shutdown(wait=False)
        self._files.cleanup()

    def _announced(self, sentences: Sequence[Sentence], with_chime: bool, started: float) -> Outcome:
        player = self._player
        ringing: Future[None] | None = None
        if player is not None and player.live and with_chime:
            ringing = self._bell.submit(player.play, chime())
        rendered: list[Rendered] = []
        trouble, failure, voice_after = "", "", None
        try:
            for batch in self._batches(sentences):
                if player is not None and player.live and not failure:
                    if voice_after is None:
                        trouble = _wait_for(ringing)
                        voice_after = self._clock() - started
                    failure = _played(player, _spoken(batch))
                rendered += batch
        except HardwareError as error:
            if not rendered:
                return self._without_words(error, ringing, started)
            return self._ended(AnnouncementOutcome.FAILED, started, _engines(rendered), None, failure or str(error))
        whole, engines = self._whole(rendered, with_chime), _engines(rendered)
        if player is None:
            return self._ended(AnnouncementOutcome.SHOWN_ONLY, started, engines, whole, self._why_no_player)
        if not player.live:
            failure = _played(player, sound.read(whole))
        if failure:
            return self._ended(AnnouncementOutcome.FAILED, started, engines, whole, failure)
        chime_after = 0.0 if ringing and not trouble else None
        seconds = self._clock() - started
        return Outcome(AnnouncementOutcome.SPOKEN, seconds, engines, whole, trouble, chime_after, voice_after)

    def _batches(self, sentences: Sequence[Sentence]) -> Iterator[list[Rendered]]:
        """All pieces of the sentences in order, each time as many as are ready, one at least. Nothing is rendered ahead
        until the last is. What no engine here speaks is left out. Raises HardwareError when nothing is left, or an
        engine failed."""
        with self._ahead:
            waiting = deque(self._renderer.submit(self._render, *piece) for piece in self._pieces(sentences))
            ready: list[Rendered] = []
            given, unspoken = False, None
            try:
                while waiting:
                    if ready and (not waiting[0].done() or waiting[0].exception()):
                        yield ready
                        ready, given = [], True
                    try:
                        ready.append(waiting.popleft().result())
                    except NotAvailable as error:
                        unspoken = error
                        log.info("voice: left out: %s", error)
            finally:
                for one in waiting:
                    one.cancel()
        if ready:
            yield ready
        elif unspoken and not given:
            raise unspoken

    def _pieces(self, sentences: Sequence[Sentence]) -> Iterator[tuple[str, str, float]]:
        """What to render, in which language, and the seconds of quiet before it.

        Only the sentence heard first is cut: the others are rendered while it is heard, and whole ones are clearer.
        """
        first = next((sentence for sentence in sentences if self._chain.speaks(sentence[1])), None)
        cut = {first: self._chain.pieces(*first)} if first else {}
        for place, (text, language) in enumerate(sentences):
            for half, piece in enumerate(cut.get((text, language), [text])):
                yield piece, language, BETWEEN_HALVES if half else PAUSE if place else 0.0

    def _render(self, text: str, language: str, quiet: float) -> Rendered:
        made = self._chain.render(text, language)
        before = sound.silence(made.sound.rate, quiet)
        return replace(made, sound=sound.joined([before, made.sound], 0.0, made.sound.rate))

    def _without_words(self, error: HardwareError, ringing: Future[None] | None, started: float) -> Outcome:
        """No engine could: the chime calls eyes to the screen. With nothing to speak with that is all there is."""
        rung = self._player is not None and not _wait_for(ringing)
        if self._player is not None and not self._player.live:
            self._player.play(chime())
        nothing_tried = isinstance(error, NotAvailable)
        became = AnnouncementOutcome.SHOWN_ONLY if nothing_tried else AnnouncementOutcome.FAILED
        return self._ended(became, started, "chime" if rung else "", None, str(error))

    def _whole(self, rendered: list[Rendered], with_chime: bool) -> Path:
        spoken = _spoken(rendered)
        return self._kept(
            sound.joined([chime(spoken.rate), spoken], AFTER_CHIME, spoken.rate) if with_chime else spoken
        )

    def _kept(self, made: Sound) -> Path:
        with self._composing:
            self._count += 1
            path = sound.write(self._folder / f"announcement-{self._count:06d}.wav", made)
            (self._folder / f"announcement-{self._count - KEPT:06d}.wav").unlink(missing_ok=True)
        return path

    def _ended(
        self, became: AnnouncementOutcome, started: float, engine: str = "", wav: Path | None = None, reason: str = ""
    ) -> Outcome:
        return Outcome(became, self._clock() - started, engine, wav, reason)


def _spoken(rendered: list[Rendered]) -> Sound:
    """The pieces as one sound, at the rate of the first: one engine's need no conversion."""
    rate = rendered[0].sound.rate if rendered else RATE
    return sound.joined([one.sound for one in rendered], 0.0, rate)


def _engines(rendered: list[Rendered]) -> str:
    return "+".join(dict.fromkeys(one.engine for one in rendered))


def _played(player: Player, spoken: Sound) -> str:
    """Play; what went wrong with it, or nothing."""
    try:
        player.play(spoken)
    except HardwareError as error:
        return str(error)
    return ""


def _wait_for(ringing: "Future[None] | None") -> str:
    """Wait for the chime; what went wrong with it, or nothing."""
    if ringing is None:
        return ""
    try:
        ringing.result()
    except HardwareError as error:
        return str(error)
    return ""
