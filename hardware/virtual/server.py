"""Owns the virtual printer's TCP port 9100. Knows bytes only as they come and go.

Like a printer's network card it serves one connection at a time; others wait. Nothing is encrypted or authenticated,
as on every printer with this port: it belongs on loopback or on a network of its own.
"""

import logging
import select
import socket
import struct
import threading
import time

from hardware.virtual.device import VirtualPrinter
from hardware.virtual.faults import Act
from hardware.virtual.line import Line

IDLE_SECONDS = 90.0
_READ = 16384
log = logging.getLogger(__name__)


class PrinterPort:
    """Listens and feeds the printer. `port` is the real one, also when 0 was asked for."""

    def __init__(self, device: VirtualPrinter, host: str = "127.0.0.1", port: int = 9100) -> None:
        self._line = Line(device)
        self._socket = socket.create_server((host, port), backlog=16)
        self.port: int = self._socket.getsockname()[1]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="virtual-printer", daemon=True)

    def start(self) -> None:
        """Serve in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and close the port; may be called twice."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._socket.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            if not select.select([self._socket], [], [], 0.2)[0]:
                continue
            try:
                connection, _ = self._socket.accept()
            except OSError as error:  # hung up before we looked, or no file left: the next one
                log.info("no connection: %s", error)
                self._stop.wait(0.05)
                continue
            with connection:
                try:
                    self._serve_one(connection)
                except OSError as error:
                    log.info("connection ended: %s", error)
                except Exception:  # bytes that no command is made of end their connection, not the printer
                    log.exception("connection broken off")

    def _serve_one(self, connection: socket.socket) -> None:
        if not self._line.open(time.monotonic()):
            self._break(connection, Act.RESET)
            return
        try:
            self._converse(connection)
        finally:
            self._line.close(time.monotonic())

    def _converse(self, connection: socket.socket) -> None:
        """Feed the printer from one connection until it ends, hangs up or is told to."""
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(5)
        heard_at = time.monotonic()
        while not self._stop.is_set() and time.monotonic() - heard_at < IDLE_SECONDS:
            room = self._line.room(time.monotonic())
            self._say(connection)
            if room and select.select([connection], [], [], self._pause())[0]:
                data = connection.recv(min(room, _READ))
                if not data:
                    return
                heard_at = time.monotonic()
                self._line.send(data, heard_at)
                self._say(connection)
            elif not room and self._gone(connection, self._pause()):
                return
            if self._line.act is not Act.NOTHING:
                self._say(connection)
                self._break(connection, self._line.act)
                return

    def _pause(self) -> float:
        """Seconds until something is due, or the switches may have been turned."""
        next_at = self._line.next_at()
        return 0.02 if next_at is None else min(0.02, max(0.001, next_at - time.monotonic()))

    def _say(self, connection: socket.socket) -> None:
        self._line.step(time.monotonic())
        said = self._line.answers(time.monotonic())
        if said:
            connection.sendall(said)

    def _break(self, connection: socket.socket, act: Act) -> None:
        """Do to the connection what the fault says."""
        if act is Act.RESET:
            # linger 0: closing sends RST instead of FIN
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        if act is Act.HALF_CLOSE:
            connection.shutdown(socket.SHUT_WR)
            while not self._stop.is_set():
                if select.select([connection], [], [], 0.2)[0] and not connection.recv(_READ):
                    return
        while act is Act.STALL and not self._stop.is_set() and not self._gone(connection, 0.1):
            pass

    def _gone(self, connection: socket.socket, seconds: float) -> bool:
        """Whether the other side hung up, seen without reading what it sent."""
        watch = select.poll()
        watch.register(connection, select.POLLRDHUP)
        return bool(watch.poll(int(seconds * 1000)))
