"""The first and last thing every request passes, Engine.IO's too: known host, own page, headers. Knows no route."""

import secrets
from collections.abc import Callable, Iterable
from types import TracebackType
from wsgiref.types import StartResponse, WSGIEnvironment

from flask import Flask, request
from werkzeug.datastructures import Headers

from server.protocol.addresses import OwnAddresses, reached_at
from server.protocol.terms import ErrorCode
from server.web.problems import problem

SOCKET_PATH = "/socket.io/"
POLICY = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "media-src 'self'; connect-src 'self'{sockets}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY.format(nonce="", sockets=""),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""What every answer carries that does not say it otherwise (OWASP ASVS 3.4, 14.3.2)."""
TLS_ONLY = ("Strict-Transport-Security", "max-age=31536000")

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]
"""What an application hands on that failed after it had begun to answer (PEP 3333)."""


def page_policy() -> tuple[str, str]:
    """A fresh nonce and the content policy of a page with it; names the sockets' address, which not every browser
    takes for 'self' (Safari before 15.4)."""
    nonce = secrets.token_urlsafe(16)
    sockets = f" ws://{request.host} wss://{request.host}"
    return nonce, POLICY.format(nonce=f" 'nonce-{nonce}'", sockets=sockets)


class Guard:
    """WSGI before the app and its sockets: refuses foreign hosts and foreign pages' sockets, adds the headers."""

    def __init__(self, app: Flask, addresses: OwnAddresses) -> None:
        self._app, self._inner, self._addresses = app, app.wsgi_app, addresses

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or refuse with a problem document."""

        def start(
            status: str, headers: list[tuple[str, str]], error: ErrorInfo | None = None, /
        ) -> Callable[[bytes], object]:
            said = Headers(headers)
            for name, value in HEADERS.items():
                said.setdefault(name, value)
            if environ.get("wsgi.url_scheme") == "https":
                said.setdefault(*TLS_ONLY)
            return start_response(status, said.to_wsgi_list(), error)

        refusal = self._refusal(environ)
        if refusal is None:
            return self._inner(environ, start)
        code, detail = refusal
        with self._app.request_context({**environ, "HTTP_HOST": "localhost"}):
            return problem(code, detail)(environ, start)

    def _refusal(self, environ: WSGIEnvironment) -> tuple[ErrorCode, str] | None:
        """A program of HTTP/1.0 may name no host; a browser always names one."""
        host = environ.get("HTTP_HOST")
        if host is not None and not self._addresses.knows_host(host):
            return ErrorCode.UNKNOWN_HOST, f"{host[:100]} is no name of this server; list its address in HALL_ORIGINS"
        if not str(environ.get("PATH_INFO", "")).startswith(SOCKET_PATH):
            return None  # elsewhere asked where a cookie is used (server/web/authorise.py)
        said = environ.get("HTTP_ORIGIN"), environ.get("HTTP_SEC_FETCH_SITE")
        if not self._addresses.knows_page(*said, reached_at(environ)):
            return ErrorCode.FORBIDDEN, "a page of another origin; list this server's address in HALL_ORIGINS"
        return None


def install(app: Flask, addresses: OwnAddresses) -> None:
    """Stand before everything of the app; to be called when its sockets are there."""
    app.extensions["addresses"] = addresses
    app.wsgi_app = Guard(app, addresses)  # type: ignore[method-assign]  # Flask's own way to wrap an app
