"""Owns the suggested grade: the worst of all criteria that fired, each in words. Knows no clock; the nurse decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.domain.triage.findings import Finding
from server.domain.triage.notes import Note, Patient, notes_on_patient, notes_on_vitals
from server.domain.triage.objective import ADULT_FROM, Criterion, danger_zone, measured, objective_criteria, sirs_at
from server.domain.triage.scale import Acuity, Scale
from server.domain.triage.scores import Score, mews, news2
from server.domain.triage.vitals import MEASURES, Vitals, name_of
from server.protocol.texts import Listed, Message

PREGNANT_SYSTOLIC = 160
# Vitals are stale after 30 minutes in Ⅰ to Ⅲ, after 60 in Ⅳ (docs/sources.md, Suggested grade).
STALE_AFTER: Mapping[Acuity, timedelta] = {
    Acuity.I: timedelta(minutes=30),
    Acuity.II: timedelta(minutes=30),
    Acuity.III: timedelta(minutes=30),
    Acuity.IVA: timedelta(minutes=60),
    Acuity.IVB: timedelta(minutes=60),
}
# A time of measurement further ahead than two clocks differ is wrong: nothing says how old the vitals are.
CLOCKS_DIFFER = timedelta(minutes=5)
# Nothing fired is no proof that four hours of waiting are safe: Ⅳb needs a finding that says so.
WITHOUT_CRITERIA = Acuity.IVA
ASKED_FOR = ("respiration", "spo2", "oxygen", "systolic", "pulse", "temperature", "consciousness", "pain")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the rules propose: `grade` is a level's code in the scale, `rank` its order (1 = most urgent).

    `acuity` is the worst of `criteria`, which are exactly those that fired, most urgent first. `scores`: news2 and
    mews, None where the score does not apply. `missing`: asked for and not measured. `stale`: measured too long ago.
    """

    grade: str
    rank: int
    acuity: Acuity
    scores: Mapping[str, Score | None]
    criteria: tuple[Criterion, ...]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    notes: tuple[Note, ...]


def suggest_grade(
    vitals: Vitals,
    findings: Iterable[Finding],
    age: float | None,
    pregnant: bool,
    scale: Scale,
    *,
    now: datetime | None = None,
) -> Suggestion:
    """The grade that the rules propose: worst of objective table, NEWS2, findings, special groups.

    Their source: docs/sources.md, Suggested grade.

    `age` in years (fractions for infants; None = unknown, taken as adult), `now` aware UTC to judge stale vitals.
    Missing vitals never lower: a criterion that cannot be judged does not fire, and nothing counts as reassuring.
    """
    manual = list(findings)
    adult = (age is None or age >= ADULT_FROM) and not pregnant
    scores = {"news2": news2(vitals) if adult else None, "mews": mews(vitals) if adult else None}
    fired = [
        *objective_criteria(vitals),
        *_news2_criteria(scores["news2"]),
        *_manual_criteria(vitals, manual, age, scale),
        *_sepsis_criteria(vitals, manual, age, scale),
        *_child_criteria(vitals, age, scale),
        *_pregnancy_criteria(vitals, manual, pregnant),
        *_local_criteria(vitals, scale),
    ]
    criteria = tuple(sorted(fired, key=lambda criterion: criterion.acuity))
    acuity = criteria[0].acuity if criteria else WITHOUT_CRITERIA
    level = scale.covering(acuity)
    missing = tuple(name for name in ASKED_FOR if getattr(vitals, name) is None)
    stale = _stale(vitals, acuity, now)
    who = Patient(age, pregnant, age is None or age >= ADULT_FROM)
    notes = (*notes_on_patient(who, vitals, scale), *notes_on_vitals(vitals, missing, stale, scores["mews"], criteria))
    return Suggestion(level.code, level.rank, acuity, scores, criteria, missing, stale, notes)


def _news2_criteria(score: Score | None) -> list[Criterion]:
    """≥ 7 → Ⅱ; 5–6 or three points in one vital → Ⅲ [S25]."""
    if score is None:
        return []
    source = "NEWS2, Royal College of Physicians 2017 [S24][S25]"
    if score.total >= 7:
        message = Message("triage", "news2_high", {"total": score.total})
        return [Criterion("news2.total", Acuity.II, message, source)]
    if score.total >= 5:
        message = Message("triage", "news2_medium", {"total": score.total})
        return [Criterion("news2.total", Acuity.III, message, source)]
    if score.single_three:
        measures = Listed(tuple(name_of(vital) for vital, points in score.parts.items() if points == 3))
        message = Message("triage", "news2_single", {"measures": measures})
        return [Criterion("news2.single", Acuity.III, message, source)]
    return []


def _manual_criteria(vitals: Vitals, findings: list[Finding], age: float | None, scale: Scale) -> list[Criterion]:
    found = []
    for finding in findings:
        acuity = finding.acuity_for(vitals, age)
        if finding.red_flag is not None and scale.red_flag is not None:
            acuity = min(acuity, scale.red_flag)
        message = Message("triage", "finding", {"finding": finding.names})
        found.append(Criterion(f"finding.{finding.id}", acuity, message, finding.source))
    return found


def _sepsis_criteria(vitals: Vitals, findings: list[Finding], age: float | None, scale: Scale) -> list[Criterion]:
    """A suspected infection with enough SIRS criteria is suspected sepsis: Ⅱ (docs/sources.md, Sepsis)."""
    count = sirs_at(vitals, age)
    if count < scale.sepsis_sirs or not any(finding.infection for finding in findings):
        return []
    source = "Sepsis-2 (SIRS): Bone et al., Chest 1992;101:1644-55; suspected sepsis is Ⅱ [S2]"
    return [Criterion("sepsis.sirs", Acuity.II, Message("triage", "sepsis", {"count": count}), source)]


def _child_criteria(vitals: Vitals, age: float | None, scale: Scale) -> list[Criterion]:
    if age is None or age >= ADULT_FROM:
        return []
    return danger_zone(vitals, age, scale.danger_zone)


def _pregnancy_criteria(vitals: Vitals, findings: list[Finding], pregnant: bool) -> list[Criterion]:
    """Pregnant with bleeding, pain, headache or systolic ≥ 160: Ⅱ (docs/sources.md, Suggested grade)."""
    if not pregnant:
        return []
    source = "special groups [REC]"
    found = []
    if vitals.systolic is not None and vitals.systolic >= PREGNANT_SYSTOLIC:
        limits = Message("triage", "limits.pregnant", {"systolic": PREGNANT_SYSTOLIC})
        message = measured("systolic", vitals.systolic, limits)
        found.append(Criterion("pregnancy.systolic", Acuity.II, message, source))
    if vitals.pain is not None and vitals.pain >= 1:
        message = measured("pain", vitals.pain, Message("triage", "limits.pregnant_pain"))
        found.append(Criterion("pregnancy.pain", Acuity.II, message, source))
    for finding in findings:
        if finding.pregnancy:
            message = Message("triage", "pregnant_finding", {"finding": finding.names})
            found.append(Criterion(f"pregnancy.{finding.id}", Acuity.II, message, source))
    return found


def _local_criteria(vitals: Vitals, scale: Scale) -> list[Criterion]:
    found = []
    for index, local in enumerate(scale.criteria):
        value = getattr(vitals, local.vital)
        low = local.at_least is None or (value is not None and value >= local.at_least)
        high = local.at_most is None or (value is not None and value <= local.at_most)
        if low and high:
            message = Message("triage", "local", {"criterion": local.names, "value": f"{value:g}"})
            found.append(Criterion(f"scale.{local.vital}.{index}", local.acuity, message, local.source))
    return found


def _stale(vitals: Vitals, acuity: Acuity, now: datetime | None) -> tuple[str, ...]:
    if now is None or vitals.measured_at is None:
        return ()
    if -CLOCKS_DIFFER <= now - vitals.measured_at <= STALE_AFTER[acuity]:
        return ()
    return tuple(name for name in (*MEASURES, "oxygen", "consciousness") if getattr(vitals, name) is not None)
