"""Why, and why not me, in every language of its readers and never with a name."""

import pytest

from server.domain.queueing.discipline import Reason, ReasonCode
from server.domain.queueing.explanation import (
    CATEGORIES,
    OUT_OF_LINE,
    explain,
    out_of_line,
    paused,
    reason,
    rule_of,
    those_ahead,
)
from server.domain.queueing.rules import Rules
from server.domain.queueing.stated_wait import Delay, later
from server.protocol.terms import TicketState
from server.protocol.texts import Texts


def test_every_reason_category_state_and_delay_has_its_text():
    keys = {f"ahead.{category}" for category in CATEGORIES.values()}
    keys |= {f"delay.{delay}" for delay in Delay} | {f"state.{state}" for state in OUT_OF_LINE}

    assert set(ReasonCode) == set(CATEGORIES)
    assert [] == [key for key in keys if {"zh", "yue", "en"} != set(Texts("waiting").names(key))]
    assert [] == [code for code in ReasonCode if {"zh", "en"} != set(Texts("calling").names(f"reason.{code}"))]


def test_a_nurse_reads_the_numbers_behind_a_reason():
    why = Reason("graded_score", {"waited": 34, "target": 60, "credit": 15, "grade": "IV"})
    assert "等候时间占目标时间最多 · 等候 34 分钟 / 目标 60 分钟 (57 %) · 优先 +15 分钟" == reason(why).text("zh")
    expected = "Waited the largest share of the target · waited 34 of 60 minutes (57 %) · credit +15 minutes"
    assert expected == reason(why).text("en")
    assert "In order · waited 3 minutes" == reason(Reason("in_order", {"waited": 3})).text("en")


def test_the_turn_of_another_queue_names_the_reason_inside_it():
    why = Reason("alternate_queue", {"within": "in_order", "waited": 3})
    assert "The queues of this room take turns · In order · waited 3 minutes" == reason(why).text("en")


def test_why_not_me_says_position_categories_and_rule():
    ahead = {"urgent": 1, "in_order": 3, "weave_return": 1, "weave_passed": 0}
    texts = explain(6, ahead, rule_of(Rules(), "woven")).names()

    assert texts["zh"].startswith("您前面还有 5 位：1 位危急患者优先、3 位排在您前面、1 位回诊患者。危急患者优先；")
    assert texts["yue"].startswith("您前面還有 5 位：1 位危急病人優先、3 位排在您前面、1 位回診病人。危急病人優先；")
    assert texts["en"].startswith("5 go before you: 1 urgent, 3 before you in order, 1 coming back with results. Urg")
    english = explain(2, {"graded_first_band": 1}, rule_of(Rules(), "graded")).text("en")
    assert english.startswith("1 goes before you: 1 urgent. Emergencies go first;")


def test_while_no_room_calls_that_is_said_first():
    assert "目前没有诊室叫号，恢复后继续。 您是下一位。先到先看；危急患者优先。" == paused(
        explain(1, {}, rule_of(Rules(first_come=True), "woven"))
    ).text("zh")


def test_who_is_not_in_line_is_told_what_to_do():
    assert "This ticket has expired." == out_of_line(TicketState.NO_SHOW).text("en")


def test_a_wait_that_moved_says_why():
    assert "Later than we told you: rooms paused or stopped: 2." == later({Delay.ROOMS: 2}).text("en")


def test_the_next_patient_is_told_so():
    first_come = rule_of(Rules(first_come=True), "woven")

    assert "您是下一位。先到先看；危急患者优先。" == explain(1, {}, first_come).text("zh")
    assert "You are next. The rule." == explain(1, {}, "The rule.").text("en")
    assert "4 go before you." == explain(5, {}, "").text("en")


def test_categories_that_read_alike_are_counted_together():
    told = those_ahead({"urgent": 1, "graded_first_band": 2, "staged": 0})

    assert [("urgent", 3, "3 urgent")] == [(code, count, text.text("en")) for code, count, text in told if count]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Rules(), "after every 2 in order, 1 returning, with priority or passed; after every one while more returns"),
        (Rules(weave_ordinary=1), "after every 1 in order, 1 returning, with priority or passed."),
        (
            Rules(weave_ordinary=3, weave_adaptive=False),
            "after every 3 in order, 1 returning, with priority or passed.",
        ),
    ],
)
def test_the_rule_says_its_own_numbers(rules, expected):
    assert expected in rule_of(rules, "woven").text("en")


def test_an_unknown_reason_is_an_error():
    with pytest.raises(ValueError, match="acquaintance"):
        explain(2, {"acquaintance": 1}, "")
