"""The reference range that applies to this patient, out of those an Observation gives. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from server.integrations.fhir.shape import Json
from server.integrations.fhir.texts import all_words, clean, codes_of, words_of
from server.integrations.fhir.values import ends, unit_of

_SEX: Mapping[str, str] = {
    **dict.fromkeys(("m", "male", "248153007", "男", "男性", "man", "men", "males", "成年男性"), "male"),
    **dict.fromkeys(("f", "female", "248152002", "女", "女性", "woman", "women", "females", "成年女性"), "female"),
}
"""HL7 administrative gender, SNOMED CT, and words."""
_NORMAL = frozenset({"normal", "recommended"})
_DAYS: Mapping[str, Decimal] = {
    "a": Decimal("365.25"),
    "y": Decimal("365.25"),
    "yr": Decimal("365.25"),
    "year": Decimal("365.25"),
    "years": Decimal("365.25"),
    "岁": Decimal("365.25"),
    "mo": Decimal("30.4375"),
    "month": Decimal("30.4375"),
    "months": Decimal("30.4375"),
    "月": Decimal("30.4375"),
    "wk": Decimal(7),
    "w": Decimal(7),
    "week": Decimal(7),
    "weeks": Decimal(7),
    "周": Decimal(7),
    "d": Decimal(1),
    "day": Decimal(1),
    "days": Decimal(1),
    "天": Decimal(1),
    "h": Decimal(1) / 24,
}
"""Days in a unit of age (UCUM, and words)."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a range must fit: `sex` male or female, `age_days` at the time of the sample; None where not known."""

    sex: str | None
    age_days: int | None


@dataclass(frozen=True, slots=True)
class _Range:
    text: str
    label: str
    is_normal: bool
    is_for: frozenset[str]
    """Sexes it says it is for; empty when it says none."""
    other_label: bool
    """Whether it applies to something that is not known of the patient, such as a phase or a race."""


def range_of(raw: Json, bearer: Bearer, unit: str) -> str:
    """The text of the reference range that fits; of several, all with what each is for; "" where none does."""
    given = [one for one in raw.get("referenceRange") or [] if isinstance(one, dict)]
    chosen = [one for one in given if _fits(one, bearer, Decimal(0))] or [one for one in given if _fits(one, bearer)]
    fitting = [made for one in chosen if (made := _read(one, bearer, unit)).text]
    fitting = [one for one in fitting if one.is_normal] or fitting
    if bearer.sex is not None:
        fitting = [one for one in fitting if bearer.sex in one.is_for] or fitting
    if len(fitting) == 1 and fitting[0].is_normal and not fitting[0].other_label:
        return fitting[0].text
    texts = [f"{one.label} {one.text}".strip() for one in fitting]
    return "; ".join(dict.fromkeys(texts))


def _fits(given: Json, bearer: Bearer, grain: Decimal | None = None) -> bool:
    sexes = _sexes(given)
    if bearer.sex is not None and sexes and bearer.sex not in sexes:
        return False
    age = given.get("age") or {}
    if bearer.age_days is None:
        return True
    low, high = _days(age.get("low")), _days(age.get("high"))
    more = _grain(age.get("high")) if grain is None else grain
    return (low is None or bearer.age_days >= low) and (high is None or bearer.age_days < high + more)


def _read(given: Json, bearer: Bearer, unit: str) -> _Range:
    applies = [concept for concept in given.get("appliesTo") or [] if concept]
    sexes = _sexes(given)
    kind = given.get("type")
    is_normal = not kind or bool(_NORMAL & {code.lower() for code in codes_of(kind)}) or not all_words([kind])
    others = [words_of(concept) for concept in applies if not _sex_of(concept)]
    said = [words_of(concept) for concept in applies]
    age = given.get("age") if bearer.age_days is None else None
    age_text = _ends_text(age) if isinstance(age, dict) else ""
    shown = others if bearer.sex is not None else said
    label = " ".join(word for word in ["" if is_normal else words_of(kind), *shown, age_text] if word)
    return _Range(_text(given, unit), label, is_normal, sexes, bool([word for word in others if word] or age_text))


def _text(given: Json, unit: str) -> str:
    low, high = given.get("low") or {}, given.get("high") or {}
    text = clean(given.get("text"))
    if low.get("value") is None and high.get("value") is None:
        return text
    if re.search(r"\d", text):
        return text
    own = next((unit_of(end) for end in (low, high) if end.get("value") is not None and unit_of(end)), "")
    numbers = ends(low, high)
    numbers = f"{numbers} {own}" if own and unit and own != unit else numbers
    return f"{numbers} ({text})" if text else numbers


def _ends_text(given: Json | None) -> str:
    low, high = (given or {}).get("low") or {}, (given or {}).get("high") or {}
    if low.get("value") is None and high.get("value") is None:
        return ""
    return f"{ends(low, high)} {unit_of(high) or unit_of(low)}".strip()


def _sexes(given: Json) -> frozenset[str]:
    return frozenset(sex for concept in given.get("appliesTo") or [] if (sex := _sex_of(concept)))


def _sex_of(concept: Json | None) -> str | None:
    return next((_SEX[word.lower()] for word in all_words([concept]) if word.lower() in _SEX), None)


def _days(age: Json | None) -> Decimal | None:
    if not isinstance(age, dict) or age.get("value") is None:
        return None
    unit = clean(age.get("code")) or clean(age.get("unit")) or "a"
    factor = _DAYS.get(unit.lower()) or _DAYS.get(clean(age.get("unit")).lower())
    return None if factor is None else Decimal(str(age["value"])) * factor


def _grain(age: Json | None) -> Decimal:
    """One unit of an upper age: up to 14 years may mean until the 15th birthday, where no other range begins there."""
    unit = clean((age or {}).get("code")) or clean((age or {}).get("unit")) or "a"
    return _DAYS.get(unit.lower(), Decimal(1))
