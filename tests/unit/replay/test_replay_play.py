from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.replay.day import Day, Visit
from server.replay.environment import ReplayError, planned
from server.replay.play import PaperHall, Plan, play, rooms_needed

EIGHT = datetime(2026, 5, 4, 0, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def minutes(count):
    return timedelta(minutes=count)


def visit(name, arrives, stays, kind="anchor"):
    return Visit(name, EIGHT + minutes(arrives), minutes(stays), kind)


class Witness(PaperHall):
    """A hall on paper that writes down what happens in it, in minutes after eight."""

    def __init__(self, stations):
        super().__init__(stations)
        self.seen = []

    def _note(self, deed, what, at):
        self.seen.append((deed, what, (at - EIGHT).total_seconds() / 60))

    def check_in(self, visit, queue, at):
        self._note("checks in", visit.id, at)
        return super().check_in(visit, queue, at)

    def call_next(self, station, at):
        ticket = super().call_next(station, at)
        if ticket:
            self._note(f"to {station}", ticket, at)
        return ticket

    def finish(self, ticket, at):
        self._note("leaves", ticket, at)


def played(visits, stations):
    hall = Witness(stations)
    return hall.seen, play(Plan(visits, stations, lambda visit: visit.doctor_type), hall)


def test_one_room_sees_patients_one_after_the_other_and_the_second_waits():
    seen, outcome = played([visit("A", 0, 10), visit("B", 4, 5)], {"R1": ["anchor"]})

    assert seen == [
        ("checks in", "A", 0),
        ("to R1", "A", 0),
        ("checks in", "B", 4),
        ("leaves", "A", 10),
        ("to R1", "B", 10),
        ("leaves", "B", 15),
    ]
    assert (outcome.checked_in, outcome.finished, outcome.strangers) == (2, 2, 0)


def test_a_room_freed_at_the_moment_of_an_arrival_is_free_for_it():
    seen, _ = played([visit("A", 0, 10), visit("B", 10, 5)], {"R1": ["anchor"]})

    assert [deed for deed, _, _ in seen] == ["checks in", "to R1", "leaves", "checks in", "to R1", "leaves"]


def test_idle_rooms_take_turns():
    seen, _ = played([visit("A", 0, 1), visit("B", 5, 1), visit("C", 10, 1)], {"R1": ["anchor"], "R2": ["anchor"]})

    assert [deed for deed, _, _ in seen if deed.startswith("to")] == ["to R1", "to R2", "to R1"]


def test_a_room_calls_only_from_its_own_queues():
    rooms = {"R1": ["anchor"], "R2": ["locum"]}
    seen, outcome = played([visit("A", 0, 9, "locum"), visit("B", 1, 9, "locum"), visit("C", 2, 1)], rooms)

    assert [it for it in seen if it[0].startswith("to")] == [("to R2", "A", 0), ("to R1", "C", 2), ("to R2", "B", 9)]
    assert outcome.finished == 3


@given(
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 30)), min_size=1, max_size=60),
    st.integers(1, 6),
)
def test_everybody_is_called_once_and_leaves_and_no_room_holds_two(people, rooms):
    visits = [visit(str(n), arrives, stays) for n, (arrives, stays) in enumerate(sorted(people))]
    seen, outcome = played(visits, {f"R{n}": ["anchor"] for n in range(rooms)})
    inside = 0
    for deed, _, _ in seen:
        inside += deed.startswith("to") - (deed == "leaves")
        assert 0 <= inside <= rooms

    assert sorted(v.id for v in visits) == sorted(who for deed, who, _ in seen if deed.startswith("to"))
    assert len(visits) == outcome.finished


def test_too_few_rooms_for_a_day_are_refused_with_the_number_that_would_do():
    day = Day(tuple(visit(str(n), 0, 30) for n in range(100)))

    with pytest.raises(ReplayError, match=r"too few stations: with 1 .* about 3 are needed"):
        planned(day, {"R1": ["Q"]}, SHANGHAI, simulated=True)
    assert len(planned(day, {"R1": ["Q"]}, SHANGHAI, simulated=False).visits) == 100
    assert rooms_needed(day.visits, EIGHT + timedelta(hours=20), 1) == 3


def test_kinds_of_doctor_spread_over_the_queues_that_the_chosen_rooms_serve():
    day = Day((visit("A", 0, 1, "anchor"), visit("B", 0, 1, "locum"), visit("C", 0, 1, "floating")))
    plan = planned(day, {"R1": ["IM"], "R2": ["SU"]}, SHANGHAI, simulated=True)

    assert [plan.queue_of(visit) for visit in plan.visits] == ["IM", "SU", "IM"]
