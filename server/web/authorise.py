"""Who asks over HTTP: a device by bearer token, staff by session cookie. Whatever has no row in the table of rights is
refused, so a route cannot be left open by forgetting."""

from flask import Flask, current_app, g, request

from server.domain.access.rights import PAGES, roles_of
from server.domain.errors import HallError
from server.protocol.addresses import OwnAddresses, reached_at
from server.protocol.terms import ErrorCode
from server.services.access.tokens import TokenKind, Tokens
from server.services.core.principal import Principal
from server.serving import KNOWN
from server.web.cookies import session_token


def principal_of(tokens: Tokens) -> Principal:
    """Who sent this request. Raises unauthenticated; forbidden for a cookie sent from another site."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return _known(tokens.look_up(TokenKind.DEVICE, token.strip()))
    cookie = session_token(request.environ)
    if not cookie:
        raise HallError(ErrorCode.UNAUTHENTICATED)
    if request.method not in {"GET", "HEAD"}:
        same_site()
    return _known(tokens.look_up(TokenKind.SESSION, cookie))


def _known(found: Principal | None) -> Principal:
    if found is None:
        raise HallError(ErrorCode.UNAUTHENTICATED)
    request.environ.setdefault(KNOWN, []).append(True)
    return found


def same_site() -> None:
    """Raises forbidden when a browser says the request comes from a page of another site or scheme than ours."""
    addresses: OwnAddresses = current_app.extensions["addresses"]
    said = request.headers
    if not addresses.knows_page(said.get("Origin"), said.get("Sec-Fetch-Site"), reached_at(request.environ)):
        raise HallError(ErrorCode.FORBIDDEN, "a page of another origin; list this server's address in HALL_ORIGINS")


def is_encrypted() -> bool:
    """Whether the browser speaks TLS: to us, or to a proxy before us, which its origin then tells."""
    return request.is_secure or request.headers.get("Origin", "").startswith("https://")


def install(app: Flask, tokens: Tokens) -> None:
    """Ask before every view who asks, and whether the table gives their role the operation the view is named by."""

    @app.before_request
    def guard() -> None:
        """Raises unauthenticated, forbidden. An address that is not there goes on to its 404."""
        if request.endpoint is None:
            return
        operation = request.endpoint.rpartition(".")[2]
        roles = roles_of(operation)
        if roles is None or operation in PAGES:
            return
        who = principal_of(tokens)
        if who.role not in roles:
            raise HallError(ErrorCode.FORBIDDEN, f"role {who.role} may not do this")
        g.who = who


def asking() -> Principal:
    """Who sent the request that is being answered, as the guard let them in."""
    who: Principal = g.who
    return who
