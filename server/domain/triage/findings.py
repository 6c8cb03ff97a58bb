"""Owns what a nurse finds or a patient complains of, and the grade it asks for. Knows no scale's levels."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property

from server.domain.errors import HallError
from server.domain.triage.objective import ADULT_FROM, sirs_at
from server.domain.triage.rule_text import RuleText, Table, did_you_mean, tables
from server.domain.triage.scale import ACUITY_NAMES, Acuity
from server.domain.triage.scale_file import read_acuity
from server.domain.triage.vitals import Vitals
from server.protocol.terms import ErrorCode

NORMAL_SYSTOLIC = 120.0


@dataclass(frozen=True, slots=True)
class Condition:
    """When a finding asks for more: all that is given must hold; what was not measured does not hold.

    Ages in years, other limits in the units of Vitals; `shock_index_over`: pulse / systolic pressure, which counts as
    120 at most: neither a high pressure nor an unknown one is a comfort at a fast pulse. It is an adult's measure.
    """

    covers: Acuity
    age_over: float | None = None
    age_below: float | None = None
    pain_at_least: float | None = None
    pulse_at_least: float | None = None
    systolic_at_most: float | None = None
    systolic_at_least: float | None = None
    respiration_at_least: float | None = None
    spo2_at_most: float | None = None
    temperature_at_least: float | None = None
    shock_index_over: float | None = None
    sirs_at_least: float | None = None

    def holds(self, vitals: Vitals, age: float | None) -> bool:
        """Whether everything asked for is known and so."""
        return all(
            (
                _over(age, self.age_over),
                self.age_below is None or (age is not None and age < self.age_below),
                _least(vitals.pain, self.pain_at_least),
                _least(vitals.pulse, self.pulse_at_least),
                _most(vitals.systolic, self.systolic_at_most),
                _least(vitals.systolic, self.systolic_at_least),
                _least(vitals.respiration, self.respiration_at_least),
                _most(vitals.spo2, self.spo2_at_most),
                _least(vitals.temperature, self.temperature_at_least),
                _over(_shock_index(vitals, age), self.shock_index_over),
                _least(sirs_at(vitals, age), self.sirs_at_least),
            )
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One manual criterion: what it asks for, when it asks for more, its words in complaints, its clinical source.

    `red_flag`: the red flag at check-in it belongs to. `infection`: an infection is suspected. `pregnancy`: asks
    for Ⅱ in a pregnant patient. `complaint_en`: phrases whose words must all stand in the complaint, `*` ends a
    stem, in any order; `unless_en` takes the phrase back. `complaint_zh`: pieces of text.
    """

    id: str
    acuity: Acuity
    names: Mapping[str, str]
    source: str
    red_flag: str | None = None
    infection: bool = False
    pregnancy: bool = False
    raises: tuple[Condition, ...] = ()
    complaint_en: tuple[str, ...] = ()
    complaint_zh: tuple[str, ...] = ()
    unless_en: tuple[str, ...] = ()
    unless_zh: tuple[str, ...] = ()

    def acuity_for(self, vitals: Vitals, age: float | None) -> Acuity:
        """What it asks for in this patient: the worst of its own and of the conditions that hold."""
        return min([self.acuity, *(raised.covers for raised in self.raises if raised.holds(vitals, age))])


@dataclass(frozen=True)
class Catalogue:
    """All findings by id, the abbreviations nurses write, and plain words never taken for a slip of the pen."""

    findings: Mapping[str, Finding]
    abbreviations: Mapping[str, str]
    plain: tuple[str, ...] = ()

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word and stem the catalogue knows, lower case."""
        findings = self.findings.values()
        phrases = [phrase for finding in findings for phrase in (*finding.complaint_en, *finding.unless_en)]
        return frozenset(" ".join([*phrases, *self.abbreviations.values(), *self.plain]).casefold().split())

    @cached_property
    def stems(self) -> tuple[str, ...]:
        """The stems of the vocabulary, without their stars."""
        return tuple(sorted(word[:-1] for word in self.vocabulary if word.endswith("*")))

    @cached_property
    def likeliest(self) -> tuple[str, ...]:
        """The vocabulary in the order in which a slip of the pen is tried: whole words, then the longest stems."""
        return tuple(sorted(self.vocabulary, key=lambda word: (word.endswith("*"), -len(word), word)))

    @cached_property
    def _by_letter(self) -> Mapping[tuple[str, int], tuple[str, ...]]:
        """`likeliest` by first letter and length; stems by their letter under length 0."""
        found: dict[tuple[str, int], tuple[str, ...]] = {}
        for word in self.likeliest:
            key = (word[0], 0 if word.endswith("*") else len(word))
            found[key] = (*found.get(key, ()), word)
        return found

    def near(self, word: str) -> Iterator[str]:
        """Of `likeliest`, those that begin like the word and may be one slip of the pen away from it."""
        for length in (len(word) + 1, len(word), len(word) - 1, 0):
            yield from self._by_letter.get((word[0], length), ())

    @cached_property
    def sayings(self) -> tuple[tuple[re.Pattern[str], str], ...]:
        """Abbreviations of several words, such as “blood pressure”, and the short form."""
        several = {long: short for long, short in self.abbreviations.items() if " " in long}
        return tuple((re.compile(rf"\b{re.escape(long)}\b"), short) for long, short in several.items())

    def pick(self, ids: Iterable[str]) -> list[Finding]:
        """The findings of these ids, each once. Raises INVALID for an unknown one, with the nearest known."""
        picked = []
        for finding_id in dict.fromkeys(ids):
            if finding_id not in self.findings:
                near = did_you_mean(finding_id, self.findings)
                raise HallError(ErrorCode.INVALID, f"unknown finding {finding_id!r}{near}", field="findings")
            picked.append(self.findings[finding_id])
        return picked


_KEYS = (
    "id", "covers", "names", "source", "red_flag", "infection", "pregnancy", "raise", "complaint_en", "complaint_zh",
    "unless_en", "unless_zh",
)  # fmt: skip
_CONDITION = tuple(field.name for field in fields(Condition))


def parse_findings(texts: Iterable[tuple[str, str]]) -> Catalogue:
    """The catalogue from (file name, TOML text) pairs. Raises HALL_FILE_REJECTED with file, line and reason."""
    found: dict[str, Finding] = {}
    abbreviations: dict[str, str] = {}
    plain: list[str] = []
    for name, text in texts:
        file = RuleText(text, name)
        data = file.parse()
        Table(file, data).only(("plain", "abbreviation", "finding"))
        plain += Table(file, data).texts("plain")
        abbreviations |= _abbreviations(file, data.get("abbreviation", {}))
        for table in tables(file, data, "finding"):
            finding = _finding(table)
            if finding.id in found:
                table.refuse(f"overlap: finding {finding.id!r} is written twice", "id")
            found[finding.id] = finding
    return Catalogue(found, abbreviations, tuple(plain))


def _finding(table: Table) -> Finding:
    table.only(_KEYS)
    return Finding(
        id=table.text("id"),
        acuity=read_acuity(table, "covers", table.text("covers")),
        names=table.words("names"),
        source=table.text("source"),
        red_flag=table.text("red_flag") if "red_flag" in table.values else None,
        infection=table.flag("infection"),
        pregnancy=table.flag("pregnancy"),
        raises=_conditions(table),
        complaint_en=table.texts("complaint_en"),
        complaint_zh=table.texts("complaint_zh"),
        unless_en=table.texts("unless_en"),
        unless_zh=table.texts("unless_zh"),
    )


def _conditions(table: Table) -> tuple[Condition, ...]:
    raw = table.values.get("raise", [])
    if not isinstance(raw, list) or any(not isinstance(item, dict) for item in raw):
        table.refuse("'raise' must be a list of tables {covers = …, …}", "raise")
    conditions = []
    for item in raw:
        for key, value in item.items():
            if key not in _CONDITION:
                table.refuse(f"raise: unknown key {key!r}{did_you_mean(key, _CONDITION)}", "raise")
            if key != "covers" and (isinstance(value, bool) or not isinstance(value, (int, float))):
                table.refuse(f"raise: {key!r} must be a number, not {value!r}", "raise")
        covers = read_acuity(table, "raise", str(item.get("covers")))
        if len(item) < 2 or covers >= ACUITY_NAMES[table.text("covers")]:
            table.refuse("raise: say when, and a more urgent level than 'covers'", "raise")
        conditions.append(Condition(covers, **{key: float(value) for key, value in item.items() if key != "covers"}))
    return tuple(conditions)


def _abbreviations(file: RuleText, raw: object) -> dict[str, str]:
    if not isinstance(raw, dict) or any(not isinstance(value, str) for value in raw.values()):
        file.refuse(file.line("abbreviation"), '[abbreviation] holds texts only: short = "long"')
    return {key.casefold(): value.casefold() for key, value in raw.items()}


def _shock_index(vitals: Vitals, age: float | None) -> float | None:
    """An adult's pulse / systolic pressure; a small child's is above 1 in health: Acker, J Pediatr Surg 2015 [K]."""
    if vitals.pulse is None or (age is not None and age < ADULT_FROM):
        return None
    pressure = min(NORMAL_SYSTOLIC, NORMAL_SYSTOLIC if vitals.systolic is None else vitals.systolic)
    return vitals.pulse / max(pressure, 1.0)


def _least(value: float | None, limit: float | None) -> bool:
    return limit is None or (value is not None and value >= limit)


def _most(value: float | None, limit: float | None) -> bool:
    return limit is None or (value is not None and value <= limit)


def _over(value: float | None, limit: float | None) -> bool:
    return limit is None or (value is not None and value > limit)
