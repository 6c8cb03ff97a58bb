"""The wall's stream when a crowd opens the page: a real screen is served. Real connections, no browser."""

import contextlib
import socket

import pytest

from caller.wall.stream_places import MOST
from tests.support.wall import a_wall, normal

STREAM = b"GET /stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@pytest.fixture
def wall():
    with a_wall() as made:
        made.show(*normal())
        yield made


def opened(wall, held, source):
    line = held.enter_context(socket.create_connection(("127.0.0.1", wall.server.port), 20, (source, 0)))
    line.sendall(STREAM)
    return line


def said(line, word):
    heard = b""
    while word not in heard and b" 503 " not in heard and (more := line.recv(65536)):
        heard += more
    return word in heard


def test_a_real_screen_gets_its_picture_though_a_crowd_holds_all_streams(wall):
    """S21: 66 anonymous streams left it with 503."""
    with contextlib.ExitStack() as held:
        crowd = [opened(wall, held, "127.0.0.2") for _ in range(MOST + 2)]
        assert 2 == sum(not said(line, b"event: picture") for line in crowd)
        assert said(opened(wall, held, "127.0.0.1"), b"event: picture")
        page = opened(wall, held, "127.0.0.2")
        assert not said(page, b"event: picture")


def test_the_page_is_served_while_all_streams_are_taken_and_tells_no_version(wall):
    """S21: it was a development server that said so."""
    with contextlib.ExitStack() as held:
        for _ in range(MOST + 2):
            opened(wall, held, "127.0.0.2")
        line = held.enter_context(socket.create_connection(("127.0.0.1", wall.server.port), 20))
        line.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        answer = b""
        while more := line.recv(65536):
            answer += more
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"Werkzeug" not in answer
    assert b"Python" not in answer
