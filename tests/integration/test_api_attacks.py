"""What anybody on the network can do without a token, while a nurse and a doctor work; measured by bench/attacks.py."""

import contextlib
import http.client
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from server.live.gate import MOST_STRANGERS
from server.serving.limits import Limits
from tests.support.api import an_api
from tests.support.attackers import LOGIN, UPGRADE, WRONG, attacking
from tests.support.fuzzing_sockets import attack
from tests.support.hall import a_hall, until

POLLING = "/socket.io/?EIO=4&transport=polling"


@pytest.fixture(scope="module")
def hall():
    with a_hall() as running:
        yield running


CROWDS = {
    "idle-sockets": 340, "half-requests": 340, "slow-heads": 340, "silent": 1000, "handshakes": 300,
    "slow-readers": 100,
}  # fmt: skip


@pytest.mark.parametrize(("kind", "count"), CROWDS.items(), ids=CROWDS.keys())
def test_nurse_and_doctor_work_while_the_network_attacks(hall, kind, count):
    """S1: each of these stopped the server for everybody."""
    desk = hall.client("console")
    with attacking(kind, hall.port, count) as crowd:
        until(lambda: crowd.opened >= count, within=60)
        ticket = desk.check_in("H1", queue="IM", patient={"name": kind}).ticket
        desk.call_next("R1", ticket=ticket.id, reason="called by name")
        desk.finish(ticket.id)
        assert 200 == httpx.get(f"{hall.address}/healthz", timeout=60).status_code


def is_open(line):
    """Whether a connection has not been ended by the server."""
    with contextlib.suppress(BlockingIOError, ConnectionResetError):
        while line.recv(4096, socket.MSG_DONTWAIT):
            pass
        return False
    return line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0


def test_sockets_without_a_token_are_given_few_threads(hall):
    """S1: 340 sockets of the namespace that is granted to anybody took all threads."""
    with contextlib.ExitStack() as held:
        given, answers = [], set()
        for _ in range(MOST_STRANGERS + 16):  # on a slow machine the first are cut before the last come: none is open
            line = held.enter_context(socket.create_connection(("127.0.0.1", hall.port), 60))
            line.sendall(UPGRADE)
            answers.add(said := line.recv(12))
            given += [line] if said == b"HTTP/1.1 101" else []
        assert 0 < len(given)
        assert MOST_STRANGERS >= sum(is_open(line) for line in given)
    assert {b"HTTP/1.1 101", b"HTTP/1.1 503"} >= answers


def test_a_hundred_wrong_sign_ins_at_once_are_told_busy_but_for_a_few(hall):
    """S1: the last of 120 waited for fifty seconds."""

    def sign_in(_):
        with socket.create_connection(("127.0.0.1", hall.port), 30) as line:
            line.sendall(LOGIN % len(WRONG) + WRONG)
            return line.recv(12)

    with ThreadPoolExecutor(30) as pool:
        said = list(pool.map(sign_in, range(30)))
    assert b"HTTP/1.1 503" in said
    assert {b"HTTP/1.1 401", b"HTTP/1.1 503"} >= set(said)


HALVES = {
    "longer than any sign-in": (b"Content-Length: 200000\r\n", b"413"),
    "without a length": (b"Transfer-Encoding: chunked\r\n", b"413"),
    "under a token that is none": (b"Content-Length: 200000\r\nAuthorization: Bearer x\r\n", b"413"),
    "for a route that needs a token": (b"Content-Length: 200000\r\n", b"401"),
    "with a token that is none for such a route": (b"Content-Length: 200000\r\nCookie: hall=x\r\n", b"401"),
}


@pytest.mark.parametrize(("headers", "status"), HALVES.values(), ids=HALVES.keys())
def test_a_long_body_that_stops_half_way_is_refused_at_once(hall, headers, status):
    """A2: twelve of these held the ten threads of strangers for ten seconds each."""
    route = b"reports" if status == b"401" else b"session"
    head = b"POST /api/v1/" + route + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n" + headers
    size = b"30000\r\n" if b"chunked" in headers else b""
    with socket.create_connection(("127.0.0.1", hall.port), 10) as line:
        line.sendall(head + b"\r\n" + size + b" " * 66_000)
        said = b""
        while more := line.recv(4096):
            said += more
    assert status == said[9:12]
    assert b"application/problem+json" in said


def test_the_connection_of_a_nurse_outlives_three_hundred_silent_ones(hall):
    """S1: the server forgot who had carried a right token, so staff were served with the strangers."""
    nurse = http.client.HTTPConnection("127.0.0.1", hall.port, timeout=10)
    with contextlib.closing(nurse), contextlib.ExitStack() as held:
        for _ in range(2):
            nurse.request("GET", "/api/v1/devices/me", headers={"Authorization": f"Bearer {hall.token('console')}"})
            answer = nurse.getresponse()
            assert (200, True) == (answer.status, bool(answer.read()))
            nurse.auto_open = 0  # the same connection, or none
            silent = [
                held.enter_context(socket.create_connection(("127.0.0.1", hall.port), 10))
                for _ in range(Limits.strangers + 1)
            ]
            assert b"" == silent[0].recv(1)


GARBAGE = {
    "no frame": b"\xff" * 40,
    "no packet": b"\x81\x84\x00\x00\x00\x00zzzz",
    "no text": b"\x81\x81\x00\x00\x00\x00\xff",
    "an unknown packet": b"\x81\x83\x00\x00\x00\x0049z",
    "a binary event of nobody": b"\x81\x86\x00\x00\x00\x00451-[]",
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_on_a_socket_ends_it_and_writes_no_traceback(hall, garbage):
    """O9: one garbage packet wrote thirty lines, and an HTTP answer into the open socket."""
    with socket.create_connection(("127.0.0.1", hall.port), 20) as line:
        line.sendall(UPGRADE)
        until(lambda: b"\r\n\r\n" in line.recv(4096))
        line.sendall(garbage)
        said = b""
        while more := line.recv(4096):
            said += more
    assert b"HTTP/1.1" not in said
    assert "Traceback" not in hall.log()


def test_a_socket_that_talks_is_cut(hall):
    """S1: whoever has joined nothing and says much is no client of ours."""
    with socket.create_connection(("127.0.0.1", hall.port), 20) as line:
        line.sendall(UPGRADE)
        until(lambda: b"\r\n\r\n" in line.recv(4096))
        line.sendall(b"\x81\x82\x00\x00\x00\x0040" * 40)
        while line.recv(4096):
            pass
    assert "cut for what it said" in hall.log(), "it is not cut only because it joined nothing"


def test_no_made_up_packet_on_a_socket_ends_the_server_or_fills_its_log(hall):
    """The long run is `python -m tests.bench.fuzz sockets`."""
    seen = attack(hall, 40, 1)
    assert 40 == seen.total()
    assert {"joined", "stranger"} <= {word for key in seen for word in key.split()}
    assert not [key for key in seen if "unanswered" in key], "a socket that is ended holds a thread"
    assert 1 == len(hall.check_in("某某"))
    assert "Traceback" not in hall.log(), hall.log()[-3_000:]
    assert all(line[:2] == "20" for line in hall.log().splitlines()[1:]), "a library writes lines of its own"


@pytest.mark.parametrize("size", [64 * 1024 + 1, 1_000_000])
def test_a_packet_that_is_too_long_is_refused_and_holds_no_thread(hall, size):
    """A2: it was never answered, and its thread waited for ever for a poll that nobody made."""
    line = http.client.HTTPConnection("127.0.0.1", hall.port, timeout=10)
    with contextlib.closing(line):
        line.request("GET", POLLING)
        sid = json.loads(line.getresponse().read()[1:])["sid"]
        line.request("POST", f"{POLLING}&sid={sid}", body=b"4" * size)
        assert 400 == line.getresponse().status


def test_the_server_tells_no_version(hall):
    """S21: nor do the pages of the other programs."""
    server = httpx.get(f"{hall.address}/healthz").headers.get("Server", "")
    assert not any(character.isdigit() for character in server)


def test_a_polling_socket_of_another_node_is_told_so():
    """L13: behind a balancer without stickiness a polling socket never joined, and the answer said nothing of why."""
    with an_api() as api:
        client = api.server.app.test_client()
        answer = client.get(f"{POLLING}&sid=another-nodes", headers={"Accept-Language": "en"})
        assert (400, "application/problem+json") == (answer.status_code, answer.content_type)
        problem = json.loads(answer.get_data())
        assert "unknown_socket" == problem["code"]
        assert "sticky" in problem["title"]
