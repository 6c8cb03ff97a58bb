"""Why, and why not me, in two languages and never with a name."""

import pytest

from server.domain.queueing.discipline import Reason, ReasonCode
from server.domain.queueing.explanation import CATEGORIES, REASONS, explain, reason_text, rule_text
from server.domain.queueing.rules import Rules


def test_every_reason_has_words_in_both_languages():
    for words in (REASONS, CATEGORIES):
        assert set(ReasonCode) == set(words)
        assert all({"zh", "en"} == set(sentences) and all(sentences.values()) for sentences in words.values())


def test_a_nurse_reads_the_numbers_behind_a_reason():
    reason = Reason("graded_score", {"waited": 34, "target": 60, "credit": 15, "grade": "IV"})
    assert "等候时间占目标时间最多 · 等候 34 分钟 / 目标 60 分钟 (57 %) · 优先 +15 分钟" == reason_text(reason, "zh")
    expected = "Waited the largest share of the target · waited 34 of 60 minutes (57 %) · credit +15 minutes"
    assert expected == reason_text(reason, "en")
    assert "In order · waited 3 minutes" == reason_text(Reason("in_order", {"waited": 3}), "en")


def test_the_turn_of_another_queue_names_the_reason_inside_it():
    reason = Reason("alternate_queue", {"within": "in_order", "waited": 3})
    assert "The queues of this room take turns · In order · waited 3 minutes" == reason_text(reason, "en")


def test_why_not_me_says_position_categories_and_rule():
    rule = rule_text(Rules(), "woven", "zh")
    told = explain(6, {"urgent": 1, "in_order": 3, "weave_return": 1, "weave_passed": 0}, rule, "zh")
    assert ("1 位危急患者优先", "3 位排在您前面", "1 位回诊患者") == told.categories
    assert told.text.startswith("您前面还有 5 位：1 位危急患者优先、3 位排在您前面、1 位回诊患者。危急患者优先；")
    english = explain(2, {"graded_first_band": 1}, rule_text(Rules(), "graded", "en"), "en")
    assert english.text.startswith("1 goes before you: 1 urgent. Emergencies go first;")


def test_the_next_patient_is_told_so():
    assert (
        "您是下一位。先到先看；危急患者优先。"
        == explain(1, {}, rule_text(Rules(first_come=True), "woven", "zh"), "zh").text
    )
    assert explain(1, {}, "The rule.", "en").text == "You are next. The rule."


def test_categories_that_read_alike_are_counted_together():
    assert ("3 urgent",) == explain(4, {"urgent": 1, "graded_first_band": 2}, "", "en").categories


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
    assert expected in rule_text(rules, "woven", "en")


def test_an_unknown_reason_is_an_error():
    with pytest.raises(ValueError, match="acquaintance"):
        explain(2, {"acquaintance": 1}, "", "en")
