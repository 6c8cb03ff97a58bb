"""Texts and numbers of FHIR as a paper takes them: no control character, no exponent, every digit as it was sent."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal

from server.integrations.fhir.shape import Json

LONGEST = 2000
"""Characters of one paragraph of a report; what is longer is for the desk."""
_LINES = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]|\\\.br\\|<br ?/?>")
_KEPT_FORMATS = {"\u200c", "\u200d"}
"""Zero-width joiners: without them names in some scripts change their meaning. Other invisible characters go; those
that turn the direction of writing could change the order of digits."""


def clean(text: object) -> str:
    """One line of text: control characters are blanks, blanks are single, invisible characters gone."""
    kept = []
    for one in str(text or ""):
        kind = unicodedata.category(one)
        if kind in {"Cc", "Zl", "Zp"}:
            kept.append(" ")
        elif kind == "Cs" or (kind == "Cf" and one not in _KEPT_FORMATS):
            continue
        else:
            kept.append(one)
    return " ".join("".join(kept).split())


def paragraphs(text: object) -> list[str]:
    """The lines of a text, without empty ones; HL7's own line break `\\.br\\` is one too."""
    return [line for line in (clean(part) for part in _LINES.split(str(text or ""))) if line]


def digits(number: object) -> str:
    """A number with the digits it was sent with: 7.20 stays 7.20, 1.2E+2 is 120."""
    exact = number if isinstance(number, Decimal) else Decimal(str(number))
    return format(exact, "f")


def words_of(concept: Json | None) -> str:
    """What a CodeableConcept says: its text, else the display that a person chose, else the first one."""
    if not concept:
        return ""
    codings = codings_of(concept)
    chosen = [coding for coding in codings if coding.get("userSelected")]
    displays = [coding["display"] for coding in [*chosen, *codings] if coding.get("display")]
    return clean(concept.get("text")) or clean(next(iter(displays), ""))


def codings_of(concept: Json | None) -> list[Json]:
    """The codings of a CodeableConcept."""
    return [coding for coding in (concept or {}).get("coding") or [] if coding]


def codes_of(concept: Json | None) -> list[str]:
    """The codes of a CodeableConcept."""
    return [clean(coding["code"]) for coding in codings_of(concept) if coding.get("code")]


def all_words(concepts: Iterable[Json | None]) -> list[str]:
    """Every code, display and text of concepts: what a report is about may be said in any of them."""
    found: list[str] = []
    for concept in concepts:
        if concept:
            found += [clean(concept.get("text"))]
            found += [clean(coding.get(part)) for coding in codings_of(concept) for part in ("code", "display")]
    return [word for word in dict.fromkeys(found) if word]
