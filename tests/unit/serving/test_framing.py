"""When a request is there, however it is cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.serving.framing import LARGEST_HEAD, WAITED_FOR, Arrived, Incoming

WHOLE = {
    "no body": b"GET /healthz HTTP/1.1\r\nHost: hall\r\n\r\n",
    "a body": b"POST /x HTTP/1.1\r\nHost: hall\r\ncontent-length:  5 \r\n\r\nabcde",
    "chunks": b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\na;x=y\r\n0\r\n\r\n01234\r\n0\r\n\r\n",
    "chunks with a trailer": b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
}


@pytest.mark.parametrize("request_", WHOLE.values(), ids=WHOLE.keys())
def test_a_request_is_there_with_its_last_byte_and_not_before(request_):
    """S1: no thread is asked for a request of which a byte is missing."""
    incoming = Incoming()
    said = [incoming.take(request_[at : at + 1]) for at in range(len(request_))]
    assert [Arrived.PART] * (len(request_) - 1) == said[:-1]
    assert Arrived.WHOLE is said[-1]
    assert len(request_) == incoming.ends_at


@given(st.sampled_from(list(WHOLE.values())), st.lists(st.integers(1, 40), min_size=1))
def test_pieces_of_any_size_say_the_same(request_, sizes):
    """S1: how a network cuts a request changes nothing."""
    incoming, at, turn = Incoming(), 0, 0
    said = Arrived.PART
    while at < len(request_):
        assert Arrived.PART is said
        size = sizes[turn % len(sizes)]
        said = incoming.take(request_[at : at + size])
        at, turn = at + size, turn + 1
    assert Arrived.WHOLE is said


def test_a_body_longer_than_is_waited_for_is_read_by_its_thread():
    """S1: what waits in memory for each connection is bounded."""
    said = Incoming().take(b"POST /x HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (WAITED_FOR + 1))
    assert Arrived.LONG is said
    chunked = Incoming()
    chunked.take(b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffff\r\n")
    assert Arrived.LONG is chunked.take(b"x" * (WAITED_FOR + 1))


def test_a_head_without_end_is_refused():
    """S1: nor does a head grow for ever."""
    incoming = Incoming()
    assert Arrived.TOO_LARGE is incoming.take(b"GET / HTTP/1.1\r\nX: " + b"y" * LARGEST_HEAD)


@pytest.mark.parametrize("size", [b"-5", b"xyz", b"", b" 5", b"0x5", b"123456789", b"z" * 300])
def test_what_is_no_chunk_is_left_to_the_parser_which_refuses_it(size):
    """S1: a size that is no size neither loops nor waits."""
    said = Incoming().take(b"POST /x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\n")
    assert Arrived.WHOLE is said


def test_a_client_that_asks_to_go_on_is_told_once():
    incoming = Incoming()
    incoming.take(b"POST /x HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n")
    assert incoming.asks_to_go_on()
    assert not incoming.asks_to_go_on()


def test_the_path_tells_which_threads_serve_it():
    incoming = Incoming()
    incoming.take(b"GET /socket.io/?EIO=4 HTTP/1.1\r\n\r\n")
    assert incoming.path.startswith(b"/socket.io")
