"""Whether a report is about the person who stands there: numbers, names, sex and birth date. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from server.domain.identity.documents import is_resident_number, read_document
from server.domain.privacy.masking import MIDDLE_DOTS
from server.domain.reports.received import Subject

_HONORIFICS = re.compile(r"^(?:mr|mrs|ms|miss|mx|dr|prof|herr|frau|mme|m|sr|sra)\.?\s+", re.IGNORECASE)
_CHINESE_HONORIFICS = re.compile(r"(?:先生|女士|小姐|同志)$")
_SEXES = frozenset({"male", "female"})


@dataclass(frozen=True, slots=True)
class Person:
    """A patient as the hospital knows them. `numbers` are record, identity and card numbers; dates are ISO."""

    name: str
    sex: str | None = None
    birth_date: str | None = None
    numbers: frozenset[str] = frozenset()


def fold_number(number: str) -> str:
    """A number as it is compared: one width, capitals, without blanks (`11010119800501001x ` → `…X`)."""
    return "".join(unicodedata.normalize("NFKC", number).split()).upper()


def fold_name(name: str) -> str:
    """A name as it is compared: one form, width and kind of middle dot, no honorific, no case.

    Chinese names lose their blanks; the parts of others are put into one order, since some systems write the family
    name first and some last.
    """
    text = unicodedata.normalize("NFKC", re.sub(f"[{MIDDLE_DOTS}]", "·", unicodedata.normalize("NFC", name)))
    text = "".join(one for one in text if one.isspace() or unicodedata.category(one)[0] != "C")
    text = _HONORIFICS.sub("", " ".join(text.split())).casefold()
    if any(is_han(one) for one in text):
        return re.sub(r"[.\s·]+", lambda found: "" if found[0].isspace() else "·", _CHINESE_HONORIFICS.sub("", text))
    return " ".join(sorted(re.sub(r"[,;]", " ", text).split()))


def is_han(character: str) -> bool:
    """Whether a character is an ideograph, of any age of Unicode."""
    return (
        "\u3400" <= character <= "\u9fff"
        or "\uf900" <= character <= "\ufaff"
        or "\U00020000" <= character <= "\U0003ffff"
        or character == "〇"
    )


def shares_number(subject: Subject, person: Person) -> bool:
    """Whether one of the person's numbers is on the report."""
    mine = {fold_number(number) for number in person.numbers if number.strip()}
    return bool(mine & {fold_number(number) for number in subject.numbers if number.strip()})


def is_same_person(subject: Subject, person: Person) -> bool:
    """Number, name, sex and birth date agree where both sides have them; number and name must be on both.

    Any current name of the report may be the one. Birth dates are compared as far as the coarser one goes. A subject
    whose message contradicts itself is nobody for certain.
    """
    if subject.doubtful or not shares_number(subject, person) or not {fold_name(name) for name in subject.names} - {""}:
        return False
    return not differences(subject, person)


def differences(subject: Subject, person: Person) -> list[str]:
    """What the report says of its patient that is not so of the person: identity_number, name, sex, birth_date.

    Only what both sides have is compared. An identity number of GB 11643 is another person's when both sides have one
    and they differ; it says a sex and a birth date too, whichever side has it.
    """
    theirs, ours = _identities(subject.numbers), _identities(person.numbers)
    names = {fold_name(name) for name in subject.names} - {""}
    found = []
    if theirs and ours and not theirs & ours:
        found.append("identity_number")
    if names and fold_name(person.name) not in names:
        found.append("name")
    if _disagree(_sexes(subject.sex, theirs), _sexes(person.sex, ours)):
        found.append("sex")
    if any(not _is_one_date(one, other) for one in _births(subject, theirs) for other in _births(person, ours)):
        found.append("birth_date")
    return found


def _identities(numbers: Iterable[str]) -> frozenset[str]:
    return frozenset(folded for number in numbers if is_resident_number(folded := fold_number(number)))


def _sexes(said: str | None, identities: Iterable[str]) -> set[str]:
    """The sex that is stated, else those that the identity numbers hold."""
    if said is not None and said in _SEXES:
        return {said}
    return {sex for number in identities if (sex := read_document(number).sex)}


def _disagree(ours: set[str], theirs: set[str]) -> bool:
    return bool(ours and theirs and not ours & theirs)


def _births(one: Subject | Person, identities: Iterable[str]) -> set[str]:
    """The birth date that is stated and those that the identity numbers hold."""
    held = {str(read_document(number).birth_date) for number in identities}
    return ({one.birth_date} if one.birth_date else set()) | held


def _is_one_date(one: str, other: str) -> bool:
    length = min(len(one), len(other))
    return one[:length] == other[:length]
