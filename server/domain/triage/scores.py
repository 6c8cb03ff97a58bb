"""Owns the published scores NEWS2 and MEWS and the SIRS count, as tables of bands. Knows no scale and no age."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from server.domain.triage.vitals import Vitals
from server.protocol.texts import Message

# Points by band: (up to and including this value, points), ascending; values are rounded first.
Bands = tuple[tuple[float, int], ...]
ABOVE = float("inf")

# NEWS2: © Royal College of Physicians 2017, National Early Warning Score (NEWS) 2, reproduced unmodified with
# acknowledgement [S24]; not a hospital's to change. Cut points [S25].
NEWS2_BANDS: Mapping[str, Bands] = {
    "respiration": ((8, 3), (11, 1), (20, 0), (24, 2), (ABOVE, 3)),
    "systolic": ((90, 3), (100, 2), (110, 1), (219, 0), (ABOVE, 3)),
    "pulse": ((40, 3), (50, 1), (90, 0), (110, 1), (130, 2), (ABOVE, 3)),
    "temperature": ((35.0, 3), (36.0, 1), (38.0, 0), (39.0, 1), (ABOVE, 2)),
}
NEWS2_SPO2_SCALE_1: Bands = ((91, 3), (93, 2), (95, 1), (ABOVE, 0))
NEWS2_SPO2_SCALE_2_AIR: Bands = ((83, 3), (85, 2), (87, 1), (ABOVE, 0))
NEWS2_SPO2_SCALE_2_OXYGEN: Bands = ((83, 3), (85, 2), (87, 1), (92, 0), (94, 1), (96, 2), (ABOVE, 3))
NEWS2_OXYGEN = 2
NEWS2_NOT_ALERT = 3

# MEWS as merged from [S26]; new confusion, which MEWS does not know, counts like “responds to voice”.
MEWS_BANDS: Mapping[str, Bands] = {
    "pulse": ((40, 2), (50, 1), (100, 0), (110, 1), (129, 2), (ABOVE, 3)),
    "systolic": ((70, 3), (80, 2), (100, 1), (199, 0), (ABOVE, 2)),
    "respiration": ((8, 2), (14, 0), (20, 1), (29, 2), (ABOVE, 3)),
    "temperature": ((34.9, 2), (38.4, 0), (ABOVE, 2)),
}
MEWS_CONSCIOUSNESS: Mapping[str, int] = {"A": 0, "C": 1, "V": 1, "P": 2, "U": 3}
# One hospital's actions [S27]: (from this total, key of the catalogue), descending.
MEWS_ACTIONS: tuple[tuple[int, str], ...] = ((9, "resuscitate"), (6, "doctor_now"), (4, "watch"), (0, "routine"))
_SCORED = ("respiration", "spo2", "systolic", "pulse", "temperature", "consciousness")


@dataclass(frozen=True, slots=True)
class Score:
    """A score: points by vital, their sum, and what was not measured (counted as 0: the sum is a lower limit)."""

    total: int
    parts: Mapping[str, int]
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """Whether nothing was missing."""
        return not self.missing

    @property
    def single_three(self) -> bool:
        """Whether one vital alone has three points."""
        return 3 in self.parts.values()


def news2(vitals: Vitals) -> Score:
    """NEWS2 (RCP 2017 [S24]), 0–20; not for patients under 16 or pregnant: the caller sees to that.

    Values are rounded before banding, temperature to 0.1. Unknown oxygen counts as air.
    """
    parts = {vital: _points(bands, vital, vitals) for vital, bands in NEWS2_BANDS.items() if _has(vitals, vital)}
    if vitals.spo2 is not None:
        bands = NEWS2_SPO2_SCALE_1
        if vitals.hypercapnic:
            bands = NEWS2_SPO2_SCALE_2_OXYGEN if vitals.oxygen else NEWS2_SPO2_SCALE_2_AIR
        parts["spo2"] = _points(bands, "spo2", vitals)
    if vitals.oxygen is not None:
        parts["oxygen"] = NEWS2_OXYGEN if vitals.oxygen else 0
    if vitals.consciousness is not None:
        parts["consciousness"] = 0 if vitals.consciousness == "A" else NEWS2_NOT_ALERT
    return _score(parts, (*_SCORED, "oxygen"))


def mews(vitals: Vitals) -> Score:
    """MEWS [S26], 0–14; shown beside the grade, which it does not change."""
    parts = {vital: _points(bands, vital, vitals) for vital, bands in MEWS_BANDS.items() if _has(vitals, vital)}
    if vitals.consciousness is not None:
        parts["consciousness"] = MEWS_CONSCIOUSNESS[vitals.consciousness]
    return _score(parts, tuple(vital for vital in _SCORED if vital != "spo2"))


def mews_action(total: int) -> Message:
    """What one hospital does at this MEWS [S27]."""
    return Message("triage", f"action.{next(action for least, action in MEWS_ACTIONS if total >= least)}")


def sirs(vitals: Vitals, pulse_over: float = 90, respiration_over: float = 20) -> int:
    """How many of three SIRS criteria are met, 0–3: > 38 or < 36 °C, pulse > 90, respiration > 20.

    Bone et al., Chest 1992;101:1644-55; the fourth, white cells, is not known at triage. Children have other limits.
    """
    temperature, pulse, respiration = vitals.temperature, vitals.pulse, vitals.respiration
    return (
        (temperature is not None and (temperature > 38.0 or temperature < 36.0))
        + (pulse is not None and pulse > pulse_over)
        + (respiration is not None and respiration > respiration_over)
    )


def rounded(vital: str, value: float) -> float:
    """To whole numbers, temperature to 0.1; halves go up, as on paper."""
    step = Decimal("0.1") if vital == "temperature" else Decimal(1)
    return float(Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP))


def _has(vitals: Vitals, vital: str) -> bool:
    return getattr(vitals, vital) is not None


def _points(bands: Bands, vital: str, vitals: Vitals) -> int:
    value = rounded(vital, getattr(vitals, vital))
    return next(points for upper, points in bands if value <= upper)


def _score(parts: Mapping[str, int], expected: tuple[str, ...]) -> Score:
    return Score(sum(parts.values()), parts, tuple(vital for vital in expected if vital not in parts))
