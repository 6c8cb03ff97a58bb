"""A receiver of webhooks: a real HTTP server in a thread, which verifies signatures with the published library."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from tests.support.hall import free_port

Answering = Callable[[int], int | tuple[int, dict[str, str]]]
"""What to answer the n-th request (from 1) with: a status, and headers where there are some."""


@dataclass(frozen=True)
class Received:
    """One request: the message's id, its content, and whether its signature is right."""

    id: str
    content: dict[str, Any]
    is_signed: bool
    headers: dict[str, str]

    @property
    def data(self) -> dict[str, Any]:
        """What the message tells."""
        found: dict[str, Any] = self.content["data"]
        return found

    @property
    def place(self) -> tuple[str, int]:
        """Hall and number of the event."""
        return self.data["hall"], self.data["seq"]


class Receiver:
    """Takes requests on a port of its own while it is `up`; `answer` decides how each is answered."""

    def __init__(self) -> None:
        self.port = free_port()
        self.secret = ""
        self.requests: list[Received] = []
        self.answer: Answering = lambda _number: 204
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def places(self) -> list[tuple[str, int]]:
        """Hall and number of everything that came, in order."""
        return [request.place for request in self.requests]

    def up(self) -> None:
        """Begin to listen."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.take(body, dict(self.headers))
                answer = receiver.answer(len(receiver.requests))
                status, headers = (answer, {}) if isinstance(answer, int) else answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_arguments: Any) -> None:
                """Say nothing."""

        return Handler

    def take(self, body: bytes, headers: dict[str, str]) -> None:
        """Keep a request."""
        given = {name.lower(): value for name, value in headers.items()}
        try:
            Webhook(self.secret).verify(body, given)
            signed = True
        except WebhookVerificationError:
            signed = False
        self.requests.append(Received(given.get("webhook-id", ""), json.loads(body), signed, given))


@contextmanager
def a_receiver() -> Iterator[Receiver]:
    """A receiver that listens for the length of a block."""
    receiver = Receiver()
    receiver.up()
    try:
        yield receiver
    finally:
        receiver.down()
