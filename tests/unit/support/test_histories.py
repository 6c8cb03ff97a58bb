"""The judge of histories: accepts what a hall with one lock does, and sees a planted race and a planted stale read."""

import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from types import SimpleNamespace

import pytest

from tests.support.histories import Entry, Operation, Recorder, judge


class FakeHall:
    """A hall of one line and some stations, under one lock, with a journal."""

    def __init__(self):
        self.lock = threading.Lock()
        self.journal, self.tickets = [], {}

    def check_in(self):
        with self.lock:
            return self._write("ticket.checked_in", f"t{len(self.tickets)}", "waiting", None)

    def call_next(self, station):
        with self.lock:
            first = self._first()
            return first and self._write("ticket.called", first, "called", station)

    def finish(self, ticket):
        with self.lock:
            return self._write("ticket.finished", ticket, "done", None)

    def snapshot(self):
        with self.lock:
            return self._snapshot()

    def _first(self):
        return min((id for id, one in self.tickets.items() if one.state == "waiting"), key=self._order, default=None)

    def _order(self, id):
        return self.tickets[id].order

    def _snapshot(self):
        return SimpleNamespace(seq=len(self.journal), tickets=list(self.tickets.values()))

    def _write(self, kind, id, state, station):
        seq = len(self.journal) + 1
        order = self.tickets[id].order if id in self.tickets else f"{seq:05d}"
        self.tickets[id] = SimpleNamespace(id=id, state=state, station=station, seq=seq, order=order)
        self.journal.append(Entry(seq, kind, id, state, station, "IM/ordinary", order))
        return self.tickets[id]


class RacyHall(FakeHall):
    """Chooses outside the lock, as a plain SELECT before an UPDATE does; both rooms have chosen before one writes."""

    def __init__(self):
        super().__init__()
        self.chosen = threading.Barrier(2)

    def call_next(self, station):
        with self.lock:
            first = self._first()
        self.chosen.wait(10)
        with self.lock:
            return self._write("ticket.called", first, "called", station)


class SkippingHall(FakeHall):
    """Skips who is locked at the moment, as FOR UPDATE SKIP LOCKED does: nobody twice, but not in order."""

    def call_next(self, station):
        with self.lock:
            waiting = sorted((id for id, one in self.tickets.items() if one.state == "waiting"), key=self._order)
            return self._write("ticket.called", waiting[1], "called", station)


class StaleHall(FakeHall):
    """Answers reads from a copy that was right some events ago."""

    def __init__(self):
        super().__init__()
        self.copy = self._snapshot()

    def snapshot(self):
        return self.copy


def worked(hall, *, rooms=4, each=25):
    """The history of a rush: all rooms press next while people come, and somebody reads."""
    recorder = Recorder()

    def arrive():
        for _ in range(rooms * each):
            recorder.ask("ticket.checked_in", hall.check_in)
            recorder.ask("read", hall.snapshot)

    def room(number):
        for _ in range(each):
            called = recorder.ask("ticket.called", partial(hall.call_next, f"R{number}"), station=f"R{number}")
            if called:
                recorder.ask("ticket.finished", partial(hall.finish, called.id), ticket=called.id)

    with ThreadPoolExecutor(rooms + 1) as pool:
        for one in [pool.submit(arrive), *(pool.submit(room, number) for number in range(rooms))]:
            one.result(60)
    return recorder.operations


def test_the_history_of_a_hall_with_one_lock_is_accepted():
    hall = FakeHall()
    assert [] == judge(worked(hall), hall.journal)


def test_a_hall_that_chooses_outside_its_lock_is_rejected():
    """A planted race: two rooms choose the same patient before either writes."""
    hall, recorder = RacyHall(), Recorder()
    for _ in range(2):
        recorder.ask("ticket.checked_in", hall.check_in)
    with ThreadPoolExecutor(2) as pool:
        calls = [
            pool.submit(recorder.ask, "ticket.called", lambda room=room: hall.call_next(room), station=room)
            for room in ("R1", "R2")
        ]
        for one in calls:
            one.result(30)
    assert ["4 ticket.called: t0 was called, is called"] == judge(recorder.operations, hall.journal)


def test_a_hall_that_skips_the_first_of_a_lane_is_rejected():
    hall, recorder = SkippingHall(), Recorder()
    for _ in range(2):
        recorder.ask("ticket.checked_in", hall.check_in)
    recorder.ask("ticket.called", lambda: hall.call_next("R1"), station="R1")
    assert ["3 t1 is called before t0, the first of IM/ordinary"] == judge(recorder.operations, hall.journal)


def test_a_read_from_the_past_is_rejected():
    """A planted stale read: a check-in was acknowledged, and a snapshot asked afterwards does not show it."""
    hall, recorder = StaleHall(), Recorder()
    recorder.ask("ticket.checked_in", hall.check_in)
    recorder.ask("read", hall.snapshot)
    assert ["a read shows 0, though 1 was told before it was asked"] == judge(recorder.operations, hall.journal)


def ticket(seq, kind, state, station=None, id="t0"):
    return Entry(seq, f"ticket.{kind}", id, state, station, "IM/ordinary", "1")


CAME = ticket(1, "checked_in", "waiting")
CALLED = ticket(2, "called", "called", "R1")
CHECKED_IN = Operation(0.0, 1.0, "ticket.checked_in", "done", "t0", None, 1)


@pytest.mark.parametrize(
    ("operations", "journal", "said"),
    [
        ([CHECKED_IN], [], "acknowledged and is lost"),
        ([], [CAME], "nobody asked for it"),
        ([Operation(0, 1, "ticket.checked_in", "refused", code="queue_closed")], [CAME], "nobody asked for it"),
        ([CHECKED_IN], [CAME, CAME], "holes"),
        ([CHECKED_IN, Operation(0, 1, "ticket.checked_in", "done", "t0", None, 1)], [CAME], "two who asked"),
        ([CHECKED_IN, Operation(2, 3, "ticket.called", "nobody", station="R1")], [CAME], "nobody waits"),
        ([CHECKED_IN, Operation(2, 3, "ticket.called", "refused", station="R1", code="station_busy")], [CAME], "busy"),
        ([CHECKED_IN, Operation(2, 3, "read", "read", seq=1, state={"t0": "called"})], [CAME], "what was never"),
        ([CHECKED_IN, Operation(2, 3, "read", "read", seq=9)], [CAME], "has not reached"),
        (
            [CHECKED_IN, Operation(2, 3, "ticket.called", "done", "t0", "R2", 2)],
            [CAME, CALLED],
            "was told; the journal has",
        ),
        (
            [Operation(5, 6, "ticket.checked_in", "done", "t0", None, 1),
             Operation(2, 3, "ticket.called", "done", "t0", "R1", 2)],
            [CAME, CALLED],
            "was asked after 2 had been told",
        ),
        (
            [CHECKED_IN, Operation(0, 1, "ticket.checked_in", "done", "t1", None, 2),
             *(Operation(2, 3, "ticket.called", "done", f"t{n}", "R1", n + 3) for n in range(2))],
            [CAME, ticket(2, "checked_in", "waiting", id="t1"), ticket(3, "called", "called", "R1"),
             ticket(4, "called", "called", "R1", id="t1")],
            "station R1 has t0 already",
        ),
    ],
)  # fmt: skip
def test_a_history_that_no_hall_could_have_is_rejected(operations, journal, said):
    found = judge(operations, journal)
    assert any(said in one for one in found), found


def test_an_answer_that_never_came_may_have_been_done_or_not():
    unknown = [CHECKED_IN, Operation(2, 9, "ticket.called", "unknown", station="R1")]
    assert [] == judge(unknown, [CAME])
    assert [] == judge(unknown, [CAME, CALLED])


def test_an_empty_call_may_fall_between_two_events_that_go_on_at_the_same_time():
    called = Operation(2, 9, "ticket.called", "done", "t0", "R1", 2)
    nobody = Operation(3, 4, "ticket.called", "nobody", station="R2")
    assert [] == judge([CHECKED_IN, called, nobody], [CAME, CALLED])
