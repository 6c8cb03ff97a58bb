"""Reads the whole journal of a replay and verifies it: numbers, calls, holes, and that folding gives the snapshot."""

import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from server.protocol.client import HallClient
from server.protocol.messages import Event, Snapshot, TicketView
from server.protocol.stream.reducer import LISTS, apply
from server.protocol.terms import EventKind

PAGE = 10_000
ROLL = timedelta(hours=4)
"""The business day begins at 04:00 of the hospital's time zone."""


@dataclass(frozen=True, slots=True)
class HourOfWaits:
    """Minutes from check-in to the call, of those who checked in during one local hour."""

    hour: str
    patients: int
    mean: float
    p90: float
    longest: float


@dataclass(slots=True)
class Findings:
    """What the journal said so far."""

    events: int = 0
    holes: int = 0
    folds: int = 0
    folds_wrong: list[str] = field(default_factory=list)
    tickets: dict[str, datetime] = field(default_factory=dict)
    numbers: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    waits: dict[str, timedelta] = field(default_factory=dict)
    finished: set[str] = field(default_factory=set)
    printed: set[str] = field(default_factory=set)
    spoilt: set[str] = field(default_factory=set)

    @property
    def double_numbers(self) -> int:
        """Numbers that were issued more than once on one business day, counted each time too many."""
        return sum(times - 1 for times in self.numbers.values())

    @property
    def double_calls(self) -> int:
        """Calls of a ticket that had been called before; a replayed day holds no reason for any."""
        return sum(times - 1 for times in self.calls.values())


class Audit:
    """Follows one hall's journal from where it stood at the beginning, folding every event into the old snapshot."""

    def __init__(self, client: HallClient, hall: str) -> None:
        self._client = client
        self._hall = hall
        self._folded = client.snapshot(hall)
        self._unread: list[Event] = []
        self.found = Findings()
        self.zone = ZoneInfo(self._folded.timezone)

    def catch_up(self) -> Snapshot:
        """Read on to the newest snapshot and compare it with what folding gives; return the snapshot."""
        newest = self._client.snapshot(self._hall)
        self._read(newest)
        reached = 0
        for event in self._unread:
            if event.seq > newest.seq:
                break
            reached += 1
            self._take(event)
        del self._unread[:reached]
        self.found.folds += 1
        different = differences(self._folded, newest)
        if different:
            self.found.folds_wrong.append(f"at {newest.seq}: {', '.join(different)}")
            self._folded = newest
        return newest

    def _read(self, newest: Snapshot) -> None:
        while (after := self._unread[-1].seq if self._unread else self._folded.seq) < newest.seq:
            page = self._client.events(self._hall, after, epoch=newest.epoch, limit=PAGE)
            if not page.events:
                return
            self._unread += page.events

    def _take(self, event: Event) -> None:
        self.found.events += 1
        missing = event.seq - self._folded.seq - 1
        if missing:
            self.found.holes += missing
            self._folded = self._folded.model_copy(update={"seq": event.seq - 1})
        self._folded = apply(self._folded, event)
        if event.print_job is not None:
            if event.kind in (EventKind.PRINT_JOB_PRINTED, EventKind.PRINT_JOB_SENT):
                self.found.printed.add(event.print_job.id)
            elif event.kind in (EventKind.PRINT_JOB_FAILED, EventKind.PRINT_JOB_UNKNOWN):
                self.found.spoilt.add(event.print_job.id)
        if event.ticket is not None and event.at is not None:
            self._note_ticket(event.kind, event.ticket, event.at)

    def _note_ticket(self, kind: EventKind, ticket: TicketView, at: datetime) -> None:
        found = self.found
        if kind is EventKind.TICKET_CHECKED_IN:
            found.tickets[ticket.id] = at
            day = (at.astimezone(self.zone) - ROLL).date().isoformat()
            found.numbers[(ticket.queue, day, ticket.number)] += 1
        elif kind is EventKind.TICKET_CALLED and ticket.id in found.tickets:
            found.calls[ticket.id] += 1
            found.waits.setdefault(ticket.id, at - found.tickets[ticket.id])
        elif kind is EventKind.TICKET_FINISHED and ticket.id in found.tickets:
            found.finished.add(ticket.id)

    def waits_by_hour(self, pace: float = 1.0) -> list[HourOfWaits]:
        """Waits by local hour of check-in, in minutes of the recorded day; `pace` is how much faster it was played."""
        hours: defaultdict[str, list[float]] = defaultdict(list)
        for ticket, wait in self.found.waits.items():
            hour = self.found.tickets[ticket].astimezone(self.zone).strftime("%H")
            hours[hour].append(wait.total_seconds() / 60 * pace)
        return [_hour(hour, minutes) for hour, minutes in sorted(hours.items())]


def _hour(hour: str, minutes: list[float]) -> HourOfWaits:
    p90 = statistics.quantiles(minutes, n=10, method="inclusive")[-1] if len(minutes) > 1 else minutes[0]
    return HourOfWaits(hour, len(minutes), statistics.fmean(minutes), p90, max(minutes))


def differences(folded: Snapshot, fetched: Snapshot, lists: Iterable[str] = LISTS) -> list[str]:
    """What folding gave otherwise than the server says, as words; empty when they are equal."""
    said: list[str] = []
    if (folded.epoch, folded.seq) != (fetched.epoch, fetched.seq):
        said.append(f"position {folded.epoch}/{folded.seq} instead of {fetched.epoch}/{fetched.seq}")
    for name in lists:
        ours = {view.id: view for view in getattr(folded, name)}
        theirs = {view.id: view for view in getattr(fetched, name)}
        said += [f"{name} {key}" for key in sorted(ours.keys() | theirs.keys()) if ours.get(key) != theirs.get(key)]
    return said
