"""gunicorn's worker of threads, where nobody holds a thread by sending a request too slowly. Knows nothing of halls."""

import contextlib
import socket
import threading
import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

READ_SECONDS = 10.0
"""A request must have arrived whole within this time, its body too: on a hospital's network that takes milliseconds."""


class HallWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Stops reading from a connection whose request is still not there: its thread is needed for others."""

    def init_process(self) -> None:
        """Begin to look after the connections that are being read."""
        self._reading: dict[int, tuple[socket.socket, float]] = {}
        self._reading_lock = threading.Lock()
        threading.Thread(target=self._look_after, name="readers", daemon=True).start()
        super().init_process()

    def handle(self, conn: Any) -> Any:
        """Read a request and answer it; the time for reading begins now."""
        with self._reading_lock:
            self._reading[id(conn)] = (conn.sock, time.monotonic() + READ_SECONDS)
        try:
            return super().handle(conn)
        finally:
            self._has_read(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request. One without a body, such as a socket's upgrade, has been read."""
        if not {"CONTENT-LENGTH", "TRANSFER-ENCODING"} & {name for name, _ in req.headers}:
            self._has_read(conn)
        return super().handle_request(req, conn)

    def _has_read(self, conn: Any) -> None:
        with self._reading_lock:
            self._reading.pop(id(conn), None)

    def _look_after(self) -> None:
        """End the reading, not the writing: an answer that is under way still arrives."""
        while True:
            time.sleep(1.0)
            now = time.monotonic()
            with self._reading_lock:
                late = [(key, sock) for key, (sock, until) in self._reading.items() if until < now]
                for key, _ in late:
                    del self._reading[key]
            for _, sock in late:
                with contextlib.suppress(OSError):
                    sock.shutdown(socket.SHUT_RD)
