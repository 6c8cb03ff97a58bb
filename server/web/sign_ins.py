"""How many sign-ins are under way at once: WSGI before Flask, so that a burst costs little. Knows no account.

The line for hashing (server/services/access/password_hashing.py) refuses the same ones, but only after Flask has
routed, read and checked each; some hundred a second of these take the time that staff need.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from server.protocol.terms import ErrorCode
from server.services.access.password_hashing import MOST_OF_AN_ADDRESS, MOST_WAITING, TOO_MANY
from server.web.problems import language_of, problem_in

PATH = "/api/v1/session"
BEING_HASHED = 1
"""Beside those in line, the one whose turn it is."""


class SignInLimit:
    """Lets as many sign-ins through as the line for hashing takes; all other requests pass."""

    def __init__(
        self,
        app: WSGIApplication,
        most: int = MOST_WAITING + BEING_HASHED,
        of_an_address: int = MOST_OF_AN_ADDRESS + BEING_HASHED,
    ) -> None:
        self._app, self._most, self._of_an_address = app, most, of_an_address
        self._under_way: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or refuse as the route itself does when too many wait."""
        if environ.get("REQUEST_METHOD") != "POST" or environ.get("PATH_INFO") != PATH:
            return self._app(environ, start_response)
        address = environ.get("REMOTE_ADDR", "")
        if not self._enter(address):
            language = language_of(environ.get("HTTP_ACCEPT_LANGUAGE", ""))
            return problem_in(language, ErrorCode.BUSY, TOO_MANY)(environ, start_response)
        try:
            return self._app(environ, start_response)
        finally:
            self._leave(address)

    def _enter(self, address: str) -> bool:
        with self._lock:
            if self._under_way.total() >= self._most or self._under_way[address] >= self._of_an_address:
                return False
            self._under_way[address] += 1
            return True

    def _leave(self, address: str) -> None:
        with self._lock:
            self._under_way[address] -= 1
            if not self._under_way[address]:
                del self._under_way[address]
