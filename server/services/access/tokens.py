"""Tokens to principals, remembered for two seconds. Knows no HTTP and no socket."""

import threading
import time
from enum import StrEnum

from server.services.access import devices, sessions
from server.services.core.context import Context
from server.services.core.principal import Principal

TRUSTED_SECONDS = 2.0
"""How long a token's look-up is remembered: a revoked one is refused after at most so long."""
TOUCH_SECONDS = 60.0


class TokenKind(StrEnum):
    """What a token was given for."""

    DEVICE = "device"
    SESSION = "session"


class Tokens:
    """Looks device tokens and staff sessions up."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[str, tuple[float, Principal | None]] = {}
        self._touched: dict[str, float] = {}
        self._lock = threading.Lock()

    def look_up(self, kind: TokenKind, token: str) -> Principal | None:
        """The principal of a token; None when it opens nothing (any more)."""
        key = f"{kind}:{token}"
        now = time.monotonic()
        with self._lock:
            known = self._known.get(key)
        if known is not None and now - known[0] < TRUSTED_SECONDS:
            return known[1]
        find = devices.by_token if kind == TokenKind.DEVICE else sessions.by_session
        found = find(self._context, token)
        with self._lock:
            if len(self._known) > 5000:
                self._known.clear()
            self._known[key] = (now, found)
        if found is not None and kind == TokenKind.SESSION:
            self._touch(token, found, now)
        return found

    def forget(self, token: str) -> None:
        """A session ended here: do not trust it for the rest of the two seconds."""
        with self._lock:
            self._known.pop(f"{TokenKind.SESSION}:{token}", None)

    def _touch(self, token: str, who: Principal, now: float) -> None:
        """Keep the session from idling out; written once a minute at most."""
        if now - self._touched.get(token, 0.0) < TOUCH_SECONDS:
            return
        self._touched[token] = now
        hall = who.hall or next(iter(self._context.hall_ids()), None)
        if hall is not None:
            self._context.transactions.system(hall, lambda work: sessions.touch(work, self._context, token))
