"""Owns the values of the discipline: heads, recent calls, the caller, choices and the closed reasons. Knows no rule."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import inf
from typing import NamedTuple

from server.domain.queueing.position import seq_of
from server.protocol.terms import Lane

REMEMBERED = 8
"""How many calls of a queue the weave looks back."""


class ReasonCode(StrEnum):
    """Why a ticket is called now; closed, one sentence each in the catalogue (calling.ftl)."""

    URGENT = "urgent"
    GRADED_FIRST_BAND = "graded_first_band"
    ARRIVED = "arrived"
    STAGED = "staged"
    IN_ORDER = "in_order"
    WEAVE_RETURN = "weave_return"
    WEAVE_POLICY = "weave_policy"
    WEAVE_PASSED = "weave_passed"
    ONLY_ONE_LANE = "only_one_lane"
    GRADED_SCORE = "graded_score"
    GRADED_OVERDUE = "graded_overdue"
    ALTERNATE_QUEUE = "alternate_queue"
    FIRST_COME = "first_come"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Head:
    """The first ticket of one (queue, lane, rank, credit, doctor).

    `rank` is that of its level, None without one, `since` the reference time; `credit` and `target_minutes` are
    minutes, `due_call` is the queue's count of ordinary calls from which it may be woven in, `waiting` how many tickets
    share its key, itself included.
    """

    ticket: str
    queue: str
    lane: Lane
    rank: int | None
    grade: str | None
    credit: int
    doctor: str | None
    order: str
    since: datetime
    due_call: int
    target_minutes: int | None
    waiting: int


@dataclass(frozen=True, slots=True)
class Recent:
    """What a queue called lately: up to 8 lanes without the urgent, latest last, and its count of ordinary calls."""

    lanes: tuple[Lane, ...] = ()
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: the station, its queues in order, its doctor, the levels it may call (None: all), its last queue."""

    station: str
    queues: tuple[str, ...]
    doctor: str | None = None
    levels: frozenset[str] | None = None
    last_queue: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why: a ReasonCode and the numbers behind it, for the nurse and the journal; never a name."""

    code: str
    facts: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Choice:
    """The ticket to call and the reason."""

    ticket: str
    reason: Reason


class Pick(NamedTuple):
    """A head that is next and why.

    `cycle` is how many ordinary patients the weave has per cycle (0 outside it), `within` the reason inside the queue
    when the reason itself is that another of the station's queues had its turn.
    """

    head: Head
    code: ReasonCode
    cycle: int = 0
    within: ReasonCode | None = None


def remember(recent: Recent, lane: Lane) -> Recent:
    """What the queue called lately, after one more call. Urgent calls leave the weave where it was."""
    if lane is Lane.URGENT:
        return recent
    lanes = (*recent.lanes, lane)[-REMEMBERED:]
    return Recent(lanes=lanes, calls=recent.calls + (lane is Lane.ORDINARY))


def by_rank(rank: int | None) -> float:
    """Sorts levels, the most urgent first; who has none yet comes last."""
    return inf if rank is None else rank


def by_order(head: Head) -> tuple[str, str]:
    """Sorts heads of one lane by their static order."""
    return head.order, head.ticket


def by_time(head: Head) -> tuple[datetime, str, str]:
    """Sorts heads by reference time, ties to the smaller seq."""
    return head.since, seq_of(head.order), head.ticket


def minutes_waited(head: Head, now: datetime) -> float:
    """Minutes since the reference time; negative before it."""
    return (now - head.since).total_seconds() / 60
