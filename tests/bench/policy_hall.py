"""A hall of made-up patients around the real choose_next (simpy), for the policy bench and its reduced test.

Owns arrivals, rooms and the count of what came of it; knows no file and no printing. Minutes are floats since START.
"""

from collections import deque
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import log, sqrt
from random import Random

import simpy

from server.domain.queueing import placement
from server.domain.queueing.discipline import Caller, Head, Recent, choose_next, remember
from server.domain.queueing.lane_heap import LaneHeap
from server.domain.queueing.position import QueuePosition
from server.domain.queueing.rules import Rules
from server.domain.queueing.wait_estimate import Expected, Room, Stream, WaitingLine, range_for
from server.protocol.terms import Lane, Mode

START = datetime(2019, 11, 4, tzinfo=UTC)
QUEUE = "Q"
GRADES = {"II": (2, 10), "III": (3, 30), "IV": (4, 60)}
MIX = {"II": 0.04, "III": 0.26, "IV": 0.70}
"""Levels with rank and target, and their share of the patients: docs/sources.md, Graded queues."""
RETURN_MINUTES = 3.0
LOST_ON_A_PASS = 1.5
TYPICAL_TAG = ("老",)


@dataclass(frozen=True, slots=True)
class Policy:
    """A mode with its rules, by name."""

    name: str
    mode: Mode
    rules: Rules


FIRST_COME = Policy("first-come", "woven", Rules(first_come=True))
WOVEN = Policy("woven", "woven", Rules())
GRADED = Policy("graded", "graded", Rules())


@dataclass(frozen=True, slots=True)
class Patient:
    """One visit, the same under every policy. `back_after` minutes after the doctor comes a return of 3 minutes."""

    arrived: float
    grade: str
    service: float
    tags: tuple[str, ...] = ()
    back_after: float | None = None
    misses: bool = False
    rejoins_after: float = 5.0


@dataclass(frozen=True, slots=True)
class Wait:
    """What came of one wait."""

    kind: str
    grade: str
    arrived: float
    minutes: float
    target: int

    @property
    def in_target(self) -> bool:
        return self.minutes <= self.target


@dataclass(slots=True)
class Outcome:
    """All waits of a run, and what was promised at check-in beside what came."""

    waits: list[Wait] = field(default_factory=list)
    from_expected: list[tuple[Expected, float]] = field(default_factory=list)


@dataclass(slots=True)
class Estimator:
    """Promises a range to every `every`-th patient; `rates` are arrivals per minute by grade, None: the last hour's."""

    random: Random
    every: int
    samples: deque[float]
    rates: dict[str, float] | None = None
    closes: float = 24 * 60.0
    planned: float | None = None


@dataclass(slots=True)
class _Case:
    patient: Patient
    kind: str
    service: float
    arrived: float
    misses: bool
    expected: Expected | None = None


class Hall:
    """One queue, `rooms` equal rooms, one policy; waits are promised while fewer than `until` have been seen."""

    def __init__(
        self, policy: Policy, rooms: int, estimator: Estimator | None = None, until: int | None = None
    ) -> None:
        self.environment = simpy.Environment()
        self.policy = policy
        self.outcome = Outcome()
        self._lanes = LaneHeap()
        self._cases: dict[str, _Case] = {}
        self._recent = Recent()
        self._since: list[float | None] = [None] * rooms
        self._wake = self.environment.event()
        self._estimator = estimator
        self._until = until
        self._seq = 0
        self._comings: deque[tuple[float, Lane, str]] = deque()

    def run(self, patients: Iterable[Patient]) -> Outcome:
        """Everybody comes, is seen, and goes."""
        self.environment.process(self._arrivals(patients))
        for index in range(len(self._since)):
            self.environment.process(self._doctor(index))
        self.environment.run()
        return self.outcome

    def _now(self) -> datetime:
        return START + timedelta(minutes=self.environment.now)

    def _arrivals(self, patients: Iterable[Patient]) -> Generator[simpy.Event, None, None]:
        for patient in sorted(patients, key=lambda one: one.arrived):
            yield self.environment.timeout(patient.arrived - self.environment.now)
            kind = "urgent" if patient.grade == "II" else "policy" if patient.tags else "ordinary"
            self._seq += 1
            urgent = patient.grade == "II" and not self.policy.rules.first_come
            place = placement.on_check_in(
                rules=self.policy.rules,
                now=self._now(),
                slot_start=None,
                slot_end=None,
                seq=self._seq,
                tags=patient.tags,
                urgent=urgent,
                mode=self.policy.mode,
                calls=self._recent.calls,
            )
            self._join(_Case(patient, kind, patient.service, self.environment.now, patient.misses), place)

    def _join(self, case: _Case, place: QueuePosition) -> None:
        name = f"t{self._seq:07d}"
        rank, target = GRADES[case.patient.grade]
        ticket = Head(
            name,
            QUEUE,
            place.lane,
            rank,
            case.patient.grade,
            place.credit,
            None,
            place.order,
            place.since,
            place.due_call,
            target,
            1,
        )
        self._cases[name] = case
        self._lanes.add(ticket)
        self._comings.append((self.environment.now, place.lane, case.patient.grade))
        early = self._until is None or (self._estimator is not None and len(self._estimator.samples) < self._until)
        if self._estimator is not None and early and case.kind != "return" and self._seq % self._estimator.every == 0:
            case.expected = self._promise(name, self._estimator)
        if not self._wake.triggered:
            self._wake.succeed()

    def _doctor(self, index: int) -> Generator[simpy.Event, None, None]:
        while True:
            case = self._call(index)
            if case is None:
                if self._wake.triggered:
                    self._wake = self.environment.event()
                yield self._wake
                continue
            self._since[index] = self.environment.now
            if case.misses:
                yield self.environment.timeout(LOST_ON_A_PASS)
                self._since[index] = None
                self.environment.process(self._rejoin(case))
                continue
            yield self.environment.timeout(case.service)
            self._since[index] = None
            if self._estimator is not None:
                self._estimator.samples.append(case.service)
            if case.patient.back_after is not None and case.kind != "return":
                self.environment.process(self._come_back(case.patient, case.patient.back_after))

    def _call(self, index: int) -> _Case | None:
        choice = choose_next(
            self._lanes.heads(),
            station=_room(index),
            rules={QUEUE: self.policy.rules},
            modes={QUEUE: self.policy.mode},
            recent={QUEUE: self._recent},
            now=self._now(),
        )
        if choice is None:
            return None
        head = next(one for one in self._lanes.heads() if one.ticket == choice.ticket)
        self._lanes.take(head)
        self._recent = remember(self._recent, head.lane)
        case = self._cases.pop(head.ticket)
        waited = self.environment.now - case.arrived
        if not case.misses:
            target = self.policy.rules.return_target if case.kind == "return" else GRADES[case.patient.grade][1]
            self.outcome.waits.append(Wait(case.kind, case.patient.grade, case.arrived, waited, target))
        if case.expected is not None:
            self.outcome.from_expected.append((case.expected, waited))
        return case

    def _come_back(self, patient: Patient, after: float) -> Generator[simpy.Event, None, None]:
        yield self.environment.timeout(after)
        self._seq += 1
        urgent = patient.grade == "II" and not self.policy.rules.first_come
        place = placement.on_return(
            rules=self.policy.rules, now=self._now(), seq=self._seq, urgent=urgent, calls=self._recent.calls
        )
        self._join(_Case(patient, "return", RETURN_MINUTES, self.environment.now, misses=False), place)

    def _rejoin(self, case: _Case) -> Generator[simpy.Event, None, None]:
        yield self.environment.timeout(case.patient.rejoins_after)
        self._seq += 1
        urgent = case.patient.grade == "II" and not self.policy.rules.first_come
        place = placement.on_passed_return(
            rules=self.policy.rules,
            now=self._now(),
            seq=self._seq,
            passes=1,
            calls=self._recent.calls,
            mode=self.policy.mode,
            urgent=urgent,
        )
        self._join(_Case(case.patient, "passed", case.service, self.environment.now, misses=False), place)

    def _promise(self, ticket: str, estimator: Estimator) -> Expected | None:
        now = self.environment.now
        rooms = [Room(_room(index), None if since is None else now - since) for index, since in enumerate(self._since)]
        line = WaitingLine(
            tickets=self._lanes.tickets(),
            rooms=rooms,
            rules={QUEUE: self.policy.rules},
            modes={QUEUE: self.policy.mode},
            recent={QUEUE: self._recent},
            now=self._now(),
            streams=self._streams(estimator, now),
            closes_in=estimator.closes - now,
        )
        samples = tuple(estimator.samples)
        return range_for(ticket, line, samples=samples, random=estimator.random, planned=estimator.planned)

    def _streams(self, estimator: Estimator, now: float) -> Sequence[Stream]:
        """Who may still come: the known rates, or everybody who joined in the last hour, by lane and level."""
        rates: dict[tuple[Lane, str], float] = {}
        if estimator.rates is not None:
            for grade, rate in estimator.rates.items():
                urgent = grade == "II" and not self.policy.rules.first_come
                rates[Lane.URGENT if urgent else Lane.ORDINARY, grade] = rate
        else:
            while self._comings and self._comings[0][0] < now - 60:
                self._comings.popleft()
            for _, lane, grade in self._comings:
                rates[lane, grade] = rates.get((lane, grade), 0.0) + 1 / 60
        return [
            Stream(
                QUEUE,
                rate,
                lane=Lane.ORDINARY if lane is Lane.PASSED else lane,
                rank=GRADES[grade][0],
                grade=grade,
                tags=TYPICAL_TAG if lane is Lane.POLICY else (),
                target_minutes=GRADES[grade][1],
            )
            for (lane, grade), rate in sorted(rates.items())
        ]


def _room(index: int) -> Caller:
    return Caller(f"R{index + 1}", (QUEUE,))


def lognormal(random: Random, mean: float, variation: float) -> float:
    """A lognormal draw with the given mean and coefficient of variation."""
    square = log(1 + variation**2)
    return random.lognormvariate(log(mean) - square / 2, sqrt(square))


def made_up_day(random: Random, *, load: float, rooms: int = 3, minutes: float = 480) -> list[Patient]:
    """A day of docs/sources.md, Graded queues: Poisson arrivals over eight hours, lognormal services of 8 min."""
    rate = load * rooms / 8
    at = random.expovariate(rate)
    patients = []
    while at < minutes:
        grade = random.choices(list(MIX), list(MIX.values()))[0]
        patients.append(Patient(at, grade, lognormal(random, 8, 0.6)))
        at += random.expovariate(rate)
    return patients


def arrival_rates(load: float, rooms: int = 3) -> dict[str, float]:
    """Patients per minute by grade in such a day."""
    return {grade: load * rooms / 8 * share for grade, share in MIX.items()}


def coverage(from_expected: Sequence[tuple[Expected, float]]) -> tuple[float, float]:
    """Shares of waits inside P20–P80 and not above P90."""
    inside = sum(1 for expected, wait in from_expected if expected.p20 <= wait <= expected.p80)
    below = sum(1 for expected, wait in from_expected if wait <= expected.p90)
    return inside / len(from_expected), below / len(from_expected)
