"""Judges histories of a hall: what concurrent clients asked, when, and what they were told, against the journal.

A history is accepted when the journal's own order explains it, that is, when it is linearizable (Herlihy and Wing 1990)
with each command taking effect at its event. Searching for an order (Wing and Gong 1993) is exponential; the journal
names one, so what is left is to check it, in n log n:

- the order keeps real time: what was answered before something else was asked stands before it;
- the order keeps the queue's rules (`Model`): only who waits is called, and always the first of the lane; a ticket is
  at one station at a time, and a station has one ticket;
- every acknowledged command stands in it, each at an event of its own, with the ticket and the station it was told;
- nothing stands in it that nobody asked for, or whose refusal was final;
- a read shows the state at its number, and that number is not older than anything acknowledged before it was asked.
"""

import bisect
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from threading import Lock
from typing import Any

from server.protocol.transport import HallProblem, HallUnreachable

BEFORE = {
    "ticket.checked_in": {None, "passed", "held"},
    "ticket.called": {"waiting", "staged"},
    "ticket.recalled": {"called"},
    "ticket.started": {"called"},
    "ticket.passed": {"called"},
    "ticket.returned": {"passed", "held"},
    "ticket.held": {"called", "serving", "waiting"},
    "ticket.finished": {"called", "serving"},
    "ticket.cancelled": {"waiting", "called", "serving", "held", "passed", "staged"},
}
"""Kinds of events, and the states a ticket may have before each of them; None: not there yet."""
AFTER = {
    "ticket.checked_in": {"waiting"}, "ticket.called": {"called"}, "ticket.recalled": {"called"},
    "ticket.started": {"serving"}, "ticket.passed": {"passed"}, "ticket.returned": {"waiting"},
    "ticket.held": {"held"}, "ticket.finished": {"done"}, "ticket.cancelled": {"cancelled"},
}  # fmt: skip
AT_STATION = {"called", "serving"}
LIVE = {"waiting", "called", "serving", "held", "passed", "staged"}


@dataclass(frozen=True)
class Operation:
    """One thing that one client asked. Times are monotonic seconds of one machine.

    `outcome`: `done` with the event's `seq` and the ticket; `nobody` (a call for which nobody waited); `read` with the
    `seq` of a snapshot and its tickets; `refused`, finally, by `code`; `unknown`, when no answer came.
    """

    start: float
    end: float
    kind: str
    outcome: str
    ticket: str | None = None
    station: str | None = None
    seq: int | None = None
    code: str | None = None
    state: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One event of the journal, as far as a history asks."""

    seq: int
    kind: str
    ticket: str | None = None
    state: str | None = None
    station: str | None = None
    lane: str = ""
    order: str = ""


class Recorder:
    """Writes down what clients ask and are told. Safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self.operations: list[Operation] = []
        self.acknowledged = 0.0
        """When the last acknowledged command was asked."""
        self.came = 0
        """Check-ins that were acknowledged."""

    def ask(self, kind: str, act: Callable[[], Any], *, station: str | None = None, ticket: str | None = None) -> Any:
        """Do `act`, which gives a ticket's view, None for nobody, or a snapshot; write down how it went.

        The event's kind is `kind`, or `read`. What the server refused gives None.
        """
        start = self._clock()
        outcome: dict[str, Any] = {"outcome": "unknown", "ticket": ticket}
        answer = None
        try:
            answer = act()
        except HallProblem as refused:
            if refused.is_final:
                outcome |= {"outcome": "refused", "code": str(refused.code)}
        except HallUnreachable:
            pass
        else:
            outcome |= _told(kind, answer)
        with self._lock:
            if outcome["outcome"] == "done":
                self.acknowledged = max(self.acknowledged, start)
            self.came += outcome["outcome"] == "done" and kind == "ticket.checked_in"
            self.operations.append(Operation(start, self._clock(), kind, station=station, **outcome))
        return answer

    def longest_gap(self, since: float, until: float) -> float:
        """The longest time between `since` and `until` without an acknowledged command, in seconds."""
        ends = sorted(one.end for one in self.operations if one.outcome == "done" and since <= one.end <= until)
        times = [since, *ends, until]
        return max(after - before for before, after in pairwise(times))


def _told(kind: str, answer: Any) -> dict[str, Any]:
    if kind == "read":
        return {
            "outcome": "read",
            "seq": answer.seq,
            "state": {one.id: str(one.state) for one in answer.tickets if one.state in LIVE},
        }
    if answer is None:
        return {"outcome": "nobody"}
    return {"outcome": "done", "ticket": answer.id, "seq": answer.seq}


def entries(events: Iterable[Any]) -> list[Entry]:
    """The journal's entries out of events as the protocol gives them to staff."""
    return [_entry(event.seq, str(event.kind), event.ticket) for event in events]


def _entry(seq: int, kind: str, ticket: Any) -> Entry:
    if ticket is None:
        return Entry(seq, kind)
    line = f"{ticket.queue}/{ticket.lane}"
    return Entry(seq, kind, ticket.id, str(ticket.state), ticket.station, line, ticket.order)


class Model:
    """The rules of a hall, small: one line for each lane, its first goes first; a ticket is at one station."""

    def __init__(self) -> None:
        self.state: dict[str, str] = {}
        self.lanes: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._waiting: dict[str, tuple[str, tuple[str, str]]] = {}
        self._rooms: dict[str, str] = {}
        self._at: dict[str, str] = {}

    @property
    def waits(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def holds(self, station: str) -> bool:
        """Whether a ticket is at the station."""
        return station in self._rooms

    def apply(self, entry: Entry) -> list[str]:
        """Let one event happen; what about it breaks the rules."""
        if entry.ticket is None or entry.kind not in BEFORE:
            return []
        faults = self._faults(entry, entry.ticket)
        self._leave(entry.ticket)
        self.state[entry.ticket] = entry.state or ""
        if entry.state == "waiting":
            place = (entry.order, entry.ticket)
            self._waiting[entry.ticket] = (entry.lane, place)
            bisect.insort(self.lanes[entry.lane], place)
        elif entry.state in AT_STATION and entry.station is not None:
            self._rooms[entry.station], self._at[entry.ticket] = entry.ticket, entry.station
        return faults

    def _faults(self, entry: Entry, ticket: str) -> list[str]:
        was = self.state.get(ticket)
        found = []
        if was not in BEFORE[entry.kind] or entry.state not in AFTER[entry.kind]:
            found.append(f"{entry.seq} {entry.kind}: {ticket} was {was}, is {entry.state}")
        if entry.kind == "ticket.called":
            if entry.station is None or self._rooms.get(entry.station, ticket) != ticket:
                found.append(f"{entry.seq} station {entry.station} has {self._rooms.get(entry.station or '')} already")
            lane, place = self._waiting.get(ticket, ("", ("", "")))
            if lane and self.lanes[lane][0] != place:
                found.append(f"{entry.seq} {ticket} is called before {self.lanes[lane][0][1]}, the first of {lane}")
        return found

    def _leave(self, ticket: str) -> None:
        if ticket in self._waiting:
            lane, place = self._waiting.pop(ticket)
            del self.lanes[lane][bisect.bisect_left(self.lanes[lane], place)]
        if ticket in self._at:
            self._rooms.pop(self._at.pop(ticket), None)


def judge(history: Sequence[Operation], journal: Sequence[Entry]) -> list[str]:
    """What is wrong with a history, in words; nothing when it is accepted. `journal` begins with the hall's first."""
    if [entry.seq for entry in journal] != list(range(1, len(journal) + 1)):
        return ["the journal has holes, or an order of its own"]
    history = sorted(history, key=lambda one: one.start)
    return [*_acknowledged(history, journal), *_real_time(history), *_rules(history, journal)]


def _acknowledged(history: Sequence[Operation], journal: Sequence[Entry]) -> list[str]:
    """Each acknowledged command has its event, and each event somebody who asked for it, or may have."""
    found: list[str] = []
    asked: dict[int, Operation] = {}
    for one in history:
        if one.outcome != "done" or one.seq is None:
            continue
        if not 1 <= one.seq <= len(journal):
            found.append(f"{one.kind} of {one.ticket} was acknowledged and is lost")
            continue
        entry = journal[one.seq - 1]
        if (entry.kind, entry.ticket) != (one.kind, one.ticket) or one.station not in {None, entry.station}:
            found.append(f"{one.seq} {one.kind} of {one.ticket} at {one.station} was told; the journal has {entry}")
        if one.seq in asked:
            found.append(f"{one.seq} {one.kind} of {one.ticket} was told to two who asked")
        asked[one.seq] = one
    open_ended = sorted(one.kind for one in history if one.outcome == "unknown")
    for entry in journal:
        if entry.kind in BEFORE and entry.seq not in asked:
            if entry.kind == "ticket.finished" and _called_after(entry, journal):
                continue  # by a call that finishes whom the station holds
            if entry.kind not in open_ended:
                found.append(f"{entry.seq} {entry.kind} of {entry.ticket}: nobody asked for it")
            else:
                open_ended.remove(entry.kind)
    return found


def _called_after(entry: Entry, journal: Sequence[Entry]) -> bool:
    """Whether the next event is a call: a transaction's events stand together."""
    return entry.seq < len(journal) and journal[entry.seq].kind in {"ticket.called", "ticket.finished"}


def _real_time(history: Sequence[Operation]) -> list[str]:
    """What was acknowledged before something was asked has a smaller number, or is what a read shows."""
    found: list[str] = []
    ends = sorted((one.end, one.seq) for one in history if one.seq is not None)
    highest = list(accumulate((seq for _, seq in ends), max))
    times = [end for end, _ in ends]
    for one in history:
        known = _known(times, highest, one.start)
        if one.seq is None or known == 0:
            continue
        if one.outcome == "read" and one.seq < known:
            found.append(f"a read shows {one.seq}, though {known} was told before it was asked")
        if one.outcome == "done" and one.seq <= known:
            found.append(f"{one.seq} {one.kind} was asked after {known} had been told")
    return found


def _known(times: Sequence[float], highest: Sequence[int], start: float) -> int:
    """The highest number that had been told before `start`."""
    place = bisect.bisect_left(times, start)
    return highest[place - 1] if place else 0


def _rules(history: Sequence[Operation], journal: Sequence[Entry]) -> list[str]:
    """Play the journal through the model; reads, empty calls and busy stations must fit a state they may have seen."""
    model, found = Model(), []
    reads: dict[int, list[Operation]] = defaultdict(list)
    for one in history:
        if one.outcome == "read" and one.seq is not None:
            reads[one.seq].append(one)
    empty = [0]
    held: dict[str, list[int]] = defaultdict(list)
    stations = {one.station for one in history if one.station is not None}
    for entry in journal:
        found += model.apply(entry)
        if not model.waits:
            empty.append(entry.seq)
        for station in stations:
            if model.holds(station):
                held[station].append(entry.seq)
        for one in reads.pop(entry.seq, []):
            live = {id: state for id, state in model.state.items() if state in LIVE}
            if live != dict(one.state):
                found.append(f"a read at {entry.seq} shows what was never: {_difference(live, one.state)}")
    found += [f"a read shows {seq}, which the journal has not reached" for seq in reads if seq > len(journal)]
    return found + _windows(history, len(journal), empty, held)


def _windows(
    history: Sequence[Operation], last: int, empty: Sequence[int], held: Mapping[str, Sequence[int]]
) -> list[str]:
    """A call for nobody saw an empty line at some moment between question and answer; a busy station was busy then."""
    found = []
    ends = sorted((one.end, one.seq) for one in history if one.seq is not None)
    times, highest = [end for end, _ in ends], list(accumulate((seq for _, seq in ends), max))
    starts = sorted((one.start, one.seq) for one in history if one.outcome == "done" and one.seq is not None)
    lowest = list(accumulate((seq for _, seq in reversed(starts)), min))[::-1]
    begun = [start for start, _ in starts]
    for one in history:
        busy = one.outcome == "refused" and one.code == "station_busy"
        if one.outcome != "nobody" and not busy:
            continue
        low, place = _known(times, highest, one.start), bisect.bisect_right(begun, one.end)
        high = lowest[place] - 1 if place < len(lowest) else last
        fitting = held[one.station or ""] if busy else empty
        at = bisect.bisect_left(fitting, low)
        if at == len(fitting) or fitting[at] > high:
            what = f"station {one.station} was told to be busy" if busy else "a call was told that nobody waits"
            found.append(f"{what} between {low} and {high}, and that was never so")
    return found


def _difference(expected: Mapping[str, str], seen: Mapping[str, str]) -> str:
    ids = [id for id in {*expected, *seen} if expected.get(id) != seen.get(id)]
    return ", ".join(f"{id} {expected.get(id)}, shown {seen.get(id)}" for id in sorted(ids)[:3])
