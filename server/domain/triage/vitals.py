"""Owns what was measured on a patient, what is impossible and what is worth a question. Knows no score and no scale."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal, NoReturn

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode
from server.protocol.texts import Listed, Message, Value

Consciousness = Literal["A", "C", "V", "P", "U"]
CONSCIOUSNESS: tuple[Consciousness, ...] = ("A", "C", "V", "P", "U")
_ABSURD = 1e9
"""No number that is measured, and no whole number too long to be written as one."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """One set of vital signs; None = not measured, which never lowers a grade.

    respiration and pulse /min, spo2 %, systolic and diastolic mmHg, temperature °C, glucose and potassium mmol/L,
    gcs 3–15, pain 0–10 (numeric rating scale). `oxygen`: breathes extra oxygen. `hypercapnic`: known hypercapnic
    failure with target 88–92 %, confirmed by a doctor (NEWS2 scale 2). `consciousness`: Alert, new Confusion, responds
    to Voice, to Pain, Unresponsive. `measured_at`: aware UTC.
    """

    respiration: float | None = None
    spo2: float | None = None
    oxygen: bool | None = None
    hypercapnic: bool = False
    systolic: float | None = None
    diastolic: float | None = None
    pulse: float | None = None
    temperature: float | None = None
    consciousness: Consciousness | None = None
    gcs: int | None = None
    pain: int | None = None
    glucose: float | None = None
    potassium: float | None = None
    measured_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A value that is possible but unlikely: the nurse is asked, never refused."""

    vital: str
    value: float
    message: Message


@dataclass(frozen=True, slots=True)
class Measure:
    """Unit and limits of one vital: outside `possible` it is refused as impossible (limits [REC], wider than life)."""

    unit: str
    possible: tuple[float, float]
    whole: bool = False


MEASURES: Mapping[str, Measure] = {
    "respiration": Measure("/min", (0, 120)),
    "spo2": Measure("%", (0, 100)),
    "systolic": Measure("mmHg", (0, 350)),
    "diastolic": Measure("mmHg", (0, 250)),
    "pulse": Measure("/min", (0, 350)),
    "temperature": Measure("°C", (10, 46)),
    "gcs": Measure("", (3, 15), whole=True),
    "pain": Measure("", (0, 10), whole=True),
    "glucose": Measure("mmol/L", (0, 150)),
    "potassium": Measure("mmol/L", (0, 20)),
}

# What is rare enough to ask back, as (vital, from this age in years, low, high); the last row whose age is reached
# counts. Children: wide limits round the centiles of Fleming et al., Lancet 2011;377:1011-18 [K]; adults: [K].
UNLIKELY: tuple[tuple[str, float, float, float], ...] = (
    ("respiration", 0, 20, 80),
    ("respiration", 1, 14, 60),
    ("respiration", 5, 10, 50),
    ("respiration", 12, 6, 45),
    ("spo2", 0, 70, 100),
    ("systolic", 0, 50, 120),
    ("systolic", 1, 65, 140),
    ("systolic", 5, 70, 160),
    ("systolic", 12, 60, 240),
    ("diastolic", 0, 25, 90),
    ("diastolic", 5, 30, 110),
    ("diastolic", 12, 30, 140),
    ("pulse", 0, 80, 220),
    ("pulse", 1, 65, 200),
    ("pulse", 5, 50, 180),
    ("pulse", 12, 35, 180),
    ("temperature", 0, 34.0, 41.5),
    ("glucose", 0, 2.0, 35.0),
    ("potassium", 0, 2.5, 6.5),
)


def name_of(vital: str) -> Message:
    """The name of a vital sign, as the nurse reads it."""
    return Message("triage", f"measure.{vital}")


def check_vitals(raw: Mapping[str, object]) -> Vitals:
    """Vitals from what a form or a machine sent; unknown keys, texts and impossible values raise INVALID.

    `measured_at` may be a datetime or RFC 3339. `extra` of the error names the `field` and the `reason`, a message;
    nothing is corrected silently.
    """
    known = {field.name for field in fields(Vitals)}
    for key in raw:
        if key not in known:
            _refuse(key, "unknown", vital=key)
    values: dict[str, Any] = {key: _number(key, raw[key]) for key in MEASURES if raw.get(key) is not None}
    for key in ("oxygen", "hypercapnic"):
        if raw.get(key) is not None:
            if not isinstance(raw[key], bool):
                _refuse(key, "yes_or_no", value=repr(raw[key]))
            values[key] = raw[key]
    state = raw.get("consciousness")
    if state is not None and state not in CONSCIOUSNESS:
        _refuse("consciousness", "consciousness", known=Listed(CONSCIOUSNESS), value=repr(state))
    moment = _moment(raw.get("measured_at"))
    systolic, diastolic = values.get("systolic"), values.get("diastolic")
    if systolic is not None and diastolic is not None and diastolic > systolic:
        _refuse("diastolic", "diastolic", diastolic=f"{diastolic:g}", systolic=f"{systolic:g}")
    return Vitals(**values, consciousness=state, measured_at=moment)


def unlikely(vitals: Vitals, age: float | None) -> list[Question]:
    """Questions for values that are possible but rare at this age (years; None = adult), such as 30 °C."""
    years = 30.0 if age is None else age
    limits = {vital: (low, high) for vital, since, low, high in UNLIKELY if years >= since}
    questions = []
    for vital, (low, high) in limits.items():
        value = getattr(vitals, vital)
        if value is not None and not low <= value <= high:
            shown: dict[str, Value] = {"measure": name_of(vital), "value": f"{value:g} {MEASURES[vital].unit}"}
            questions.append(Question(vital, value, Message("triage", "question", shown)))
    return questions


def _moment(value: object) -> datetime | None:
    if value is None:
        return None
    moment: object = value
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        _refuse("measured_at", "time", value=repr(value))
    return moment


def _number(vital: str, value: object) -> float | int:
    measure = MEASURES[vital]
    if isinstance(value, str) and ("," in value or "\uff0c" in value):
        _refuse(vital, "comma", value=repr(value))
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not abs(value) < _ABSURD:
        _refuse(vital, "number", value=f"{value!r:.40}")
    low, high = measure.possible
    if not low <= value <= high:
        limits = {"low": f"{low:g}", "high": f"{high:g}", "unit": measure.unit}
        _refuse(vital, "impossible", measure=name_of(vital), value=f"{value:g}", **limits)
    if measure.whole and value != int(value):
        _refuse(vital, "whole", value=f"{value:g}")
    return int(value) if measure.whole else float(value)


def _refuse(field: str, why: str, **values: Value) -> NoReturn:
    reason = Message("triage", f"refused.{why}", values)
    raise HallError(ErrorCode.INVALID, f"vitals.{field}: {reason.text('en')}", field=f"vitals.{field}", reason=reason)
