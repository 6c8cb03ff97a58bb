"""Who asks: a device by bearer token, staff by session cookie. Denies by default; the roles stand at the routes."""

import threading
import time
from typing import TypeAlias
from urllib.parse import urlsplit

from flask import request

from server.domain.errors import HallError
from server.protocol.terms import DeviceRole, ErrorCode, StaffRole
from server.services import devices, staff
from server.services.context import Context
from server.services.principal import Principal, Role

TRUSTED_SECONDS = 2.0
"""How long a token's look-up is remembered: a revoked one is refused after at most so long."""
COOKIE = "hall_session"
SECURE_COOKIE = "__Host-hall_session"

Roles: TypeAlias = frozenset[Role]
KIOSK, CALLER, STATION, CONSOLE, SERVICE = DeviceRole
NURSE, DOCTOR, ADMIN = StaffRole
READERS: Roles = frozenset({KIOSK, CALLER, CONSOLE, NURSE, DOCTOR})
DESK: Roles = frozenset({CONSOLE, NURSE})
CARE: Roles = frozenset({CONSOLE, NURSE, DOCTOR})
ROOM: Roles = frozenset({CONSOLE, DOCTOR})


class Authenticator:
    """Looks tokens up, remembering each for two seconds."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._known: dict[str, tuple[float, Principal | None]] = {}
        self._touched: dict[str, float] = {}
        self._lock = threading.Lock()

    def principal(self) -> Principal:
        """Who sent this request. Raises unauthenticated; forbidden for a cookie sent from another site."""
        header = request.headers.get("Authorization", "")
        if header.startswith("Bearer "):
            return self._of("device", header[7:].strip())
        cookie = request.cookies.get(SECURE_COOKIE) or request.cookies.get(COOKIE)
        if not cookie:
            raise HallError(ErrorCode.UNAUTHENTICATED)
        if request.method not in {"GET", "HEAD"}:
            same_site(request.headers.get("Origin"), request.host)
        return self._of("session", cookie)

    def look_up(self, kind: str, token: str) -> Principal | None:
        """The principal of a token, remembered for two seconds."""
        key = f"{kind}:{token}"
        now = time.monotonic()
        with self._lock:
            known = self._known.get(key)
            if known is not None and now - known[0] < TRUSTED_SECONDS:
                return known[1]
        find = devices.by_token if kind == "device" else staff.by_session
        found = find(self._context, token)
        with self._lock:
            if len(self._known) > 5000:
                self._known.clear()
            self._known[key] = (now, found)
        if found is not None and kind == "session":
            self._touch(token, found, now)
        return found

    def forget(self, token: str) -> None:
        """A session ended here: do not trust it for the rest of the two seconds."""
        with self._lock:
            self._known.pop(f"session:{token}", None)

    def _of(self, kind: str, token: str) -> Principal:
        found = self.look_up(kind, token)
        if found is None:
            raise HallError(ErrorCode.UNAUTHENTICATED)
        return found

    def _touch(self, token: str, who: Principal, now: float) -> None:
        if now - self._touched.get(token, 0.0) < 60:
            return
        self._touched[token] = now
        halls = self._context.hall_ids()
        if halls:
            self._context.transactions.system(
                who.hall or halls[0], lambda work: staff.touch(work, self._context, token)
            )


def same_site(origin: str | None, host: str) -> None:
    """Raises forbidden when a browser says the request comes from another site."""
    if origin is not None and urlsplit(origin).netloc != host:
        raise HallError(ErrorCode.FORBIDDEN, "another origin")


def must_be(who: Principal, roles: Roles) -> None:
    """Raises forbidden unless the role is one of `roles`."""
    if who.role not in roles:
        raise HallError(ErrorCode.FORBIDDEN, f"role {who.role} may not do this")
