"""Rules that cannot stand are named before anything changes."""

from dataclasses import fields

import pytest

from server.domain.queueing.rule_faults import RANGES, faults_of
from server.domain.queueing.rules import Rules


def fields_at_fault(rules: Rules, *, mode="woven", has_sessions=True) -> list[str]:
    return [fault.field for fault in faults_of(rules, mode=mode, has_sessions=has_sessions)]


@pytest.mark.parametrize("mode", ["woven", "graded"])
@pytest.mark.parametrize("has_sessions", [True, False])
def test_the_defaults_are_sound_everywhere(mode, has_sessions):
    assert [] == faults_of(Rules(), mode=mode, has_sessions=has_sessions)


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        (Rules(weave_ordinary=4), "weave_ordinary"),
        (Rules(weave_others=0), "weave_others"),
        (Rules(slot_minutes=25), "slot_minutes"),
        (Rules(early_allowed="minutes"), "early_allowed"),
        (Rules(early_allowed="no", early_minutes=30), "early_minutes"),
        (Rules(passed_steps=()), "passed_steps"),
        (Rules(passed_steps=(0,)), "passed_steps"),
        (Rules(passed_steps=("void", 3)), "passed_steps"),
        (Rules(passed_steps=(3, "end", 5, "void")), "passed_steps"),
        (Rules(credits={"友": 10}), "credits"),
        (Rules(credits={"军": 45}), "credits"),
        (Rules(credits={"军": -1}), "credits"),
        (Rules(appointment_credit=40), "appointment_credit"),
        (Rules(policy_tags=("军", "老", "军"), credits={}), "policy_tags"),
        (Rules(stage_cap=9), "stage_cap"),
        (Rules(overdue_guard=0.5), "overdue_guard"),
    ],
)
def test_a_rule_that_cannot_stand_is_named(rules, field):
    assert [field] == fields_at_fault(rules)


def test_plain_first_come_contradicts_grades():
    assert ["first_come"] == fields_at_fault(Rules(first_come=True), mode="graded")


def test_rules_about_sessions_need_sessions():
    rules = Rules(late="end_of_session", missed_session="desk", check_in_closes_minutes=30, carry_over=False)
    assert [] == fields_at_fault(rules)
    expected = ["late", "missed_session", "check_in_closes_minutes", "carry_over"]
    assert expected == fields_at_fault(rules, has_sessions=False)


def test_every_range_belongs_to_a_rule_and_holds_its_default():
    known = {field.name for field in fields(Rules)}
    assert set(RANGES) <= known
    for name, (least, most) in RANGES.items():
        default = getattr(Rules(), name)
        assert default is None or least <= default <= most
