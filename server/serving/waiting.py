"""Connections that wait: for their request, for the next one, or to be closed. They hold no thread.

All of it is done by the one accepting thread. Knows nothing of halls, nor of the threads that answer.
"""

import contextlib
import errno
import os
import resource
import selectors
import socket
import time
from collections.abc import Callable
from typing import ClassVar, TypeVarTuple

from gunicorn.workers.gthread import ThreadWorker

from server.serving.arrivals import Arrivals
from server.serving.connection import Connection
from server.serving.exchange import REFUSAL, tell
from server.serving.framing import Arrived, Incoming
from server.serving.limits import Limits

More = TypeVarTuple("More")

ARRIVE_SECONDS = 4.0
"""In this time a request must be there, and a stranger's next one; looked at each second, so it is 5 for a client."""
LINGER_SECONDS = 2.0
SEND_BUFFER = 256 * 1024
"""Bytes that the system keeps for a client that reads slowly: more than any page or script, so no thread waits."""
ACCEPTED_AT_ONCE = 32
SPARE_FILES = 96
"""Files of the system that are left for the program itself: its database, its log."""
NO_ROOM = REFUSAL % b"503 Service Unavailable\r\nRetry-After: 2"
NOTHING_LEFT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


class WaitingConnections(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """The accepting thread of a worker: reads requests, cuts who is slow, and closes without waiting."""

    limits: ClassVar[Limits] = Limits()

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self._arrivals = Arrivals[Connection](self.limits.strangers, self.limits.known)
        self._served: set[Connection] = set()
        self._spare: int | None = os.open(os.devnull, os.O_RDONLY)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Do what has come up; what fails for one event ends neither the others nor the worker (A3)."""
        for key, _ in self.poller.select(timeout):
            try:
                key.data(key.fileobj)
            except Exception as error:
                self.log.warning("an event was not handled: %s", error)

    def _safely(self, act: Callable[[Connection, *More], None], conn: Connection, *more: *More) -> None:
        """Do something for a connection; what fails ends that connection alone."""
        try:
            act(conn, *more)
        except Exception as error:
            self.log.warning("a connection is closed, it could not be served: %s", error)
            self._served.discard(conn)
            self._cut(conn)

    def accept(self, listener: socket.socket) -> None:
        """Take the connections that have come, a few at a time; they wait for their requests without a thread."""
        for _ in range(ACCEPTED_AT_ONCE):
            try:
                sock, address = listener.accept()
                conn = Connection(self.cfg, sock, address, listener.getsockname())
            except OSError as error:  # accept(2) also tells what became of the connection it would have given
                if error.errno in NOTHING_LEFT:
                    self._make_room(listener)
                return
            self.nr_conns += 1
            if sock.fileno() < _files_for_connections():
                self._safely(self._welcome, conn)
                continue
            self._cut_oldest()  # the next one finds room
            tell(conn.sock, NO_ROOM)
            self._end(conn)

    def _welcome(self, conn: Connection) -> None:
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._await(conn, b"", ARRIVE_SECONDS, known=False)

    def _make_room(self, listener: socket.socket) -> None:
        """No file is left: cut the oldest stranger, or refuse who comes with the one file that is kept for it."""
        if self._cut_oldest():
            return
        self._close_spare()
        with contextlib.suppress(OSError):
            sock, _ = listener.accept()
            with sock:
                sock.send(NO_ROOM)
        try:
            self._spare = os.open(os.devnull, os.O_RDONLY)
        except OSError:  # somebody was quicker
            time.sleep(0.01)

    def _close_spare(self) -> None:
        if self._spare is not None:
            os.close(self._spare)
            self._spare = None

    def _cut_oldest(self) -> bool:
        """Refuse the oldest stranger that waits; False where there is none."""
        oldest = self._arrivals.oldest_stranger()
        if oldest is None:
            return False
        tell(oldest.sock, NO_ROOM)
        self._cut(oldest)
        return True

    def _await(self, conn: Connection, data: bytes, seconds: float, *, known: bool) -> None:
        """Let a connection wait for its next request, of which `data` is there."""
        conn.incoming, conn.known = Incoming(), known
        self._arrivals.add(conn, conn.client[0], time.monotonic() + seconds, known=known)
        self._watch(conn, self._readable)
        if data:
            self._take(conn, data)
        self._cut_surplus()

    def _watch(self, conn: Connection, readable: Callable[[Connection], None]) -> None:
        """Hear of what comes on a connection, also when its file's number was that of one closed behind our back."""

        def act(_sock: socket.socket) -> None:
            self._safely(readable, conn)

        try:
            self.poller.register(conn.sock, selectors.EVENT_READ, act)
        except KeyError:
            self.poller.unregister(conn.sock.fileno())
            self.poller.register(conn.sock, selectors.EVENT_READ, act)

    def _readable(self, conn: Connection) -> None:
        if data := self._received(conn):
            self._take(conn, data)

    def _received(self, conn: Connection) -> bytes:
        """What has come on a connection that waits; one that has ended is cut."""
        if conn not in self._arrivals:  # cut by what happened just before
            return b""
        try:
            data = conn.sock.recv(64 * 1024)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError:
            data = b""
        if not data:
            self._cut(conn)
        return data

    def _take(self, conn: Connection, data: bytes) -> None:
        if not conn.incoming.data:
            self._arrivals.hurry(conn, time.monotonic() + ARRIVE_SECONDS)
        arrived = conn.incoming.take(data)
        if arrived is Arrived.PART:
            if conn.incoming.asks_to_go_on():
                tell(conn.sock, b"HTTP/1.1 100 Continue\r\n\r\n")
            return
        self._leave(conn)
        if arrived is Arrived.TOO_LARGE:
            tell(conn.sock, REFUSAL % b"431 Request Header Fields Too Large")
            self._close(conn)
            return
        conn.reads_on = arrived is Arrived.LONG and conn.incoming.claims()
        if arrived is Arrived.LONG and not conn.reads_on:
            conn.incoming.shed()
        self.enqueue_req(conn)

    def _close(self, conn: Connection) -> None:
        """Say that nothing more comes, and let the client read the answer before its socket is gone (RFC 9112 §9.6)."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self._watch(conn, self._drain)
        except (OSError, ValueError):
            self._end(conn)
            return
        conn.closing, conn.incoming = True, Incoming()
        self._arrivals.add(conn, conn.client[0], time.monotonic() + LINGER_SECONDS)
        self._cut_surplus()

    def _drain(self, conn: Connection) -> None:
        self._received(conn)

    def _cut_surplus(self) -> None:
        while (one := self._arrivals.surplus()) is not None:
            self._cut(one)

    def _cut(self, conn: Connection) -> None:
        self._leave(conn)
        self._end(conn)

    def _leave(self, conn: Connection) -> None:
        if conn in self._arrivals:
            self._arrivals.remove(conn)
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)

    def _end(self, conn: Connection) -> None:
        if not conn.ended:
            conn.ended = True
            self.nr_conns -= 1
        conn.close()

    def _time_out(self, conn: Connection) -> None:
        """Cut a connection whose time is over, unless what it should have sent has come and was not looked at yet."""
        if not conn.closing:
            if data := self._received(conn):
                self._take(conn, data)
            if conn not in self._arrivals:
                return
            if conn.incoming.data:
                tell(conn.sock, REFUSAL % b"408 Request Timeout")
        self._cut(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        self._arrivals.hurry_all(deadline)


def _files_for_connections() -> int:
    """How many files there may be before another connection takes one that the program needs itself."""
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return limit - min(SPARE_FILES, limit // 2)
