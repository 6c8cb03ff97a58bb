"""Owns what a nurse should know beside the criteria: what is missing, old, or worth a thought. Grades nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from server.domain.triage.objective import Criterion, danger_zone
from server.domain.triage.scale import Acuity, Scale
from server.domain.triage.scores import Score, mews_action
from server.domain.triage.vitals import MEASURES, Vitals

VITAL_WORDS: Mapping[str, Mapping[str, str]] = {
    **{name: measure.names for name, measure in MEASURES.items()},
    "oxygen": {"zh": "是否吸氧", "en": "Extra oxygen or not"},
    "consciousness": {"zh": "意识", "en": "Consciousness"},
}
# MEWS from which one hospital watches more closely [S27].
MEWS_WATCH = 4
# ESI's last row holds from 8 years (v4) or 12 years (v5) on; any adult age finds it.
_ANY_ADULT = 30.0


@dataclass(frozen=True, slots=True)
class Note:
    """Something the nurse should know that is no criterion, in words."""

    id: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Patient:
    """What decides which limits are used: age in years (None = unknown), pregnancy, whether of adult age."""

    age: float | None
    pregnant: bool
    grown: bool


def notes_on_patient(patient: Patient, vitals: Vitals, scale: Scale) -> list[Note]:
    """Which limits were used and why, and a danger zone that asks for a second thought."""
    notes = []
    if patient.age is None:
        notes.append(_note("age", "年龄未知,按成人标准", "Age unknown: adult limits were used"))
    if not patient.grown:
        notes.append(_note("news2", "16岁以下不用NEWS2", "NEWS2 is not used under 16 years"))
        if patient.age is not None and danger_zone(vitals, patient.age, scale.danger_zone):
            notes.append(_note("danger_zone", "儿童危险区体征:请考虑Ⅱ级", "Child in the danger zone: consider level Ⅱ"))
    elif scale.danger_zone_adults and danger_zone(vitals, patient.age or _ANY_ADULT, scale.danger_zone):
        notes.append(_note("danger_zone", "ESI危险区体征:请考虑2级", "ESI danger-zone vitals: consider level 2"))
    if patient.pregnant:
        notes.append(_note("news2", "孕妇不用NEWS2", "NEWS2 is not used in pregnancy"))
    return notes


def notes_on_vitals(
    vitals: Vitals, missing: Sequence[str], stale: Sequence[str], mews: Score | None, criteria: Sequence[Criterion]
) -> list[Note]:
    """What was not measured, what is too old, what MEWS asks for, and who decides on severe pain."""
    notes = []
    if missing:
        zh = "、".join(VITAL_WORDS[name]["zh"] for name in missing)
        en = ", ".join(VITAL_WORDS[name]["en"].lower() for name in missing)
        notes.append(_note("missing", f"未测:{zh}", f"Not measured: {en}"))
    if stale:
        notes.append(_note("stale", "生命体征测量已过时,请复测", "The vitals are too old: measure again"))
    if mews is not None and mews.total >= MEWS_WATCH:
        action = mews_action(mews.total)
        notes.append(_note("mews", f"MEWS评分{mews.total}:{action['zh']}", f"MEWS is {mews.total}: {action['en']}"))
    if vitals.hypercapnic and vitals.spo2 is not None:
        notes.append(_note("hypercapnic", "血氧目标88–92%", "Oxygen target is 88–92 %"))
    if any(criterion.id == "objective.pain" and criterion.acuity == Acuity.II for criterion in criteria):
        zh, en = "剧痛:护士10分钟内查看并决定级别", "Severe pain: a nurse looks and decides within 10 minutes"
        notes.append(_note("pain", zh, en))
    return notes


def _note(note_id: str, zh: str, en: str) -> Note:
    return Note(note_id, {"zh": zh, "en": en})
