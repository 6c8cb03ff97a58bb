"""The range people are told, and how many go before them."""

from dataclasses import replace
from random import Random

import pytest

from server.domain.queueing import placement
from server.domain.queueing.discipline import Caller, Recent
from server.domain.queueing.rules import Rules
from server.domain.queueing.wait_estimate import Room, Stream, WaitingLine, ahead_of, range_for, ranges_for, shown
from server.protocol.terms import Lane
from tests.unit.domain.queueing.play import QUEUE, at, head_of

SAMPLES = [4.0, 6.0, 8.0, 10.0, 12.0] * 12


def ordinary(count: int):
    return [
        head_of(f"t{seq}", placement.on_check_in(rules=Rules(), now=at(seq), slot_start=None, slot_end=None, seq=seq))
        for seq in range(1, count + 1)
    ]


def line(
    tickets, *, rooms: int = 1, busy: float | None = 0.0, streams=(), mode="woven", doctors=(None,), **more
) -> WaitingLine:
    return WaitingLine(
        tickets=tickets,
        rooms=[Room(Caller(f"R{room}", (QUEUE,), doctor=doctor), busy) for room in range(rooms) for doctor in doctors],
        rules={QUEUE: more.get("rules", Rules())},
        modes={QUEUE: mode},
        recent={QUEUE: more.get("recent", Recent())},
        now=at(30),
        streams=streams,
    )


def expected(ticket: str, of: WaitingLine, *, samples=SAMPLES, paused=False, seed=7):
    return range_for(ticket, of, samples=samples, random=Random(seed), paused=paused)


def test_the_same_seed_tells_the_same_range():
    of = line(ordinary(6), rooms=2, streams=[Stream(QUEUE, 0.2)])
    assert expected("t6", of) == expected("t6", of)
    assert expected("t6", of) != expected("t6", of, seed=8)


def test_the_range_holds_what_simple_arithmetic_says():
    told = expected("t6", line(ordinary(6)))
    assert told.p20 < 8 * 6 < told.p80 < told.p90
    assert told.low <= told.p20 + 5
    assert told.p80 <= told.high
    assert 0 == told.low % 5 == told.high % 5


def test_two_rooms_halve_the_wait():
    one, two = expected("t9", line(ordinary(9))), expected("t9", line(ordinary(9), rooms=2))
    assert 0.4 < two.p80 / one.p80 < 0.65


def test_a_free_room_means_no_wait():
    told = expected("t1", line(ordinary(1), busy=None))
    assert (0, 0, 0, 5) == (told.p20, told.p90, told.low, told.high)


def test_a_day_whose_services_drift_has_a_wider_range_than_the_same_services_mixed():
    quick_then_slow = [4.0, 5.0, 6.0] * 33 + [10.0, 12.0, 14.0] * 33
    mixed = Random(3).sample(quick_then_slow, len(quick_then_slow))
    drifts, steady = (expected("t9", line(ordinary(9)), samples=samples) for samples in (quick_then_slow, mixed))

    assert drifts.p80 - drifts.p20 > 1.5 * (steady.p80 - steady.p20)
    assert 0.85 < (drifts.p20 + drifts.p80) / (steady.p20 + steady.p80) < 1.15, "wider, not elsewhere"


@pytest.mark.parametrize(
    "hidden",
    [
        dict(samples=SAMPLES[:19]),
        dict(samples=[]),
        dict(paused=True),
    ],
)
def test_no_range_is_told_without_twenty_samples_or_while_paused(hidden):
    assert None is expected("t1", line(ordinary(2)), **hidden)
    assert None is not expected("t1", line(ordinary(2)), samples=SAMPLES[:20])


def width(told):
    return told.p80 - told.p20


def test_a_planned_time_tells_a_wide_range_from_the_first_patient_on():
    """Q13: the first range needed about twenty finished visits."""
    of = line(ordinary(9))
    first, some, enough = (
        range_for("t9", of, samples=SAMPLES[:seen], random=Random(7), planned=8) for seen in (0, 10, 20)
    )

    assert first.p20 < 8 * 9 < first.p80, "around what nine planned consultations take"
    assert width(first) > width(some) > width(enough), "the more are real, the less the plan is doubted"
    assert enough == range_for("t9", of, samples=SAMPLES[:20], random=Random(7)), "then it counts no more"
    assert width(first) > 1.5 * width(enough)


def test_a_plan_does_not_tell_what_a_paused_or_closed_room_cannot_hold():
    """Q13: nothing rather than a wrong number."""
    assert None is range_for("t1", line(ordinary(1)), samples=[], random=Random(7), planned=8, paused=True)
    assert None is range_for("t1", line(ordinary(1), rooms=0), samples=[], random=Random(7), planned=8)


def test_who_is_only_imagined_to_join_delays_nobody():
    """Q13: a newcomer for each doctor is imagined, to tell the next slip a wait; none of them may count."""
    others = ordinary(6)
    imagined = [replace(others[0], ticket=f"+{doctor}", order="000", doctor=doctor) for doctor in (None, "D1", "D2")]
    of, with_them = (line(some, doctors=("D1", "D2")) for some in (others, [*imagined, *others]))
    told, alone = (ranges_for(one, samples=SAMPLES, random=Random(1)) for one in (with_them, of))

    assert {"+None", "+D1", "+D2"} < set(told)
    assert abs(told["t6"].p80 - alone["t6"].p80) < 3
    assert abs(told["+D1"].p80 - told["t1"].p80) < 12


def test_no_range_is_told_when_nobody_calls():
    assert None is expected("t1", line(ordinary(1), rooms=0))
    assert None is expected("unknown", line(ordinary(1)))
    named = head_of("t1", placement.on_return(rules=Rules(), now=at(0), seq=1), doctor="D2")
    assert None is expected("t1", line([named], doctors=("D1",)))
    assert None is not expected("t1", line([named], doctors=("D2",)))


def test_imagined_urgent_patients_lengthen_the_range():
    calm = expected("t5", line(ordinary(5)))
    busy = expected("t5", line(ordinary(5), streams=[Stream(QUEUE, 0.1, lane=Lane.URGENT, rank=1)]))
    assert calm.p80 < busy.p80


def test_imagined_ordinary_patients_do_not_lengthen_a_woven_range():
    calm = expected("t5", line(ordinary(5)))
    busy = expected("t5", line(ordinary(5), streams=[Stream(QUEUE, 0.1)]))
    assert 0.8 < busy.p80 / calm.p80 < 1.25


def test_one_play_answers_for_the_whole_queue():
    told = ranges_for(line(ordinary(8), rooms=2), samples=SAMPLES, random=Random(1))
    assert {f"t{seq}" for seq in range(1, 9)} == set(told)
    assert told["t1"].p80 < told["t4"].p80 < told["t8"].p80


@pytest.mark.parametrize(
    ("low", "high", "expected_range"),
    [(0, 0, (0, 5)), (21, 33.2, (20, 35)), (20, 20, (20, 25)), (4.9, 5.1, (0, 10)), (58, 61, (55, 65))],
)
def test_a_range_is_rounded_outwards_to_five_minutes(low, high, expected_range):
    assert expected_range == shown(low, high)


def test_who_goes_before_is_counted_by_reason():
    back = head_of("R", placement.on_return(rules=Rules(), now=at(5), seq=50))
    urgent = head_of(
        "U",
        placement.on_check_in(rules=Rules(), now=at(6), slot_start=None, slot_end=None, seq=51, urgent=True),
        rank=2,
    )
    of = line([*ordinary(3), back, urgent])
    told = ahead_of("t3", of)
    assert 4 == told.count
    assert {"urgent": 1, "in_order": 2, "weave_return": 1} == told.reasons
    assert 0 == ahead_of("U", of).count


def test_nobody_is_ahead_of_a_ticket_that_nobody_calls():
    named = head_of("t1", placement.on_return(rules=Rules(), now=at(0), seq=1), doctor="D2")
    assert None is ahead_of("t1", line([named]))
    assert None is ahead_of("t1", line([], rooms=0))


def test_far_positions_are_counted_not_played():
    told = ahead_of("t900", line(ordinary(900)))
    assert 899 == told.count
