"""Are two descriptions one person? The one rule for check-in, look-up and import; pure.

Numbers decide. Numbers of one kind that differ are two people, whatever else agrees: twins share name, birth date and
phone. A name with a birth date or a phone is a question for a person at the desk, never an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from server.domain.folding import name_key


class Verdict(StrEnum):
    """What two descriptions are to each other."""

    SAME = "same"
    ASK = "ask"
    OTHER = "other"
    CONTRADICTING = "contradicting"


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a person. `numbers` are by kind, such as record_number or resident, in one spelling."""

    name: str
    numbers: Mapping[str, str] = field(default_factory=dict)
    birth_date: date | None = None
    sex: str | None = None
    phone: str | None = None


def compare(one: Description, other: Description) -> Verdict:
    """What two descriptions are to each other.

    | numbers of one kind | the rest | verdict |
    |---|---|---|
    | some equal, some differ | any | contradicting |
    | some equal | name, birth date and sex do not disagree | same |
    | some equal | something disagrees | ask |
    | some differ | any | other |
    | none on both sides | same name, and the same birth date or phone, nothing disagrees | ask |
    | none on both sides | otherwise | other |
    """
    both = one.numbers.keys() & other.numbers.keys()
    equal = {kind for kind in both if one.numbers[kind] == other.numbers[kind]}
    named_alike = name_key(one.name) == name_key(other.name)
    disagree = _disagree(one.birth_date, other.birth_date) or _sexes_disagree(one.sex, other.sex)
    if equal and equal != both:
        return Verdict.CONTRADICTING
    if equal:
        return Verdict.SAME if named_alike and not disagree else Verdict.ASK
    if both or not named_alike or disagree:
        return Verdict.OTHER
    alike = _agree(one.birth_date, other.birth_date) or _agree(one.phone, other.phone)
    return Verdict.ASK if alike else Verdict.OTHER


def may_be_one(one: Description, other: Description) -> bool:
    """Whether nothing known of both tells them apart: same name, no number, birth date or sex that differs."""
    both = one.numbers.keys() & other.numbers.keys()
    if any(one.numbers[kind] != other.numbers[kind] for kind in both):
        return False
    disagree = _disagree(one.birth_date, other.birth_date) or _sexes_disagree(one.sex, other.sex)
    return name_key(one.name) == name_key(other.name) and not disagree


def _agree(one: object, other: object) -> bool:
    return one is not None and one == other


def _disagree(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other


def _sexes_disagree(one: str | None, other: str | None) -> bool:
    known = {"male", "female"}
    return one in known and other in known and one != other
