"""What must hold for any patient: worse never lowers, missing never lowers, the worst criterion decides."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.triage import Vitals, suggest_grade
from server.services.core.rule_files import load_findings, load_scales

SCALES = load_scales(None)
CATALOGUE = load_findings(None)
# Normal value, then the lowest and highest a nurse may write.
RANGES = {
    "respiration": (14, 0, 60), "spo2": (98, 50, 100), "systolic": (120, 30, 280), "pulse": (75, 20, 230),
    "temperature": (36.8, 30, 43), "pain": (0, 0, 10), "gcs": (15, 3, 15), "glucose": (6, 1, 30),
    "potassium": (4, 2, 9),
}  # fmt: skip
STATES = "ACVPU"


def values(vital):
    """Any value of a vital, whole or with one decimal, or not measured."""
    _, low, high = RANGES[vital]
    number = st.integers(low, high)
    if vital in ("temperature", "glucose", "potassium"):
        number = st.integers(low * 10, high * 10).map(lambda tenths: tenths / 10)
    return st.none() | number


anyone = st.builds(
    Vitals,
    **{vital: values(vital) for vital in RANGES},
    oxygen=st.none() | st.booleans(),
    consciousness=st.none() | st.sampled_from(STATES),
)
found = st.lists(st.sampled_from(sorted(CATALOGUE.findings)), max_size=3, unique=True).map(CATALOGUE.pick)
patients = st.tuples(
    anyone,
    found,
    st.none() | st.floats(0, 100),
    st.booleans(),
    st.sampled_from(sorted(SCALES)).map(SCALES.__getitem__),
)


def rank(vitals, patient):
    """Rank of the suggestion for this patient with these vitals; 1 is the most urgent."""
    return suggest_grade(vitals, *patient[1:]).rank


@pytest.mark.parametrize("vital", RANGES)
@settings(max_examples=50, deadline=None)
@given(patient=patients, data=st.data())
def test_a_worse_vital_never_lowers_the_grade(vital, patient, data):
    normal, low, high = RANGES[vital]
    value = data.draw(st.integers(low, high), label=vital)
    worse = data.draw(st.integers(low, value) if value < normal else st.integers(value, high), label="worse")
    before, after = replace(patient[0], **{vital: value}), replace(patient[0], **{vital: worse})
    assert rank(after, patient) <= rank(before, patient)


@settings(max_examples=80, deadline=None)
@given(patient=patients, data=st.data())
def test_worse_consciousness_or_oxygen_never_lowers_the_grade(patient, data):
    value = data.draw(st.integers(0, 4))
    worse = data.draw(st.integers(value, 4))
    before = replace(patient[0], consciousness=STATES[value], oxygen=False)
    after = replace(patient[0], consciousness=STATES[worse], oxygen=True)
    assert rank(after, patient) <= rank(before, patient)


@settings(max_examples=120, deadline=None)
@given(patient=patients, hidden=st.sets(st.sampled_from(sorted(RANGES))))
def test_what_is_missing_counts_no_better_than_normal(patient, hidden):
    missing = replace(patient[0], **dict.fromkeys(hidden))
    normal = replace(patient[0], **{vital: RANGES[vital][0] for vital in hidden})
    assert rank(missing, patient) <= rank(normal, patient)


@settings(max_examples=120, deadline=None)
@given(patient=patients, hidden=st.sets(st.sampled_from([field.name for field in fields(Vitals)])))
def test_measuring_more_never_lowers_the_grade(patient, hidden):
    known_less = replace(patient[0], **dict.fromkeys(hidden - {"hypercapnic"}))
    assert rank(patient[0], patient) <= rank(known_less, patient)


@settings(max_examples=120, deadline=None)
@given(patient=patients, added=st.sampled_from(sorted(CATALOGUE.findings)))
def test_another_finding_never_lowers_the_grade_of_who_has_one(patient, added):
    vitals, findings, *rest = patient
    before = suggest_grade(vitals, findings, *rest)
    after = suggest_grade(vitals, [*findings, *CATALOGUE.pick([added])], *rest)
    assert after.rank <= before.rank or before.criteria == ()


@settings(max_examples=120, deadline=None)
@given(patient=patients)
def test_the_suggestion_is_the_worst_of_its_criteria(patient):
    suggestion = suggest_grade(*patient)
    scale = patient[-1]
    worst = min((criterion.acuity for criterion in suggestion.criteria), default=suggestion.acuity)
    assert worst == suggestion.acuity
    assert scale.covering(worst).code == suggestion.grade
    assert scale.level(suggestion.grade).rank == suggestion.rank


@settings(max_examples=120, deadline=None)
@given(patient=patients)
def test_the_explanation_names_exactly_what_fired(patient):
    vitals, findings, age, pregnant, scale = patient
    suggestion = suggest_grade(*patient)
    named = {criterion.id for criterion in suggestion.criteria}
    assert len(suggestion.criteria) == len(named)
    for finding in findings:
        assert f"finding.{finding.id}" in named
        alone = suggest_grade(Vitals(), [finding], age, pregnant, scale)
        assert {criterion.id for criterion in alone.criteria if criterion.id.startswith("finding.")} <= named
    for criterion in suggestion.criteria:
        kind, _, vital = criterion.id.partition(".")
        if kind in ("objective", "danger_zone"):
            without = suggest_grade(replace(vitals, **{vital: None}), findings, age, pregnant, scale)
            assert criterion.id not in {other.id for other in without.criteria}
    score = suggestion.scores["news2"]
    assert ("news2.total" in named) == (score is not None and score.total >= 5)
    assert ("news2.single" in named) == (score is not None and score.total < 5 and score.single_three)


@settings(max_examples=80, deadline=None)
@given(patient=patients)
def test_the_same_patient_gets_the_same_words(patient):
    assert suggest_grade(*patient) == suggest_grade(*patient)
