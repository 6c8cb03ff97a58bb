"""The gate before the sockets: who gets one, who is cut. Stands before Engine.IO as WSGI; counts by socket_slots.py.

No client without a token holds a socket, or a thread for one, for more than a few seconds.
"""

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from flask_socketio import SocketIO
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from server.live import engine
from server.live.socket_slots import SocketSlot, SocketSlots
from server.protocol.terms import ErrorCode
from server.protocol.texts import Texts, preferred
from server.services.access.tokens import TokenKind, Tokens
from server.services.core.principal import Principal
from server.serving import KNOWN
from server.serving.quiet import FewLines

PATH = "/socket.io"
PLACE = "hall.place"
MOST_STRANGERS = 16
"""Sockets that have not joined yet, of clients that showed no token: each takes three threads for a while."""
SPARE_THREADS = 16
"""Threads beside those of all places: for refusals, and for the second request of a polling socket."""
MOST_MESSAGES = 32
"""A socket joins and listens: whoever says more in its life is no client of ours."""
LOOK_SECONDS = 0.5

ERRORS = Texts("errors")
log = logging.getLogger(__name__)
_few_lines = FewLines()
SessionToken = Callable[[WSGIEnvironment], str | None]
"""The token in the session's cookie of a request; its name is known to server/web."""


@dataclass(eq=False)
class _Line:
    """What the gate knows of the socket that has a place."""

    slot: SocketSlot
    tcp: socket.socket | None = None
    sid: str | None = None
    messages: int = 0
    asking: set[str] = field(default_factory=set)


class Gate:
    """Lets sockets in while there are places; `joined` and `parted` are told by the namespace's handlers."""

    def __init__(
        self, app: WSGIApplication, sockets: SocketIO, tokens: Tokens, most: int, session: SessionToken
    ) -> None:
        self._app, self._tokens, self._session = app, tokens, session
        self._engine = sockets.server.eio
        self._slots = SocketSlots(most, MOST_STRANGERS)
        self._lines: dict[SocketSlot, _Line] = {}
        self._by_sid: dict[str, _Line] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        engine.mend(self._engine)
        self._inner = {name: self._engine.handlers[name] for name in ("connect", "message", "disconnect")}
        self._engine.on("connect", self._connected)
        self._engine.on("message", self._said)
        self._engine.on("disconnect", self._gone)
        for name in ("engineio.server", "socketio.server", __name__, engine.__name__):
            logging.getLogger(name).addFilter(_few_lines)

    def start(self) -> None:
        """Begin to cut who does not join."""
        threading.Thread(target=self._look_after, name="gate", daemon=True).start()

    def stop(self) -> None:
        """End."""
        self._stop.set()

    # ------------------------------------------------------------------------------------------- requests

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; all but those for sockets go through."""
        environ[KNOWN] = []  # Flask-SocketIO hands on a copy: what the application puts in here is seen by the worker
        if not environ.get("PATH_INFO", "").startswith(PATH):
            return self._app(environ, start_response)
        sid = parse_qs(environ.get("QUERY_STRING", "")).get("sid", [""])[0]
        line = self._by_sid.get(sid) if sid else self._enter(environ)
        if line is None:
            return _unknown(environ, start_response) if sid else _busy(start_response)
        method = "websocket" if "HTTP_UPGRADE" in environ else environ["REQUEST_METHOD"]
        if method in line.asking:
            return _busy(start_response)  # a client has one request of each kind under way
        line.asking.add(method)
        if method == "websocket":
            line.tcp = environ.get("gunicorn.socket")
        environ[PLACE] = line
        try:
            return self._answer(environ, start_response, line)
        finally:
            line.asking.discard(method)
            if method == "websocket":
                self._close(line)
            if method == "websocket" or line.sid is None:
                self._leave(line)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse, line: _Line) -> Iterable[bytes]:
        try:
            return self._app(environ, start_response)
        except StopIteration:
            raise  # how a websocket ends under gunicorn
        except Exception as error:  # by what a stranger sent: one line, and nothing is written into an open websocket
            log.warning("a socket is cut: %s", error)
            self._close(line)
            raise StopIteration from None

    def _enter(self, environ: WSGIEnvironment) -> _Line | None:
        who = self._known(environ)
        with self._lock:
            slot, gives = self._slots.enter(
                environ.get("REMOTE_ADDR", ""), who.owner if who else None, time.monotonic()
            )
            taken = self._lines.pop(gives) if gives is not None else None
            line = None
            if slot is not None:
                line = self._lines[slot] = _Line(slot)
        if taken is not None:
            self._close(taken)
        return line

    def _known(self, environ: WSGIEnvironment) -> Principal | None:
        """Who shows a token already at the handshake, as our own programs and pages do."""
        scheme, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            return self._tokens.look_up(TokenKind.DEVICE, token.strip())
        session = self._session(environ)
        return self._tokens.look_up(TokenKind.SESSION, session) if session else None

    # --------------------------------------------------------------------------------------------- events

    def joined(self, environ: WSGIEnvironment, who: Principal) -> bool:
        """A socket has joined a hall; whether there is a place for it."""
        line: _Line | None = environ.get(PLACE)
        if line is None:
            return True
        with self._lock:
            if line.slot not in self._lines:
                return False
            there, gives = self._slots.join(line.slot, who.owner)
            taken = self._lines.pop(gives) if gives is not None else None
        if taken is not None:
            self._close(taken)
        return there

    def parted(self, environ: WSGIEnvironment) -> None:
        """A socket has left its hall."""
        line: _Line | None = environ.get(PLACE)
        if line is not None:
            with self._lock:
                self._slots.part(line.slot, time.monotonic())

    def _connected(self, sid: str, environ: WSGIEnvironment) -> object:
        line: _Line | None = environ.get(PLACE)
        if line is not None:
            line.sid = sid
            self._by_sid[sid] = line
        return self._inner["connect"](sid, environ)

    def _said(self, sid: str, data: object) -> object:
        line = self._by_sid.get(sid)
        try:
            if line is not None:
                line.messages += 1
                if line.messages > MOST_MESSAGES:
                    raise ValueError("more messages than a listener has to say")
            return self._inner["message"](sid, data)
        except Exception as error:
            log.warning("a socket is cut for what it said: %s", error)
            if line is not None:
                self._close(line)
            return None

    def _gone(self, sid: str, reason: object) -> object:
        line = self._by_sid.pop(sid, None)
        try:
            return self._inner["disconnect"](sid, reason)
        finally:
            if line is not None and line.tcp is None:
                self._leave(line)

    # -------------------------------------------------------------------------------------------- cutting

    def _look_after(self) -> None:
        while not self._stop.wait(LOOK_SECONDS):
            try:
                self._cut_late()
            except Exception:
                log.warning("late sockets were not cut", exc_info=True)

    def _cut_late(self) -> None:
        with self._lock:
            late = [self._lines[slot] for slot in self._slots.overdue(time.monotonic())]
        for line in late:
            self._close(line)
            if line.tcp is None:
                self._leave(line)

    def _leave(self, line: _Line) -> None:
        with self._lock:
            self._lines.pop(line.slot, None)
            self._slots.leave(line.slot)

    def _close(self, line: _Line) -> None:
        """End a socket now: its session, and the connection under it, which does not wait for the client."""
        session = self._engine.sockets.get(line.sid) if line.sid else None
        if session is not None:
            with contextlib.suppress(Exception):  # closed at this moment by its own thread
                session.close(wait=False, abort=True)
        if line.tcp is not None:
            with contextlib.suppress(OSError):
                line.tcp.shutdown(socket.SHUT_RDWR)


def _busy(start_response: StartResponse) -> Iterable[bytes]:
    start_response("503 Service Unavailable", [("Content-Type", "text/plain"), ("Retry-After", "2")])
    return [b"no place for another socket"]


def _unknown(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer for a socket that is gone, or that another node has; Engine.IO's own answer says nothing of nodes."""
    code = ErrorCode.UNKNOWN_SOCKET
    accepted = parse_accept_header(environ.get("HTTP_ACCEPT_LANGUAGE", ""), LanguageAccept)
    language = preferred(tag for tag, quality in accepted if quality)
    problem = {
        "type": f"/api/v1/docs#{code.value}",
        "title": ERRORS.text(code.value, language),
        "status": 400,
        "code": code.value,
    }
    start_response("400 Bad Request", [("Content-Type", "application/problem+json")])
    return [json.dumps(problem, ensure_ascii=False).encode()]
