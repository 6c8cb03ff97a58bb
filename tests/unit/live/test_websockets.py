"""A websocket of Engine.IO on a connection that belongs to the server."""

import socket

import pytest

from server.live.engine import HallWebSocket


@pytest.mark.parametrize("ends", [b"", b"\xff" * 40], ids=["hangs up", "sends what is no frame"])
def test_the_reading_thread_leaves_the_file_to_the_accepting_thread(ends):
    """A3: it closed what the accepting thread watched; the next connection with that number ended the worker."""
    client, served = socket.socketpair()
    with client, served:
        environ = {
            "gunicorn.socket": served, "REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "",
            "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "x", "HTTP_UPGRADE": "websocket", "HTTP_CONNECTION": "Upgrade",
            "HTTP_SEC_WEBSOCKET_VERSION": "13", "HTTP_SEC_WEBSOCKET_KEY": "MDEyMzQ1Njc4OWFiY2RlZg==",
        }  # fmt: skip
        websocket = HallWebSocket(environ)
        client.sendall(ends)
        client.shutdown(socket.SHUT_WR)
        websocket.thread.join(10)
        assert not websocket.connected
        assert -1 != served.fileno()
        client.settimeout(10)
        while client.recv(4096):  # it has ended for the client all the same
            pass
