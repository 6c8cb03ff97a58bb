"""The cookies of the server's pages: which there are, and whose session a request carries."""

from wsgiref.types import WSGIEnvironment

from werkzeug.http import parse_cookie

SESSION = "hall_session"
SECURE_SESSION = "__Host-hall_session"
"""The session's cookie over TLS; browsers take a cookie of this prefix from no other host (RFC 6265bis)."""
LANGUAGE = "hall_language"
"""The language that was chosen on a page."""


def session_token(environ: WSGIEnvironment) -> str | None:
    """The session token of the browser that sent this request."""
    cookies = parse_cookie(environ)
    return cookies.get(SECURE_SESSION) or cookies.get(SESSION)
