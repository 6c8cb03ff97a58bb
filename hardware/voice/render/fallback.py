"""Tries engines in order, caches what they render, and lets one rest that fails. Knows no player."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hardware.errors import FailedInUse, HardwareError, NotAvailable
from hardware.voice.audio.cache import Cache
from hardware.voice.audio.sound import Sound
from hardware.voice.engines.base import Engine
from hardware.voice.engines.phrases import halves, phrases

log = logging.getLogger(__name__)

FAILURES_BEFORE_REST = 2
AT_ONCE = frozenset({"clips", "pyttsx3"})
"""Engines for which no sentence is cut: they are quick, but each start takes them as long as a sentence."""
SLOWER_THAN_SPEECH = 1.0
REST = 30.0
"""Seconds an engine is left alone after it failed twice running; a call must not wait for it each time."""


@dataclass(frozen=True)
class Rendered:
    """A sentence as sound, and the engine and voice that made it."""

    sound: Sound
    engine: str
    voice: str


class FallbackChain:
    """Engines in the order of trying, behind one cache. Renders one sentence at a time, for any thread."""

    def __init__(self, engines: Sequence[Engine], cache: Cache, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._engines, self._cache, self._clock = list(engines), cache, clock
        self._lock = threading.RLock()
        self._failures: dict[str, int] = {}
        self._resting_until: dict[str, float] = {}

    def render(self, text: str, language: str) -> Rendered:
        """The sentence by the first engine that can; raises NotAvailable when none speaks the language, else
        FailedInUse with what each engine said."""
        if kept := self._kept(text, language):  # what is kept need not wait for what is being rendered
            return kept
        said: list[str] = []
        with self._lock:
            for engine in self._speaking(language):
                try:
                    return self._by(engine, text, language)
                except HardwareError as error:
                    said.append(str(error))
                    self._note_failure(engine, error)
        if not said or not any(engine.choice(language) for engine in self._engines):
            raise NotAvailable("voice", f"no engine here speaks {language}")
        raise FailedInUse("voice", "; ".join(said))

    def render_ahead(self, text: str, language: str) -> None:
        """Render a sentence and its phrases with the first engine only, for later; raises HardwareError."""
        with self._lock:
            engine = next(iter(self._speaking(language)), None)
            if engine is not None and engine.name != "clips":
                self._by(engine, text, language)

    def parts(self, text: str, language: str) -> list[str]:
        """What is worth rendering ahead for a sentence: itself, then its phrases."""
        return [text, *phrases(text, language)]

    def speaks(self, language: str) -> bool:
        """Whether any engine has a voice for a language."""
        return bool(self._speaking(language))

    def pieces(self, text: str, language: str) -> list[str]:
        """In what pieces a call's sentence is rendered: whole where that is kept or the engine is slower than speech,
        else so that the first is heard while the second is rendered."""
        engine = next(iter(self._speaking(language)), None)
        if engine is None or engine.name in AT_ONCE or self.has(text, language):
            return [text]
        cut = halves(text, language)
        in_time = engine.factor <= SLOWER_THAN_SPEECH or all(self.has(piece, language) for piece in cut)
        return cut if in_time else [text]

    def has(self, text: str, language: str) -> bool:
        """Whether the first engine's rendering is already kept."""
        engine = next(iter(self._speaking(language)), None)
        choice = engine and engine.choice(language)
        return bool(engine and choice and self._cache.has(engine.name, choice.voice, choice.speed, text))

    def languages(self) -> dict[str, str]:
        """Which engine and voice speaks each language first, such as {"zh": "neural zf_xiaoyi"}; "" is none."""
        found = {}
        for language in ("zh", "yue", "en"):
            engine = next((one for one in self._engines if one.name != "clips" and one.choice(language)), None)
            choice = engine and engine.choice(language)
            found[language] = f"{engine.name} {choice.voice}" if engine and choice else ""
        return found

    def forget_old(self) -> None:
        """Remove what was rendered too long ago, also while nobody is called."""
        self._cache.prune()

    def warm(self) -> None:
        """Let the first engine load."""
        for engine in self._engines[:1]:
            _begin_to_load(engine)

    def close(self) -> None:
        """End all engines."""
        for engine in list(self._engines):
            engine.close()

    def _speaking(self, language: str) -> list[Engine]:
        now = self._clock()
        return [one for one in self._engines if one.choice(language) and self._resting_until.get(one.name, now) <= now]

    def _kept(self, text: str, language: str) -> Rendered | None:
        """The first engine's rendering, where it is kept."""
        engine = next(iter(self._speaking(language)), None)
        choice = engine and engine.choice(language)
        if not engine or not choice:
            return None
        found = self._cache.find(engine.name, choice.voice, choice.speed, text)
        return None if found is None else Rendered(found, engine.name, choice.voice)

    def _by(self, engine: Engine, text: str, language: str) -> Rendered:
        choice = engine.choice(language)
        if choice is None:
            raise NotAvailable(engine.name, f"does not speak {language}")
        kept = self._cache.find(engine.name, choice.voice, choice.speed, text)
        if kept is None:
            kept = engine.render(text, language)
            self._cache.keep(engine.name, choice.voice, choice.speed, text, kept)
            self._failures.pop(engine.name, None)
        return Rendered(kept, engine.name, choice.voice)

    def _note_failure(self, engine: Engine, error: HardwareError) -> None:
        if engine.name == "clips":
            return
        log.warning("voice: %s", error)
        if isinstance(error, NotAvailable):  # still loading, or for ever
            if error.permanent:
                self._engines.remove(engine)
                engine.close()
            return
        _begin_to_load(engine)  # it may have been killed
        self._failures[engine.name] = self._failures.get(engine.name, 0) + 1
        if self._failures[engine.name] >= FAILURES_BEFORE_REST:
            self._resting_until[engine.name] = self._clock() + REST


def _begin_to_load(engine: Engine) -> None:
    try:
        engine.warm()
    except HardwareError as error:
        log.warning("voice: %s", error)  # the next call finds out and falls back
