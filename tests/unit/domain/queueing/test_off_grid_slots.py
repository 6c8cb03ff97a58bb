"""Booked slots that do not lie on the grid: whoever comes without a slot stands behind those whose slot has begun."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.queueing import placement
from server.domain.queueing.discipline import Caller, Recent, choose_next, remember
from server.domain.queueing.lane_heap import LaneHeap
from server.domain.queueing.rules import Rules
from server.protocol.terms import Lane
from tests.unit.domain.queueing.play import QUEUE, at, head_of


@dataclass(frozen=True)
class Arrival:
    """Somebody who checks in at a minute, with a slot or without, by a policy or not."""

    minute: float
    slot: tuple[float, float] | None = None
    policy: bool = False


def begun(slots, minute):
    """The latest start of a slot that is not after this minute, as the services look it up."""
    return max((at(start) for start, _ in slots if start <= minute), default=None)


def called(arrivals, rules, *, rooms=1, minutes=7.0, opens=None):
    """Everybody in the order in which a queue calls them from minute `opens` on, as (minute, arrival, lane)."""
    lanes, recent, order = LaneHeap(), Recent(), []
    slots = [one.slot for one in arrivals if one.slot is not None]
    coming = sorted(arrivals, key=lambda one: one.minute)
    minute = opens or (coming[0].minute if coming else 0.0)
    names = {}
    while coming or len(lanes):
        while coming and coming[0].minute <= minute:
            arrival = coming.pop(0)
            start, end = arrival.slot or (None, None)
            place = placement.on_check_in(
                rules=rules,
                now=at(arrival.minute),
                slot_start=None if start is None else at(start),
                slot_end=None if end is None else at(end),
                seq=len(names) + 1,
                tags=("老",) if arrival.policy else (),
                calls=recent.calls,
                begun=begun(slots, arrival.minute),
            )
            names[f"t{len(names)}"] = arrival
            lanes.add(head_of(f"t{len(names) - 1}", place))
        for _ in range(rooms):
            choice = choose_next(
                lanes.heads(), station=Caller("R1", (QUEUE,)), rules={QUEUE: rules}, modes={QUEUE: "woven"},
                recent={QUEUE: recent}, now=at(minute),
            )  # fmt: skip
            if choice is None:
                break
            head = next(one for one in lanes.heads() if one.ticket == choice.ticket)
            lanes.take(head)
            recent = remember(recent, head.lane)
            order.append((minute, names[head.ticket], head.lane))
        minute += minutes
    return order


def is_late(arrival, rules):
    return arrival.slot is not None and arrival.minute > arrival.slot[1] + rules.late_grace_minutes


def wronged(order, rules):
    """Walk-ins who came after a booked patient whose slot had begun and were called before them in lane ordinary."""
    found = []
    for place, (_, walk_in, lane) in enumerate(order):
        if walk_in.slot is not None or lane is not Lane.ORDINARY:
            continue
        found += [
            (walk_in, booked)
            for _, booked, its_lane in order[place + 1 :]
            if booked.slot is not None
            and its_lane is Lane.ORDINARY
            and not is_late(booked, rules)
            and booked.minute <= walk_in.minute
            and booked.slot[0] <= walk_in.minute
        ]
    return found


def test_a_booked_patient_whose_slot_lies_off_the_grid_is_called_before_walk_ins_who_came_later():
    """Q5: booked for 09:15, first to check in, told to be the next; walk-ins of 09:18 to 09:22 were called first."""
    arrivals = [Arrival(70, (75, 90)), Arrival(78), Arrival(80), Arrival(82)]

    order = called(arrivals, Rules(), opens=100.0)

    assert arrivals == [arrival for _, arrival, _ in order]


def test_a_walk_in_who_was_there_before_the_slot_began_keeps_the_place():
    """Q5: the mend takes nothing from who came before the booked slot."""
    walk_in, booked = Arrival(73), Arrival(73, (75, 90))

    assert [walk_in, booked] == [one for _, one, _ in called([walk_in, booked], Rules(), opens=100.0)]


@pytest.mark.parametrize("slot_minutes", [15, 30, 60])
def test_a_late_patient_does_not_pass_who_is_booked_for_a_slot_that_has_begun(slot_minutes):
    """Q5: the end of the current slot is the end of the booked one too."""
    rules, late, booked = Rules(slot_minutes=slot_minutes), Arrival(77, (0, 30)), Arrival(76, (70, 100))

    assert [booked, late] == [one for _, one, _ in called([late, booked], rules, opens=100.0)]


def test_a_passed_patient_at_the_end_of_the_slot_stands_behind_a_booked_one_off_the_grid():
    """Q5: passed_steps = end_of_slot counts to the booked slot as well."""
    rules = Rules(passed_steps=("end_of_slot",))
    booked = placement.on_check_in(rules=rules, now=at(76), slot_start=at(75), slot_end=at(90), seq=1)

    back = placement.on_passed_return(rules=rules, now=at(80), seq=2, passes=1, calls=0, begun=at(75))

    assert booked.order < back.order


def test_a_transferred_patient_stands_where_the_first_check_in_would_have_put_them():
    """Q5: who was transferred counts to the slot booked in the other queue at the time that counts."""
    booked = placement.on_check_in(rules=Rules(), now=at(76), slot_start=at(75), slot_end=at(90), seq=1)

    moved = placement.on_transfer(rules=Rules(), checked_in_at=at(80), seq=2, now=at(95), begun=at(75))

    assert booked.order < moved.order


def test_a_slot_that_begins_later_is_nobodys_yet():
    """Q5: a start after the check-in changes nothing."""
    plain = placement.on_check_in(rules=Rules(), now=at(80), slot_start=None, slot_end=None, seq=1)

    assert plain == placement.on_check_in(
        rules=Rules(), now=at(80), slot_start=None, slot_end=None, seq=1, begun=at(81)
    )


GRIDS = st.sampled_from([15, 20, 30])
STARTS = {
    15: st.integers(0, 11).map(lambda n: n * 15.0),
    20: st.integers(0, 8).map(lambda n: n * 20.0),
    30: st.integers(0, 5).map(lambda n: n * 30.0),
}
IRREGULAR = st.integers(0, 180).map(float)


@st.composite
def days(draw):
    """Arrivals of three hours: bookings on a grid of 15, 20 or 30 minutes or on none, walk-ins, policy patients."""
    grid = draw(GRIDS)
    starts = draw(st.sampled_from([STARTS[grid], IRREGULAR]))
    arrivals = []
    for kind in draw(st.lists(st.sampled_from(["booked", "booked", "walk-in", "walk-in", "policy"]), max_size=25)):
        if kind == "booked":
            start = draw(starts)
            arrivals.append(Arrival(start + draw(st.integers(-40, 45)), (start, start + draw(GRIDS))))
        else:
            arrivals.append(Arrival(float(draw(st.integers(0, 200))), None, kind == "policy"))
    return arrivals


@settings(deadline=None, max_examples=150)
@given(
    arrivals=days(),
    slot_minutes=st.sampled_from([10, 15, 20, 30, 60]),
    rooms=st.integers(1, 2),
    ordinary=st.integers(1, 3),
)
def test_no_walk_in_is_called_before_a_booked_patient_who_was_there_and_whose_slot_had_begun(
    arrivals, slot_minutes, rooms, ordinary
):
    """Q5: over random days, on the grid and off it; only a policy lane may go before, by the weave."""
    rules = Rules(slot_minutes=slot_minutes, weave_ordinary=ordinary)

    order = called(arrivals, rules, rooms=rooms)

    assert len(arrivals) == len(order)
    assert [] == wronged(order, rules)
