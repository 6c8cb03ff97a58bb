"""Owns the expected wait and the position: a short Monte Carlo of the real rule (docs/sources.md, Expected waits).

Pure: samples, who waits, who is being served and the random generator come in. Knows no clock, no database and no
patient; it asks the same discipline that calls.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from heapq import heapify, heappop, heappush
from math import ceil, floor, sqrt
from random import Random
from statistics import fmean, pvariance, variance
from typing import NamedTuple

from server.domain.queueing.consultation_times import service_times
from server.domain.queueing.discipline import Head, ReasonCode
from server.domain.queueing.lane_heap import LaneHeap
from server.domain.queueing.simulation import (
    ARRIVAL_PREFIX,
    DAY,
    PROBE_PREFIX,
    Room,
    Stream,
    WaitingLine,
    arrive,
    call_next,
)

__all__ = [
    "Ahead",
    "Expected",
    "Room",
    "Stream",
    "WaitingLine",
    "ahead_of",
    "order_of",
    "range_for",
    "ranges_for",
    "shown",
]

FEWEST_RUNS, MOST_RUNS, CALLS_PER_ESTIMATE = 12, 120, 500
"""Quantiles of few runs are noisy but not biased, so far positions get fewer."""
FAR = 400
"""Positions beyond so many calls are counted, not played."""
BLOCK = 25
"""Services in one batch, when asking how the mean drifts over the day."""
STEP = 5
"""Minutes a shown wait is rounded to."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """How many are called before a ticket if nobody else comes, and why they are, by reason code.

    `calls` are they themselves with their reasons, in order, as far as they were played.
    """

    count: int
    reasons: Mapping[str, int] = field(default_factory=dict)
    calls: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """Minutes until the call: quantiles over the runs, and the range to show (rounded to 5, rather too long)."""

    p20: float
    p30: float
    p80: float
    p90: float
    low: int
    high: int


def range_for(
    ticket: str,
    line: WaitingLine,
    *,
    samples: Sequence[float],
    random: Random,
    paused: bool = False,
    planned: float | None = None,
) -> Expected | None:
    """The expected wait of one ticket, or None where an honest range cannot be given.

    `samples` are the minutes a patient occupied a station, the last 60–300 of the same doctor or service, in the order
    in which they ended: how their mean drifts widens the range. `planned` are the minutes of a consultation as the
    hospital plans them. None with fewer samples than the rules want and nothing planned, while the doctor is paused, or
    when no open station may call the ticket.
    """
    return ranges_for(line, samples=samples, random=random, paused=paused, until=ticket, planned=planned).get(ticket)


def ranges_for(
    line: WaitingLine,
    *,
    samples: Sequence[float],
    random: Random,
    paused: bool = False,
    until: str | None = None,
    planned: float | None = None,
) -> Mapping[str, Expected]:
    """The expected wait of everybody in line, for a cache per queue; a ticket without an honest range is absent.

    With `until` the runs end when that ticket is called, so later ones are absent or cut short.
    """
    queues = {ticket.queue for ticket in line.tickets} | {one.queue for heads in line.staged.values() for one in heads}
    wanted = max((line.rules[queue].wait_min_samples for queue in queues), default=1)
    found = service_times(samples, planned, max(1, wanted))
    if paused or not line.rooms or found is None:
        return {}
    start = LaneHeap(line.tickets)
    known = sorted(found.samples)
    spread = pvariance(known) / len(known) + _drift(samples)
    doubt = sqrt(spread / max(fmean(known), 0.01) ** 2 + found.doubt**2)
    waits: dict[str, list[float]] = {}
    runs = 1
    done = 0
    while done < runs:
        # A few samples know their own mean only roughly, so each run doubts it by its standard error.
        times = SimulatedTimes(known, max(0.5, random.gauss(1.0, doubt)))
        calls = _simulate(start.copy(), line, times, random, waits, until)
        runs = min(MOST_RUNS, max(FEWEST_RUNS, CALLS_PER_ESTIMATE // max(1, calls)))
        done += 1
    return {ticket: _expected(sorted(times)) for ticket, times in waits.items() if len(times) == done}


def _drift(samples: Sequence[float]) -> float:
    """How much the mean of services that follow one another varies more than chance explains: the method of batch
    means. A morning of quick doctors says less about the next half hour than as many samples of one steady day."""
    blocks = [samples[at : at + BLOCK] for at in range(0, len(samples) - BLOCK + 1, BLOCK)]
    if len(blocks) < 3:
        return 0.0
    return max(0.0, variance(map(fmean, blocks)) - pvariance(samples) / BLOCK)


def ahead_of(ticket: str, line: WaitingLine) -> Ahead | None:
    """Who is called before a ticket if nobody else comes and everybody is served equally fast; None: nobody calls it.

    Counted are the calls of its queue, and those of other queues by the rooms that serve it. Beyond FAR calls the rest
    of its queue is counted by reference time instead of played.
    """
    everybody = [*line.tickets, *(head for heads in line.staged.values() for head in heads)]
    target = next((one for one in everybody if one.ticket == ticket), None)
    if target is None:
        return None
    calls: list[tuple[str, str]] = []
    seen: set[str] = set()
    for room, head, code in _in_turn(line):
        if head.ticket == ticket:
            return _ahead(calls)
        seen.add(head.ticket)
        if head.queue == target.queue:
            calls.append((head.ticket, code.value))
        elif target.queue in room.caller.queues:
            urgent = code in (ReasonCode.URGENT, ReasonCode.GRADED_FIRST_BAND)
            calls.append((head.ticket, (code if urgent else ReasonCode.ALTERNATE_QUEUE).value))
    if len(seen) < FAR:
        return None
    rest = sum(
        1
        for one in everybody
        if one.queue == target.queue
        and one.ticket not in seen
        and (one.since, one.ticket) < (target.since, target.ticket)
    )
    return _ahead(calls, rest)


def order_of(line: WaitingLine) -> list[str]:
    """The tickets in the order they are called if nobody else comes, as far as FAR; who is for no room is absent."""
    return [head.ticket for _, head, _ in _in_turn(line)]


def _in_turn(line: WaitingLine) -> Iterator[tuple[Room, Head, ReasonCode]]:
    """The rooms call in turn, a minute a call, until nobody is for any of them, at most FAR calls."""
    lanes, staged = LaneHeap(line.tickets), line.sent_ahead()
    recent = dict(line.recent)
    last = {room.caller.station: room.caller.last_queue for room in line.rooms}
    idle = turn = calls = 0
    while idle < len(line.rooms) and calls < FAR:
        room = line.rooms[turn % len(line.rooms)]
        now = line.now + timedelta(minutes=turn)
        called = call_next(lanes, line, room.caller, recent, last, now, staged)
        turn += 1
        idle = 0 if called is not None else idle + 1
        if called is not None:
            calls += 1
            yield room, *called


def _ahead(calls: Sequence[tuple[str, str]], rest: int = 0) -> Ahead:
    reasons: dict[str, int] = {}
    for _, code in calls:
        reasons[code] = reasons.get(code, 0) + 1
    if rest:
        reasons[ReasonCode.IN_ORDER.value] = reasons.get(ReasonCode.IN_ORDER.value, 0) + rest
    return Ahead(len(calls) + rest, reasons, tuple(calls))


def shown(low: float, high: float) -> tuple[int, int]:
    """A range as people are told it: rounded outwards to 5 minutes, never one number."""
    least = max(0, floor(low / STEP) * STEP)
    return least, max(least + STEP, ceil(high / STEP) * STEP)


class SimulatedTimes(NamedTuple):
    """Made-up minutes at a station: ordered samples, stretched by how far one run believes their mean."""

    known: Sequence[float]
    stretch: float

    def service(self, random: Random) -> float:
        """A whole consultation."""
        return self.known[int(random.random() * len(self.known))] * self.stretch

    def rest(self, busy: float | None, random: Random) -> float:
        """What is left of one that lasts `busy` minutes already; 0 where the station is free."""
        if busy is None:
            return 0.0
        above = bisect_right(self.known, busy)
        if above == len(self.known):
            return self.service(random) / 2
        longer = self.known[above + int(random.random() * (len(self.known) - above))]
        return max(0.0, longer * self.stretch - busy)


def _simulate(
    lanes: LaneHeap,
    line: WaitingLine,
    times: SimulatedTimes,
    random: Random,
    waits: dict[str, list[float]],
    until: str | None,
) -> int:
    """One made-up future until all who wait now are called, or `until` is; writes their waits, returns the calls."""
    recent = dict(line.recent)
    last = {room.caller.station: room.caller.last_queue for room in line.rooms}
    free = [(times.rest(room.busy, random), index) for index, room in enumerate(line.rooms)]
    heapify(free)
    rate = sum(stream.per_minute for stream in line.streams)
    closes = min(line.closes_in, DAY)
    coming = random.expovariate(rate) if rate else DAY
    staged = line.sent_ahead()
    left = len(lanes) + sum(map(len, staged.values()))
    calls = 0
    while free and left:
        at, index = heappop(free)
        while coming <= at and coming < closes:
            arrive(lanes, line, coming, random)
            coming += random.expovariate(rate)
        now = line.now + timedelta(minutes=at)
        before = dict(recent), dict(last)
        called = call_next(lanes, line, line.rooms[index].caller, recent, last, now, staged)
        if called is not None and called[0].ticket.startswith(PROBE_PREFIX):
            waits.setdefault(called[0].ticket, []).append(at)
            recent, last = before
            left = 0 if called[0].ticket == until else left - 1
            heappush(free, (at, index))
            continue
        if called is None:
            if coming < closes:
                heappush(free, (coming, index))
            continue
        calls += 1
        name = called[0].ticket
        if not name.startswith(ARRIVAL_PREFIX):
            waits.setdefault(name, []).append(at)
            left = 0 if name == until else left - 1
        heappush(free, (at + times.service(random), index))
    return calls


def _expected(waits: Sequence[float]) -> Expected:
    p20, p30, p80, p90 = (_quantile(waits, share) for share in (0.2, 0.3, 0.8, 0.9))
    low, high = shown(p30, p80)
    return Expected(p20, p30, p80, p90, low, high)


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Quantile of ordered values with the unbiased place share·(n+1), between neighbours in proportion."""
    index = min(max(share * (len(ordered) + 1) - 1, 0.0), len(ordered) - 1.0)
    below = floor(index)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (index - below)
