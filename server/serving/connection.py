"""A connection as the worker keeps it: gunicorn's own, with what is known of its request and of who is behind it."""

import math
import socket
from typing import Protocol

from gunicorn.workers.gthread import TConn

from server.serving.exchange import Source
from server.serving.framing import Incoming


class Connection(TConn):  # type: ignore[misc]  # gunicorn has no types
    """One client's connection; the accepting thread and the thread that serves it take turns with it."""

    sock: socket.socket
    client: tuple[str, int]
    source: Source

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.incoming = Incoming()
        self.known = False
        """Whether its last request carried a right token."""
        self.stays = False
        self.reads_on = False
        """Whether the thread reads the rest of a long body."""
        self.answered = False
        self.until = math.inf
        """The time, in monotonic seconds, by which the answer must be taken."""
        self.closing = False
        """Whether nothing more is sent to it: what it still sends is thrown away."""
        self.ended = False


class Request(Protocol):
    """What is used of gunicorn's request; the worker notes the connection on it."""

    path: str
    conn: Connection
