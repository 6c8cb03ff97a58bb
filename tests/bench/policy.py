"""`make bench-policy`: choose_next against the figures of docs/sources.md, Graded queues, and over a real day.

Owns the run and its printing; the hall it plays is tests/bench/policy_hall.py. Nothing here writes a file.
"""

import argparse
import csv
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random

from server.domain.queueing.wait_estimate import Expected
from tests.bench.policy_hall import (
    FIRST_COME,
    GRADED,
    GRADES,
    MIX,
    WOVEN,
    Estimator,
    Hall,
    Outcome,
    Patient,
    Policy,
    Wait,
    arrival_rates,
    coverage,
    lognormal,
    made_up_day,
)

DEFAULT_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "outpatient_day_2019-11-04.csv"
LONGEST_SERVICE = 30.0
FIRST, FIRST_RUNS = 80, 12
"""How many patients of the day its beginning is made of, and how many such mornings are played."""
RETURNS, POLICY, MISSES = 0.40, 0.10, 0.05
TAGS = ("军", "残", "孕", "老", "老", "老", "转")
"""Shares drawn over the real day: 40 % return after 30–90 minutes for 3 minutes (docs/sources.md, Woven queues); 5 % of
calls are missed (docs/sources.md, Graded queues); 10 % policy priority, mostly old people, is this bench's
own assumption."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the simulation of docs/sources.md, Graded queues showed; shares between 0 and 1, minutes."""

    in_target: dict[str, float]
    mean: float
    first_come_mean: float
    inside: float
    below: float
    from_expected: int


def simulate(load: float, days: int, seed: int, *, estimate_every: int = 0) -> Figures:
    """Play `days` made-up days of 3 doctors under graded and, with the same patients, first come."""
    graded: list[Wait] = []
    first_come: list[Wait] = []
    from_expected: list[tuple[Expected, float]] = []
    for day in range(days):
        patients = made_up_day(Random(f"{seed}/{load}/{day}"), load=load)
        estimator = _estimator(seed, load, day, estimate_every) if estimate_every else None
        outcome = Hall(GRADED, 3, estimator).run(patients)
        graded += outcome.waits
        from_expected += outcome.from_expected
        first_come += Hall(FIRST_COME, 3).run(patients).waits
    had_to_wait = [pair for pair in from_expected if pair[0].p90 > 0]
    inside, below = coverage(had_to_wait) if had_to_wait else (0.0, 0.0)
    in_target = {grade: _share([wait for wait in graded if wait.grade == grade]) for grade in GRADES}
    return Figures(in_target, _mean(graded), _mean(first_come), inside, below, len(had_to_wait))


def _estimator(seed: int, load: float, day: int, every: int) -> Estimator:
    known = Random(f"{seed}/samples/{day}")
    samples = deque((lognormal(known, 8, 0.6) for _ in range(300)), maxlen=300)
    return Estimator(Random(f"{seed}/estimates/{day}"), every, samples, arrival_rates(load), closes=480.0)


def real_day(path: Path, seed: int) -> list[Patient]:
    """The visits of a day file with grade, tags, returns and missed calls drawn by the seed; minutes after midnight."""
    draw = Random(seed)
    patients = []
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            arrived, entered, left = (
                datetime.fromisoformat(row[name]) for name in ("arrived_at", "entered_room_at", "left_at")
            )
            service = min((left - entered).total_seconds() / 60, LONGEST_SERVICE)
            patients.append(
                Patient(
                    arrived=arrived.hour * 60 + arrived.minute + arrived.second / 60,
                    grade=draw.choices(list(MIX), list(MIX.values()))[0],
                    service=service,
                    tags=(draw.choice(TAGS),) if draw.random() < POLICY else (),
                    back_after=draw.uniform(30, 90) if draw.random() < RETURNS else None,
                    misses=draw.random() < MISSES,
                    rejoins_after=draw.uniform(2, 10),
                )
            )
    return patients


def real_mean(path: Path) -> float:
    """Mean wait of the day as it was, minutes."""
    with path.open(encoding="utf-8", newline="") as lines:
        waits = [
            (datetime.fromisoformat(row["entered_room_at"]) - datetime.fromisoformat(row["arrived_at"])).total_seconds()
            for row in csv.DictReader(lines)
        ]
    return sum(waits) / len(waits) / 60


def rooms_for(patients: Sequence[Patient], mean: float) -> int:
    """The fewest rooms with which first come, first served makes people wait no longer than they really did."""
    fewest, most = 1, 200
    while fewest < most:
        rooms = (fewest + most) // 2
        if _mean(Hall(FIRST_COME, rooms).run(patients).waits) <= mean:
            most = rooms
        else:
            fewest = rooms + 1
    return fewest


def results(policy: Policy, waits: Sequence[Wait]) -> Iterable[str]:
    """The RESULT lines of a policy: overall, by lane, by grade."""
    groups: list[tuple[str, Callable[[Wait], bool]]] = [("", lambda wait: True)]
    groups += [
        (f" lane={kind}", lambda wait, kind=kind: wait.kind == kind)
        for kind in ("urgent", "ordinary", "policy", "return", "passed")
    ]
    groups += [
        (f" grade={grade}", lambda wait, grade=grade: wait.grade == grade and wait.kind != "return") for grade in GRADES
    ]
    for label, belongs in groups:
        some = [wait for wait in waits if belongs(wait)]
        minutes = sorted(wait.minutes for wait in some)
        if minutes:
            yield (
                f"RESULT {policy.name} mean={_mean(some):.1f} p90={minutes[int(0.9 * (len(minutes) - 1))]:.1f} "
                f"max={minutes[-1]:.1f} in_target={_share(some):.1%} n={len(some)}{label}"
            )


def main() -> int:
    """Run everything and print it; 2 when a day that was asked for cannot be read."""
    arguments = _arguments()
    path, seed = arguments.data, arguments.seed
    try:
        real_mean(path)
    except (OSError, ValueError, KeyError) as error:
        if path != DEFAULT_DATA:
            print(f"cannot use {path}: {error!r}", file=sys.stderr)
            return 2
    print(f"seed {seed}; real choose_next; 3 doctors, lognormal 8 min CV 0.6, II/III/IV {_mix()}, 8 h days")
    for load in (0.92, 1.0):
        figures = simulate(load, arguments.days, seed, estimate_every=max(7, arguments.days // 6) if load < 1 else 0)
        shares = " ".join(f"{grade}={share:.1%}" for grade, share in figures.in_target.items())
        difference = figures.mean / figures.first_come_mean - 1
        print(
            f"RESULT simulation load={load} days={arguments.days} in_target: {shares} mean={figures.mean:.2f} "
            f"first_come_mean={figures.first_come_mean:.2f} difference={difference:+.1%}"
        )
        if figures.from_expected:
            print(
                f"RESULT expected-wait load={load} n={figures.from_expected} p20-p80={figures.inside:.1%} "
                f"p90={figures.below:.1%} (those who had to wait)"
            )
    if path.exists():
        _real_day(path, seed)
    else:
        print(f"SKIPPED the real day: {path} is not here; name another with DATA=FILE")
    return 0


def _real_day(path: Path, seed: int) -> None:
    patients, mean = real_day(path, seed), real_mean(path)
    rooms = rooms_for(patients, mean)
    print(
        f"{path.name}: {len(patients)} visits, seed {seed}; drawn: grades {_mix()}, returns {RETURNS:.0%}, "
        f"policy {POLICY:.0%}, missed calls {MISSES:.0%}; {rooms} equal rooms (first come then waits about the "
        f"{mean:.1f} min of the real day); services at most {LONGEST_SERVICE:.0f} min"
    )
    for policy in (FIRST_COME, WOVEN, GRADED):
        outcome = Hall(policy, rooms).run(patients)
        for line in results(policy, outcome.waits):
            print(line)
    for policy in (WOVEN, GRADED):
        for plan in (None, mean_service(patients)):
            estimator = Estimator(Random(seed), 25, deque(maxlen=300), planned=plan)
            _print_coverage(policy, Hall(policy, rooms, estimator).run(patients), plan)
    for plan in (mean_service(patients) * 0.7, mean_service(patients), mean_service(patients) * 1.4):
        _print_first(patients, rooms, seed, plan)


def mean_service(patients: Sequence[Patient]) -> float:
    """Minutes of a consultation of the day, which a hospital that plans well would have planned."""
    return sum(patient.service for patient in patients) / len(patients)


def _print_first(patients: Sequence[Patient], rooms: int, seed: int, plan: float) -> None:
    """How the waits hold that only a plan can tell: of everybody promised one before twenty have been seen, with a
    quarter of the rooms, for in all of them nobody waits so early."""
    from_expected: list[tuple[Expected, float]] = []
    for turn in range(FIRST_RUNS):
        estimator = Estimator(Random(f"{seed} {turn}"), 1, deque(maxlen=300), planned=plan)
        shuffled = with_services_shuffled(patients[:FIRST], Random(f"{seed} services {turn}"))
        from_expected += Hall(WOVEN, max(1, rooms // 4), estimator, until=20).run(shuffled).from_expected
    had_to_wait = [pair for pair in from_expected if pair[0].p90 > 0]
    inside, below = coverage(had_to_wait) if had_to_wait else (0.0, 0.0)
    print(
        f"RESULT expected-wait first {FIRST} of the real day, planned {plan:.1f} min: n={len(had_to_wait)} "
        f"p20-p80={inside:.1%} p90={below:.1%}"
    )


def with_services_shuffled(patients: Sequence[Patient], random: Random) -> list[Patient]:
    """The same arrivals with the same consultations in another order: more than one morning from one day."""
    services = [patient.service for patient in patients]
    random.shuffle(services)
    return [replace(patient, service=service) for patient, service in zip(patients, services, strict=True)]


def _print_coverage(policy: Policy, outcome: Outcome, plan: float | None) -> None:
    had_to_wait = [pair for pair in outcome.from_expected if pair[0].p90 > 0]
    if had_to_wait:
        inside, below = coverage(had_to_wait)
        print(
            f"RESULT expected-wait {policy.name} real day, planned {plan or 0:.1f} min (0: no plan): "
            f"n={len(had_to_wait)} p20-p80={inside:.1%} p90={below:.1%} "
            "(learning from the day itself, arrivals of the last hour)"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="a day file with the same columns")
    parser.add_argument("--days", type=int, default=400, help="made-up days per load")
    parser.add_argument("--seed", type=int, default=20191104)
    return parser.parse_args()


def _mix() -> str:
    return "/".join(f"{share:.0%}" for share in MIX.values())


def _mean(waits: Sequence[Wait]) -> float:
    return sum(wait.minutes for wait in waits) / len(waits)


def _share(waits: Sequence[Wait]) -> float:
    return sum(1 for wait in waits if wait.in_target) / len(waits)


if __name__ == "__main__":
    sys.exit(main())
