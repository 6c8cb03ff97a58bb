"""A hall file with a wrong rule is refused as a whole, with the line, what was probably meant, and a stable code."""

import pytest

from server.domain.errors import HallError
from server.services.halls.hall_file import read
from tests.support.disciplined import SESSIONS, hall_file


def refusal(text: str) -> tuple[str, list[dict]]:
    with pytest.raises(HallError) as refused:
        read(text)
    return refused.value.code.value, refused.value.extra["errors"]


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(start))


@pytest.mark.parametrize(
    ("rule", "meant"),
    [
        ("weave_ordinari = 2", "weave_ordinary"),
        ("passed_step = [3, 5]", "passed_steps"),
        ("late_evry = 3", "late_every"),
        ("credit = {}", "credits"),
    ],
)
def test_a_typing_error_is_told_with_its_line_and_what_was_meant(rule, meant):
    text = hall_file(rules=rule)
    code, (fault,) = refusal(text)

    assert ("hall_file_rejected", line_of(text, rule)) == (code, fault["line"])
    assert f"did you mean '{meant}'?" in fault["reason"]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("weave_ordinary = 9", "9 is not between 1 and 3"),
        ("late = 'never'", "late"),
        ("passed_steps = [3, 'void', 5]", '"void" ends the ticket'),
        ("slot_minutes = 7", "does not divide the hour"),
        ("staging = 'sometimes'", "staging"),
        ("undo_seconds = -1", "-1 is not between 0 and 300"),
    ],
)
def test_a_value_that_cannot_stand_is_told_with_its_line(rule, said):
    text = hall_file(rules=rule)
    code, faults = refusal(text)

    assert "hall_file_rejected" == code
    assert {line_of(text, rule)} == {fault["line"] for fault in faults}
    assert said in " ".join(fault["reason"] for fault in faults)


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ("early_allowed = 'no'\nearly_minutes = 10", "early_minutes"),
        ("early_allowed = 'minutes'", "early_allowed"),
        ("carry_over = false", "carry_over"),
        ("missed_session = 'desk'", "missed_session"),
        ("late = 'end_of_session'", "late"),
        ("credit_cap = 10\nappointment_credit = 10", "credits"),
    ],
)
def test_rules_that_contradict_each_other_are_refused(rules, field):
    code, faults = refusal(hall_file(rules=rules))

    assert "hall_file_rejected" == code
    assert field in {fault["reason"].partition(":")[0] for fault in faults}


def test_what_asks_for_sessions_stands_where_there_are_sessions():
    file = read(hall_file(sessions=SESSIONS, rules="carry_over = false\nmissed_session = 'desk'"))

    assert 3 == len(file.hall[0].sessions)


def test_first_come_contradicts_the_graded_mode():
    code, (fault,) = refusal(hall_file(mode="graded", rules="first_come = true"))

    assert ("hall_file_rejected", 'first_come: contradicts mode = "graded"') == (code, fault["reason"])


def test_every_fault_of_a_file_is_told_at_once():
    _, faults = refusal(hall_file(rules="weave_ordinary = 9\nundo_seconds = 999"))

    assert 2 == len(faults)
