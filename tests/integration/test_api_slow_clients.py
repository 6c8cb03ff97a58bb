"""Clients that send too slowly or never: they hold no thread for long, and the hall goes on for everybody else."""

import contextlib
import http.client
import socket

import pytest

from tests.support.hall import a_hall, until

HALF = {
    "half a header": b"GET /healthz HTTP/1.1\r\nHost: hall\r\nX-Slow",
    "half a body": b"POST /api/v1/session HTTP/1.1\r\nHost: hall\r\nContent-Type: application/json\r\n"
    b"Content-Length: 100\r\n\r\n{",
}


@pytest.mark.parametrize("start", HALF.values(), ids=HALF.keys())
def test_more_half_requests_than_the_server_has_threads_stop_it_for_seconds_only(start):
    with a_hall(HALL_MAX_SOCKETS="1") as hall, contextlib.ExitStack() as held:
        for _ in range(60):
            line = held.enter_context(socket.create_connection(("127.0.0.1", hall.port), 30))
            line.sendall(start)

        def answers():
            line = http.client.HTTPConnection("127.0.0.1", hall.port, timeout=5)
            with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException):
                line.request("GET", "/healthz")
                return line.getresponse().status == 200
            return False

        until(answers, within=120, every=0.5)
        assert 1 == len(hall.check_in("某某"))
