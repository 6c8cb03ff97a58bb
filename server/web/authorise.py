"""Who asks over HTTP: a device by bearer token, staff by session cookie. Denies by default."""

from urllib.parse import urlsplit

from flask import current_app, request

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode
from server.services.authentication import COOKIE, SECURE_COOKIE, Tokens
from server.services.principal import Principal
from server.services.roles import Roles


def principal_of(tokens: Tokens) -> Principal:
    """Who sent this request. Raises unauthenticated; forbidden for a cookie sent from another site."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return _known(tokens.look_up("device", token.strip()))
    cookie = session_cookie()
    if not cookie:
        raise HallError(ErrorCode.UNAUTHENTICATED)
    if request.method not in {"GET", "HEAD"}:
        same_site()
    return _known(tokens.look_up("session", cookie))


def session_cookie() -> str | None:
    """The session token of this browser."""
    return request.cookies.get(SECURE_COOKIE) or request.cookies.get(COOKIE)


def _known(found: Principal | None) -> Principal:
    if found is None:
        raise HallError(ErrorCode.UNAUTHENTICATED)
    return found


def same_site() -> None:
    """Raises forbidden when a browser says the request comes from another site than this one or HALL_ORIGINS."""
    origin = request.headers.get("Origin")
    if origin is None or urlsplit(origin).netloc == request.host or origin in current_app.config["HALL_ORIGINS"]:
        return
    raise HallError(ErrorCode.FORBIDDEN, "another origin")


def is_encrypted() -> bool:
    """Whether the browser speaks TLS: to us, or to a proxy before us, which its origin then tells."""
    return request.is_secure or request.headers.get("Origin", "").startswith("https://")


def must_be(who: Principal, roles: Roles) -> None:
    """Raises forbidden unless the role is one of `roles`."""
    if who.role not in roles:
        raise HallError(ErrorCode.FORBIDDEN, f"role {who.role} may not do this")
