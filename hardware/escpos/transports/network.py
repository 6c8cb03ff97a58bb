"""Owns a printer on TCP port 9100, with bounded waiting. Knows no commands."""

import select
import socket

from escpos.printer import Network

from hardware.errors import CannotOpen, FailedInUse, TimedOut, failures_of

_READ = 256


class NetworkTransport:
    """A printer on TCP port 9100."""

    answers = True

    def __init__(self, url: str, host: str, port: int, patience: float, stall: float) -> None:
        self._url = url
        self._place = (host, port)
        self._patience = patience
        self._stall = stall
        self._device = Network(host, port, timeout=stall)

    def open(self) -> None:
        """Connect within the status time.

        Small packets are sent at once, or every question would wait 40 ms for an acknowledgement. The socket is made
        here and lent to python-escpos, whose own open() knows one time-out for all and leaks a refused socket.
        """
        with failures_of(self._url, CannotOpen, OSError):
            channel = socket.create_connection(self._place, timeout=self._patience)
            channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            channel.settimeout(self._stall)
            self._device.device = channel

    def _socket(self) -> socket.socket:
        device = self._device.device
        if not isinstance(device, socket.socket):
            raise FailedInUse(self._url, "not connected")
        return device

    def write(self, data: bytes) -> None:
        """Send all, within the stall time."""
        with failures_of(self._url, FailedInUse, OSError), failures_of(self._url, TimedOut, TimeoutError):
            self._socket()
            self._device._raw(data)

    def read(self, timeout: float) -> bytes:
        """Wait for bytes; an end of stream is a printer that has hung up."""
        with failures_of(self._url, FailedInUse, OSError):
            channel = self._socket()
            if not select.select([channel], [], [], timeout)[0]:
                return b""
            data = channel.recv(_READ)
        if not data:
            raise FailedInUse(self._url, "the printer closed the connection")
        return data

    def complaint(self) -> None:
        """Nothing: the printer is asked."""

    def close(self) -> None:
        """Hang up."""
        self._device.close()
