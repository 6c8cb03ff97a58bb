"""Where a ticket stands when a fact happens."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.domain.errors import HallError
from server.domain.queueing import placement
from server.domain.queueing.position import LAST, NEXT, QueuePosition, slot_of, stamp
from server.domain.queueing.rules import Rules
from server.protocol.terms import ErrorCode, Lane
from tests.unit.domain.queueing.play import at

SLOT = (at(60), at(90))


def check_in(rules: Rules | None = None, *, minute: float, slot=SLOT, seq: int = 1, **more) -> QueuePosition:
    start, end = slot or (None, None)
    return placement.on_check_in(
        rules=rules or Rules(), now=at(minute), slot_start=start, slot_end=end, seq=seq, **more
    )


def in_order(*places: QueuePosition) -> bool:
    return [place.order for place in places] == sorted(place.order for place in places)


def test_a_check_in_stands_in_lane_ordinary_by_default():
    assert (Lane.ORDINARY, 0, 0) == (check_in(minute=0).lane, check_in(minute=0).credit, check_in(minute=0).due_call)
    assert Lane.ORDINARY is check_in(minute=0, slot=None).lane


@pytest.mark.parametrize(
    ("rules", "minute", "opens"),
    [
        (Rules(early_allowed="no"), 59, 60),
        (Rules(early_allowed="minutes", early_minutes=15), 44, 45),
    ],
)
def test_too_early_is_refused_with_the_time_it_opens(rules, minute, opens):
    with pytest.raises(HallError) as refusal:
        check_in(rules, minute=minute)
    assert ErrorCode.TOO_EARLY == refusal.value.code
    assert at(opens).isoformat() == refusal.value.extra["opens_at"]
    assert Lane.ORDINARY is check_in(rules, minute=opens).lane
    assert Lane.ORDINARY is check_in(rules, minute=0, slot=None).lane
    assert Lane.URGENT is check_in(rules, minute=0, urgent=True).lane


def test_any_time_is_early_enough_by_default():
    assert Lane.ORDINARY is check_in(minute=-600).lane
    assert Lane.ORDINARY is check_in(Rules(early_allowed="minutes"), minute=-600).lane


def test_early_check_in_moves_nobody_before_an_earlier_slot():
    early = check_in(minute=0, seq=1)
    assert in_order(check_in(minute=59, slot=(at(30), at(60)), seq=2), early)
    assert in_order(check_in(minute=30, slot=None, seq=3), early)
    assert at(60) == early.since


def test_booked_then_walk_in_then_late_inside_a_slot():
    late = check_in(minute=61, slot=(at(0), at(30)), seq=1)
    walk_in = check_in(minute=62, slot=None, seq=2)
    booked = check_in(minute=89, seq=3)
    assert in_order(booked, walk_in, late)
    assert in_order(late, check_in(minute=0, slot=(at(90), at(120)), seq=4))


def test_without_appointments_first_the_slot_is_in_order_of_check_in():
    rules = Rules(appointments_first=False)
    assert in_order(check_in(rules, minute=62, slot=None, seq=2), check_in(rules, minute=89, seq=3))


def test_order_by_registration_number_where_the_hospital_wants_it():
    rules = Rules(order_by="registration")
    first = check_in(rules, minute=20, seq=2, registration=5)
    assert in_order(first, check_in(rules, minute=10, seq=1, registration=9))


@pytest.mark.parametrize(("minute", "late"), [(90, False), (100, False), (100.5, True)])
def test_grace_belongs_to_the_slot(minute, late):
    assert ("2" if late else "0") == check_in(minute=minute).order.split(".")[1]


def test_late_as_ordinary_keeps_the_slot():
    rules = Rules(late="ordinary")
    assert in_order(check_in(rules, minute=200, seq=9), check_in(rules, minute=90, slot=(at(90), at(120)), seq=1))


def test_late_to_the_end_of_the_session_stands_before_the_next_session():
    rules = Rules(late="end_of_session")
    late = check_in(rules, minute=101, session_end=at(240))
    assert in_order(check_in(rules, minute=200, slot=(at(210), at(240))), late)
    assert in_order(late, check_in(rules, minute=200, slot=(at(240), at(270))))


def test_late_to_the_end_of_a_session_nobody_named_is_the_end_of_the_slot():
    assert check_in(minute=101) == check_in(Rules(late="end_of_session"), minute=101)


def test_every_nth_late_patient_is_spaced():
    rules = Rules(late="every_nth", late_every=3)
    first = check_in(rules, minute=101, calls=10)
    second = check_in(rules, minute=102, calls=10, last_late_due=first.due_call)
    assert (Lane.PASSED, 13, 16) == (first.lane, first.due_call, second.due_call)


@pytest.mark.parametrize("tags", [["老"], ["老", "军"], ["复", "老"]])
def test_policy_tags_give_the_policy_lane_and_unknown_tags_nothing(tags):
    assert Lane.POLICY is check_in(minute=0, tags=tags).lane
    assert Lane.ORDINARY is check_in(minute=0, tags=["复"]).lane


def test_graded_place_carries_the_largest_credit():
    def credit(**more):
        return check_in(mode="graded", minute=0, **more).credit

    assert (15, 0, 20, 20, 15, 10) == (
        credit(),
        credit(slot=None),
        credit(tags=["军", "老"]),
        credit(slot=None, tags=["军"]),
        credit(tags=["转"]),
        credit(slot=None, tags=["转"]),
    )
    assert 0 == check_in(mode="graded", minute=101).credit


def test_graded_reference_is_the_slot_for_the_early_and_the_check_in_for_the_late():
    assert at(60) == check_in(mode="graded", minute=10).since
    assert at(70) == check_in(mode="graded", minute=70).since
    assert at(120) == check_in(mode="graded", minute=120).since


def test_a_return_stands_by_its_own_check_in():
    place = placement.on_return(rules=Rules(), now=at(33), seq=7, calls=13)
    assert (Lane.RETURN, at(33), 15) == (place.lane, place.since, place.due_call)
    assert Lane.URGENT is placement.on_return(rules=Rules(), now=at(33), seq=7, urgent=True).lane


def test_passed_steps_count_ordinary_calls():
    def due(passes, **more):
        place = placement.on_passed_return(rules=Rules(), now=at(0), seq=1, passes=passes, calls=40, **more)
        return place.lane, place.due_call

    assert (Lane.PASSED, 43) == due(1)
    assert (Lane.PASSED, 45) == due(2)
    assert (Lane.PASSED, LAST) == due(3)
    assert (Lane.PASSED, 52) == due(3, waiting=12)
    assert (Lane.PASSED, 45) == due(3, waiting=1)
    assert (Lane.ORDINARY, 0) == due(3, session_end=at(240))
    assert (Lane.URGENT, 0) == due(9, urgent=True)


def test_graded_end_of_slot_counts_the_wait_from_the_end_of_the_slot():
    rules = Rules(passed_steps=("end_of_slot",))
    place = placement.on_passed_return(rules=rules, now=at(65), seq=1, passes=1, calls=4, mode="graded")
    assert (Lane.PASSED, at(90), 0) == (place.lane, place.since, place.due_call)


def test_arrived_is_next():
    assert NEXT == placement.on_arrived(now=at(0), seq=1).due_call


def triage(place: QueuePosition, *, grade_urgent: bool, tags=(), mode="graded") -> QueuePosition:
    return placement.on_triage(
        place, rules=Rules(), mode=mode, grade_urgent=grade_urgent, tags=tags, checked_in_at=at(5), seq=1
    )


def test_triage_keeps_the_original_check_in_as_reference():
    place = check_in(mode="graded", minute=5, slot=None)
    worse = triage(place, grade_urgent=True)
    assert (Lane.URGENT, at(5)) == (worse.lane, worse.since)
    assert place == triage(worse, grade_urgent=False)
    assert place == triage(place, grade_urgent=False)


def test_triage_gives_a_tag_its_lane_and_credit():
    place = triage(check_in(mode="graded", minute=5, slot=None), grade_urgent=False, tags=["军"])
    assert (Lane.POLICY, 20, at(5)) == (place.lane, place.credit, place.since)


def test_transfer_keeps_the_time_unless_the_hospital_says_otherwise():
    kept = placement.on_transfer(rules=Rules(), checked_in_at=at(5), seq=3, now=at(90))
    fresh = placement.on_transfer(rules=Rules(transfer_reference="now"), checked_in_at=at(5), seq=3, now=at(90))
    assert (at(5), at(90)) == (kept.since, fresh.since)
    assert in_order(kept, check_in(minute=10, slot=None, seq=1))


def test_a_priority_moves_an_ordinary_ticket_and_leaves_the_others_in_their_lane():
    ordinary = check_in(minute=0, slot=None, seq=12)
    moved = placement.on_prioritise(ordinary, rules=Rules(), tag="老")
    assert (Lane.POLICY, ordinary.since) == (moved.lane, moved.since)
    assert moved == check_in(minute=0, slot=None, seq=12, tags=["老"])
    back = placement.on_return(rules=Rules(), now=at(0), seq=1)
    assert back == placement.on_prioritise(back, rules=Rules(), tag="老")
    urgent = check_in(minute=0, urgent=True)
    assert urgent == placement.on_prioritise(urgent, rules=Rules(), tag="老", mode="graded")
    assert 15 == placement.on_prioritise(back, rules=Rules(), tag="老", mode="graded").credit
    with pytest.raises(HallError) as refusal:
        placement.on_prioritise(ordinary, rules=Rules(), tag="熟人")
    assert ErrorCode.INVALID == refusal.value.code


@pytest.mark.parametrize(
    ("ahead", "lane"), [(0, Lane.ORDINARY), (1, Lane.ORDINARY), (2, Lane.POLICY), (9, Lane.POLICY)]
)
def test_a_priority_makes_nobody_later(ahead, lane):
    place = check_in(minute=0, slot=None, seq=12)
    assert lane == placement.on_prioritise(place, rules=Rules(), tag="老", ahead=ahead).lane
    assert Lane.POLICY == placement.on_prioritise(place, rules=Rules(), tag="老", mode="graded", ahead=ahead).lane


def test_triage_leaves_who_has_a_priority_in_the_woven_place():
    place = check_in(minute=0, slot=None, seq=12)
    assert place == triage(place, grade_urgent=False, tags=["军"], mode="woven")


@pytest.mark.parametrize(
    ("steps", "passes", "due"),
    [
        ((3, 5, "end"), 3, LAST),
        ((3, 5, "void"), 3, 5),
        (("void",), 1, LAST),
        ((3, "end", "void"), 9, LAST),
        ((3, 5), 1, 3),
    ],
)
def test_a_pardon_of_the_staff_takes_the_last_step_that_is_not_void_and_no_milder_one(steps, passes, due):
    rules = Rules(passed_steps=steps)
    place = placement.on_passed_return(rules=rules, now=at(0), seq=1, passes=passes, calls=0, pardoned=True)
    assert due == place.due_call


def test_a_place_is_frozen():
    with pytest.raises(AttributeError):
        check_in(minute=0).credit = 99
    assert 99 == replace(check_in(minute=0), credit=99).credit


@pytest.mark.parametrize(
    ("zone", "minutes", "moment", "slot"),
    [
        ("Asia/Shanghai", 30, "2026-03-02T01:44:59", "2026-03-02T01:30"),  # 09:44:59 → 09:30
        ("Asia/Kolkata", 20, "2026-03-02T03:49", "2026-03-02T03:30"),  # 09:19 → 09:00, which is no slot of UTC
        ("Asia/Kolkata", 60, "2026-03-02T04:29", "2026-03-02T03:30"),  # 09:59 → 09:00
        ("Asia/Kathmandu", 30, "2026-03-02T03:44", "2026-03-02T03:15"),  # 09:29 → 09:00
        ("Asia/Kathmandu", 30, "2026-03-02T03:45", "2026-03-02T03:45"),  # 09:30 → 09:30
        ("America/St_Johns", 60, "2026-01-15T12:29", "2026-01-15T11:30"),  # 08:59 → 08:00
        ("Europe/Berlin", 60, "2026-03-29T01:30", "2026-03-29T01:00"),  # 02:00 → 03:00: 03:30 → 03:00
        ("Europe/Berlin", 30, "2026-10-25T00:40", "2026-10-25T00:30"),  # 02:40 the first time
        ("Europe/Berlin", 30, "2026-10-25T01:40", "2026-10-25T01:30"),  # 02:40 the second time
        ("Australia/Lord_Howe", 60, "2026-10-03T15:40", "2026-10-03T15:30"),  # 02:00 → 02:30: 02:40 → the gap's end
        ("Australia/Lord_Howe", 20, "2026-04-04T14:45", "2026-04-04T14:40"),  # 01:45 the first time: 01:40
        ("Australia/Lord_Howe", 20, "2026-04-04T15:15", "2026-04-04T15:10"),  # 01:45 the second time: 01:40
    ],
)
def test_a_slot_begins_on_the_hospitals_own_clock(zone, minutes, moment, slot):
    came = datetime.fromisoformat(moment).replace(tzinfo=UTC)

    began = slot_of(minutes, came, ZoneInfo(zone))

    assert (slot, UTC) == (began.isoformat()[:16], began.tzinfo)


CLOCKS = ("UTC", "Asia/Kathmandu", "Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns", "Africa/Casablanca")


@given(
    zone=some.sampled_from(CLOCKS).map(ZoneInfo),
    minutes=some.sampled_from((5, 10, 15, 20, 30, 60)),
    minute=some.integers(0, 10 * 366 * 24 * 60),
    later=some.integers(0, 180),
)
def test_slots_never_begin_after_their_moment_and_follow_each_other(zone, minutes, minute, later):
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    began = slot_of(minutes, moment, zone)

    assert began <= moment
    assert began <= slot_of(minutes, moment + timedelta(minutes=later), zone)


def test_every_place_that_has_a_slot_takes_it_from_the_hospitals_clock():
    now, zone = datetime(2026, 3, 2, 3, 44, tzinfo=UTC), ZoneInfo("Asia/Kathmandu")  # 09:29
    nine = stamp(datetime(2026, 3, 2, 3, 15, tzinfo=UTC))
    rules = Rules(passed_steps=("end_of_slot",))
    booked = {"slot_start": now - timedelta(hours=3), "slot_end": now - timedelta(hours=2)}
    walk_in = {"slot_start": None, "slot_end": None}

    def came(**more) -> QueuePosition:
        return placement.on_check_in(rules=rules, now=now, seq=1, zone=zone, **more)

    places = [
        came(**walk_in),
        came(**walk_in, tags=["老"]),
        came(**booked),
        placement.on_passed_return(rules=rules, now=now, seq=1, passes=1, calls=0, zone=zone),
        placement.on_transfer(rules=rules, checked_in_at=now, seq=1, zone=zone),
        placement.on_prioritise(came(**walk_in), rules=rules, tag="老", zone=zone),
        placement.on_triage(
            came(**walk_in, urgent=True), rules=rules, mode="woven", grade_urgent=False, tags=(), checked_in_at=now,
            seq=1, zone=zone,
        ),
    ]  # fmt: skip

    assert [nine] * len(places) == [place.order.split(".")[0] for place in places]
