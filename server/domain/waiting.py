"""Owns the expected wait and the position: a short Monte Carlo of the real rule (domain.md §3.5).

Pure: samples, who waits, who is being served and the random generator come in. Knows no clock, no database and no
patient; it asks the same discipline that calls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from math import ceil, floor
from random import Random

from server.domain import placing
from server.domain.discipline import Caller, Head, ReasonCode, Recent, pick_next, remember
from server.domain.lanes import Lanes
from server.domain.rules import Rules
from server.protocol.terms import Lane, Mode

FEWEST_RUNS, MOST_RUNS, CALLS_PER_ESTIMATE = 24, 120, 500
"""Quantiles of few runs are noisy but not biased, so far positions get fewer."""
DAY = 24 * 60.0
STRANGER = "~"
"""First character of the ids of imagined patients; no ticket's id begins with it."""
FAR = 400
"""Positions beyond so many calls are counted, not played."""
STEP = 5
"""Minutes a shown wait is rounded to."""


@dataclass(frozen=True, slots=True)
class Room:
    """A station that is open: who calls there, and for how many minutes it is busy already (None: free)."""

    caller: Caller
    busy: float | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """Patients who may still come: how many per minute, and how they will stand."""

    queue: str
    per_minute: float
    lane: Lane = Lane.ORDINARY
    rank: int = 1
    grade: str | None = None
    tags: tuple[str, ...] = ()
    target_minutes: int | None = None
    doctor: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """All that the discipline sees of the queues in question at one moment; aware UTC.

    `streams` come for `closes_in` more minutes, until check-in for the session closes.
    """

    tickets: Sequence[Head]
    rooms: Sequence[Room]
    rules: Mapping[str, Rules]
    modes: Mapping[str, Mode]
    recent: Mapping[str, Recent]
    now: datetime
    streams: Sequence[Stream] = ()
    closes_in: float = DAY


@dataclass(frozen=True, slots=True)
class Ahead:
    """How many are called before a ticket if nobody else comes, and why they are, by reason code."""

    count: int
    reasons: Mapping[str, int] = field(default_factory=dict)


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
    ticket: str, line: Line, *, samples: Sequence[float], random: Random, paused: bool = False
) -> Expected | None:
    """The expected wait of one ticket, or None where an honest range cannot be given.

    `samples` are the minutes a patient occupied a station, the last 60–300 of the same doctor or service. None with
    fewer samples than the rules want, while the doctor is paused, or when no open station may call the ticket.
    """
    return ranges_for(line, samples=samples, random=random, paused=paused, until=ticket).get(ticket)


def ranges_for(
    line: Line, *, samples: Sequence[float], random: Random, paused: bool = False, until: str | None = None
) -> Mapping[str, Expected]:
    """The expected wait of everybody in line, for a cache per queue; a ticket without an honest range is absent.

    With `until` the runs end when that ticket is called, so later ones are absent or cut short.
    """
    wanted = max((line.rules[ticket.queue].wait_min_samples for ticket in line.tickets), default=1)
    if paused or not line.rooms or len(samples) < max(1, wanted):
        return {}
    start = Lanes(line.tickets)
    waits: dict[str, list[float]] = {}
    runs = 1
    done = 0
    while done < runs:
        doubted = random.choices(samples, k=len(samples))  # a bootstrap: few samples know their own mean only roughly
        calls = _play(start.copy(), line, doubted, random, waits, until)
        runs = min(MOST_RUNS, max(FEWEST_RUNS, CALLS_PER_ESTIMATE // max(1, calls)))
        done += 1
    return {ticket: _expected(sorted(times)) for ticket, times in waits.items() if len(times) == done}


def ahead_of(ticket: str, line: Line) -> Ahead | None:
    """Who is called before a ticket if nobody else comes and everybody is served equally fast; None: nobody calls it.

    Beyond FAR calls the rest is counted by reference time instead of played.
    """
    target = next((one for one in line.tickets if one.ticket == ticket), None)
    if target is None:
        return None
    lanes = Lanes(line.tickets)
    recent = dict(line.recent)
    last = {room.caller.station: room.caller.last_queue for room in line.rooms}
    reasons: dict[str, int] = {}
    idle = 0
    for turn in range(FAR * max(1, len(line.rooms))):
        if idle >= len(line.rooms):
            return None
        room = line.rooms[turn % len(line.rooms)]
        head = _call(lanes, line, room.caller, recent, last, line.now + timedelta(minutes=turn))
        idle = 0 if head is not None else idle + 1
        if head is None:
            continue
        if head[0].ticket == ticket:
            return Ahead(sum(reasons.values()), reasons)
        reasons[head[1].value] = reasons.get(head[1].value, 0) + 1
    rest = sum(1 for one in lanes.tickets() if (one.since, one.ticket) < (target.since, target.ticket))
    reasons[ReasonCode.IN_ORDER.value] = reasons.get(ReasonCode.IN_ORDER.value, 0) + rest
    return Ahead(sum(reasons.values()), reasons)


def shown(low: float, high: float) -> tuple[int, int]:
    """A range as people are told it: rounded outwards to 5 minutes, never one number."""
    least = max(0, floor(low / STEP) * STEP)
    return least, max(least + STEP, ceil(high / STEP) * STEP)


def _play(
    lanes: Lanes,
    line: Line,
    samples: Sequence[float],
    random: Random,
    waits: dict[str, list[float]],
    until: str | None,
) -> int:
    """One made-up future until all who wait now are called, or `until` is; writes their waits, returns the calls."""
    recent = dict(line.recent)
    last = {room.caller.station: room.caller.last_queue for room in line.rooms}
    free = [(_rest(room.busy, samples, random), index) for index, room in enumerate(line.rooms)]
    heapify(free)
    rate = sum(stream.per_minute for stream in line.streams)
    closes = min(line.closes_in, DAY)
    coming = random.expovariate(rate) if rate else DAY
    left = len(lanes)
    calls = 0
    while free and left:
        at, index = heappop(free)
        while coming <= at and coming < closes:
            _arrive(lanes, line, coming, random)
            coming += random.expovariate(rate)
        called = _call(lanes, line, line.rooms[index].caller, recent, last, line.now + timedelta(minutes=at))
        if called is None:
            if coming < closes:
                heappush(free, (coming, index))
            continue
        calls += 1
        name = called[0].ticket
        if not name.startswith(STRANGER):
            waits.setdefault(name, []).append(at)
            left = 0 if name == until else left - 1
        heappush(free, (at + random.choice(samples), index))
    return calls


def _call(
    lanes: Lanes,
    line: Line,
    caller: Caller,
    recent: dict[str, Recent],
    last: dict[str, str | None],
    now: datetime,
) -> tuple[Head, ReasonCode] | None:
    station = caller
    if len(caller.queues) > 1:
        station = Caller(caller.station, caller.queues, caller.doctor, caller.levels, last[caller.station])
    pick = pick_next(lanes.heads(), station=station, rules=line.rules, modes=line.modes, recent=recent, now=now)
    if pick is None:
        return None
    head = lanes.take(pick.head)
    recent[head.queue] = remember(recent.get(head.queue, Recent()), head.lane)
    last[caller.station] = head.queue
    return head, pick.code


def _arrive(lanes: Lanes, line: Line, at: float, random: Random) -> None:
    stream = random.choices(line.streams, [stream.per_minute for stream in line.streams])[0]
    now = line.now + timedelta(minutes=at)
    rules = line.rules[stream.queue]
    seq = 900_000_000 + len(lanes)
    if stream.lane is Lane.RETURN:
        place = placing.on_return(rules=rules, now=now, seq=seq)
    else:
        place = placing.on_check_in(
            rules=rules,
            now=now,
            slot_start=None,
            slot_end=None,
            seq=seq,
            tags=stream.tags,
            urgent=stream.lane is Lane.URGENT,
            mode=line.modes[stream.queue],
        )
    name = f"{STRANGER}{at:.6f}"
    lanes.add(
        Head(
            name,
            stream.queue,
            place.lane,
            stream.rank,
            stream.grade,
            place.credit,
            stream.doctor,
            place.order,
            place.since,
            0,
            stream.target_minutes,
            1,
        )
    )


def _rest(busy: float | None, samples: Sequence[float], random: Random) -> float:
    """Minutes until a station is free: a service longer than it lasts already, less what has gone."""
    if busy is None:
        return 0.0
    longer = [sample for sample in samples if sample > busy]
    return random.choice(longer) - busy if longer else random.choice(samples) / 2


def _expected(waits: Sequence[float]) -> Expected:
    p20, p30, p80, p90 = (_quantile(waits, share) for share in (0.2, 0.3, 0.8, 0.9))
    low, high = shown(p30, p80)
    return Expected(p20, p30, p80, p90, low, high)


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Quantile of ordered values with the unbiased place share·(n+1), between neighbours in proportion."""
    place = min(max(share * (len(ordered) + 1) - 1, 0.0), len(ordered) - 1.0)
    below = floor(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
