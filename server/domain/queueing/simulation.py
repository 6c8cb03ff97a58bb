"""Owns one simulated step of a queue: the next call by the real rule, and somebody who comes. For estimates only.

Pure: the line, the time and the random generator come in. Knows no clock, no database and no patient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from random import Random

from server.domain.queueing import placement
from server.domain.queueing.discipline import Caller, Head, ReasonCode, Recent, pick_next, remember
from server.domain.queueing.lane_heap import LaneHeap
from server.domain.queueing.rules import Rules
from server.protocol.terms import Lane, Mode

DAY = 24 * 60.0
PROBE_PREFIX = "+"
"""First character of the ids of those who might join now: their wait is asked, they are never served."""
ARRIVAL_PREFIX = "~"
"""First character of the ids of imagined patients; no ticket's id begins with it."""


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
    rank: int | None = 1
    grade: str | None = None
    tags: tuple[str, ...] = ()
    target_minutes: int | None = None
    doctor: str | None = None


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """All that the discipline sees of the queues in question at one moment; aware UTC.

    `streams` come for `closes_in` more minutes, until check-in for the session closes. `staged` are the tickets sent
    ahead, by station; they are not among `tickets`. `zone` is the hospital's.
    """

    tickets: Sequence[Head]
    rooms: Sequence[Room]
    rules: Mapping[str, Rules]
    modes: Mapping[str, Mode]
    recent: Mapping[str, Recent]
    now: datetime
    streams: Sequence[Stream] = ()
    closes_in: float = DAY
    staged: Mapping[str, Sequence[Head]] = field(default_factory=dict)
    zone: tzinfo = UTC

    def sent_ahead(self) -> dict[str, list[Head]]:
        """The tickets sent ahead, by station, for one imagined future to take from."""
        return {station: list(heads) for station, heads in self.staged.items() if heads}


def call_next(
    lanes: LaneHeap,
    line: WaitingLine,
    caller: Caller,
    recent: dict[str, Recent],
    last: dict[str, str | None],
    now: datetime,
    staged: dict[str, list[Head]] | None = None,
) -> tuple[Head, ReasonCode] | None:
    """Let a station call by the real rule: who and why inside the queue, or None.

    Changes `lanes`, `recent`, `last` and `staged`.
    """
    station = caller
    ahead = staged.get(caller.station, []) if staged else []
    if len(caller.queues) > 1:
        station = Caller(caller.station, caller.queues, caller.doctor, caller.levels, last[caller.station])
    pick = pick_next(
        lanes.heads(),
        station=station,
        rules=line.rules,
        modes=line.modes,
        recent=recent,
        now=now,
        sent_ahead=ahead,
    )
    if pick is None:
        return None
    head, code = pick.head, pick.within or pick.code
    if head in ahead:
        ahead.remove(head)
    else:
        head = lanes.take(head)
    recent[head.queue] = remember(recent.get(head.queue, Recent()), head.lane)
    last[caller.station] = head.queue
    return head, code


def arrive(lanes: LaneHeap, line: WaitingLine, at: float, random: Random) -> None:
    """Let somebody of one of the streams join `at` so many minutes from now."""
    stream = random.choices(line.streams, [stream.per_minute for stream in line.streams])[0]
    now = line.now + timedelta(minutes=at)
    rules = line.rules[stream.queue]
    seq = 900_000_000 + len(lanes)
    if stream.lane is Lane.RETURN:
        position = placement.on_return(rules=rules, now=now, seq=seq)
    else:
        position = placement.on_check_in(
            rules=rules,
            now=now,
            slot_start=None,
            slot_end=None,
            seq=seq,
            tags=stream.tags,
            urgent=stream.lane is Lane.URGENT,
            mode=line.modes[stream.queue],
            zone=line.zone,
        )
    name = f"{ARRIVAL_PREFIX}{at:.6f}"
    lanes.add(
        Head(
            name,
            stream.queue,
            position.lane,
            stream.rank,
            stream.grade,
            position.credit,
            stream.doctor,
            position.order,
            position.since,
            0,
            stream.target_minutes,
            1,
        )
    )
