"""Owns the one state of a running kiosk and who waits for it to change. Knows no page, server or printer."""

import secrets
import threading
from collections.abc import Callable

from kiosk.machine.effects import Effect
from kiosk.machine.events import Input, Touch
from kiosk.machine.flow import advance
from kiosk.machine.state import State
from kiosk.machine.view import View, view


class Seen(View):
    """The screen to draw, how often it changed, and the patient's nonce."""

    version: int
    nonce: str


class Runtime:
    """Feeds inputs to the screen machine one at a time and hands its effects out. Safe between threads.

    `perform` is called outside the lock and must not block; `clock` is any steady clock in seconds.
    """

    def __init__(self, clock: Callable[[], float], perform: Callable[[tuple[Effect, ...]], None]) -> None:
        self._clock = clock
        self._perform = perform
        self._changed = threading.Condition()
        self._state = State(now=clock(), touched_at=clock(), shown_at=clock())
        self._version = 1
        self._view = view(self._state)
        self._nonce = secrets.token_urlsafe(16)

    def feed(self, happened: Input) -> None:
        """Take one input and start its effects."""
        with self._changed:
            effects = self._advance(happened)
        if effects:
            self._perform(effects)

    def touch(self, touch: Touch, nonce: str) -> bool:
        """Take a touch of the page, unless its nonce is of a patient who has gone; say whether it was taken."""
        with self._changed:
            if not secrets.compare_digest(nonce.encode(), self._nonce.encode()):
                return False
            effects = self._advance(touch)
        if effects:
            self._perform(effects)
        return True

    def seen(self) -> Seen:
        """Return what the page may see now, with its version and the patient's nonce."""
        with self._changed:
            return self._seen()

    def wait(self, version: int, timeout: float) -> Seen:
        """Return what the page may see as soon as its version is not `version`, or after `timeout` seconds."""
        with self._changed:
            self._changed.wait_for(lambda: self._version != version, timeout)
            return self._seen()

    def _advance(self, happened: Input) -> tuple[Effect, ...]:
        before = self._state
        self._state, effects = advance(before, happened, self._clock())
        if self._state.patient != before.patient:
            self._nonce = secrets.token_urlsafe(16)
        drawn = view(self._state)
        if drawn != self._view:
            self._view = drawn
            self._version += 1
            self._changed.notify_all()
        return effects

    def _seen(self) -> Seen:
        return {"version": self._version, "nonce": self._nonce, **self._view}
