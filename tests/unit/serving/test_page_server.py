"""The web server inside a program: small applications over real connections."""

import contextlib
import os
import resource
import selectors
import socket
import threading
import time
from pathlib import Path

import pytest

from server.serving import KNOWN
from server.serving.limits import Limits
from server.serving.pages import PageServer
from tests.support.hall import until

GET = b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n"


@contextlib.contextmanager
def serving(app, **limits):
    server = PageServer("127.0.0.1", 0, Limits(**limits)).start(app)
    try:
        yield server
    finally:
        server.stop()


def hello(environ, start_response):
    environ[KNOWN] = environ["PATH_INFO"] == "/known"
    body = environ["wsgi.input"].read() or b"hello"
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def ask(server, *pieces):
    """One connection: what it was answered until it was closed, after all pieces, each answered or waited for."""
    with socket.create_connection(("127.0.0.1", server.port), 10) as line:
        for piece in pieces:
            line.sendall(piece)
        line.shutdown(socket.SHUT_WR)
        heard = b""
        while more := line.recv(65536):
            heard += more
    return heard


def test_two_requests_in_one_packet_and_half_a_third_get_two_answers():
    """S1: the half of a third holds no thread."""
    with serving(hello) as server, socket.create_connection(("127.0.0.1", server.port), 10) as line:
        line.sendall(GET % b"" * 2 + b"GET /")
        heard = b""
        while heard.count(b"hello") < 2:
            heard += line.recv(65536)
        assert 2 == heard.count(b"HTTP/1.1 200")


@pytest.mark.parametrize("size", [0, 10, 64 * 1024, 64 * 1024 + 1, 3_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_any_size_arrives_whole(size, chunked):
    """S1: short ones are waited for, long ones are read by the thread: the application sees no difference."""
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    if chunked:
        parts = [body[at : at + 50_000] for at in range(0, size, 50_000)]
        sent = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
        head = b"Transfer-Encoding: chunked\r\n\r\n"
    else:
        sent, head = body, b"Content-Length: %d\r\n\r\n" % size
    with serving(hello) as server, socket.create_connection(("127.0.0.1", server.port), 10) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nConnection: close\r\n" + head + sent)
        heard = b""
        while more := line.recv(65536):
            heard += more
    assert heard.partition(b"\r\n\r\n")[2] == (body or b"hello")


def test_more_half_requests_than_there_are_threads_hold_none():
    """S1: nobody waits behind them."""
    with serving(hello, stranger_threads=2) as server, contextlib.ExitStack() as held:
        for _ in range(20):
            line = held.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
            line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
        assert b"hello" in ask(server, GET % b"")


HALF = b"POST /%s HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n%s\r\n" + b"x" * 66_000


def test_half_long_bodies_of_strangers_are_not_read_on():
    """A2: twelve of them held the ten threads of strangers for ten seconds each."""
    with serving(hello, stranger_threads=1) as server, contextlib.ExitStack() as held:
        lines = [held.enter_context(socket.create_connection(("127.0.0.1", server.port), 10)) for _ in range(12)]
        for line in lines:
            line.sendall(HALF % (b"", b""))
        assert {b"HTTP/1.1 200"} == {line.recv(12) for line in lines}, "the application is asked at once"


def test_half_long_bodies_of_those_who_bring_a_token_have_threads_of_their_own():
    """A2: whoever is known by a token may take the time, in nobody else's threads."""
    reading = threading.Event()

    def slow(environ, start_response):
        if environ["PATH_INFO"] == "/slow":
            reading.set()
        return hello(environ, start_response)

    with serving(slow, stranger_threads=1, threads=1) as server, contextlib.ExitStack() as held:
        for _ in range(12):
            line = held.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
            line.sendall(HALF % (b"slow", b"Authorization: Bearer x\r\n"))
        assert reading.wait(10)
        assert b"hello" in ask(server, GET % b"")


def deaf(held, server):
    """A client that takes nothing of what it is answered."""
    line = held.enter_context(socket.socket())
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.connect(("127.0.0.1", server.port))
    return line


def test_an_answer_that_a_stranger_does_not_take_holds_its_thread_for_one_time_only():
    """B1: each piece of an answer had twenty seconds of its own."""

    def big(environ, start_response):
        start_response("200 OK", [("Content-Length", str(100 * 2**20))])
        return (bytes(2**20) for _ in range(100)) if environ["PATH_INFO"] == "/big" else [b"hello"]

    with serving(big, stranger_threads=1, answer_seconds=0.1) as server, contextlib.ExitStack() as held:
        deaf(held, server).sendall(GET % b"big")
        assert b"hello" in ask(server, GET % b"")


def test_who_carried_a_right_token_may_take_its_time():
    """B1: a report on a slow line is not cut."""
    begun = threading.Event()

    def big(environ, start_response):
        environ[KNOWN] = True
        start_response("200 OK", [("Content-Length", str(2**21))])
        begun.set()
        return [bytes(2**20)] * 2

    with serving(big, answer_seconds=0.0) as server, contextlib.ExitStack() as held:
        line = deaf(held, server)
        line.sendall(GET % b"")
        assert begun.wait(10)
        now = time.monotonic()
        until(lambda: ask(server, b"GET") or server._worker._looked_at > now)  # it has looked whom to cut
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2**20)
        line.settimeout(10)
        left = 2**21
        while left > 0 and (more := line.recv(65536)):
            left -= len(more)
        assert left <= 0


def test_a_stranger_that_asks_for_more_and_takes_nothing_is_cut():
    """B1: a thousand requests in one packet kept a thread for as long as the client liked."""
    answered = []

    def page(environ, start_response):
        answered.append(environ)
        start_response("200 OK", [("Content-Length", "5000")])
        return [bytes(5_000)]

    with serving(page) as server, contextlib.ExitStack() as held:
        deaf(held, server).sendall(GET % b"" * 100)
        until(lambda: answered and not server._worker.nr_conns)
    assert len(answered) < 30


def test_the_oldest_silent_connection_is_closed_for_the_next():
    """S1: a thousand of them left no room."""
    with serving(hello, strangers=5) as server, contextlib.ExitStack() as held:
        silent = [held.enter_context(socket.create_connection(("127.0.0.1", server.port), 10)) for _ in range(6)]
        assert b"" == silent[0].recv(1)
        silent[5].sendall(GET % b"")
        assert silent[5].recv(4096)


@pytest.mark.parametrize(("path", "kept"), [(b"known", True), (b"", False)])
def test_who_carried_a_right_token_is_not_closed_for_strangers(path, kept):
    """S1: behind one address there may be all kiosks, and an attacker."""
    with serving(hello, strangers=2) as server, contextlib.ExitStack() as held:
        first = held.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
        first.sendall(GET % path)
        until(lambda: b"hello" in first.recv(4096))
        silent = [held.enter_context(socket.create_connection(("127.0.0.1", server.port), 10)) for _ in range(3)]
        if not kept:
            assert b"" == first.recv(1)
            return
        assert b"" == silent[0].recv(1)
        first.sendall(GET % path)
        until(lambda: b"hello" in first.recv(4096))


def test_what_stays_takes_no_thread_of_the_pages():
    """S1: streams have threads of their own, however their path is spelt."""
    released = threading.Event()

    def staying(environ, start_response):
        if environ["PATH_INFO"].startswith("/stay"):
            released.wait(10)
        return hello(environ, start_response)

    with (
        serving(staying, stranger_threads=1, staying=b"/stay", staying_threads=1) as server,
        socket.create_connection(("127.0.0.1", server.port), 10) as line,
    ):
        line.sendall(GET % b"stay")
        assert b"hello" in ask(server, GET % b"")
        assert ask(server, GET % b"%73tay").startswith(b"HTTP/1.1 400")
        released.set()
        assert line.recv(4096)


def test_a_head_without_end_and_garbage_are_refused_and_end_nothing():
    """S1: 431 and 400, and the next one is served."""
    with serving(hello) as server:
        assert ask(server, b"GET / HTTP/1.1\r\nX: " + b"y" * 40_000).startswith(b"HTTP/1.1 431")
        assert ask(server, b"\x16\x03\x01\r\n\r\n").startswith(b"HTTP/1.1 400")
        assert b"hello" in ask(server, GET % b"")


def test_a_client_that_asks_whether_to_go_on_is_told():
    with serving(hello) as server, socket.create_connection(("127.0.0.1", server.port), 10) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert line.recv(25).startswith(b"HTTP/1.1 100 Continue")
        line.sendall(b"abc")
        heard = b""
        while b"abc" not in heard:
            heard += line.recv(4096)


def test_a_taken_port_is_refused():
    with serving(hello) as server, pytest.raises(OSError, match="in use"):
        PageServer("127.0.0.1", server.port, Limits())


def test_one_that_was_never_started_may_be_stopped():
    PageServer("127.0.0.1", 0, Limits()).stop()


def test_where_no_thread_is_left_a_request_is_refused_and_the_next_one_served():
    """A3: the server ended."""
    with serving(hello) as server:
        before = threading.stack_size(1 << 60)  # more than there is, so that no thread can be started
        try:
            assert ask(server, GET % b"").startswith(b"HTTP/1.1 503")
        finally:
            threading.stack_size(before)
        assert b"hello" in ask(server, GET % b"")


def test_where_no_file_is_left_connections_are_refused_by_name_and_later_ones_are_served():
    """A3: nor does it end for want of files."""
    with serving(hello) as server, socket.socket() as line, contextlib.ExitStack() as held:
        assert b"hello" in ask(server, GET % b""), "it has the files that it begins with"
        highest = max(int(file.name) for file in Path("/proc/self/fd").iterdir())
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, before[1]))
        try:
            with contextlib.suppress(OSError):
                while True:
                    held.callback(os.close, os.dup(line.fileno()))
            line.settimeout(10)
            line.connect(("127.0.0.1", server.port))
            assert b" 503 " in line.recv(4096)
            held.close()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        assert b"hello" in ask(server, GET % b"")


def test_a_connection_closed_behind_the_servers_back_does_not_end_it():
    """A3: the next connection got the number of the closed file, which was watched already: the worker ended."""
    lent = []

    def lending(environ, start_response):
        lent.append(environ["gunicorn.socket"])
        return hello(environ, start_response)

    with serving(lending) as server, socket.create_connection(("127.0.0.1", server.port), 10) as first:
        first.sendall(GET % b"known")
        until(lambda: b"hello" in first.recv(4096))
        with socket.socket() as second:
            second.settimeout(10)
            number = lent[0].fileno()
            until(lambda: server._worker.poller.get_map().get(number))
            lent[0].close()
            second.connect(("127.0.0.1", server.port))
            second.sendall(GET % b"")
            until(lambda: b"hello" in second.recv(4096))
            assert number == lent[1].fileno()


def test_what_fails_for_one_event_ends_nothing_else():
    """A3: whatever raised in the accepting thread ended the worker."""
    failed = threading.Event()
    with serving(hello) as server, contextlib.ExitStack() as held:
        assert b"hello" in ask(server, GET % b"")  # it watches from here on
        here, there = (held.enter_context(end) for end in socket.socketpair())

        def fail(end):
            server._worker.poller.unregister(end)
            failed.set()
            raise ValueError("of one event")

        server._worker.poller.register(there, selectors.EVENT_READ, fail)
        here.send(b"x")
        assert failed.wait(10)
        assert b"hello" in ask(server, GET % b"")


def test_a_request_that_came_in_time_is_served_also_by_a_server_that_is_late():
    """B1: on a machine that stood still for some seconds, a request that lay there unread was cut as too slow."""
    late, came = threading.Event(), threading.Event()
    with serving(hello) as server, contextlib.ExitStack() as held:
        line = held.enter_context(socket.create_connection(("127.0.0.1", server.port), 10))
        here, there = (held.enter_context(end) for end in socket.socketpair())
        until(lambda: server._worker.nr_conns)

        def stand_still(end):
            server._worker.poller.unregister(end)
            late.set()
            came.wait(10)
            server._worker._arrivals.hurry_all(0.0)
            server._worker._looked_at = 0.0

        server._worker.poller.register(there, selectors.EVENT_READ, stand_still)
        here.send(b"x")
        assert late.wait(10)
        line.sendall(GET % b"")
        came.set()
        assert line.recv(12) == b"HTTP/1.1 200"
