"""Mends how Engine.IO treats threads and garbage. Touches private parts of engineio 4.15 and simple-websocket.

A websocket that is sent what is no frame loses its reading thread and keeps the others for ever; a message may grow
without end; each ping of each socket starts a thread that sleeps (seen in the sources, and by the attacks' bench). A
pong is waited for by the wall clock.
A polling socket that is ended by the server holds the thread that ended it until the client has fetched the goodbye.
"""

import contextlib
import logging
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import ParamSpec
from wsgiref.types import StartResponse, WSGIEnvironment

import simple_websocket
from engineio import Server, base_socket, packet
from engineio import socket as socket_of_engine
from engineio.async_drivers._websocket_wsgi import SimpleWebSocketWSGI
from engineio.socket import Socket

Given = ParamSpec("Given")
log = logging.getLogger(__name__)

LARGEST_MESSAGE = 64 * 1024
SILENT_SECONDS = 12.0
"""A socket answers a ping every five seconds; one that is silent for so long, or takes nothing, is gone."""


class _Borrowed:
    """A connection that the accepting thread closes, and nobody else.

    simple-websocket's reading thread closes its socket while the accepting thread may be waiting on it; the next
    connection gets the same number, which the poller then knows already (A3: that ended the worker).
    """

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def close(self) -> None:
        """Let nothing more through; the file stays open for its owner."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def __getattr__(self, name: str) -> object:
        return getattr(self._sock, name)


class HallWebSocket(simple_websocket.Server):  # type: ignore[misc]  # no types
    """A websocket whose threads end when its client is gone, silent, or sends what is no frame."""

    def __init__(self, environ: WSGIEnvironment, **options: object) -> None:
        super().__init__({**environ, "gunicorn.socket": _Borrowed(environ["gunicorn.socket"])}, **options)

    def _thread(self) -> None:
        self.sock.settimeout(SILENT_SECONDS)
        try:
            super()._thread()
        except Exception as error:  # of wsproto, by what a stranger sent
            log.warning("a websocket sent what is no frame: %s", error)
        finally:
            self.connected = False
            self.event.set()
            with contextlib.suppress(OSError):
                self.sock.close()


class _WebSocketOfEngine(SimpleWebSocketWSGI):  # type: ignore[misc]  # no types
    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.ws = HallWebSocket(environ, max_message_size=LARGEST_MESSAGE)
        answer: Iterable[bytes] = self.app(self)
        if self.ws.mode == "gunicorn":
            raise StopIteration
        return answer

    def close(self) -> None:
        """Say goodbye, where anybody is left to hear it: the writing thread asks at its end, whatever ended it."""
        with contextlib.suppress(Exception):
            super().close()


class Pings:
    """One thread that sends the pings of all sockets, each so many seconds after it was asked for."""

    def __init__(self, engine: Server) -> None:
        self._after = float(engine.ping_interval)
        self._due: deque[tuple[float, Socket]] = deque()
        self._changed = threading.Condition()
        self._started = False

    def ask(self, one: Socket) -> None:
        """Ping this socket when its time has come."""
        with self._changed:
            if not self._started:  # first, for it fails where the system has no thread left
                threading.Thread(target=self._run, name="pings", daemon=True).start()
                self._started = True
            self._due.append((time.monotonic() + self._after, one))
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._due)
                due, one = self._due.popleft()
            time.sleep(max(0.0, due - time.monotonic()))
            if not one.closing and not one.closed:
                one.last_ping = time.monotonic()
                with contextlib.suppress(Exception):  # closed just now
                    one.send(packet.Packet(packet.PING))


class _Steady:
    """What Engine.IO measures its pings by: a wall clock that is set would end every socket at once."""

    time = staticmethod(time.monotonic)


def mend(engine: Server) -> None:
    """Let an engineio server use these."""
    socket_of_engine.time = base_socket.time = _Steady  # their own `import time`
    engine._async = {**engine._async, "websocket": _WebSocketOfEngine}
    pings, start = Pings(engine), engine.start_background_task

    def start_task(
        target: Callable[Given, object], *arguments: Given.args, **named: Given.kwargs
    ) -> threading.Thread | None:
        if getattr(target, "__func__", None) is Socket._send_ping:
            pings.ask(target.__self__)  # type: ignore[attr-defined]  # a bound method
            return None
        thread: threading.Thread = start(target, *arguments, **named)
        return thread

    engine.start_background_task = start_task

    def disconnect(sid: str | None = None) -> None:
        """End one socket, or all, without waiting until its client has taken what was still to be sent."""
        for one in list(engine.sockets) if sid is None else [sid]:
            if (session := engine.sockets.pop(one, None)) is not None:
                session.close(wait=False, reason=engine.reason.SERVER_DISCONNECT)

    engine.disconnect = disconnect
