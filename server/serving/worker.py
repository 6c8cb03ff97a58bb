"""gunicorn's worker of threads, where nobody holds a thread by being slow. Knows nothing of halls.

A request gets a thread when it is there, head and short body; until then its connection costs a file and some bytes.
Requests that stay (sockets, streams) have threads of their own, so that those of ordinary requests are always theirs.
gunicorn's own worker gives a thread to each connection before it has sent a byte, and closes connections in its one
accepting thread, waiting for each client up to two seconds.
"""

import contextlib
import errno
import logging
import math
import socket
import threading
import time
from collections.abc import Iterable
from functools import partial
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gunicorn import http, util

from server.serving import KNOWN
from server.serving.arrivals import Rate
from server.serving.connection import Connection, Request
from server.serving.exchange import REFUSAL, SEND_SECONDS, CallQueue, Source, has_hung_up, leaves_answers, tell
from server.serving.quiet import FewLines
from server.serving.threads import Threads
from server.serving.waiting import ARRIVE_SECONDS, WaitingConnections

LOOK_SECONDS = 0.25

_few_lines = FewLines(spares=logging.ERROR)


class GuardedWorker(WaitingConnections):
    """Answers requests that are there; see module."""

    wsgi: WSGIApplication

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.cfg.set("post_request", _note_known)
        self.worker_connections = 1_000_000  # our own limits count, in accept
        self.method_queue = CallQueue()
        self._rate = Rate(self.limits.staying_a_second)
        self._looked_at = 0.0
        self._here = threading.local()
        self.log.error_log.addFilter(_few_lines)

    def get_thread_pool(self) -> Threads:
        """All threads; gunicorn ends them."""
        return Threads(self.limits)

    # ---------------------------------------------------------------------------------- in the accepting thread

    def run(self) -> None:
        """Serve until told to end; then close what a thread handed back when nobody took it any more."""
        self._application, self.wsgi = self.wsgi, self._ask
        try:
            super().run()
        finally:
            for conn in [one for one in self._served if one.answered]:
                conn.close()
            for listener in self.sockets:
                listener.close()
            self._close_spare()

    def enqueue_req(self, conn: Connection) -> None:
        """Give a request that is there to a thread of its kind."""
        if not conn.known and leaves_answers(conn.sock):
            self._end(conn)
            return
        conn.stays = bool(self.limits.staying) and conn.incoming.path.startswith(self.limits.staying)
        if conn.stays and has_hung_up(conn.sock):  # a flood that is over costs no more threads
            self._end(conn)
            return
        if conn.stays and not conn.incoming.claims() and not self._rate.take(time.monotonic()):
            tell(conn.sock, REFUSAL % b"503 Service Unavailable\r\nRetry-After: 2")
            self._close(conn)
            return
        conn.answered, conn.until = False, math.inf
        self._served.add(conn)
        task = partial(self._serve, conn)
        if not self.tpool.submit(task, stays=conn.stays, reads_on=conn.reads_on, known=conn.known):
            self._served.discard(conn)
            tell(conn.sock, REFUSAL % b"503 Service Unavailable\r\nRetry-After: 2")
            self._close(conn)

    def _finished(self, conn: Connection, kept: bool) -> None:
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

    def murder_keepalived(self, force: bool = False) -> None:
        """gunicorn asks after each round: cut those whose time is over."""
        if force:
            for conn in self._arrivals.everybody():
                self._cut(conn)
            for conn in list(self._served):
                _shut(conn)
            return
        now = time.monotonic()
        if now - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = now
        for conn in [one for one in self._served if one.until <= now]:
            _shut(conn)
        for conn in self._arrivals.overdue(now):
            self._safely(self._time_out, conn)

    # ------------------------------------------------------------------------------------------- in a thread

    def _serve(self, conn: Connection) -> None:
        kept, self._here.conn = False, conn
        try:
            kept = self.handle(conn)
        finally:
            conn.answered, conn.until = True, math.inf
            if not self.method_queue.defer(self._safely, self._finished, conn, kept):
                conn.close()

    def handle(self, conn: Connection) -> bool:
        """Parse and answer the request that has arrived; whether the connection is kept."""
        conn.source = Source(bytes(conn.incoming.data), conn.sock if conn.reads_on else None)
        conn.parser = http.get_parser(self.cfg, conn.source, conn.client)
        conn.initialized = conn.data_ready = True
        return bool(super().handle(conn))

    def handle_request(self, req: Request, conn: Connection) -> bool:
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
            return bool(super().handle_request(req, conn))
        except TimeoutError as error:
            raise ConnectionResetError(errno.ECONNRESET, "the answer was not taken") from error

    def _ask(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Ask the application. From here on the answer to a stranger must be taken in time."""
        answer = self._application(environ, start_response)
        conn: Connection = self._here.conn
        if not conn.stays and not environ.get(KNOWN):
            conn.until = time.monotonic() + self.limits.answer_seconds
        return answer

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """A body that is not read to its end is not waited for."""
        whole = conn.incoming.ends_at is not None and conn.source.given >= conn.incoming.ends_at
        return bool(keepalive and whole and conn.parser.finish_body())


def _shut(conn: Connection) -> None:
    """Let nothing more through: the thread that serves it hears of it and goes on."""
    with contextlib.suppress(OSError):
        conn.sock.shutdown(socket.SHUT_RDWR)


def _note_known(_worker: object, req: Request, environ: WSGIEnvironment, _response: object) -> None:
    """gunicorn calls it after each request."""
    req.conn.known = bool(environ.get(KNOWN))
