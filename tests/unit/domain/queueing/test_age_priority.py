"""老 by the birth date: who has it, and what proves it."""

from datetime import date

import pytest

from server.domain.queueing.policy_priority import full_years, is_proof, tag_by_age
from server.domain.queueing.rule_faults import faults_of
from server.domain.queueing.rules import Rules

DAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("born", "tag"),
    [(date(1940, 5, 1), "老"), (date(1946, 3, 2), "老"), (date(1946, 3, 3), None), (None, None)],
)
def test_who_is_eighty_has_the_priority_by_the_birth_date(born, tag):
    """Q9: born 1940, by card → lane ordinary, although the rules promised the priority."""
    assert tag == tag_by_age(Rules(), born, DAY, proved=True)


def test_a_birth_date_of_nobody_proved_is_no_evidence():
    """Q9: a slip that lies on the floor makes nobody old."""
    assert None is tag_by_age(Rules(), date(1940, 5, 1), DAY, proved=False)


@pytest.mark.parametrize(
    ("rules", "tag"),
    [(Rules(old_age=70), "老"), (Rules(old_age=None), None), (Rules(policy_tags=("军",), credits={}), None)],
)
def test_the_hospital_sets_the_age(rules, tag):
    """Q9: 70, never, or no such priority at all."""
    assert tag == tag_by_age(rules, date(1955, 1, 1), DAY, proved=True)


@pytest.mark.parametrize(
    ("level", "slip_alone", "proof"),
    [(2, False, True), (2, True, True), (1, False, True), (1, True, False), (0, False, False)],
)
def test_a_slip_alone_proves_its_ticket_and_no_person(level, slip_alone, proof):
    """Q9: level 2, or a number with a proof."""
    assert proof is is_proof(level, slip_alone=slip_alone)


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [(date(2000, 2, 29), date(2025, 2, 28), 24), (date(2000, 2, 29), date(2025, 3, 1), 25), (DAY, DAY, 0)],
)
def test_a_year_is_full_on_the_birthday(born, day, years):
    assert years == full_years(born, day)


def test_child_and_wheelchair_are_tags_without_a_word_in_the_hall_file():
    """Q9: 儿童, 轮椅 were no default tags."""
    assert {"儿", "轮"} <= set(Rules().policy_tags)
    assert [] == faults_of(Rules(), mode="woven", has_sessions=False)


def test_tags_can_be_chosen_without_writing_the_credits_anew():
    """Q12: policy_tags alone was refused because of default credits that nobody wrote."""
    assert [] == faults_of(Rules(policy_tags=("儿", "轮", "军")), mode="graded", has_sessions=False)
    wrong = faults_of(Rules(policy_tags=("军",), credits={"军": 20, "残": 12}), mode="graded", has_sessions=False)
    assert ["credits"] == [fault.field for fault in wrong]
