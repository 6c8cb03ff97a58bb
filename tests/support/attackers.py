"""Clients that do a server harm without a token, as a program: `python -m tests.support.attackers KIND PORT COUNT`.

Made to be run as a process of its own, so that it takes nothing from those whom a test or a bench measures. It keeps
COUNT connections at it, each opened again when the server cuts it, until it is killed.
"""

import base64
import contextlib
import heapq
import itertools
import json
import selectors
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.support.hall import ROOT

HOST = b"Host: 127.0.0.1\r\n"
POLLING = b"GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\n" + HOST + b"\r\n"
UPGRADE = (
    b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n" + HOST + b"Connection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + base64.b64encode(b"0123456789abcdef") + b"\r\n\r\n"
)
WRONG = json.dumps({"username": "nurse1", "password": "not the password"}).encode()
LOGIN = b"POST /api/v1/session HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
STREAM = b"GET /stream HTTP/1.1\r\n" + HOST + b"\r\n"
BIG = b"GET /api/v1/openapi.json HTTP/1.1\r\n" + HOST + b"\r\n"
PING, PONG = b"\x81\x012", b"\x81\x81\x00\x00\x00\x003"


@dataclass(frozen=True)
class Attack:
    """What each connection sends first, now and then, and as an answer; and how soon a cut one comes again."""

    first: bytes = b""
    drip: bytes = b""
    every: float = 1.0
    answers: Callable[[bytes], bytes] = lambda said: b""
    once: bool = False
    """Hang up when something was said: the next one comes at its time."""
    again: float = 0.5
    deaf: bool = False
    """Takes nothing of what it is answered."""


ATTACKS = {
    "idle-sockets": Attack(UPGRADE, answers=lambda said: PONG if PING in said else b""),
    "half-requests": Attack(LOGIN % 100 + b"{", drip=b" "),
    "half-bodies": Attack(LOGIN % 200_000 + b" " * 66_000),
    "slow-heads": Attack(b"GET /healthz HTTP/1.1\r\nX", drip=b"x"),
    "silent": Attack(),
    "handshakes": Attack(POLLING, once=True, again=1.0),
    "logins": Attack(LOGIN % len(WRONG) + WRONG, once=True, again=0.5),
    "streams": Attack(STREAM),
    "slow-readers": Attack(BIG, deaf=True),
}


class Crowd:
    """Many connections in one thread."""

    def __init__(self, attack: Attack, port: int, count: int, source: str = "127.0.0.2") -> None:
        self._attack, self._address, self._source = attack, ("127.0.0.1", port), source
        self._waits = selectors.DefaultSelector()
        self._held: list[socket.socket] = []
        self._stop = threading.Event()
        self.opened = 0
        self._order = itertools.count()
        start = time.monotonic()
        self._agenda: list[tuple[float, int, socket.socket | None]] = [
            (start + number * attack.again / count, next(self._order), None) for number in range(count)
        ]

    def go_on(self) -> None:
        """Attack until killed, or until `stop`."""
        while not self._stop.is_set():
            now = time.monotonic()
            while self._agenda and self._agenda[0][0] <= now:
                _, _, line = heapq.heappop(self._agenda)
                self._open() if line is None else self._drip(line)
            for key, _ in self._waits.select(min(0.2, max(0.0, self._agenda[0][0] - now)) if self._agenda else 0.2):
                assert isinstance(key.fileobj, socket.socket)
                self._hear(key.fileobj)

    def stop(self) -> None:
        """End `go_on`."""
        self._stop.set()

    def close(self) -> None:
        """Close all connections, after `go_on`."""
        for key in list(self._waits.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()
        for line in self._held:
            line.close()
        self._waits.close()

    def _later(self, seconds: float, line: socket.socket | None) -> None:
        heapq.heappush(self._agenda, (time.monotonic() + seconds, next(self._order), line))

    def _open(self) -> None:
        line = socket.socket()
        with contextlib.suppress(OSError):
            line.settimeout(1.0)
            if self._attack.deaf:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.bind((self._source, 0))
            line.connect(self._address)
            line.sendall(self._attack.first)
            line.setblocking(False)
            self.opened += 1
            if self._attack.deaf:
                self._held.append(line)
                return
            self._waits.register(line, selectors.EVENT_READ)
            if self._attack.drip:
                self._later(self._attack.every, line)
            return
        line.close()
        self._later(self._attack.again, None)

    def _drip(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError):
            line.send(self._attack.drip)
            self._later(self._attack.every, line)

    def _hear(self, line: socket.socket) -> None:
        said = b""
        with contextlib.suppress(OSError):
            said = line.recv(65536)
        if said and not self._attack.once:
            with contextlib.suppress(OSError):
                line.send(self._attack.answers(said))
            return
        self._waits.unregister(line)
        line.close()
        self._later(self._attack.again, None)


@contextlib.contextmanager
def attacking(kind: str, port: int, count: int, source: str = "127.0.0.2") -> Iterator[Crowd]:
    """The attack under way, in a thread, for the length of a block: for tests, which measure no time."""
    crowd = Crowd(ATTACKS[kind], port, count, source)
    thread = threading.Thread(target=crowd.go_on)
    thread.start()
    try:
        yield crowd
    finally:
        crowd.stop()
        thread.join()
        crowd.close()


@contextlib.contextmanager
def attacked(kind: str, port: int, count: int, source: str = "127.0.0.2") -> Iterator[None]:
    """The attack under way, in a process of its own, for the length of a block."""
    words = [sys.executable, "-m", "tests.support.attackers", kind, str(port), str(count), source]
    process = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        process.stdout.readline()
        yield
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def main() -> None:
    """Attack until killed; says when it begins."""
    kind, port, count, source = sys.argv[1:]
    crowd = Crowd(ATTACKS[kind], int(port), int(count), source)
    print("begun", flush=True)
    crowd.go_on()


if __name__ == "__main__":
    main()
