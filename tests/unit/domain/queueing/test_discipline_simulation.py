"""The real engine in a hall of made-up patients keeps the figures of docs/sources.md, Graded queues (reduced)."""

from random import Random

import pytest

from tests.bench.policy import real_day, results, simulate
from tests.bench.policy_hall import FIRST_COME, GRADED, WOVEN, Hall, Patient, made_up_day

SEED = 20191104


def test_at_full_load_the_targets_hold():
    figures = simulate(1.0, 60, SEED)
    assert figures.in_target["II"] >= 0.97
    assert figures.in_target["III"] >= 0.88
    assert figures.in_target["IV"] >= 0.88


def test_somebody_always_pays_the_mean_wait_is_that_of_first_come():
    figures = simulate(0.92, 30, SEED)
    assert 0.95 <= figures.mean / figures.first_come_mean <= 1.05


def test_the_range_that_people_are_told_holds():
    figures = simulate(0.92, 24, SEED, estimate_every=24)
    assert figures.from_expected > 100
    assert 0.50 <= figures.inside <= 0.70
    assert 0.84 <= figures.below <= 0.96


@pytest.mark.parametrize("policy", [FIRST_COME, WOVEN, GRADED], ids=lambda policy: policy.name)
def test_every_patient_and_every_return_is_seen_once(policy):
    patients = [
        Patient(minute, grade, 6.0, tags=tags, back_after=30.0 if minute % 3 == 0 else None, misses=minute % 7 == 0)
        for minute, (grade, tags) in enumerate([("II", ()), ("III", ("老",)), ("IV", ())] * 20)
    ]
    waits = Hall(policy, 3).run(patients).waits
    returns = sum(1 for patient in patients if patient.back_after is not None)
    assert 60 + returns == len(waits)
    assert returns == sum(1 for wait in waits if wait.kind == "return")


def test_the_same_seed_plays_the_same_day():
    first = Hall(GRADED, 3).run(made_up_day(Random(3), load=0.9)).waits
    assert first == Hall(GRADED, 3).run(made_up_day(Random(3), load=0.9)).waits


def test_a_day_file_is_read_and_reported_by_lane(tmp_path):
    file = tmp_path / "day.csv"
    rows = [f"V{n},2019-11-04T08:{n:02d}:00,2019-11-04T09:00:00,2019-11-04T09:0{n % 9}:30,anchor" for n in range(50)]
    file.write_text("\n".join(["visit,arrived_at,entered_room_at,left_at,doctor_type", *rows]), encoding="utf-8")
    patients = real_day(file, SEED)
    assert patients == real_day(file, SEED)
    assert 480 == patients[0].arrived
    lines = list(results(WOVEN, Hall(WOVEN, 2).run(patients).waits))
    assert lines[0].startswith("RESULT woven mean=")
    assert any("lane=return" in line for line in lines)
    assert any("grade=III" in line for line in lines)
