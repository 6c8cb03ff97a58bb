"""What lies between a thread and the accepting thread: the bytes of its request, and the way back."""

import contextlib
import errno
import fcntl
import socket
import sys
import termios
import time
from collections.abc import Callable, Iterator
from threading import Lock
from typing import TypeVarTuple

from gunicorn.workers.gthread import PollableMethodQueue

Given = TypeVarTuple("Given")

BODY_SECONDS = 10.0
"""In this time a body longer than is waited for must be read, by the thread."""
SEND_SECONDS = 20.0
"""In this time a piece of an answer must be taken, beyond what the system keeps for a slow client."""
MOST_UNTAKEN = 64 * 1024
"""Bytes of its answers that a stranger may leave untaken when it asks for more; what the system keeps is more."""


REFUSAL = b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
"""An answer of the accepting thread itself, without a body."""


class CallQueue(PollableMethodQueue):  # type: ignore[misc]  # gunicorn has no types
    """Calls for the accepting thread; a thread that is late, when all is closed, writes into nobody's file."""

    def __init__(self) -> None:
        super().__init__()
        self._closing = Lock()

    def defer(self, callback: Callable[[*Given], object], *args: *Given) -> bool:
        """Let the accepting thread call this; False when it has ended."""
        with self._closing:
            if self._write_fd is None:
                return False
            super().defer(callback, *args)
            return True

    def close(self) -> None:
        with self._closing:
            super().close()
            self._write_fd = None


class Source:
    """The bytes of a request for the parser: what is there, and with a socket what that still brings.

    Without one the body of a longer request breaks off, as when the client has gone: the application refuses it.
    """

    def __init__(self, data: bytes, sock: socket.socket | None) -> None:
        self._data, self._sock = data, sock
        self._until = time.monotonic() + BODY_SECONDS
        self.given = 0

    def __iter__(self) -> Iterator[bytes]:
        chunk = self._data
        while chunk:
            self.given += len(chunk)
            yield chunk
            chunk = self._more() if self._sock is not None else b""

    def _more(self) -> bytes:
        """The next bytes; none when the time is over, as when the client has gone."""
        assert self._sock is not None
        left = self._until - time.monotonic()
        if left <= 0:
            return b""
        self._sock.settimeout(left)
        try:
            return self._sock.recv(64 * 1024)
        except OSError:
            return b""
        finally:
            self._sock.settimeout(SEND_SECONDS)


def has_hung_up(sock: socket.socket) -> bool:
    """Whether the client has gone, as far as can be seen."""
    try:
        return not sock.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError as error:
        return error.errno not in (errno.EAGAIN, errno.EWOULDBLOCK)


def tell(sock: socket.socket, answer: bytes) -> None:
    """Send a few bytes without waiting; what cannot be sent is not sent."""
    with contextlib.suppress(OSError):
        sock.send(answer)


def leaves_answers(sock: socket.socket) -> bool:
    """Whether a client asks for more without having taken what it was answered."""
    try:
        waiting = fcntl.ioctl(sock, termios.TIOCOUTQ, bytes(4))  # of a socket: bytes that were not acknowledged
    except OSError:
        return False
    return int.from_bytes(waiting, sys.byteorder) > MOST_UNTAKEN
