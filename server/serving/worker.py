"""gunicorn's worker of threads, where nobody holds a thread by being slow. Knows nothing of halls.

A request gets a thread when it is there, head and short body; until then its connection costs a file and some bytes.
Requests that stay (sockets, streams) have threads of their own, so that those of ordinary requests are always theirs.
gunicorn's own worker gives a thread to each connection before it has sent a byte, and closes connections in its one
accepting thread, waiting for each client up to two seconds.
"""

import contextlib
import errno
import logging
import selectors
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from gunicorn import http, util
from gunicorn.workers.gthread import TConn, ThreadWorker

from server.serving import KNOWN
from server.serving.arrivals import Arrivals, Rate
from server.serving.exchange import REFUSAL, SEND_SECONDS, CallQueue, Source, has_hung_up, tell
from server.serving.framing import Arrived, Incoming
from server.serving.limits import Limits
from server.serving.quiet import FewLines
from server.serving.threads import Threads

ARRIVE_SECONDS = 4.0
"""In this time a request must be there, and a stranger's next one; looked at each second, so it is 5 for a client."""
LINGER_SECONDS = 2.0
SEND_BUFFER = 256 * 1024
"""Bytes that the system keeps for a client that reads slowly: more than any page or script, so no thread waits."""
LOOK_SECONDS = 0.25
ACCEPTED_AT_ONCE = 32
NOTHING_LEFT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


_few_lines = FewLines(spares=logging.ERROR)


class GuardedWorker(ThreadWorker):  # type: ignore[misc]  # as above
    """Reads requests in the accepting thread, cuts who is slow, and closes without waiting. See module."""

    limits: ClassVar[Limits] = Limits()

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.cfg.set("post_request", _note_known)
        self.worker_connections = 1_000_000  # our own limits count, in accept
        self.method_queue = CallQueue()
        self._arrivals = Arrivals(self.limits.strangers, self.limits.known)
        self._rate = Rate(self.limits.staying_a_second)
        self._served: set[Any] = set()
        self._looked_at = 0.0
        self.log.error_log.addFilter(_few_lines)

    def get_thread_pool(self) -> Threads:
        """All threads; gunicorn ends them."""
        return Threads(self.limits)

    # ---------------------------------------------------------------------------------- in the accepting thread

    def run(self) -> None:
        """Serve until told to end; then close what a thread handed back when nobody took it any more."""
        try:
            super().run()
        finally:
            for conn in [one for one in self._served if one.answered]:
                conn.close()
            for listener in self.sockets:
                listener.close()

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Do what has come up; what fails for one event ends neither the others nor the worker (A3)."""
        for key, _ in self.poller.select(timeout):
            try:
                key.data(key.fileobj)
            except Exception as error:
                self.log.warning("an event was not handled: %s", error)

    def _safely(self, act: Callable[..., None], conn: Any, *more: Any) -> None:
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
                conn = TConn(self.cfg, sock, address, listener.getsockname())
            except OSError as error:  # accept(2) also tells what became of the connection it would have given
                if error.errno in NOTHING_LEFT:
                    self._make_room()
                return
            self.nr_conns += 1
            conn.ended = False
            self._safely(self._welcome, conn)

    def _welcome(self, conn: Any) -> None:
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._await(conn, b"", ARRIVE_SECONDS, known=False)

    def _make_room(self) -> None:
        """No file is left: cut the oldest stranger, or wait a little."""
        oldest = self._arrivals.oldest_stranger()
        if oldest is None:
            time.sleep(0.01)
        else:
            self._cut(oldest)

    def _await(self, conn: Any, data: bytes, seconds: float, *, known: bool) -> None:
        """Let a connection wait for its next request, of which `data` is there."""
        conn.incoming, conn.known = Incoming(), known
        self._arrivals.add(conn, conn.client[0], time.monotonic() + seconds, known=known)
        self._watch(conn, self._readable)
        if data:
            self._take(conn, data)
        self._cut_surplus()

    def _watch(self, conn: Any, readable: Callable[[Any, socket.socket], None]) -> None:
        """Hear of what comes on a connection, also when its file's number was that of one closed behind our back."""
        act = partial(self._safely, readable, conn)
        try:
            self.poller.register(conn.sock, selectors.EVENT_READ, act)
        except KeyError:
            self.poller.unregister(conn.sock.fileno())
            self.poller.register(conn.sock, selectors.EVENT_READ, act)

    def _readable(self, conn: Any, _sock: socket.socket) -> None:
        if data := self._received(conn):
            self._take(conn, data)

    def _received(self, conn: Any) -> bytes:
        """What has come on a connection that waits; one that has ended is cut."""
        if conn not in self._arrivals:  # cut by what happened just before
            return b""
        try:
            data: bytes = conn.sock.recv(64 * 1024)
        except (BlockingIOError, InterruptedError):
            return b""
        except OSError:
            data = b""
        if not data:
            self._cut(conn)
        return data

    def _take(self, conn: Any, data: bytes) -> None:
        if not conn.incoming.data:
            self._arrivals.hurry(conn, time.monotonic() + ARRIVE_SECONDS)
        arrived = conn.incoming.take(data)
        if arrived is Arrived.PART:
            if conn.incoming.asks_to_go_on():
                tell(conn, b"HTTP/1.1 100 Continue\r\n\r\n")
            return
        self._leave(conn)
        if arrived is Arrived.TOO_LARGE:
            tell(conn, REFUSAL % b"431 Request Header Fields Too Large")
            self._close(conn)
            return
        conn.reads_on = arrived is Arrived.LONG and conn.incoming.claims()
        self.enqueue_req(conn)

    def enqueue_req(self, conn: Any) -> None:
        """Give a request that is there to a thread of its kind."""
        conn.stays = bool(self.limits.staying) and conn.incoming.path.startswith(self.limits.staying)
        if conn.stays and has_hung_up(conn):  # a flood that is over costs no more threads
            self._end(conn)
            return
        if conn.stays and not conn.incoming.claims() and not self._rate.take(time.monotonic()):
            tell(conn, REFUSAL % b"503 Service Unavailable\r\nRetry-After: 2")
            self._close(conn)
            return
        conn.answered = False
        self._served.add(conn)
        task = partial(self._serve, conn)
        if not self.tpool.submit(task, stays=conn.stays, reads_on=conn.reads_on, known=conn.known):
            self._served.discard(conn)
            tell(conn, REFUSAL % b"503 Service Unavailable\r\nRetry-After: 2")
            self._close(conn)

    def _finished(self, conn: Any, kept: bool) -> None:
        """A thread has answered: wait for the next request, or close."""
        self._served.discard(conn)
        if not kept or not self.alive:
            self._close(conn)
            return
        try:
            conn.sock.setblocking(False)
        except OSError:  # it has gone
            self._end(conn)
            return
        rest = conn.parser.unreader.take_buffered()
        self._await(conn, rest, self.cfg.keepalive if conn.known else ARRIVE_SECONDS, known=conn.known)

    def _close(self, conn: Any) -> None:
        """Say that nothing more comes, and let the client read the answer before its socket is gone (RFC 9112 §9.6)."""
        try:
            conn.sock.setblocking(False)
            conn.sock.shutdown(socket.SHUT_WR)
            self._watch(conn, self._drain)
        except (OSError, ValueError):
            self._end(conn)
            return
        conn.incoming = None
        self._arrivals.add(conn, conn.client[0], time.monotonic() + LINGER_SECONDS)
        self._cut_surplus()

    def _drain(self, conn: Any, _sock: socket.socket) -> None:
        self._received(conn)

    def _cut_surplus(self) -> None:
        while (one := self._arrivals.surplus()) is not None:
            self._cut(one)

    def _cut(self, conn: Any) -> None:
        self._leave(conn)
        self._end(conn)

    def _leave(self, conn: Any) -> None:
        if conn in self._arrivals:
            self._arrivals.remove(conn)
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)

    def _end(self, conn: Any) -> None:
        if not conn.ended:
            conn.ended = True
            self.nr_conns -= 1
        conn.close()

    def murder_keepalived(self, force: bool = False) -> None:
        """gunicorn asks after each round: cut those whose time is over."""
        if force:
            for conn in self._arrivals.everybody():
                self._cut(conn)
            for conn in list(self._served):
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RDWR)
            return
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        for conn in self._arrivals.overdue(now):
            self._safely(self._time_out, conn)

    def _time_out(self, conn: Any) -> None:
        if conn.incoming is not None and conn.incoming.data:
            tell(conn, REFUSAL % b"408 Request Timeout")
        self._cut(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        self._arrivals.hurry_all(deadline)

    # ------------------------------------------------------------------------------------------- in a thread

    def _serve(self, conn: Any) -> None:
        kept = False
        try:
            kept = self.handle(conn)
        finally:
            conn.answered = True
            if not self.method_queue.defer(self._safely, self._finished, conn, kept):
                conn.close()

    def handle(self, conn: Any) -> bool:
        """Parse and answer the request that has arrived; whether the connection is kept."""
        conn.source = Source(bytes(conn.incoming.data), conn.sock if conn.reads_on else None)
        conn.parser = http.get_parser(self.cfg, conn.source, conn.client)
        conn.initialized = conn.data_ready = True
        return bool(super().handle(conn))

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer; who does not take the answer is let go."""
        if (
            self.limits.staying
            and not conn.stays
            and util.unquote_to_wsgi_str(req.path).encode().startswith(self.limits.staying)
        ):
            util.write_error(conn.sock, 400, "Bad Request", "")  # spelt so that it would take a thread of the others
            return False
        conn.sock.settimeout(SEND_SECONDS)
        req.conn = conn
        try:
            return super().handle_request(req, conn)
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "the answer was not taken") from error

    def _keepalive_after(self, conn: Any, keepalive: Any) -> bool:
        """A body that is not read to its end is not waited for."""
        whole = conn.incoming.ends_at is not None and conn.source.given >= conn.incoming.ends_at
        return bool(keepalive and whole and conn.parser.finish_body())


def _note_known(_worker: Any, req: Any, environ: dict[str, Any], _response: Any) -> None:
    """gunicorn calls it after each request."""
    req.conn.known = bool(environ.get(KNOWN))
