"""Who is the same person: numbers decide, alike is a question, and two people never share a ticket."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.identity.same_person import Description, Verdict, compare

BORN, PHONE = date(1980, 1, 1), "13977771234"


def person(name="张三", birth_date=BORN, sex=None, phone=None, **numbers):
    return Description(name, numbers, birth_date, sex, phone)


CASES = {
    "two record numbers": (person(record_number="P1"), person(record_number="P2"), Verdict.OTHER),
    "twins not yet named": (
        person("王某之子", phone=PHONE, record_number="T1"),
        person("王某之子", phone=PHONE, record_number="T2"),
        Verdict.OTHER,
    ),
    "two identity numbers and one phone": (
        person(phone=PHONE, resident="A"),
        person(phone=PHONE, resident="B"),
        Verdict.OTHER,
    ),
    "one number": (person(record_number="P1"), person(record_number="P1"), Verdict.SAME),
    "one number in two spellings of the name": (
        person("买买提·艾力", record_number="P1"),
        person("买买提•艾力", record_number="P1"),
        Verdict.SAME,
    ),
    "one number, two names": (person("张三", record_number="P1"), person("李四", record_number="P1"), Verdict.ASK),
    "one number, two birth dates": (
        person(record_number="P1"),
        person(birth_date=date(1950, 1, 1), record_number="P1"),
        Verdict.ASK,
    ),
    "one number, two sexes": (
        person(record_number="P1", sex="male"),
        person(record_number="P1", sex="female"),
        Verdict.ASK,
    ),
    "one number and one that differs": (
        person(record_number="P1", resident="A"),
        person(record_number="P1", resident="B"),
        Verdict.CONTRADICTING,
    ),
    "a number that one side has not": (person(record_number="P1"), person(), Verdict.ASK),
    "numbers of two kinds": (person(record_number="1234567"), person(passport="1234567"), Verdict.ASK),
    "name and birth date": (person(), person(), Verdict.ASK),
    "name and phone": (
        person(birth_date=None, phone=PHONE),
        person(birth_date=None, phone=PHONE),
        Verdict.ASK,
    ),
    "name and phone, two birth dates": (
        person(phone=PHONE),
        person(birth_date=date(1950, 1, 1), phone=PHONE),
        Verdict.OTHER,
    ),
    "name alone": (person(birth_date=None), person(birth_date=None), Verdict.OTHER),
    "a phone alone": (person("张三", phone=PHONE), person("李四", phone=PHONE), Verdict.OTHER),
}


@pytest.mark.parametrize("case", CASES)
def test_two_descriptions_are_one_person_only_by_their_numbers(case):
    """P3: a match by name and birth date, or name and phone, gave one ticket to two people."""
    one, other, verdict = CASES[case]

    assert (verdict, verdict) == (compare(one, other), compare(other, one))


DESCRIPTIONS = st.builds(
    Description,
    st.sampled_from(["张三", "张山", "Zoë"]),
    st.dictionaries(st.sampled_from(["record_number", "resident", "passport"]), st.sampled_from("AB")),
    st.sampled_from([None, BORN, date(1950, 1, 1)]),
    st.sampled_from([None, "male", "female", "unknown"]),
    st.sampled_from([None, PHONE]),
)


@given(DESCRIPTIONS, DESCRIPTIONS)
def test_nobody_is_the_same_without_a_number_in_common_and_none_that_differs(one, other):
    """P3: whatever else agrees."""
    both = one.numbers.keys() & other.numbers.keys()
    in_common = {kind for kind in both if one.numbers[kind] == other.numbers[kind]}

    assert compare(one, other) is compare(other, one)
    if compare(one, other) is Verdict.SAME:
        assert in_common
        assert in_common == both
    if both - in_common and not in_common:
        assert Verdict.OTHER is compare(one, other)
