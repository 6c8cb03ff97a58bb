"""Connecting: a token or a session, the hall's room, the position. Events go out by relay.py; nothing comes in."""

import logging
import threading
from wsgiref.types import WSGIEnvironment

from flask import Flask, request
from flask_socketio import ConnectionRefusedError as Refused
from flask_socketio import SocketIO, disconnect, emit, join_room
from sqlalchemy.orm import Session

from server.domain.access.rights import reach_of
from server.domain.errors import HallError
from server.live.gate import Gate, SessionToken
from server.live.relay import NAMESPACE, CompactJson, room
from server.protocol.addresses import OwnAddresses, reached_at
from server.protocol.json_values import JsonObject
from server.protocol.messages import Position
from server.protocol.terms import ErrorCode
from server.services.access.tokens import TokenKind, Tokens
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.readmodel.snapshot import hall_row

log = logging.getLogger(__name__)
RECHECK_SECONDS = 2.0
"""With the two seconds that a token's look-up is remembered, a revoked one is cut well within five."""


def build(app: Flask, addresses: OwnAddresses) -> SocketIO:
    """The Socket.IO server: threads, pings each five seconds, small packets, the listed origins only."""

    def allowed(origin: str | None, environ: WSGIEnvironment) -> bool:
        return origin is not None and addresses.knows_origin(origin, reached_at(environ))

    for library in ("engineio.server", "socketio.server"):
        logging.getLogger(library).setLevel(logging.ERROR)  # one without a level gets a handler beside ours
    return SocketIO(
        app,
        async_mode="threading",
        cors_allowed_origins=allowed,
        ping_interval=5,
        ping_timeout=5,
        max_http_buffer_size=64 * 1024,
        namespaces=[NAMESPACE],
        async_handlers=False,
        always_connect=True,
        json=CompactJson,
        logger=False,
        engineio_logger=False,
        allow_upgrades=True,
    )


class Connections:
    """Who is connected by which token; a revoked token's sockets are cut within five seconds."""

    def __init__(self, tokens: Tokens, sockets: SocketIO) -> None:
        self._tokens_of = tokens
        self._sockets = sockets
        self._tokens: dict[str, tuple[TokenKind, str]] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin to look after the tokens."""
        threading.Thread(target=self._loop, name="sockets", daemon=True).start()

    def stop(self) -> None:
        """End."""
        self._stop.set()

    def add(self, sid: str, kind: TokenKind, token: str) -> None:
        """A socket came."""
        with self._lock:
            self._tokens[sid] = (kind, token)

    def remove(self, sid: str) -> None:
        """A socket went."""
        with self._lock:
            self._tokens.pop(sid, None)

    def _loop(self) -> None:
        while not self._stop.wait(RECHECK_SECONDS):
            with self._lock:
                held = list(self._tokens.items())
            for sid, (kind, token) in held:
                try:
                    if self._tokens_of.look_up(kind, token) is None:
                        self._sockets.server.disconnect(sid, namespace=NAMESPACE)
                except Exception:
                    log.warning("token check failed", exc_info=True)
                    break


def install(sockets: SocketIO, context: Context, tokens: Tokens, gate: Gate, session: SessionToken) -> Connections:
    """Register the handlers of the namespace."""
    connections = Connections(tokens, sockets)

    @sockets.on("connect", namespace=NAMESPACE)  # type: ignore[untyped-decorator]  # Flask-SocketIO has no types
    def connected(auth: object = None) -> None:
        given: JsonObject = auth if isinstance(auth, dict) else {}
        sid: str = request.sid  # type: ignore[attr-defined]  # Flask-SocketIO adds it
        kind, token = _credentials(given, session)
        who = tokens.look_up(kind, token) if token else None
        if who is None:
            raise Refused(ErrorCode.UNAUTHENTICATED.value)
        if not reach_of("follow", who.role):
            raise Refused(ErrorCode.FORBIDDEN.value)
        position = _join(context, who, str(given.get("hall") or who.hall or ""))
        if not gate.joined(request.environ, who):
            raise Refused(ErrorCode.BUSY.value)
        connections.add(sid, kind, token)
        emit("position", position.model_dump())

    @sockets.on("disconnect", namespace=NAMESPACE)  # type: ignore[untyped-decorator]  # as above
    def disconnected(_reason: object = None) -> None:
        connections.remove(request.sid)  # type: ignore[attr-defined]  # Flask-SocketIO adds it
        gate.parted(request.environ)

    @sockets.on("*", namespace=NAMESPACE)  # type: ignore[untyped-decorator]  # as above
    def anything(_name: str, *_values: object) -> None:
        """Events go out here, commands come over HTTP: whoever sends something is cut off."""
        disconnect()

    return connections


def _credentials(given: JsonObject, session: SessionToken) -> tuple[TokenKind, str]:
    token = given.get("token")
    if isinstance(token, str) and token:
        return TokenKind.DEVICE, token
    return TokenKind.SESSION, session(request.environ) or ""


def _join(context: Context, who: Principal, hall: str) -> Position:
    """Join first, then say where the journal stands: what is committed in between arrives live."""
    try:
        who.must_be_in(hall)
        join_room(room(hall, who.audience))
        with Session(context.engines.read) as db:
            row = hall_row(db, hall)
            return Position(epoch=row.epoch, seq=row.seq)
    except HallError as error:
        raise Refused(error.code.value) from None
