"""Renders sentences that will probably be called before they are, while no call waits. Knows no player."""

import logging
import threading
from collections import deque
from collections.abc import Iterable

from hardware.errors import HardwareError, NotAvailable
from hardware.voice.render.fallback import FallbackChain

log = logging.getLogger(__name__)

Sentence = tuple[str, str]
"""A text and its language."""
LONGEST = 200
WHILE_LOADING = 1.0
FORGET_EVERY = 600.0
"""Seconds of quiet after which what is too old is removed: nobody is called at night."""


class Prefetcher:
    """One thread that renders what was requested, as long as no call is inside `with`."""

    def __init__(self, chain: FallbackChain) -> None:
        self._chain = chain
        self._called: deque[Sentence] = deque(maxlen=LONGEST)
        self._likely: deque[Sentence] = deque(maxlen=LONGEST)
        self._changed = threading.Condition()
        self._calls = 0
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="voice-ahead", daemon=True)
        self._thread.start()

    def first(self, text: str, language: str) -> None:
        """Render this sentence, of a call that waits to be spoken, before all that are only likely."""
        pieces = self._chain.pieces(text, language)
        with self._changed:
            self._called.extend((piece, language) for piece in pieces)
            self._changed.notify_all()

    def instead(self, sentences: Iterable[Sentence]) -> None:
        """Forget what was likely and render these, whole sentences first, then their phrases."""
        wanted = list(dict.fromkeys(sentences))
        parts = [(part, language) for text, language in wanted for part in self._chain.parts(text, language)[1:]]
        with self._changed:
            self._likely.clear()
            self._likely.extend(dict.fromkeys([*wanted, *parts]))
            self._changed.notify_all()

    def __enter__(self) -> None:
        """A call begins: what it needs comes first."""
        with self._changed:
            self._calls += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._calls -= 1
            self._changed.notify_all()

    @property
    def waiting(self) -> int:
        """How many sentences and phrases are still to be rendered."""
        with self._changed:
            return len(self._called) + len(self._likely)

    def close(self) -> None:
        """Render nothing more."""
        with self._changed:
            self._closed = True
            self._called.clear()
            self._likely.clear()
            self._changed.notify_all()

    def _run(self) -> None:
        while True:
            with self._changed:
                found = self._changed.wait_for(
                    lambda: self._closed or (self._next() and not self._calls), timeout=FORGET_EVERY
                )
                if self._closed:
                    return
                if not found:
                    self._chain.forget_old()
                    continue
                waiting = self._next()
                text, language = waiting.popleft()
            try:
                if not self._chain.has(text, language):
                    self._chain.render_ahead(text, language)
            except HardwareError as error:
                self._not_yet(waiting, (text, language), error)
            except Exception:  # a full disk, an engine's own fault: the call tries again and falls back
                log.exception("voice: rendering ahead failed")

    def _next(self) -> deque[Sentence]:
        return self._called or self._likely

    def _not_yet(self, waiting: deque[Sentence], sentence: Sentence, error: HardwareError) -> None:
        """Wait for an engine that still loads; anything else is left to the call, which tries again and falls back."""
        if isinstance(error, NotAvailable) and not error.permanent:
            with self._changed:
                waiting.appendleft(sentence)
                self._changed.wait_for(lambda: self._closed, timeout=WHILE_LOADING)
        else:
            log.info("voice: not rendered ahead: %s", error)
