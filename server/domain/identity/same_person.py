"""Are two descriptions one person? The one rule for check-in, look-up and import; pure.

Numbers decide. Numbers of one kind that differ are two people, whatever else agrees: twins share name, birth date and
phone. A name with a birth date or a phone is a question for a person at the desk, never an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from server.domain.identity.spelling import name_key

RECORD = "record_number"
"""The kind of number that the hospital gives."""
RENEWED = frozenset({"foreign_resident", "hk_macau_permit", "taiwan_permit", "passport", "other"})
"""Kinds of documents of which a person gets another number when they run out."""


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


def why_not_the_same(given: Description, kept: Description) -> str | None:
    """Why the description of a register cannot be the patient kept under one of its numbers; None where it can.

    A register corrects what it knows, one thing at a time: a name, or a birth date, or a sex. A changed name needs a
    document's number or a birth date that agrees, wherever one is kept. Two of the three are another person. A number
    that differs is another person too, unless it is a document that is renewed under a new number, and name and birth
    date agree.
    """
    differing = {
        kind for kind in given.numbers.keys() & kept.numbers.keys() if given.numbers[kind] != kept.numbers[kind]
    }
    renamed = name_key(given.name) != name_key(kept.name)
    changed = ["name"] if renamed else []
    changed += ["birth date"] if _disagree(given.birth_date, kept.birth_date) else []
    changed += ["sex"] if _sexes_disagree(given.sex, kept.sex) else []
    renewed = differing <= RENEWED and not changed and _agree(given.birth_date, kept.birth_date)
    if differing and not renewed:
        return f"the {' and the '.join(sorted(differing))} number is not the one kept; this may be another person"
    if len(changed) > 1:
        return f"{' and '.join(changed)} are not those kept; this may be another person"
    if renamed and not _is_anchored(given, kept) and (kept.birth_date is not None or kept.numbers.keys() - {RECORD}):
        return "another name is kept; give the identity number or birth date too, so that it is not another person"
    return None


def is_uncertain_renaming(given: Description, kept: Description) -> bool:
    """Whether a name changes and nothing is there that tells the person otherwise."""
    return name_key(given.name) != name_key(kept.name) and not _is_anchored(given, kept)


def _is_anchored(given: Description, kept: Description) -> bool:
    """Whether a document's number or the birth date is the same on both sides."""
    documents = (given.numbers.keys() & kept.numbers.keys()) - {RECORD}
    same = any(given.numbers[kind] == kept.numbers[kind] for kind in documents)
    return same or _agree(given.birth_date, kept.birth_date)


def _agree(one: object, other: object) -> bool:
    return one is not None and one == other


def _disagree(one: object, other: object) -> bool:
    return one is not None and other is not None and one != other


def _sexes_disagree(one: str | None, other: str | None) -> bool:
    known = {"male", "female"}
    return one in known and other in known and one != other
