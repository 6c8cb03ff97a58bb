"""Keeps one Socket.IO connection to a hall alive and hands on what it says. Knows no order, no cursor, no business."""

import logging
import threading
from collections.abc import Callable, Mapping

import socketio

NAMESPACE = "/hall"
SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
HANDSHAKE = 5.0
CHECK = 5.0
"""Seconds between two looks whether the library still holds the connection."""

log = logging.getLogger(__name__)

Heard = Callable[[str, object], None]


class HallSocket:
    """A socket that reconnects by itself, with full jitter so that three hundred screens do not come at once.

    Tries a websocket first and long polling after it, for networks that block websockets. `heard(name, data)` gets
    `position` and `event`, from threads of the library and in no certain order; `up` tells whether it is joined.
    """

    def __init__(self, base_url: str, auth: Mapping[str, str | None], heard: Heard, dice: Callable[[], float]) -> None:
        self._base_url, self._auth, self._heard, self._dice = base_url, auth, heard, dice
        self._stopping = threading.Event()
        self._gone = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hall-link", daemon=True)
        self.up = False

    def start(self) -> None:
        """Begin to connect; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """Disconnect and wait for the thread to end."""
        self._stopping.set()
        self._gone.set()
        self._thread.join(HANDSHAKE + LONGEST_PAUSE)

    def _run(self) -> None:
        ceiling, attempt = SHORTEST_PAUSE, 0
        while not self._stopping.is_set():
            transport = "polling" if attempt % 3 == 2 else "websocket"
            try:
                joined = self._once(transport)
            except Exception as error:  # whatever a library raises at what came: the next connection may be better
                log.warning("the hall's socket broke: %s", type(error).__name__)
                self.up, joined = False, False
            attempt = 0 if joined else attempt + 1
            ceiling = SHORTEST_PAUSE if joined else min(ceiling * 2, LONGEST_PAUSE)
            self._stopping.wait(self._dice() * ceiling)

    def _once(self, transport: str) -> bool:
        """Connect by `transport` and stay until the connection is gone; return whether the hall was joined.

        Joined is who was told the position: a refusal that comes before `connect` returns is one the library drops.
        """
        socket = socketio.Client(reconnection=False, handle_sigint=False, request_timeout=HANDSHAKE)
        self._gone.clear()
        joined = threading.Event()

        def position(data: object) -> None:
            self._heard("position", data)
            joined.set()

        socket.on("position", position, namespace=NAMESPACE)
        socket.on("event", lambda data: self._heard("event", data), namespace=NAMESPACE)
        socket.on("disconnect", lambda *_: self._gone.set(), namespace=NAMESPACE)
        try:
            socket.connect(
                self._base_url,
                headers={"Authorization": f"Bearer {self._auth.get('token', '')}"},  # known before it has a thread
                auth=self._auth,
                transports=[transport],
                namespaces=[NAMESPACE],
                wait_timeout=HANDSHAKE,
            )
        except (socketio.exceptions.ConnectionError, OSError, ValueError) as error:
            log.info("the hall's socket does not answer: %s", error)
            socket.disconnect()
            return False
        if not joined.wait(HANDSHAKE):
            log.info("the hall's socket lets nobody in")
            socket.disconnect()
            return False
        self.up = True
        if self._stopping.is_set():
            self._gone.set()
        while not self._gone.wait(CHECK) and socket.connected:  # its threads may end without saying so
            pass
        self.up = False
        socket.disconnect()
        return True
