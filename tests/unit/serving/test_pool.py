"""Threads that serve in order, also where the system has none left."""

import queue
import threading

from server.serving.pool import Pool, start_thread


class Threads:
    """Starts so many threads and no more, as a system does whose tasks are used up."""

    def __init__(self, most):
        self.left = most

    def __call__(self, work, name):
        if not self.left:
            raise RuntimeError("can't start new thread")
        self.left -= 1
        start_thread(work, name)


def pool_of(most, there):
    return Pool(most, "test", Threads(there))


def test_where_no_thread_can_be_started_a_task_is_refused_and_nothing_raised():
    """A3: the error went through the accepting thread and ended the server."""
    assert not pool_of(3, 0).submit(lambda: None)


def test_a_thread_that_could_not_be_started_is_not_counted():
    """A3: each failure took one thread away for ever."""
    system = Threads(0)
    pool, done = Pool(1, "test", system), queue.SimpleQueue()
    assert [False] * 5 == [pool.submit(lambda: None) for _ in range(5)]
    system.left = 1
    assert pool.submit(lambda: done.put("served"))
    assert "served" == done.get(timeout=10)


def test_what_finds_no_new_thread_waits_for_one_that_is_there():
    """A3: a system without threads to spare serves on with those it has."""
    pool, done, go_on = pool_of(3, 1), queue.SimpleQueue(), threading.Event()
    assert pool.submit(lambda: go_on.wait(10))
    assert all(pool.submit(lambda number=number: done.put(number)) for number in range(20))
    go_on.set()
    assert list(range(20)) == [done.get(timeout=10) for _ in range(20)]


def test_a_task_that_fails_in_whatever_way_costs_no_thread():
    """A3: a SystemExit of an application left a thread too few."""
    pool, done = pool_of(1, 1), queue.SimpleQueue()

    def fail(error):
        raise error

    for error in (ValueError(), SystemExit(1), StopIteration()):
        assert pool.submit(lambda error=error: fail(error))
    assert pool.submit(lambda: done.put("served"))
    assert "served" == done.get(timeout=10)
