"""What a reading can prove: one table of kind of identifier, how it came, and what was given beside it. Pure.

A number that is printed on a card, on paper or on a QR code proves nobody, however it was read: who knows it may print
it. Level 1 is somebody who knows one thing more that the number does not hold; level 2, which reports need, comes only
from what nobody can guess: a chip, a code decoded by a trusted service, our own code together with the last four digits
of phone or identity number, or a code that the desk handed out after looking at a card. docs/identification.md shows
the same table; a test holds the two together.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import permutations, product
from types import MappingProxyType

from server.domain.identity.documents import is_resident_number
from server.domain.identity.spelling import fold_code, name_key
from server.protocol.terms import Evidence, Proof

LONGEST = 128
OUR_CODE = re.compile(r"[A-Z2-7]{26}", re.ASCII)
"""26 places of base32 hold 130 bits; 128 of them are random."""
IDENTIFIER = re.compile(r"[^\W_][\w./-]*")
"""What a number of a record, a card or a document looks like: letters, digits, - _ . / and at least one digit."""


class Identifier(StrEnum):
    """What a text turned out to name."""

    TICKET = "ticket"
    DESK_CODE = "desk_code"
    IDENTITY = "identity"
    DOCUMENT = "document"
    CARD = "card"
    RECORD = "record"
    APPOINTMENT = "appointment"
    UNKNOWN = "unknown"


class Form(StrEnum):
    """What a text can be, judged by itself, before anything is looked up."""

    OUR_CODE = "our_code"
    IDENTITY = "identity"
    NUMBER = "number"
    NONE = "none"


class Refusal(StrEnum):
    """Why a reading identifies nobody."""

    PROOF_NEEDED = "proof_needed"
    NOT_IDENTIFIED = "not_identified"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one kind of identifier proves alone, and with each proof beside it; None asks for a proof.

    `own_ticket_only`: alone it proves its ticket and nothing else of its patient.
    """

    alone: int | None = None
    proofs: Mapping[Proof, int] = field(default_factory=dict)
    own_ticket_only: bool = False


ANY_PROOF = MappingProxyType({Proof.PHONE_TAIL: 1, Proof.IDENTITY_TAIL: 1, Proof.BIRTH_DATE: 1})
NUMBER = Rule(proofs=ANY_PROOF)
IDENTITY_NUMBER = Rule(proofs=MappingProxyType({Proof.PHONE_TAIL: 1}))
"""Birth date, sex and last four are places of the number itself, so they prove nothing beside it."""
TICKET = Rule(
    alone=1,
    proofs=MappingProxyType({Proof.PHONE_TAIL: 2, Proof.IDENTITY_TAIL: 2, Proof.BIRTH_DATE: 1}),
    own_ticket_only=True,
)
PROVEN = Rule(alone=2)
NUMBERS = (Identifier.DOCUMENT, Identifier.CARD, Identifier.RECORD)
PLAIN = (Evidence.KEYBOARD, Evidence.TYPED)
TRUSTED = (Evidence.CHIP, Evidence.CODE)
TABLE: Mapping[tuple[Identifier, Evidence], Rule] = MappingProxyType(
    {
        **{(Identifier.TICKET, how): TICKET for how in (*PLAIN, *TRUSTED)},
        **{(Identifier.DESK_CODE, how): PROVEN for how in (*PLAIN, *TRUSTED)},
        **{(Identifier.IDENTITY, how): IDENTITY_NUMBER for how in PLAIN},
        **{(kind, how): NUMBER for kind in NUMBERS for how in PLAIN},
        **{(Identifier.APPOINTMENT, how): NUMBER for how in (*PLAIN, *TRUSTED)},
        **{(kind, how): PROVEN for kind in (Identifier.IDENTITY, *NUMBERS) for how in TRUSTED},
    }
)
"""The table of evidence. What is not in it proves nothing."""
BY_FORM: Mapping[Form, Rule] = MappingProxyType({Form.IDENTITY: IDENTITY_NUMBER, Form.NUMBER: NUMBER})
"""What is asked for before anything is looked up, so that asking never tells whether a number exists."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A text that was read or typed, in one spelling, how it came, and what was given beside it."""

    text: str
    how: Evidence
    proofs: Mapping[Proof, str] = field(default_factory=dict)
    name: str | None = None

    @property
    def form(self) -> Form:
        """What the text can be."""
        if OUR_CODE.fullmatch(self.text):
            return Form.OUR_CODE
        if is_resident_number(self.text):
            return Form.IDENTITY
        plain = len(self.text) <= LONGEST and IDENTIFIER.fullmatch(self.text) and any(map(str.isdigit, self.text))
        return Form.NUMBER if plain else Form.NONE

    @property
    def is_plain(self) -> bool:
        """Whether anybody with a keyboard could have sent it."""
        return self.how in PLAIN


def reading(
    text: str, how: Evidence, proofs: Mapping[Proof, str | None] | None = None, name: str | None = None
) -> Reading:
    """A reading in one spelling."""
    given = {proof: fold_code(value) for proof, value in (proofs or {}).items() if value}
    return Reading(fold_code(text), how, given, name)


def wanted_proofs(asked: Reading) -> tuple[Proof, ...]:
    """The proofs that could be given beside this text, by its form alone."""
    rule = BY_FORM.get(asked.form)
    return tuple(rule.proofs) if rule else ()


def useful_proofs(asked: Reading, allowed: Mapping[Proof, int]) -> dict[Proof, str]:
    """Of what was given beside the text, what is allowed and cannot be read off the text itself."""
    return {
        proof: value
        for proof, value in asked.proofs.items()
        if proof in allowed and not is_derivable(asked.text, proof, value)
    }


def is_derivable(text: str, proof: Proof, value: str) -> bool:
    """Whether a proof stands in the text it is to prove: the tail of a record number, a date inside it.

    Letters and digits count, not what parts them; a date in any order, with and without zeros and century.
    """
    if OUR_CODE.fullmatch(text):
        return False
    if proof is Proof.BIRTH_DATE:
        return _holds_date(text, value)
    return value in text or _unparted(value) in _unparted(text)


def phone_tail(phone: str | None) -> str:
    """The last four digits of a telephone number, however it is written."""
    return _digits(phone or "")[-4:]


def _unparted(text: str) -> str:
    return "".join(str(int(one)) if one.isdecimal() else one for one in text if one.isalnum())


def _digits(text: str) -> str:
    return "".join(str(int(one)) for one in text if one.isdecimal())


def _holds_date(text: str, value: str) -> bool:
    """Whether a date (YYYY-MM-DD) can be read off a text."""
    try:
        born = date.fromisoformat(value)
    except ValueError:
        return _digits(value) in _digits(text)
    year, short, month, day = f"{born:%Y}".zfill(4), born.year % 100, born.month, born.day
    numbers = [int(run) for run in re.findall(r"\d+", text)]
    for here in range(len(numbers) - 2):
        if sorted(numbers[here : here + 3]) in (sorted((born.year, month, day)), sorted((short, month, day))):
            return True
    written = [(f"{short:02}", f"{month:02}", f"{day:02}")]
    written += [(year, *rest) for rest in product({f"{month:02}", str(month)}, {f"{day:02}", str(day)})]
    digits = _digits(text)
    return any("".join(order) in digits for parts in written for order in permutations(parts))


def asks_for_proof(asked: Reading) -> bool:
    """Whether a plain number stands alone, or beside what it holds itself: then nothing is even looked up."""
    if not asked.is_plain or asked.form not in BY_FORM:
        return False
    return not useful_proofs(asked, BY_FORM[asked.form].proofs)


@dataclass(frozen=True, slots=True)
class Owner:
    """What is known of the person an identifier names."""

    name: str
    phone: str | None
    identity_number: str | None
    birth_date: date | None


NOBODY = Owner("", None, None, None)
"""Stands in where nothing was found, so that a known number takes no other way than an unknown one."""


def level_of(asked: Reading, kind: Identifier, owner: Owner | None, *, trusted_cards: bool = False) -> int | Refusal:
    """The level that a reading proves of the owner of what it named.

    `trusted_cards` is the hospital's `plain_cards = "trusted"`: the number of a card that was read, not typed, counts
    as the card. A number that is an identity number stays one, also on a card.
    """
    rule = TABLE.get((kind, asked.how), Rule())
    plain_number = asked.is_plain and asked.form in BY_FORM
    if plain_number and (owner is None or asked.form is Form.IDENTITY):
        rule = BY_FORM[asked.form]
    elif trusted_cards and kind is Identifier.CARD and asked.how is Evidence.KEYBOARD:
        rule = Rule(alone=2, proofs=rule.proofs)
    known = owner or NOBODY
    fits = [_fits(proof, value, known) for proof, value in asked.proofs.items()]
    named = asked.name is None or hmac.compare_digest(name_key(asked.name).encode(), name_key(known.name).encode())
    useful = useful_proofs(asked, rule.proofs)
    if owner is None:
        return Refusal.PROOF_NEEDED if plain_number and not useful else Refusal.NOT_IDENTIFIED
    if not useful and rule.alone is None:
        return Refusal.PROOF_NEEDED if plain_number else Refusal.NOT_IDENTIFIED
    if not all(fits) or not named:
        return Refusal.NOT_IDENTIFIED
    return max([rule.alone or 0, *(rule.proofs[proof] for proof in useful)])


def _fits(proof: Proof, value: str, owner: Owner) -> bool:
    """Whether a proof is the owner's; the comparison takes as long for a wrong one."""
    theirs = {
        Proof.PHONE_TAIL: phone_tail(owner.phone),
        Proof.IDENTITY_TAIL: (owner.identity_number or "")[-4:],
        Proof.BIRTH_DATE: owner.birth_date.isoformat() if owner.birth_date else "",
    }[proof]
    return hmac.compare_digest(value.encode(), (theirs or "\0").encode())
