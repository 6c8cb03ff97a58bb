"""MEWS as merged from its sources: every band edge, and what a hospital does at which total."""

import pytest

from server.domain.triage import Vitals, mews
from server.domain.triage.scores import mews_action

EDGES = [
    ("pulse", 40, 2), ("pulse", 41, 1), ("pulse", 50, 1), ("pulse", 51, 0), ("pulse", 100, 0), ("pulse", 101, 1),
    ("pulse", 110, 1), ("pulse", 111, 2), ("pulse", 129, 2), ("pulse", 130, 3),
    ("systolic", 70, 3), ("systolic", 71, 2), ("systolic", 80, 2), ("systolic", 81, 1), ("systolic", 100, 1),
    ("systolic", 101, 0), ("systolic", 199, 0), ("systolic", 200, 2),
    ("respiration", 8, 2), ("respiration", 9, 0), ("respiration", 14, 0), ("respiration", 15, 1),
    ("respiration", 20, 1), ("respiration", 21, 2), ("respiration", 29, 2), ("respiration", 30, 3),
    ("temperature", 34.9, 2), ("temperature", 35.0, 0), ("temperature", 38.4, 0), ("temperature", 38.5, 2),
    ("consciousness", "A", 0), ("consciousness", "C", 1), ("consciousness", "V", 1), ("consciousness", "P", 2),
    ("consciousness", "U", 3),
]  # fmt: skip


@pytest.mark.parametrize(("vital", "value", "points"), EDGES)
def test_a_vital_at_a_band_edge_scores_its_points(vital, value, points):
    assert points == mews(Vitals(**{vital: value})).total


@pytest.mark.parametrize(
    ("total", "action"),
    [(0, "routine"), (3, "routine"), (4, "watch closely"), (5, "watch closely"), (6, "doctor now"), (8, "doctor now"),
     (9, "resuscitate"), (14, "resuscitate")],
)  # fmt: skip
def test_a_total_has_its_action(total, action):
    assert action == mews_action(total).text("en")


def test_the_worst_patient_scores_fourteen():
    worst = Vitals(pulse=140, systolic=60, respiration=35, temperature=39, consciousness="U")
    assert 14 == mews(worst).total
