"""Numbers of identity documents by their form: which kind of document, whose birth date and sex they hold. Pure.

Resident numbers follow GB 11643-1999 (six places of district, date of birth, order, check character of ISO 7064
MOD 11-2). The district is not judged: a number is given at registration, districts come and go, and no list of them is
ever complete. Residence permits of people from Hong Kong, Macau and Taiwan (from 2018) and the permanent residence card
of foreigners (from 2023) have the same form.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from stdnum.cn import ric

from server.domain.errors import HallError
from server.domain.identity.spelling import fold_code
from server.protocol.terms import DocumentType, ErrorCode
from server.protocol.texts import Listed, Message

RESIDENT_FORM = re.compile(r"\d{17}[0-9X]", re.ASCII)
OLD_RESIDENT_FORM = re.compile(r"\d{15}", re.ASCII)
RESIDENCE_PERMITS = ("810000", "820000", "830000")
"""Places of origin on residence permits: Hong Kong, Macau, Taiwan (State Council, order of 2018)."""
BY_GB_11643 = frozenset({DocumentType.RESIDENT, DocumentType.RESIDENCE_PERMIT, DocumentType.FOREIGN_RESIDENT})
FORMS: dict[DocumentType, re.Pattern[str]] = {
    DocumentType.FOREIGN_RESIDENT: re.compile(r"[A-Z]{3}\d{12}", re.ASCII),
    DocumentType.HK_MACAU_PERMIT: re.compile(r"[HM]\d{8}(\d{2})?", re.ASCII),
    DocumentType.TAIWAN_PERMIT: re.compile(r"\d{8}|\d{10}(\(?[A-Z]\)?)?", re.ASCII),
    DocumentType.PASSPORT: re.compile(r"[A-Z0-9]{5,20}", re.ASCII),
    DocumentType.OTHER: re.compile(r"\S{1,32}"),
}
"""Forms beside GB 11643. The first is the foreigners' card of before 2023: country, then twelve places."""
OLD_NUMBER = Message("desk", "old_number")
KIND_NEEDED = Message("desk", "kind_needed")


@dataclass(frozen=True, slots=True)
class Document:
    """A document's number in one spelling. Numbers of two kinds are never the same number."""

    type: DocumentType
    number: str

    @property
    def is_by_gb_11643(self) -> bool:
        """Whether the number has the form of GB 11643, which no document of another kind has."""
        return self.type in BY_GB_11643 and RESIDENT_FORM.fullmatch(self.number) is not None

    @property
    def birth_date(self) -> date | None:
        """The date of birth that the number itself holds."""
        if not self.is_by_gb_11643:
            return None
        return ric.get_birth_date(self.number)

    @property
    def sex(self) -> Literal["male", "female"] | None:
        """The sex that the number itself holds: the 17th place is odd for men."""
        if self.birth_date is None:
            return None
        return "male" if int(self.number[16]) % 2 else "female"


def read_document(text: str, kind: DocumentType | None = None) -> Document:
    """The document that a text names. Without a kind only forms that cannot be mistaken are read.

    Raises identity_number_invalid, which says of 15 digits that they are out of use.
    """
    number = fold_code(text).replace(" ", "")
    if kind in {None, *BY_GB_11643} and is_resident_number(number):
        found = kind_of_resident(number)
        if kind not in {None, found}:
            raise HallError(ErrorCode.IDENTITY_NUMBER_INVALID, f"this is the number of a {found.value}")
        return Document(found, number)
    if kind in {None, DocumentType.RESIDENT} and OLD_RESIDENT_FORM.fullmatch(number):
        raise HallError(ErrorCode.IDENTITY_NUMBER_INVALID, OLD_NUMBER.text("en"), reason=OLD_NUMBER)
    if kind is None and FORMS[DocumentType.FOREIGN_RESIDENT].fullmatch(number):
        return Document(DocumentType.FOREIGN_RESIDENT, number)
    if kind is None and not RESIDENT_FORM.fullmatch(number):
        raise HallError(ErrorCode.IDENTITY_NUMBER_INVALID, KIND_NEEDED.text("en"), reason=KIND_NEEDED)
    if kind in FORMS and FORMS[kind].fullmatch(number):
        return Document(kind, number)
    raise HallError(ErrorCode.IDENTITY_NUMBER_INVALID)


def is_resident_number(number: str) -> bool:
    """Whether form, date and check character are those of GB 11643, whatever the district."""
    if not RESIDENT_FORM.fullmatch(number) or number[-1] != ric.calc_check_digit(number):
        return False
    try:
        return ric.get_birth_date(number) >= date(1800, 1, 1)
    except ValueError:  # stdnum's InvalidComponent is one
        return False


def kind_of_resident(number: str) -> DocumentType:
    """Which of the three kinds a number by GB 11643 is, by its first places."""
    if number.startswith(RESIDENCE_PERMITS):
        return DocumentType.RESIDENCE_PERMIT
    return DocumentType.FOREIGN_RESIDENT if number.startswith("9") else DocumentType.RESIDENT


def resident(number: str) -> Document:
    """The document of a number that is known to be one by GB 11643."""
    return Document(kind_of_resident(number), number)


def must_agree(document: Document | None, birth_date: date | None, sex: str | None) -> None:
    """Raises contradicting_data, naming the fields, when a birth date or sex is not the one the number holds."""
    if document is None:
        return
    wrong = []
    if birth_date is not None and document.birth_date is not None and birth_date != document.birth_date:
        wrong.append("birth_date")
    if sex in {"male", "female"} and document.sex is not None and sex != document.sex:
        wrong.append("sex")
    if wrong:
        fields = Listed(tuple(Message("desk", f"held.{field}") for field in wrong), "list_and")
        reason = Message("desk", "number_contradicts", {"fields": fields})
        detail = f"{' and '.join(wrong)}: not what the identity number says"
        raise HallError(ErrorCode.CONTRADICTING_DATA, detail, fields=wrong, reason=reason)
