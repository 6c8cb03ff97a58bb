"""Discrete-event simulation of a day: who arrives, which room calls, when it is free. Knows no HTTP and no clock."""

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from server.replay.day import Visit

FREED, ARRIVED = 0, 1
"""At one and the same moment a room becomes free before the next patient arrives."""


class Hall(Protocol):
    """What a day needs of a hall; each deed happens at a moment of the recorded day."""

    def check_in(self, visit: Visit, queue: str, at: datetime) -> str:
        """Check the visit's patient in and return the ticket."""

    def call_next(self, station: str, at: datetime) -> str | None:
        """Call the next ticket to the station, if one waits."""

    def start(self, ticket: str, at: datetime) -> None:
        """The patient is in the room."""

    def finish(self, ticket: str, at: datetime) -> None:
        """The patient has left."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the day. `strangers` counts called tickets that nobody of this day checked in."""

    checked_in: int
    finished: int
    strangers: int
    last_call: datetime | None


@dataclass(frozen=True, slots=True)
class Plan:
    """Who comes to which queue, and which queues each station calls from."""

    visits: Sequence[Visit]
    stations: Mapping[str, Sequence[str]]
    queue_of: Callable[[Visit], str]


@dataclass(slots=True)
class _Course:
    """How far the day has come."""

    services: dict[str, timedelta] = field(default_factory=dict)
    ahead: list[tuple[datetime, int, int, Visit | tuple[str, str]]] = field(default_factory=list)
    finished: int = 0
    strangers: int = 0
    last_call: datetime | None = None


def play(plan: Plan, hall: Hall, reached: Callable[[datetime], None] = lambda moment: None) -> Outcome:
    """Play the whole day; `reached` is told each moment before it happens, and may wait for it.

    An arrival checks in and, when a room that serves its queue stands idle, that room calls. A called patient is in
    the room at once and leaves after the recorded stay; the room then calls again. Idle rooms take turns.
    """
    course = _Course()
    order = itertools.count()
    course.ahead.extend((visit.arrived_at, ARRIVED, next(order), visit) for visit in plan.visits)
    heapq.heapify(course.ahead)
    idle = deque(plan.stations)
    while course.ahead:
        at, _, _, what = heapq.heappop(course.ahead)
        reached(at)
        if isinstance(what, Visit):
            queue = plan.queue_of(what)
            course.services[hall.check_in(what, queue, at)] = what.service
            station = next((station for station in idle if queue in plan.stations[station]), None)
            if station is None:
                continue
            idle.remove(station)
        else:
            station, ticket = what
            hall.finish(ticket, at)
            course.finished += 1
        if not _called(hall, station, at, course, order):
            idle.append(station)
    return Outcome(len(course.services), course.finished - course.strangers, course.strangers, course.last_call)


def _called(hall: Hall, station: str, at: datetime, course: _Course, order: "itertools.count[int]") -> bool:
    """Let the station call; put the end of the visit into the course. False when nobody waits."""
    ticket = hall.call_next(station, at)
    if ticket is None:
        return False
    course.last_call = at
    course.strangers += ticket not in course.services
    hall.start(ticket, at)
    stay = course.services.get(ticket, timedelta(0))
    heapq.heappush(course.ahead, (at + stay, FREED, next(order), (station, ticket)))
    return True


class PaperHall:
    """First come, first served, in memory: what a day would be, to tell beforehand whether the rooms suffice."""

    def __init__(self, stations: Mapping[str, Sequence[str]]) -> None:
        self._stations = stations
        self._lines: dict[str, deque[tuple[int, str]]] = {}
        self._order = itertools.count()

    def check_in(self, visit: Visit, queue: str, at: datetime) -> str:
        """Join the line of the queue."""
        self._lines.setdefault(queue, deque()).append((next(self._order), visit.id))
        return visit.id

    def call_next(self, station: str, at: datetime) -> str | None:
        """Take the longest waiting of the station's queues."""
        heads = [line for queue in self._stations[station] if (line := self._lines.get(queue))]
        return min(heads, key=lambda line: line[0]).popleft()[1] if heads else None

    def start(self, ticket: str, at: datetime) -> None:
        """Nothing to keep."""

    def finish(self, ticket: str, at: datetime) -> None:
        """Nothing to keep."""


def rooms_needed(visits: Sequence[Visit], before: datetime, at_least: int) -> int:
    """The least number of rooms, from `at_least` on, with which the last patient is called before a moment."""
    for rooms in range(at_least, len(visits) + 1):
        stations = {str(room): ("",) for room in range(rooms)}
        last = play(Plan(visits, stations, lambda visit: ""), PaperHall(stations)).last_call
        if last is None or last < before:
            return rooms
    return max(len(visits), 1)
