"""Every kind of value[x] that FHIR R4 allows for an Observation, as text for paper. Knows no layout."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from server.domain.reports.received import Problem
from server.integrations.fhir.shape import Json
from server.integrations.fhir.texts import all_words, clean, codes_of, digits, paragraphs, words_of

ANSWERS: Mapping[str, str] = {
    **dict.fromkeys(("10828004", "LA6576-8", "POS"), "positive"),
    **dict.fromkeys(("260385009", "LA6577-6", "NEG"), "negative"),
    **dict.fromkeys(("260373001", "LA11882-0", "DET"), "detected"),
    **dict.fromkeys(("260415000", "LA11883-8", "ND"), "not_detected"),
    **dict.fromkeys(("52101004", "LA9633-4"), "present"),
    **dict.fromkeys(("2667000", "LA9634-2"), "absent"),
    **dict.fromkeys(("17621005", "LA6626-1"), "normal"),
    **dict.fromkeys(("263654008",), "abnormal"),
    **dict.fromkeys(("82334004", "LA11884-6", "IND"), "indeterminate"),
    **dict.fromkeys(("373066001", "LA33-6"), "yes"),
    **dict.fromkeys(("373067005", "LA32-8"), "no"),
}
"""Answers that are often sent as a code only: SNOMED CT, LOINC answers, HL7 v3 ObservationInterpretation."""
_UNREADABLE = re.compile(r"\d{6,}|LA\d+-\d|LP\d+-\d|[A-Za-z0-9.:/_-]{25,}")
"""Codes that say nothing to a reader: SNOMED CT numbers, LOINC answers and parts, random ids."""


@dataclass(frozen=True, slots=True)
class Value:
    """A value as it is printed: its paragraphs or a phrase, a unit, words that say what it is about, or a problem."""

    texts: tuple[str, ...] = ()
    phrase: str = ""
    unit: str = ""
    words: tuple[str, ...] = ()
    problem: Problem | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to print and nothing wrong."""
        return not (self.texts or self.phrase or self.problem)


NOTHING = Value()


def value_of(raw: Json) -> Value:
    """The value[x] of an Observation or of a component of one."""
    for name, given in raw.items():
        if name.startswith("value") and len(name) > len("value") and given is not None:
            reader = READERS.get(name.removeprefix("value"))
            return reader(given) if reader is not None else Value(problem=Problem.UNSETTABLE)
    return NOTHING


def absent_reason(raw: Json) -> Value:
    """Why there is no value (`dataAbsentReason`): in the sender's words, else in ours."""
    concept = raw.get("dataAbsentReason")
    if not concept:
        return NOTHING
    for code in codes_of(concept):
        if code in _ABSENT:
            return Value(texts=_one(concept.get("text")), phrase=f"absent.{code}")
    said = words_of(concept)
    return Value(texts=(said,)) if said else Value(phrase="absent.unknown")


_ABSENT = frozenset(
    {
        "unknown",
        "asked-unknown",
        "temp-unknown",
        "not-asked",
        "asked-declined",
        "masked",
        "not-applicable",
        "unsupported",
        "as-text",
        "error",
        "not-a-number",
        "negative-infinity",
        "positive-infinity",
        "not-performed",
        "not-permitted",
    }
)


def concept_value(concept: Json) -> Value:
    """A coded value in words. A code alone is printed where a reader could know it."""
    said, codes = words_of(concept), codes_of(concept)
    words = tuple(all_words([concept]))
    if said:
        return Value(texts=tuple(paragraphs(concept.get("text"))) or (said,), words=words)
    for code in codes:
        if code.upper() in ANSWERS:
            return Value(phrase=ANSWERS[code.upper()], words=words)
    readable = [code for code in codes if not _UNREADABLE.fullmatch(code)]
    if readable:
        return Value(texts=(readable[0],), words=words)
    return Value(words=words, problem=Problem.UNSETTABLE) if codes else NOTHING


def quantity(given: Json) -> Value:
    """A quantity; one that says only its unit is no value."""
    if given.get("value") is None:
        return NOTHING
    return Value(texts=(amount(given),), unit=unit_of(given))


def amount(given: Json) -> str:
    """The number of a quantity with its comparator."""
    return f"{clean(given.get('comparator'))}{digits(given['value'])}"


def unit_of(given: Json) -> str:
    """The unit of a quantity as people write it, else its code."""
    return clean(given.get("unit")) or clean(given.get("code"))


def range_value(given: Json) -> Value:
    """A range as a value: both ends, or one with its sign."""
    low, high = given.get("low") or {}, given.get("high") or {}
    units = dict.fromkeys(unit_of(end) for end in (low, high) if end.get("value") is not None)
    if not units:
        return NOTHING
    if len(units) > 1:
        return Value(texts=(f"{amount(low)} {unit_of(low)}-{amount(high)} {unit_of(high)}",))
    return Value(texts=(ends(low, high),), unit=next(iter(units)))


def ends(low: Json, high: Json) -> str:
    """The two ends of a range in one text."""
    if low.get("value") is None:
        return f"≤{amount(high)}"
    return f"{amount(low)}-{amount(high)}" if high.get("value") is not None else f"≥{amount(low)}"


def _ratio(given: Json) -> Value:
    top, bottom = given.get("numerator") or {}, given.get("denominator") or {}
    if top.get("value") is None or bottom.get("value") is None:
        return Value(problem=Problem.UNSETTABLE) if top or bottom else NOTHING
    if not unit_of(top) and not unit_of(bottom):
        return Value(texts=(f"{amount(top)}:{amount(bottom)}",))
    parts = [f"{amount(part)} {unit_of(part)}".strip() for part in (top, bottom)]
    return Value(texts=(" / ".join(parts),))


def _period(given: Json) -> Value:
    start, end = _time(given.get("start")), _time(given.get("end"))
    return Value(texts=(f"{start} – {end}".strip(),)) if start or end else NOTHING


def _time(text: object) -> str:
    return clean(text).replace("T", " ", 1)


def _one(text: object) -> tuple[str, ...]:
    return (clean(text),) if clean(text) else ()


def _string(given: object) -> Value:
    texts = tuple(paragraphs(given))
    return Value(texts=texts)


READERS: Mapping[str, Callable[[Any], Value]] = {
    "Quantity": quantity,
    "CodeableConcept": concept_value,
    "String": _string,
    "Boolean": lambda given: Value(phrase="yes" if given else "no"),
    "Integer": lambda given: Value(texts=(digits(given),)),
    "Range": range_value,
    "Ratio": _ratio,
    "SampledData": lambda _given: Value(problem=Problem.UNSETTABLE),
    "Time": lambda given: Value(texts=_one(given)),
    "DateTime": lambda given: Value(texts=_one(_time(given))),
    "Period": _period,
}
"""The eleven types of Observation.value[x] in R4; any other is for the desk."""
