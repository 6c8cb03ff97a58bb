"""Owns what a nurse should know beside the criteria: what is missing, old, or worth a thought. Grades nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.triage.objective import ADULT_FROM, Criterion, danger_zone
from server.domain.triage.scale import Acuity, Scale
from server.domain.triage.scores import Score, mews_action
from server.domain.triage.vitals import Vitals, name_of
from server.protocol.texts import Listed, Message, Value

# MEWS from which one hospital watches more closely [S27].
MEWS_WATCH = 4
# ESI's last row holds from 8 years (v4) or 12 years (v5) on; any adult age finds it.
_ANY_ADULT = 30.0


@dataclass(frozen=True, slots=True)
class Note:
    """Something the nurse should know that is no criterion."""

    id: str
    message: Message


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
        notes.append(_note("age", "age"))
    if not patient.grown:
        notes.append(_note("news2", "news2_child", years=ADULT_FROM))
        if patient.age is not None and danger_zone(vitals, patient.age, scale.danger_zone):
            notes.append(_note("danger_zone", "danger_zone_child"))
    elif scale.danger_zone_adults and danger_zone(vitals, patient.age or _ANY_ADULT, scale.danger_zone):
        notes.append(_note("danger_zone", "danger_zone_adult"))
    if patient.pregnant:
        notes.append(_note("news2", "news2_pregnant"))
    return notes


def notes_on_vitals(
    vitals: Vitals, missing: Sequence[str], stale: Sequence[str], mews: Score | None, criteria: Sequence[Criterion]
) -> list[Note]:
    """What was not measured, what is too old, what MEWS asks for, and who decides on severe pain."""
    notes = []
    if missing:
        notes.append(_note("missing", "missing", measures=Listed(tuple(name_of(name) for name in missing))))
    if stale:
        notes.append(_note("stale", "stale"))
    if mews is not None and mews.total >= MEWS_WATCH:
        notes.append(_note("mews", "mews", total=mews.total, action=mews_action(mews.total)))
    if vitals.hypercapnic and vitals.spo2 is not None:
        notes.append(_note("hypercapnic", "hypercapnic"))
    if any(criterion.id == "objective.pain" and criterion.acuity == Acuity.II for criterion in criteria):
        notes.append(_note("pain", "pain"))
    return notes


def _note(note_id: str, key: str, **values: Value) -> Note:
    return Note(note_id, Message("triage", f"note.{key}", values))
