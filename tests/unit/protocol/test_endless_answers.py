"""An answer that does not end is given up: by its whole time, however slowly it comes, and by its size."""

import contextlib
import socket
import threading

import httpx
import pytest

from server.protocol import transport
from server.protocol.client import AnswerUnreadable, HallClient, HallUnreachable
from server.protocol.deadline import DeadlineTransport
from server.protocol.transport import Transport

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture
def serve():
    """Starts a server that says `first` to each connection and then `again` for ever; its address."""
    ending, listeners = threading.Event(), []

    def talk(listener, first, again, pause):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection, contextlib.suppress(OSError):
                    connection.sendall(first)
                    while not ending.wait(pause):
                        connection.sendall(again)

    def start(first, again=b"", pause=0.01):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)
        threading.Thread(target=talk, args=(listener, first, again, pause), daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    yield start
    ending.set()
    for listener in listeners:
        listener.close()


def client_of(address, longest):
    http = httpx.Client(base_url=address, transport=DeadlineTransport(httpx.Limits()), timeout=60)
    return HallClient(address, transport=Transport(http, budget=0, longest=longest))


@pytest.mark.parametrize(
    ("first", "again"),
    [
        (b"", b""),
        (HEAD, b"X: y\r\n"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"y"),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
        (CHUNKED, b"1\r\n \r\n"),
        (CHUNKED + b"fffff\r\n", b" "),
        (b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    ],
)
def test_an_answer_that_comes_byte_by_byte_is_given_up(serve, first, again):
    """B6: each byte began the waiting anew, so a claim or a snapshot never ended; siblings: in the header, no byte."""
    with client_of(serve(first, again), longest=0.3) as client, pytest.raises(HallUnreachable):
        client.claim_print_job()


def test_a_server_that_takes_nothing_is_given_up(serve):
    with client_of(serve(b"", pause=60), longest=0.3) as client, pytest.raises(HallUnreachable):
        client.import_rows("patients", [{"name": "x" * 2**24}])


def test_an_answer_without_an_end_is_given_up_by_its_size(serve, monkeypatch):
    """B6: it was read into memory until there was none."""
    monkeypatch.setattr(transport, "LARGEST", 2**17)
    address = serve(CHUNKED, b"10000\r\n" + b" " * 2**16 + b"\r\n", pause=0)
    with client_of(address, longest=60) as client, pytest.raises(AnswerUnreadable):
        client.snapshot("H1")


def test_a_client_of_its_own_keeps_to_a_time_too(serve):
    with HallClient(serve(HEAD, b"X: y\r\n"), timeout=0.1, budget=0) as client, pytest.raises(HallUnreachable):
        client.me()
