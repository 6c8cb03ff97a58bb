"""The rule of evidence: what each reading proves, held to the table that is documented."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.identity import guess_limits
from server.domain.identity.guess_limits import Attempt, Limit, Outcome
from server.domain.identity.identification import (
    BY_FORM,
    PLAIN,
    TABLE,
    Form,
    Identifier,
    Owner,
    Refusal,
    asks_for_proof,
    level_of,
    reading,
    wanted_proofs,
)
from server.protocol.terms import Evidence, Proof
from tests.support.identification_tables import evidence_table, limits_table, same_person_table

DOCUMENT = Path(__file__).parents[4] / "docs" / "identification.md"
NUMBER = "110101199003077213"
OWNER = Owner("张三", "13977771234", NUMBER, date(1990, 3, 7))
RIGHT = {Proof.PHONE_TAIL: "1234", Proof.IDENTITY_TAIL: "7213", Proof.BIRTH_DATE: "1990-03-07"}
TEXTS = {
    Identifier.TICKET: "A" * 26,
    Identifier.DESK_CODE: "B" * 26,
    Identifier.IDENTITY: NUMBER,
    Identifier.DOCUMENT: "E9876543",
    Identifier.CARD: "CARD-7",
    Identifier.RECORD: "MR-77",
    Identifier.APPOINTMENT: "AP-77",
}


@pytest.mark.parametrize("table", [evidence_table, same_person_table, limits_table], ids=lambda one: one.__name__)
def test_the_document_says_what_the_rules_say(table):
    assert table() in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize(("kind", "how"), list(product(TEXTS, Evidence)), ids=str)
def test_a_reading_proves_what_its_row_says_and_no_more(kind, how):
    rule = TABLE.get((kind, how))
    alone = level_of(reading(TEXTS[kind], how), kind, OWNER)
    if rule is None:
        assert alone in Refusal
        return
    assert alone == rule.alone if rule.alone is not None else alone in Refusal
    for proof, value in RIGHT.items():
        level = level_of(reading(TEXTS[kind], how, {proof: value}), kind, OWNER)
        wrong = level_of(reading(TEXTS[kind], how, {proof: "0000"}), kind, OWNER)
        assert (
            level == max(rule.alone or 0, rule.proofs.get(proof, 0))
            if proof in rule.proofs or rule.alone
            else level in Refusal
        )
        assert wrong in Refusal


def test_level_two_comes_only_from_what_nobody_can_guess():
    """P1: no plain number, however it came and whatever was given beside it, is ever level 2."""
    plain = [
        (kind, how) for kind, how in TABLE if how in PLAIN and kind not in {Identifier.TICKET, Identifier.DESK_CODE}
    ]
    assert plain
    assert all(max([0, *TABLE[row].proofs.values()]) < 2 and TABLE[row].alone is None for row in plain)
    assert {Proof.PHONE_TAIL, Proof.IDENTITY_TAIL} == {
        proof for proof, level in TABLE[Identifier.TICKET, Evidence.KEYBOARD].proofs.items() if level == 2
    }


DERIVED = [
    (NUMBER, Proof.IDENTITY_TAIL, "7213"),
    (NUMBER, Proof.BIRTH_DATE, "1990-03-07"),
    ("13977771234", Proof.PHONE_TAIL, "1234"),
    ("MR7213", Proof.IDENTITY_TAIL, "7213"),
    ("19900307-1", Proof.BIRTH_DATE, "1990-03-07"),
    ("K900307", Proof.BIRTH_DATE, "1990-03-07"),
]


DERIVED += [
    ("139-7777-12-34", Proof.PHONE_TAIL, "1234"),
    ("1397777.12/34", Proof.PHONE_TAIL, "1234"),
    ("E-72_13", Proof.IDENTITY_TAIL, "7213"),
    ("E72-1X", Proof.IDENTITY_TAIL, "721X"),
    *(
        (text, Proof.BIRTH_DATE, "1990-03-07")
        for text in (
            *("1990-03-07-7", "X1990.3.7", "07031990X", "03/07/1990", "1-9-9-0-0-3-0-7", "070390-1", "A90.3.7"),
            *("199037-4", "7/3/1990", "MR199003074", "K٩٠٠٣٠٧"),
        )
    ),
]
NOT_DERIVED = [
    ("MR-77", Proof.BIRTH_DATE, "1990-03-07"),
    ("9037", Proof.BIRTH_DATE, "1990-03-07"),
    ("1990-07-04", Proof.BIRTH_DATE, "1990-03-07"),
    ("MR-1-23", Proof.PHONE_TAIL, "1234"),
    ("1990", Proof.BIRTH_DATE, "1990-03-07"),
]


@pytest.mark.parametrize(("text", "proof", "value"), NOT_DERIVED)
def test_what_does_not_stand_in_the_number_proves_its_owner(text, proof, value):
    """B3, P1: a number that merely looks like the proof does not shut its owner out."""
    assert 1 == level_of(reading(text, Evidence.TYPED, {proof: value}), Identifier.RECORD, OWNER)


def test_a_telephone_number_has_four_last_digits_however_it_is_written():
    """B3, P1"""
    for phone in ("139 7777 12 34", "139-7777.1234", "１３９７７７７１２３４", "+86 139 7777 123-4"):
        owner = Owner("张三", phone, None, None)
        assert 1 == level_of(reading("MR-77", Evidence.TYPED, {Proof.PHONE_TAIL: "1234"}), Identifier.RECORD, owner)


@pytest.mark.parametrize(("text", "proof", "value"), DERIVED)
def test_what_stands_in_the_number_proves_nothing_beside_it(text, proof, value):
    """P1, B3: the proof may be contained in the code, also parted, in another order, without zeros."""
    asked = reading(text, Evidence.TYPED, {proof: value})
    assert asks_for_proof(asked)
    for kind in (Identifier.RECORD, Identifier.CARD, Identifier.IDENTITY, Identifier.UNKNOWN):
        assert Refusal.PROOF_NEEDED is level_of(asked, kind, OWNER)


@given(
    st.text(max_size=40),
    st.sampled_from(PLAIN),
    st.sampled_from([None, *Proof]),
    st.sampled_from(["1234", "1990-03-07"]),
)
def test_what_is_asked_for_follows_from_the_text_alone(text, how, proof, value):
    """S23: a known owner and none are asked for the same; only a right proof tells them apart."""
    asked = reading(text, how, {proof: value} if proof else {})
    known = level_of(asked, Identifier.RECORD, Owner("张三", None, None, None))
    unknown = level_of(asked, Identifier.UNKNOWN, None)
    if asked.form in BY_FORM and asked.form is not Form.IDENTITY:
        assert known == unknown
        assert (unknown is Refusal.PROOF_NEEDED) == asks_for_proof(asked)


FORMS = {
    Form.OUR_CODE: ["a" * 26, "MZXW6YTBOI7777777777777777"],
    Form.IDENTITY: [NUMBER, "11010119900307721３"],
    Form.NUMBER: ["MR1", "card-1", "0001", "E12345678", "12.34/5", "ABC_7", "住院123", "6901234567892", "A" * 25 + "1"],
    Form.NONE: [
        "",
        "NOBODY",
        "javascript:alert(1)",
        "https://a.b/1",
        "guess 1",
        "BEGIN:VCARD 1",
        "x1\ny2",
        "1" * 129,
        "<1>",
        "'1",
    ],
}


@pytest.mark.parametrize(("form", "text"), [(form, text) for form, texts in FORMS.items() for text in texts])
def test_a_text_that_can_be_no_number_of_ours_is_told_from_one_that_can(form, text):
    """S18: what nobody could be identified by is no failed identification."""
    assert form is reading(text, Evidence.KEYBOARD).form


def test_the_proofs_asked_for_are_those_the_number_does_not_hold():
    assert (Proof.PHONE_TAIL,) == wanted_proofs(reading(NUMBER, Evidence.KEYBOARD))
    assert tuple(Proof) == wanted_proofs(reading("MR1", Evidence.TYPED))
    assert () == wanted_proofs(reading("A" * 26, Evidence.KEYBOARD))


# ------------------------------------------------------------------------------------------------------- guessing
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def attempts(count, outcome, *, every=timedelta(seconds=1), stem=None, same=False, patient=False):
    """So many attempts up to noon, the newest last."""
    return [
        Attempt(
            NOON - every * (count - turn),
            "one" if same else f"id{turn}",
            stem or f"stem{turn}",
            outcome,
            f"p{turn}" if patient else None,
        )
        for turn in range(count)
    ]


@pytest.mark.parametrize(
    ("lately", "limit"),
    [
        (attempts(19, Outcome.MISSED), None),
        (attempts(20, Outcome.MISSED), Limit.MISSES),
        (attempts(20, Outcome.MISSED, every=timedelta(minutes=1)), None),
        (attempts(59, Outcome.ASKED), None),
        (attempts(60, Outcome.ASKED), Limit.UNPROVEN),
        (attempts(200, Outcome.ASKED, same=True), None),
        (attempts(29, Outcome.ASKED, stem="MR8"), None),
        (attempts(30, Outcome.ASKED, stem="MR8"), Limit.NEIGHBOURS),
        (attempts(30, Outcome.ASKED, stem="MR8") + attempts(30, Outcome.FOUND, stem="MR8"), None),
        (attempts(19, Outcome.FOUND, patient=True), None),
        (attempts(20, Outcome.FOUND, patient=True), Limit.PEOPLE),
        (attempts(40, Outcome.FOUND, patient=True, every=timedelta(seconds=4)), None),
    ],
)
def test_a_limit_is_reached_by_guessing_and_not_by_use(lately, limit):
    """P1: successes of different people and walks of neighbouring numbers count too."""
    assert limit is guess_limits.reached(lately, NOON)


def test_a_kiosk_with_five_hundred_visits_a_day_never_reaches_a_limit():
    """P1: the busiest true use: one patient in fifteen seconds, every tenth wrong at first, neighbours by number."""
    day = []
    for visit in range(500):
        at = NOON + timedelta(seconds=15 * visit)
        day.append(Attempt(at, f"id{visit}", "MR0001", Outcome.ASKED))
        if visit % 10 == 0:
            day.append(Attempt(at + timedelta(seconds=5), f"id{visit}", "MR0001", Outcome.MISSED))
        day.append(Attempt(at + timedelta(seconds=9), f"id{visit}", "MR0001", Outcome.FOUND, f"p{visit}"))
        assert None is guess_limits.reached(day[-150:], at + timedelta(seconds=9))


@pytest.mark.parametrize(
    ("misses", "guessed"),
    [
        ([("K1", 1)] * 4, False),
        ([("K1", 1)] * 5, True),
        ([("K1", 11)] * 5, False),
        ([("K2", 1)] * 5, False),
        ([("K2", 1)] * 5 + [("K3", 30)] * 5, True),
        ([("K2", 61)] * 10, False),
    ],
)
def test_one_number_is_locked_here_after_five_wrong_answers_and_everywhere_after_ten(misses, guessed):
    given_misses = [(NOON - timedelta(minutes=ago), device) for device, ago in misses]
    assert guessed is guess_limits.is_guessed(given_misses, "K1", NOON)


def test_only_misses_and_many_people_lock():
    assert {Limit.MISSES, Limit.PEOPLE} == {limit for limit in Limit if limit.locks}
