"""NEWS2 exactly as the Royal College of Physicians scores it: every band edge [S24]."""

import pytest

from server.domain.triage import Vitals, news2

EDGES = [
    ("respiration", 0, 3), ("respiration", 8, 3), ("respiration", 9, 1), ("respiration", 11, 1),
    ("respiration", 12, 0), ("respiration", 20, 0), ("respiration", 21, 2), ("respiration", 24, 2),
    ("respiration", 25, 3), ("respiration", 60, 3),
    ("spo2", 0, 3), ("spo2", 91, 3), ("spo2", 92, 2), ("spo2", 93, 2), ("spo2", 94, 1), ("spo2", 95, 1),
    ("spo2", 96, 0), ("spo2", 100, 0),
    ("systolic", 50, 3), ("systolic", 90, 3), ("systolic", 91, 2), ("systolic", 100, 2), ("systolic", 101, 1),
    ("systolic", 110, 1), ("systolic", 111, 0), ("systolic", 219, 0), ("systolic", 220, 3), ("systolic", 300, 3),
    ("pulse", 30, 3), ("pulse", 40, 3), ("pulse", 41, 1), ("pulse", 50, 1), ("pulse", 51, 0), ("pulse", 90, 0),
    ("pulse", 91, 1), ("pulse", 110, 1), ("pulse", 111, 2), ("pulse", 130, 2), ("pulse", 131, 3), ("pulse", 200, 3),
    ("temperature", 34.0, 3), ("temperature", 35.0, 3), ("temperature", 35.1, 1), ("temperature", 36.0, 1),
    ("temperature", 36.1, 0), ("temperature", 38.0, 0), ("temperature", 38.1, 1), ("temperature", 39.0, 1),
    ("temperature", 39.1, 2), ("temperature", 41.0, 2),
    ("consciousness", "A", 0), ("consciousness", "C", 3), ("consciousness", "V", 3), ("consciousness", "P", 3),
    ("consciousness", "U", 3),
    ("oxygen", False, 0), ("oxygen", True, 2),
]  # fmt: skip
# Scale 2, hypercapnic failure: (saturation, breathes oxygen, points)
SCALE_2 = [
    (83, False, 3), (84, False, 2), (85, False, 2), (86, False, 1), (87, False, 1), (88, False, 0), (92, False, 0),
    (93, False, 0), (95, False, 0), (97, False, 0), (100, False, 0),
    (83, True, 3), (84, True, 2), (85, True, 2), (86, True, 1), (87, True, 1), (88, True, 0), (92, True, 0),
    (93, True, 1), (94, True, 1), (95, True, 2), (96, True, 2), (97, True, 3), (100, True, 3),
]  # fmt: skip
ROUNDED = [
    ("temperature", 35.04, 3), ("temperature", 35.05, 1), ("temperature", 38.04, 0), ("temperature", 38.05, 1),
    ("temperature", 39.05, 2), ("spo2", 91.4, 3), ("spo2", 91.5, 2), ("spo2", 95.5, 0), ("respiration", 20.4, 0),
    ("respiration", 20.5, 2), ("pulse", 130.5, 3), ("systolic", 219.5, 3), ("systolic", 90.4, 3),
]  # fmt: skip


@pytest.mark.parametrize(("vital", "value", "points"), EDGES)
def test_a_vital_at_a_band_edge_scores_its_points(vital, value, points):
    score = news2(Vitals(**{vital: value}))
    assert points == score.parts[vital]
    assert points == score.total


@pytest.mark.parametrize(("saturation", "oxygen", "points"), SCALE_2)
def test_saturation_on_scale_two_depends_on_oxygen(saturation, oxygen, points):
    score = news2(Vitals(spo2=saturation, oxygen=oxygen, hypercapnic=True))
    assert points == score.parts["spo2"]
    assert points + (2 if oxygen else 0) == score.total


@pytest.mark.parametrize(("vital", "value", "points"), ROUNDED)
def test_values_are_rounded_before_banding_temperature_to_a_tenth(vital, value, points):
    assert points == news2(Vitals(**{vital: value})).parts[vital]


def test_the_worst_patient_scores_twenty_and_the_best_nothing():
    worst = Vitals(respiration=30, spo2=80, oxygen=True, systolic=80, pulse=140, temperature=34, consciousness="U")
    best = Vitals(respiration=16, spo2=98, oxygen=False, systolic=120, pulse=70, temperature=36.8, consciousness="A")
    assert 20 == news2(worst).total
    assert 0 == news2(best).total
    assert news2(best).complete


def test_what_is_not_measured_is_named_and_adds_nothing():
    score = news2(Vitals(respiration=25))
    assert 3 == score.total
    assert ("spo2", "systolic", "pulse", "temperature", "consciousness", "oxygen") == score.missing
    assert not score.complete
    assert score.single_three
