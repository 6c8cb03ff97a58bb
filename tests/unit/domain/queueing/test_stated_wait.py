"""A wait that was told: when a later one needs a reason, which reason is true, and how well a day's waits held."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.queueing.stated_wait import (
    Calibration,
    Delay,
    OtherTicket,
    StatedWait,
    calibration_of,
    causes,
    delays,
    from_expected,
    later,
)
from server.domain.queueing.wait_estimate import Expected
from server.protocol.terms import Lane

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)
MINUTES = st.integers(0, 96).map(lambda steps: 5 * steps)
WORDS = st.frozensets(st.sampled_from(["checked_in", "triaged", "returned", "prioritised", "transferred"]))
OTHERS = st.builds(
    OtherTicket,
    lane=st.sampled_from(Lane),
    rank=st.none() | st.integers(1, 4),
    order=st.sampled_from("abz"),
    since=WORDS,
    regraded=st.booleans(),
    was_away=st.booleans(),
    here=st.booleans(),
)


def promise(high: int = 30, *, p20: float = 12.0, p80: float = 26.0, p90: float = 31.0) -> StatedWait:
    return StatedWait(NINE, 7, high, p20, p80, p90)


def other(lane: Lane = Lane.ORDINARY, *since: str, rank: int = 3, order: str = "b", **more: bool) -> OtherTicket:
    return OtherTicket(lane, rank, order, frozenset(since), **more)


def test_who_has_no_level_is_less_urgent_than_who_has_one():
    came = other(Lane.ORDINARY, "checked_in", rank=4)
    assert {Delay.URGENT: 1} == delays(Lane.ORDINARY, None, "a", [came], 0)
    assert {Delay.SLOWER: 0} == delays(Lane.ORDINARY, 4, "a", [replace(came, rank=None)], 0)


def why(*others: OtherTicket, rooms: int = 0, lane: Lane = Lane.ORDINARY, rank: int = 3, order: str = "m"):
    return delays(lane, rank, order, others, rooms)


@pytest.mark.parametrize(
    ("minutes_later", "high", "moved"),
    [
        (0, 30, False),
        (0, 40, False),
        (0, 45, True),
        (10, 30, False),
        (11, 30, True),
        (25, 5, False),
        (25, 15, False),
        (25, 20, True),
        (60, 5, True),
    ],
)
def test_the_promised_moments_are_compared_and_not_the_numbers(minutes_later, high, moved):
    assert moved is promise(30).has_moved(NINE + timedelta(minutes=minutes_later), high)


@given(told=MINUTES, later=st.floats(0, 600), high=MINUTES)
def test_a_reason_is_needed_exactly_when_the_end_moves_by_more_than_ten_minutes(told, later, high):
    now = NINE + timedelta(minutes=later)
    end_told, end_now = NINE + timedelta(minutes=told), now + timedelta(minutes=high)

    assert promise(told).has_moved(now, high) is ((end_now - end_told) > timedelta(minutes=10))


@pytest.mark.parametrize(
    ("said", "who", "cause"),
    [
        ("came urgent", other(Lane.URGENT, "checked_in", rank=2), Delay.URGENT),
        ("turned urgent", other(Lane.URGENT, "triaged", rank=2, regraded=True), Delay.URGENT),
        ("was urgent and is triaged the same again", other(Lane.URGENT, "triaged", rank=2), None),
        ("was urgent before", other(Lane.URGENT, rank=2), None),
        ("urgent from the room's other queue", other(Lane.URGENT, "checked_in", rank=2, here=False), Delay.URGENT),
        ("sent over, urgent", other(Lane.URGENT, "transferred", rank=2), Delay.URGENT),
        ("a more urgent level of a graded queue", other(Lane.ORDINARY, "checked_in", rank=2), Delay.URGENT),
        ("the other queue's levels are of another scale", other(rank=1, here=False), None),
        ("back from an examination", other(Lane.RETURN, "returned", was_away=True), Delay.WOVEN),
        ("back before it was told", other(Lane.RETURN, was_away=True), None),
        ("a return of the same day", other(Lane.RETURN, "checked_in"), Delay.WOVEN),
        ("passed and back", other(Lane.PASSED, "returned", was_away=True), Delay.WOVEN),
        ("sent back from a closed room's door", other(Lane.POLICY, "returned"), None),
        ("came with a priority", other(Lane.POLICY, "checked_in"), Delay.WOVEN),
        ("was given a priority", other(Lane.POLICY, "prioritised"), Delay.WOVEN),
        ("a priority of the other queue", other(Lane.POLICY, "checked_in", here=False), None),
        ("came later for an earlier slot", other(Lane.ORDINARY, "checked_in", order="a"), Delay.EARLIER_SLOT),
        ("came later for a later slot", other(Lane.ORDINARY, "checked_in", order="z"), None),
        ("stood before anyway", other(Lane.ORDINARY, order="a"), None),
    ],
)
def test_only_who_came_before_the_ticket_since_then_is_a_cause(said, who, cause):
    assert ({cause: 1} if cause else {Delay.SLOWER: 0}) == why(who), said


def test_for_an_urgent_ticket_only_a_more_urgent_level_is_more_urgent():
    urgent = dict(lane=Lane.URGENT, rank=2)

    assert {Delay.SLOWER: 0} == why(other(Lane.URGENT, "checked_in", rank=2), **urgent)
    assert {Delay.URGENT: 1} == why(other(Lane.URGENT, "checked_in", rank=1), **urgent)


def test_causes_are_counted_and_told_in_order_the_urgent_first_and_the_rooms_last():
    urgent, back = other(Lane.URGENT, "checked_in", rank=2), other(Lane.RETURN, "returned", was_away=True)
    found = why(back, urgent, urgent, rooms=1)

    assert [("urgent", 2), ("woven", 1), ("rooms", 1)] == [(code, count) for code, count, _ in causes(found)]
    assert later(found).names() == {
        "zh": "比先前告知的时间晚：2 位病情更急的患者先看、1 位回诊、优先或过号患者、1 间诊室暂停或停诊。",
        "en": "Later than we told you: 2 in a more urgent condition, 1 returning or with priority, "
        "rooms paused or stopped: 1.",
        "yue": "比先前告知的時間晚：2 位病情更急的病人先看、1 位回診、優先或過號病人、1 間診室暫停或停診。",
    }


@given(others=st.lists(OTHERS, max_size=8), rooms=st.integers(0, 3), lane=st.sampled_from(Lane))
def test_there_is_always_a_reason_nobody_counts_twice_and_who_stood_there_already_never(others, rooms, lane):
    since = [one for one in others if one.since or one.regraded]
    told = why(*others, rooms=rooms, lane=lane)

    assert told
    assert told == why(*since, rooms=rooms, lane=lane)
    assert sum(told.values()) <= len(since) + rooms


def test_where_nothing_can_be_named_consultations_take_longer():
    found = why()

    assert [("slower", 0)] == [(code, count) for code, count, _ in causes(found)]
    assert "候诊进度比预计的慢" in later(found).text("zh")
    assert "the line moves more slowly than expected" in later(found).text("en")


@pytest.mark.parametrize(
    ("minutes", "inside", "below"), [(11.9, 0, 1), (12, 1, 1), (26, 1, 1), (26.1, 0, 1), (31, 0, 1), (31.1, 0, 0)]
)
def test_a_call_keeps_what_was_told_within_its_quantiles(minutes, inside, below):
    assert Calibration(1, inside, below) == calibration_of(promise(), NINE + timedelta(minutes=minutes))


def test_who_was_told_that_nobody_has_to_wait_is_not_counted():
    nobody = from_expected(Expected(0, 0, 0, 0, 0, 5), NINE, 7)

    assert Calibration() == calibration_of(nobody, NINE + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("day", "verdict"),
    [
        (Calibration(19, 11, 17), "too few"),
        (Calibration(20, 12, 18), "ok"),
        (Calibration(20, 11, 17), "ok"),
        (Calibration(20, 13, 19), "ok"),
        (Calibration(20, 10, 18), "recalibrate"),
        (Calibration(20, 14, 18), "recalibrate"),
        (Calibration(20, 12, 16), "recalibrate"),
        (Calibration(20, 12, 20), "recalibrate"),
    ],
)
def test_a_day_is_judged_by_both_shares_from_twenty_patients_on(day, verdict):
    assert verdict == day.verdict
