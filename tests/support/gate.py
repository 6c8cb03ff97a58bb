"""A door between a program and its server: requests of one path can be held before or after the server has them."""

import contextlib
import http.client
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}


class Gate:
    """Hands requests on to `server`. `hold(end, after=…)` catches those whose path ends so; `caught` tells of one.

    Held before, the server never hears of it; held after, the program never hears its answer. No sockets go through.
    """

    def __init__(self, server: str) -> None:
        self._to = urlsplit(server).netloc
        self._held: tuple[str, bool] | None = None
        self.caught = threading.Event()
        self._free = threading.Event()
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_: object) -> None:
                """Say nothing."""

            def _hand_on(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                held = gate._held if gate._held and self.path.endswith(gate._held[0]) else None
                if held and not held[1]:
                    gate._catch()
                    self.close_connection = True
                    return
                line = http.client.HTTPConnection(gate._to, timeout=60)
                with contextlib.closing(line):
                    line.request(self.command, self.path, body, dict(self.headers))
                    answer = line.getresponse()
                    content = answer.read()
                if held:
                    gate._catch()
                    self.close_connection = True
                    return
                with contextlib.suppress(OSError):
                    self.send_response(answer.status)
                    for name, value in answer.getheaders():
                        if name.lower() not in HOP:
                            self.send_header(name, value)
                    self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)

            do_GET = do_POST = do_DELETE = _hand_on

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """Who is cut off in the middle is what this is for."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def hold(self, path_end: str, *, after: bool) -> None:
        """Catch the next requests of this path."""
        self.caught.clear()
        self._free.clear()
        self._held = (path_end, after)

    def free(self) -> None:
        """Let everything through; what was caught is cut off."""
        self._held = None
        self._free.set()

    def _catch(self) -> None:
        self.caught.set()
        self._free.wait(120)

    def close(self) -> None:
        """End."""
        self.free()
        self._server.shutdown()
        self._server.server_close()


@contextlib.contextmanager
def a_gate(server: str) -> Iterator[Gate]:
    """A gate for the length of a block."""
    gate = Gate(server)
    try:
        yield gate
    finally:
        gate.close()
