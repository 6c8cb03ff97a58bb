"""Sign-ins in line: few wait, the others are told at once, and who is signed in goes first."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.domain.errors import HallError
from server.services.access.password_hashing import HashingLine
from tests.support.hall import until


def waiting(line, addresses, order):
    """One thread for each address, each in line before the next comes; `order` gets them as they are served."""
    pool = ThreadPoolExecutor(len(addresses))

    def come(address):
        with line.turn(address):
            order.append(address)

    for place, address in enumerate(addresses, 1):
        pool.submit(come, address)
        until(lambda place=place: len(line._known) + len(line._strangers) == place, every=0.001)
    return pool


def test_a_hundred_wrong_sign_ins_at_once_are_refused_at_once_but_for_a_few():
    """S1: one lock let 120 sign-ins wait for fifty seconds."""
    line, order = HashingLine(most=12, most_of_an_address=8), []
    with line.turn("10.0.0.1"):
        pool = waiting(line, ["10.0.0.1"] * 8, order)
        for _ in range(100):
            with pytest.raises(HallError, match="busy"), line.turn("10.0.0.1"):
                pass
    pool.shutdown()
    assert ["10.0.0.1"] * 8 == order


def test_a_nurse_at_another_address_still_signs_in_during_the_burst():
    """S1: the line keeps places that one address cannot take."""
    line, order = HashingLine(most=12, most_of_an_address=8), []
    with line.turn("10.0.0.1"):
        pool = waiting(line, [*["10.0.0.1"] * 8, "10.0.0.7"], order)
    pool.shutdown()
    assert "10.0.0.7" == order[-1]


def test_many_addresses_together_wait_no_longer_than_the_line_is():
    """S1: a burst from many addresses is bounded too."""
    line, order = HashingLine(most=3, most_of_an_address=2), []
    with line.turn("10.0.0.1"):
        pool = waiting(line, ["10.0.0.2", "10.0.0.3", "10.0.0.4"], order)
        with pytest.raises(HallError, match="busy"), line.turn("10.0.0.5"):
            pass
    pool.shutdown()


def test_who_is_signed_in_goes_before_strangers_and_is_not_counted():
    """S1: a clinician who confirms a triage does not wait behind a burst of sign-ins."""
    line, order = HashingLine(most=2, most_of_an_address=2), []
    with line.turn("10.0.0.1"):
        pool = waiting(line, ["10.0.0.1", "10.0.0.1", None, None], order)
    pool.shutdown()
    assert [None, None, "10.0.0.1", "10.0.0.1"] == order


def test_nobody_holds_a_thread_for_longer_than_the_patience():
    """S1: a turn that does not come is refused as busy."""
    line = HashingLine(patience=0.01)
    with line.turn("10.0.0.1"):
        for address in ("10.0.0.2", None):
            with pytest.raises(HallError, match="busy"), line.turn(address):
                pass
    assert not line._strangers


def test_a_check_that_fails_gives_its_turn_on():
    """S1: an exception while hashing leaves the line open."""
    line, gone = HashingLine(), threading.Event()
    with pytest.raises(ValueError, match="no hash"), line.turn("10.0.0.1"):
        raise ValueError("no hash")
    with line.turn("10.0.0.2"):
        gone.set()
    assert gone.is_set()
