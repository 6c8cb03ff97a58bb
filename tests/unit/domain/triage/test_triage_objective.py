"""The objective table of CN-ED-2018 [S2]: each boundary goes to the worse level."""

import pytest

from server.domain.triage import Acuity, Vitals
from server.domain.triage.objective import objective_criteria

I, II, III, STABLE = Acuity.I, Acuity.II, Acuity.III, None  # noqa: E741 — the level's own name
BOUNDARIES = [
    ("pulse", 181, I), ("pulse", 180, II), ("pulse", 151, II), ("pulse", 150, II), ("pulse", 149, III),
    ("pulse", 100, III), ("pulse", 99, STABLE), ("pulse", 56, STABLE), ("pulse", 55, III), ("pulse", 51, III),
    ("pulse", 50, II), ("pulse", 40, II), ("pulse", 39, I), ("pulse", 0, I),
    ("systolic", 69, I), ("systolic", 70, II), ("systolic", 80, II), ("systolic", 81, III), ("systolic", 90, III),
    ("systolic", 91, STABLE), ("systolic", 179, STABLE), ("systolic", 180, III), ("systolic", 200, III),
    ("systolic", 201, II),
    ("spo2", 79, I), ("spo2", 80, II), ("spo2", 90, II), ("spo2", 91, III), ("spo2", 94, III), ("spo2", 95, STABLE),
    ("temperature", 41.0, STABLE), ("temperature", 41.1, I),
    ("glucose", 3.32, I), ("glucose", 3.33, STABLE),
    ("potassium", 7.0, STABLE), ("potassium", 7.1, I),
    ("gcs", 3, I), ("gcs", 8, I), ("gcs", 9, II), ("gcs", 12, II), ("gcs", 13, III), ("gcs", 14, III),
    ("gcs", 15, STABLE),
    ("consciousness", "A", STABLE), ("consciousness", "C", III), ("consciousness", "V", II), ("consciousness", "P", I),
    ("consciousness", "U", I),
    ("pain", 10, II), ("pain", 7, II), ("pain", 6, III), ("pain", 4, III), ("pain", 3, STABLE), ("pain", 0, STABLE),
]  # fmt: skip


@pytest.mark.parametrize(("vital", "value", "level"), BOUNDARIES)
def test_the_worse_level_wins_at_the_boundary(vital, value, level):
    criteria = objective_criteria(Vitals(**{vital: value}))
    assert ([] if level is None else [level]) == [criterion.acuity for criterion in criteria]


def test_a_criterion_says_what_was_measured_and_against_which_limits():
    (criterion,) = objective_criteria(Vitals(pulse=150))
    assert "objective.pulse" == criterion.id
    assert "Pulse 150 /min (150–180)" == criterion.message.text("en")
    assert "心率 150 /min (150–180)" == criterion.message.text("zh")
    assert "S2" in criterion.source


def test_nothing_measured_fires_nothing():
    assert [] == objective_criteria(Vitals())


@pytest.mark.parametrize(("saturation", "levels"), [(88, []), (92, []), (87, [II]), (79, [I])])
def test_known_hypercapnic_failure_has_its_target_from_88(saturation, levels):
    vitals = Vitals(spo2=saturation, hypercapnic=True)
    assert levels == [criterion.acuity for criterion in objective_criteria(vitals)]
