"""The one writer of a process: served in order of arrival, left when the deadline passes, never held by two."""

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.services.core.writer_lock import FifoLock
from tests.support.hall import until

LATER = 60.0


def soon(seconds=LATER):
    return time.monotonic() + seconds


def waiting(lock):
    return len(lock._waiting)


def stands_there(lock, before):
    """Whether somebody waits who did not wait `before`; those who were there may have left meanwhile."""
    return any(turn not in before for turn in list(lock._waiting))


def stand(lock, name, deadline, log):
    """A thread that waits for the lock until `deadline`, says whether it got it, and gives it on."""

    def wait():
        got = lock.acquire(deadline)
        log.append((name, got))
        if got:
            lock.release()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def queue_up(lock, names, log, hasty=None):
    """Threads that wait for the lock one behind the other, in the order of `names`; `hasty` not for long."""
    threads = []
    for place, name in enumerate(names):
        threads.append(stand(lock, name, soon(0.05) if name == hasty else soon(), log))
        until(lambda place=place, name=name: waiting(lock) == place + 1 or (name, False) in log, every=0.001)
    return threads


def test_those_who_wait_are_served_in_the_order_they_came():
    lock, log = FifoLock(), []
    assert lock.acquire(soon())
    threads = queue_up(lock, range(20), log)
    lock.release()
    for thread in threads:
        thread.join(30)

    assert [(name, True) for name in range(20)] == log


def test_a_free_lock_is_had_at_once_and_again_after_its_release():
    lock = FifoLock()

    for _ in range(3):
        assert lock.acquire(soon())
        lock.release()
    assert lock.acquire(soon())


def test_a_deadline_that_has_passed_gets_nothing_and_leaves_the_lock_free():
    lock = FifoLock()

    assert not lock.acquire(time.monotonic() - 1)
    assert lock.acquire(soon())


def test_who_waits_past_the_deadline_leaves_and_the_next_is_served():
    lock, log = FifoLock(), []
    assert lock.acquire(soon())
    threads = queue_up(lock, ["patient", "also patient", "hasty"], log, "hasty")
    until(lambda: ("hasty", False) in log)

    assert 2 == waiting(lock)
    lock.release()
    for thread in threads:
        thread.join(30)
    assert [("hasty", False), ("patient", True), ("also patient", True)] == log


def test_a_turn_that_comes_after_the_deadline_is_passed_on():
    lock = FifoLock()
    assert lock.acquire(soon())
    lock._waiting.append(late := threading.Event())
    lock.release()

    assert late.is_set(), "the turn was given"
    assert lock._held


@pytest.mark.parametrize("threads", [2, 8])
def test_two_never_hold_it_at_once_and_none_is_forgotten(threads):
    lock, inside, seen, done = FifoLock(), [], [], []

    def work(name):
        for _ in range(100):
            assert lock.acquire(soon())
            inside.append(name)
            seen.append(len(inside))
            inside.remove(name)
            lock.release()
        done.append(name)

    workers = [threading.Thread(target=work, args=(name,)) for name in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)

    assert set(range(threads)) == set(done)
    assert {1} == set(seen)
    assert 100 * threads == len(seen)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_whoever_leaves_early_the_order_of_the_others_stays(stays):
    lock, log = FifoLock(), []
    assert lock.acquire(soon())
    threads = []
    for name, patient in enumerate(stays):
        before = list(lock._waiting)
        threads.append(stand(lock, name, soon() if patient else soon(0.03), log))
        until(lambda before=before, name=name: stands_there(lock, before) or (name, False) in log, every=0.001)
    until(lambda: waiting(lock) == sum(stays), every=0.005)
    lock.release()
    for thread in threads:
        thread.join(30)

    assert [name for name, patient in enumerate(stays) if patient] == [name for name, got in log if got]
    assert {name for name, patient in enumerate(stays) if not patient} == {name for name, got in log if not got}
    assert lock.acquire(soon())
