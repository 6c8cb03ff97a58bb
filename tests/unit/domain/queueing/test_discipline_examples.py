"""The rules hospitals publish, played as they publish them (docs/sources.md, Woven queues)."""

import pytest

from server.domain.errors import HallError
from server.domain.queueing import placement
from server.domain.queueing.discipline import Caller, ReasonCode, choose_next
from server.domain.queueing.rules import Rules
from server.protocol.terms import ErrorCode
from tests.unit.domain.queueing.play import Play, at, head_of


def numbers(first: int, last: int) -> list[str]:
    return [str(number) for number in range(first, last + 1)]


def reasons(play: Play, last: int) -> list[str]:
    return [choice.reason.code for choice in play.choices[-last:]]


def test_returns_are_woven_in_after_two_as_published():
    play = Play()
    play.check_in(*numbers(1, 20))
    assert numbers(1, 13) == play.call(13)
    play.come_back("R2", "R5", "R7", minute=60)
    assert ["14", "15", "R2", "16", "17", "R5", "18", "19", "R7"] == play.call(9, minute=60)
    in_order, woven = ReasonCode.IN_ORDER.value, ReasonCode.WEAVE_RETURN.value
    assert [in_order, in_order, woven] * 3 == reasons(play, 9)


def test_a_return_alone_in_the_lane_also_lets_two_go_first():
    play = Play()
    play.check_in(*numbers(1, 20))
    play.call(13)
    play.come_back("R2", minute=60)
    assert ["14", "15", "R2", "16", "17", "18"] == play.call(6, minute=60)


def test_the_weave_turns_to_one_and_one_when_more_returns_wait_than_ordinary():
    play = Play()
    play.check_in(*numbers(1, 3))
    play.come_back("R1", "R2", "R3", "R4")
    assert ["1", "R1", "2", "R2", "3", "R3", "R4"] == play.call(7)


def test_the_weave_turns_back_to_two_when_ordinary_patients_come():
    play = Play()
    play.check_in("1")
    play.come_back("R1", "R2", "R3")
    assert ["1", "R1"] == play.call(2)
    play.check_in("2", "3", "4", "5")
    assert ["2", "3", "R2", "4", "5", "R3"] == play.call(6)


def test_a_department_may_keep_two_and_one():
    play = Play(Rules(weave_adaptive=False))
    play.check_in(*numbers(1, 4))
    play.come_back("R1", "R2", "R3", "R4", "R5")
    assert ["1", "2", "R1", "3", "4", "R2", "R3", "R4", "R5"] == play.call(9)


def test_a_department_may_choose_one_and_one():
    play = Play(Rules(weave_ordinary=1))
    play.check_in(*numbers(1, 4))
    play.come_back("R1", "R2")
    assert ["1", "R1", "2", "R2", "3", "4"] == play.call(6)


def test_two_new_one_return_one_passed_is_a_rule_too():
    play = Play(Rules(weave_others=2, passed_steps=(2, "end")))
    play.check_in(*numbers(1, 6))
    play.come_back("R")
    play.rejoin("P", passes=1)
    assert ["1", "2", "R", "P", "3", "4"] == play.call(6, minute=10)


def test_an_empty_lane_is_skipped():
    play = Play()
    play.come_back("R1", "R2")
    assert ["R1", "R2"] == play.call(2)
    assert [ReasonCode.ONLY_ONE_LANE.value] * 2 == reasons(play, 2)
    assert [] == play.call()


def test_the_other_kinds_take_turns_and_the_most_overdue_begins():
    play = Play(Rules(policy_target=20, return_target=20, passed_target=30))
    play.check_in(*numbers(1, 12))
    play.check_in("S1", "S2", tags=["老"], minute=1)
    play.come_back("R1", "R2", "R3", minute=5)
    play.rejoin("P1", passes=1, minute=6)
    assert ["1", "2", "S1", "3", "4", "R1", "5", "6", "P1", "7", "8", "S2", "9", "10", "R2"] == play.call(15, minute=30)


@pytest.mark.parametrize(
    ("passes", "expected"),
    [
        (1, ["1", "2", "3", "P", "4", "5", "6", "7"]),
        (2, ["1", "2", "3", "4", "5", "P", "6", "7"]),
        (3, ["1", "2", "3", "4", "5", "6", "7", "P"]),
    ],
)
def test_a_passed_patient_comes_back_after_three_then_five_then_last(passes, expected):
    play = Play()
    play.check_in(*numbers(1, 7))
    play.rejoin("P", passes=passes)
    assert expected == play.call(8)


def test_the_fourth_pass_is_void_and_sends_to_the_desk():
    play = Play()
    with pytest.raises(HallError) as refusal:
        play.rejoin("P", passes=4)
    assert ErrorCode.DESK_ONLY == refusal.value.code
    assert 0 == len(play.lanes)


def test_the_third_pass_ends_the_session_but_not_the_day():
    play = Play()
    play.check_in("morning", slot=(0, 30), minute=0)
    play.rejoin("P", passes=3, minute=5, session_end=240)
    play.check_in("late morning", slot=(210, 240), minute=6)
    play.check_in("afternoon", slot=(330, 360), minute=7)
    assert ["morning", "late morning", "P", "afternoon"] == play.call(4, minute=10)


def test_a_passed_patient_does_not_wait_for_ordinary_patients_who_are_not_there():
    play = Play()
    play.check_in("1")
    play.rejoin("P", passes=1)
    assert ["1", "P"] == play.call(2)


def test_lcrmyy_puts_back_five_then_five_then_last_then_void():
    rules = Rules(passed_steps=(5, 5, "end", "void"))
    for passes, place in ((1, 5), (2, 5), (3, 8)):
        play = Play(rules)
        play.check_in(*numbers(1, 8))
        play.rejoin("P", passes=passes)
        assert place == play.call(9).index("P")
    with pytest.raises(HallError):
        Play(rules).rejoin("P", passes=4)


def test_cqszyy_puts_late_and_passed_patients_at_the_end_of_the_current_slot():
    play = Play(Rules(passed_steps=("end_of_slot",), late="end_of_slot", late_grace_minutes=0))
    play.check_in("in slot 1", minute=31, slot=(30, 60))
    play.check_in("late", minute=35, slot=(0, 30))
    play.rejoin("passed", passes=1, minute=36)
    play.check_in("in slot 2", minute=40, slot=(30, 60))
    play.check_in("next slot", minute=41, slot=(60, 90))
    assert ["in slot 1", "in slot 2", "late", "passed", "next slot"] == play.call(5, minute=45)


def test_a_late_patient_stands_at_the_end_of_the_current_slot():
    play = Play()
    play.check_in("late", minute=75, slot=(0, 30))
    play.check_in("walk-in", minute=80)
    play.check_in("on time", minute=85, slot=(60, 90))
    play.check_in("early for the next", minute=70, slot=(90, 120))
    assert ["on time", "walk-in", "late", "early for the next"] == play.call(4, minute=86)


def test_urgent_is_next_after_the_current_consultation_and_leaves_the_weave_where_it_was():
    play = Play()
    play.check_in(*numbers(1, 6))
    play.come_back("R")
    assert ["1"] == play.call()
    play.check_in("U", urgent=True, rank=2)
    assert ["U", "2", "R", "3"] == play.call(4)
    assert ReasonCode.URGENT.value == play.choices[1].reason.code


def test_a_passed_patient_who_stands_at_the_door_is_next_after_the_urgent():
    play = Play()
    play.check_in(*numbers(1, 3))
    play.lanes.add(head_of("P", placement.on_arrived(now=at(1), seq=99)))
    play.check_in("U", urgent=True, rank=2, minute=2)
    assert ["U", "P", "1"] == play.call(3, minute=3)
    assert ReasonCode.ARRIVED.value == play.choices[1].reason.code


def test_policy_tags_rank_inside_a_slot():
    play = Play(Rules(weave_ordinary=1))
    play.check_in(*numbers(1, 5))
    for minute, tag in ((1, "转"), (2, "老"), (3, "军"), (4, "孕"), (5, "残")):
        play.check_in(tag, tags=[tag], minute=minute)
    called = play.call(10, minute=10)
    assert ["军", "残", "孕", "老", "转"] == [ticket for ticket in called if not ticket.isdigit()]


def test_a_late_patient_with_priority_stands_in_the_policy_lane_of_the_current_slot():
    play = Play()
    play.check_in(*numbers(1, 4), minute=60)
    play.check_in("S", minute=61, slot=(0, 30), tags=["老"])
    assert ["1", "2", "S", "3", "4"] == play.call(5, minute=62)


def test_a_priority_counts_in_ones_own_slot_not_before_it():
    play = Play()
    play.check_in(*numbers(1, 4))
    play.check_in("S", minute=0, slot=(60, 90), tags=["军"])
    assert ["1", "2", "3", "4"] == play.call(4, minute=5)


def test_morning_numbers_stand_before_the_afternoon():
    play = Play()
    play.check_in("afternoon", minute=300, slot=(300, 330))
    play.check_in("morning", minute=200, slot=(180, 210))
    assert ["morning", "afternoon"] == play.call(2, minute=301)


def test_graded_serves_the_first_band_and_then_the_largest_share_of_the_target():
    play = Play(mode="graded")
    play.check_in("IV early", minute=0, rank=4)
    play.check_in("III", minute=16, rank=3)
    play.check_in("II", minute=29, rank=2, urgent=True)
    play.check_in("IV late", minute=20, rank=4)
    assert ["II", "IV early", "III", "IV late"] == play.call(4, minute=30)
    codes = [ReasonCode.GRADED_FIRST_BAND.value, *[ReasonCode.GRADED_SCORE.value] * 3]
    assert codes == reasons(play, 4)
    assert 30 == play.choices[1].reason.facts["waited"]
    assert 0.5 == play.choices[1].reason.facts["score"]


def test_credits_are_never_summed_and_are_capped():
    play = Play(mode="graded")
    play.check_in("booked soldier", minute=0, slot=(0, 30), tags=["军", "老"])
    play.check_in("plain", minute=0)
    assert ["booked soldier"] == play.call(minute=10)
    assert 20 == play.choices[0].reason.facts["credit"]
    capped = Play(Rules(credits={"军": 90}), mode="graded")
    capped.check_in("soldier", tags=["军"])
    capped.call(minute=1)
    assert 30 == capped.choices[0].reason.facts["credit"]


def test_policy_credits_rest_while_somebody_is_far_overdue():
    play = Play(mode="graded")
    play.check_in("IV", minute=0, rank=4)
    play.check_in("soldier", minute=62, tags=["军"], rank=3)
    assert ["soldier"] == [play.peek(minute=85).ticket]
    assert ["IV"] == [play.peek(minute=90).ticket]
    assert ReasonCode.GRADED_OVERDUE.value == play.peek(minute=90).reason.code


def test_the_credit_of_a_return_rests_too_while_somebody_is_far_overdue():
    back = placement.on_prioritise(
        placement.on_return(rules=Rules(), now=at(90), seq=2), rules=Rules(), tag="军", mode="graded"
    )
    late = placement.on_check_in(rules=Rules(), now=at(0), slot_start=None, slot_end=None, seq=1, mode="graded")
    heads = [head_of("late", late), head_of("back", back)]

    chosen = choose_next(heads, station=Caller("R1", ("IM",)), rules={}, modes={"IM": "graded"}, recent={}, now=at(110))
    assert chosen is not None
    assert ("late", 20) == (chosen.ticket, back.credit), "110 of 60 minutes go before 20 of 20: the credit rests"


def test_an_appointment_kept_on_time_has_credit_and_a_late_one_has_none():
    play = Play(mode="graded")
    play.check_in("walk-in", minute=0)
    play.check_in("booked", minute=0, slot=(0, 30))
    assert ["booked", "walk-in"] == play.call(2, minute=5)
    late = Play(mode="graded")
    late.check_in("late", minute=50, slot=(0, 30))
    late.check_in("walk-in", minute=49)
    assert ["walk-in", "late"] == late.call(2, minute=60)


def test_a_graded_return_has_its_own_target():
    play = Play(mode="graded")
    play.check_in("IV", minute=0, rank=4)
    play.come_back("R", minute=20, rank=4)
    assert ["IV"] == [play.peek(minute=29).ticket]
    assert ["R"] == [play.peek(minute=31).ticket]


def test_a_graded_passed_patient_waits_for_three_others():
    play = Play(mode="graded")
    play.rejoin("P", passes=1, minute=0)
    play.check_in(*numbers(1, 5), minute=10)
    assert ["1", "2", "3", "P", "4", "5"] == play.call(6, minute=40)


def test_equal_scores_go_to_the_earlier_and_then_to_the_smaller_seq():
    play = Play(mode="graded")
    play.check_in("first", "second", minute=0)
    play.check_in("half", minute=15, rank=3)
    assert ["first", "second", "half"] == play.call(3, minute=30)


def test_plain_first_come_knows_no_lanes_but_the_urgent():
    play = Play(Rules(first_come=True))
    play.check_in("1", minute=0)
    play.check_in("S", minute=1, tags=["军"])
    play.come_back("R", minute=2)
    play.check_in("2", minute=3, slot=(0, 30))
    play.check_in("U", minute=4, urgent=True)
    assert ["U", "1", "S", "R", "2"] == play.call(5, minute=5)
