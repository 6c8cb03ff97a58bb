"""Owns the objective criteria: the consensus table of vital signs and the danger zones by age. Knows no scale."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from server.domain.triage.scale import Acuity
from server.domain.triage.scores import sirs
from server.domain.triage.vitals import MEASURES, Vitals, name_of
from server.protocol.texts import Message

TABLE_SOURCE = "CN-ED-2018 Table 1 [S1][S2]"
ZONE_SOURCES: Mapping[str, str] = {"v4": "ESI v4 danger zone [S12]", "v5": "ESI v5 danger zone [K?]"}


@dataclass(frozen=True, slots=True)
class Criterion:
    """A reason for a grade, with the measured value in its message; `acuity` is what it asks for at least."""

    id: str
    acuity: Acuity
    message: Message
    source: str


@dataclass(frozen=True, slots=True)
class Row:
    """One cell of the objective table: fires when low ≤ value ≤ high, or strictly inside where `strict`."""

    vital: str
    acuity: Acuity
    low: float
    high: float
    strict: bool = False

    def holds(self, value: float) -> bool:
        """Whether the value lies in the cell."""
        if self.strict:
            return self.low < value < self.high
        return self.low <= value <= self.high


_NONE, _ALL = float("-inf"), float("inf")
# The cells overlap at their boundaries in the original; the worse level wins: each vital's cells are written from the
# worst down and the first that holds counts. Only the outermost cells are strict (“> 180”, “< 40”). No breathing at
# all is the consensus' manual indicator, respiratory arrest.
OBJECTIVE: tuple[Row, ...] = (
    Row("respiration", Acuity.I, 0, 0),
    Row("pulse", Acuity.I, 180, _ALL, strict=True),
    Row("pulse", Acuity.I, _NONE, 40, strict=True),
    Row("pulse", Acuity.II, 150, 180),
    Row("pulse", Acuity.II, 40, 50),
    Row("pulse", Acuity.III, 100, 150),
    Row("pulse", Acuity.III, 50, 55),
    Row("systolic", Acuity.I, _NONE, 70, strict=True),
    Row("systolic", Acuity.II, 200, _ALL, strict=True),
    Row("systolic", Acuity.II, 70, 80),
    Row("systolic", Acuity.III, 180, 200),
    Row("systolic", Acuity.III, 80, 90),
    Row("spo2", Acuity.I, _NONE, 80, strict=True),
    Row("spo2", Acuity.II, 80, 90),
    Row("spo2", Acuity.III, 90, 94),
    Row("temperature", Acuity.I, 41, _ALL, strict=True),
    Row("glucose", Acuity.I, _NONE, 3.33, strict=True),
    Row("potassium", Acuity.I, 7.0, _ALL, strict=True),
    Row("gcs", Acuity.I, _NONE, 9, strict=True),
    Row("gcs", Acuity.II, 9, 12),
    Row("gcs", Acuity.III, 13, 14),
    Row("pain", Acuity.II, 7, 10),
    Row("pain", Acuity.III, 4, 6),
)
# “Responds to voice” spans drowsy (Ⅲ) to stupor (Ⅱ): worse wins. New confusion is GCS 14 (Ⅲ).
CONSCIOUSNESS_LEVELS: Mapping[str, Acuity] = {"C": Acuity.III, "V": Acuity.II, "P": Acuity.I, "U": Acuity.I}
# With known hypercapnic failure 88–92 % is the target (NEWS2 scale 2): the table's cells hold only below it.
HYPERCAPNIC_TARGET = 88
# Age limits in years, then pulse and respiration above which the vital is in the danger zone; a row holds below its
# age, so that on a birthday the stricter row counts.
Zone = tuple[tuple[float, float, float], ...]
ZONES: Mapping[str, Zone] = {
    "v4": ((0.25, 180, 50), (3, 160, 40), (8, 140, 30), (_ALL, 100, 20)),
    "v5": ((1 / 12, 190, 60), (1, 180, 55), (3, 140, 40), (5, 120, 35), (12, 120, 30), (_ALL, 100, 20)),
}
ZONE_SPO2 = 92
# NEWS2, MEWS and adult SIRS are made for adults [K].
ADULT_FROM = 16


def objective_criteria(vitals: Vitals) -> list[Criterion]:
    """The cells of the consensus table that the vitals reach, at most one for each vital: the worst."""
    found = []
    for vital in dict.fromkeys(row.vital for row in OBJECTIVE):
        value = getattr(vitals, vital)
        if value is None or (vital == "spo2" and vitals.hypercapnic and value >= HYPERCAPNIC_TARGET):
            continue
        row = next((row for row in OBJECTIVE if row.vital == vital and row.holds(value)), None)
        if row is not None:
            message = measured(vital, value, _limits(row))
            found.append(Criterion(f"objective.{vital}", row.acuity, message, TABLE_SOURCE))
    if vitals.consciousness is not None and vitals.consciousness != "A":
        acuity = CONSCIOUSNESS_LEVELS[vitals.consciousness]
        message = Message("triage", f"consciousness.{vitals.consciousness}")
        found.append(Criterion("objective.consciousness", acuity, message, TABLE_SOURCE))
    return found


def danger_zone(vitals: Vitals, age: float, version: Literal["v4", "v5"]) -> list[Criterion]:
    """Vitals in ESI's danger zone at this age (years, fractions for infants): SpO₂ < 92 %, pulse or breathing above.

    Each asks for Ⅲ: at least Ⅲ, consider Ⅱ (docs/sources.md, Suggested grade).
    """
    pulse, respiration = _fastest(age, version)
    checks: tuple[tuple[str, float, Callable[[float, float], bool], str], ...] = (
        ("spo2", ZONE_SPO2, float.__lt__, "<"),
        ("pulse", pulse, float.__gt__, ">"),
        ("respiration", respiration, float.__gt__, ">"),
    )
    found = []
    for vital, limit, beyond, sign in checks:
        value = getattr(vitals, vital)
        if value is not None and beyond(float(value), float(limit)):
            limits = Message("triage", "limits.zone", {"limits": f"{sign} {limit:g}"})
            message = measured(vital, value, limits)
            found.append(Criterion(f"danger_zone.{vital}", Acuity.III, message, ZONE_SOURCES[version]))
    return found


def sirs_at(vitals: Vitals, age: float | None) -> int:
    """SIRS criteria met at this age: a child's pulse and breathing count from ESI's limits by age on.

    Every child with a fever has a pulse above an adult's 90: Goldstein et al., Pediatr Crit Care Med 2005;6:2-8 [K].
    """
    return sirs(vitals) if age is None or age >= ADULT_FROM else sirs(vitals, *_fastest(age, "v4"))


def _fastest(age: float, version: Literal["v4", "v5"]) -> tuple[float, float]:
    """Pulse and respiration above which a vital is in the danger zone at this age."""
    return next((pulse, breaths) for below, pulse, breaths in ZONES[version] if age < below)


def measured(vital: str, value: float, limits: str | Message) -> Message:
    """“Pulse 152 /min (150–180)”."""
    shown = f"{value:g} {MEASURES[vital].unit}".strip()
    return Message("triage", "measured", {"measure": name_of(vital), "value": shown, "limits": limits})


def _limits(row: Row) -> str:
    if row.low == _NONE:
        text = f"< {row.high:g}" if row.strict else f"≤ {row.high:g}"
    elif row.high == _ALL:
        text = f"> {row.low:g}" if row.strict else f"≥ {row.low:g}"
    else:
        text = f"{row.low:g}–{row.high:g}" if row.low < row.high else f"{row.low:g}"
    return text
