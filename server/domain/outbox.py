"""What leaves a hall for another system, and what becomes of a delivery that failed. Pure.

An integration reads the journal of each hall in order, from a cursor of its own. What it sends is the journal's view of
the one thing that changed: no name, no identity number, no text that somebody typed, no account of staff.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from server.protocol.terms import EventKind

ALL = "*"
USUAL_EVENTS = ("ticket.*",)
RELOAD = "hall.reload"
"""The kind of a message that tells of no event: the receiver reads the hall anew."""
SENT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ticket": (
            *("id", "number", "state", "queue", "lane", "grade", "rank", "tags", "station", "order", "seq", "times"),
            *("doctor", "hold_reason", "flags", "calls", "passes", "slot", "bypass", "end_reason"),
        ),
        "station": ("id", "name", "place", "queues", "state", "doctor", "reason", "until", "seq"),
        "announcement": ("id", "zone", "kind", "number", "ticket", "station", "outcome"),
        "print_job": ("id", "kind", "state", "device", "ticket", "copy_number", "evidence", "seq"),
        "alert": (
            *("id", "kind", "ticket", "device", "raised_at", "count", "acknowledged_at", "closed_at", "outcome", "seq"),
        ),
        "device": ("id", "role", "name", "place", "zone", "online", "health", "seq"),
    }
)
"""Fields that leave, by thing. One that is added to a view stays in the house until it is written down here."""
KINDS = frozenset(EventKind) - {EventKind.HIDDEN, EventKind.REMOVED}
LONGEST_ERROR = 200


class Outcome(StrEnum):
    """How an attempt to deliver ended.

    `refused`: the receiver answered, and did not take it. `away`: it could not be reached, or asks to be left alone.
    """

    DELIVERED = "delivered"
    REFUSED = "refused"
    AWAY = "away"


@dataclass(frozen=True, slots=True)
class Result:
    """An outcome and, in a few words without content, why."""

    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """What is delivered. The same event has the same `id` and the same `body` however often it is sent."""

    id: str
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the journal of a hall."""

    epoch: str
    seq: int


@dataclass(frozen=True, slots=True)
class Step:
    """The next thing of a hall: what is sent (None: nothing) and where the cursor stands when that is settled.

    `missed` are the first and last number of events that were pruned before they could be sent.
    """

    reached: Position
    kind: str
    message: Message | None = None
    missed: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """The attempts to deliver one message that have failed so far."""

    tries: int
    refusals: int
    since: datetime
    error: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient an integration is.

    The pause after a failure doubles from `first` to `longest`. A message is given up after `refusals` answers that
    refused it, or when it has failed for `give_up` in any way.
    """

    first: timedelta = timedelta(seconds=5)
    longest: timedelta = timedelta(minutes=5)
    refusals: int = 8
    give_up: timedelta = timedelta(hours=24)

    def pause(self, tries: int) -> timedelta:
        """How long to wait after that many failures."""
        doubled = self.first * float(2 ** min(tries - 1, 16))
        return min(doubled, self.longest)

    def is_dead(self, trouble: Trouble, now: datetime) -> bool:
        """Whether the message is given up."""
        return trouble.refusals >= self.refusals or now - trouble.since >= self.give_up


def failed(before: Trouble | None, result: Result, now: datetime) -> Trouble:
    """The failures of a message after one more."""
    before = before or Trouble(0, 0, now, "")
    refused = result.outcome is Outcome.REFUSED
    return replace(
        before,
        tries=before.tries + 1,
        refusals=before.refusals + refused,
        error=f"{result.outcome.value}: {result.detail}"[:LONGEST_ERROR],
    )


def is_wanted(kind: str, events: Sequence[str]) -> bool:
    """Whether an integration asked for events of this kind: by name, by `ticket.*`, or by `*` for all."""
    return any(asked in {ALL, kind} or (asked.endswith(".*") and kind.startswith(asked[:-1])) for asked in events)


def unknown_events(events: Sequence[str]) -> list[str]:
    """What was asked for that no kind of event fits."""
    return [asked for asked in events if not any(is_wanted(kind.value, [asked]) for kind in KINDS)]


def steps(
    name: str, hall: str, cursor: Position, end: Position, rows: Sequence[Mapping[str, Any]], events: Sequence[str]
) -> Iterator[Step]:
    """What the integration `name` does next in a hall whose journal ends at `end`, in order.

    `rows` are the journal's rows behind the cursor, as far as they were read. Another epoch, and rows that were pruned,
    are told first: the receiver reads the hall anew.
    """
    at = min(cursor.seq, end.seq)
    if cursor.epoch != end.epoch:
        yield _reload(name, hall, Position(end.epoch, at), "epoch")
    first = int(rows[0]["seq"]) if rows else end.seq + 1
    if first > at + 1:
        missed = (at + 1, first - 1)
        yield replace(_reload(name, hall, Position(end.epoch, first - 1), "pruned", missed), missed=missed)
    for row in rows:
        reached = Position(end.epoch, int(row["seq"]))
        kind = str(row["kind"])
        message = _message(name, hall, reached, row) if is_wanted(kind, events) else None
        yield Step(reached, kind, message)


def message_id(name: str, hall: str, at: Position, kind: str) -> str:
    """What the receiver knows a repeated message by: the same for the same event, wherever it is sent from."""
    text = json.dumps([name, hall, at.epoch, at.seq, kind], ensure_ascii=False)
    return "msg_" + hashlib.sha256(text.encode()).hexdigest()[:32]


def _message(name: str, hall: str, at: Position, row: Mapping[str, Any]) -> Message:
    data: dict[str, object] = {"hall": hall, "epoch": at.epoch, "seq": at.seq, "reason": row["reason"]}
    for thing, view in row["subject"].items():
        if thing in SENT:
            data[thing] = {field: view[field] for field in SENT[thing] if field in view}
    kind = str(row["kind"])
    return Message(message_id(name, hall, at, kind), kind, _body(kind, str(row["at"]), data))


def _reload(name: str, hall: str, at: Position, reason: str, missed: tuple[int, int] | None = None) -> Step:
    data: dict[str, object] = {"hall": hall, "epoch": at.epoch, "seq": at.seq, "reason": reason}
    if missed is not None:
        data |= {"first_missed": missed[0], "last_missed": missed[1]}
    message = Message(message_id(name, hall, at, f"{RELOAD} {reason}"), RELOAD, _body(RELOAD, None, data))
    return Step(at, RELOAD, message)


def _body(kind: str, at: str | None, data: Mapping[str, object]) -> str:
    content = {"type": kind, **({"timestamp": at} if at is not None else {}), "data": data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
