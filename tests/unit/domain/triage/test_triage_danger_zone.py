"""ESI's danger-zone vitals by age, versions 4 and 5 (docs/sources.md, International scales)."""

import pytest

from server.domain.triage import Acuity, Vitals
from server.domain.triage.objective import danger_zone

# Age in years, then the highest pulse and respiration that are still outside the zone.
V4 = [(0, 180, 50), (0.24, 180, 50), (0.25, 160, 40), (2.99, 160, 40), (3, 140, 30), (7.99, 140, 30), (8, 100, 20),
      (15, 100, 20), (40, 100, 20)]  # fmt: skip
V5 = [(0.05, 190, 60), (0.09, 180, 55), (0.99, 180, 55), (1, 140, 40), (2.9, 140, 40), (3, 120, 35), (4.9, 120, 35),
      (5, 120, 30), (11.9, 120, 30), (12, 100, 20), (40, 100, 20)]  # fmt: skip
LIMITS = [("v4", *row) for row in V4] + [("v5", *row) for row in V5]


@pytest.mark.parametrize(("version", "age", "pulse", "respiration"), LIMITS)
def test_at_the_limit_of_the_age_a_vital_is_outside_the_zone_and_above_it_inside(version, age, pulse, respiration):
    assert [] == danger_zone(Vitals(pulse=pulse, respiration=respiration, spo2=92), age, version)
    inside = danger_zone(Vitals(pulse=pulse + 1, respiration=respiration + 1, spo2=91), age, version)
    assert ["danger_zone.spo2", "danger_zone.pulse", "danger_zone.respiration"] == [found.id for found in inside]
    assert {Acuity.III} == {found.acuity for found in inside}


def test_what_was_not_measured_is_in_no_zone():
    assert [] == danger_zone(Vitals(), 1, "v4")
