"""Owns who is next and why: choose_next picks one of the lane heads by the rules of its queue, and says the reason.

Pure and deterministic: the same heads in any order give the same choice. It sees only the head of each
(queue, lane, rank, credit, doctor), so its cost does not grow with the number waiting. Knows no clock, no database,
no patient. The rules are those of domain.md §2.3 (woven) and §3.3 (graded); docs/rules.md tells them in words.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from server.domain.placing import NEXT, seq_of
from server.domain.rules import Rules
from server.protocol.terms import Lane, Mode

REMEMBERED = 8
"""How many calls of a queue the weave looks back."""
OTHERS = (Lane.RETURN, Lane.POLICY, Lane.PASSED)
DEFAULT_RULES = Rules()


class ReasonCode(StrEnum):
    """Why a ticket is called now; closed, one sentence each in server.domain.explaining."""

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


WEAVE_REASONS = {
    Lane.RETURN: ReasonCode.WEAVE_RETURN,
    Lane.POLICY: ReasonCode.WEAVE_POLICY,
    Lane.PASSED: ReasonCode.WEAVE_PASSED,
}


@dataclass(frozen=True, slots=True)
class Head:
    """The first ticket of one (queue, lane, rank, credit, doctor).

    `since` is the reference time, `credit` and `target_minutes` are minutes, `due_call` the queue's count of ordinary
    calls from which it may be woven in, `waiting` how many tickets share its key, itself included.
    """

    ticket: str
    queue: str
    lane: Lane
    rank: int
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


@dataclass(frozen=True, slots=True)
class _Pick:
    head: Head
    code: ReasonCode
    facts: dict[str, str | int | float]


def choose_next(
    heads: Sequence[Head],
    *,
    station: Caller,
    rules: Mapping[str, Rules],
    modes: Mapping[str, Mode],
    recent: Mapping[str, Recent],
    now: datetime,
) -> Choice | None:
    """The ticket this station calls next and why, or None when nobody is for it. Times are aware UTC.

    Urgent tickets of any of the station's queues go first, then a passed patient who stands at the door, then the
    queue whose turn it is by its own mode and rules.
    """
    mine = _for_station(heads, station, rules)
    urgent = [head for head in mine if head.lane is Lane.URGENT]
    if urgent:
        return _choice(_urgent(urgent, modes, now))
    arrived = [head for head in mine if head.lane is Lane.PASSED and head.due_call == NEXT]
    if arrived:
        first = min(arrived, key=_by_time)
        return _choice(_Pick(first, ReasonCode.ARRIVED, _waited(first, now)))
    picks = [
        _in_queue(
            [head for head in mine if head.queue == queue],
            rules=rules.get(queue, DEFAULT_RULES),
            mode=modes.get(queue, "woven"),
            recent=recent.get(queue, Recent()),
            now=now,
        )
        for queue in _in_turn(station, {head.queue for head in mine})
    ]
    if not picks:
        return None
    return _choice(_of_queues(picks, alternate=rules.get(picks[0].head.queue, DEFAULT_RULES).alternate_queues))


def remember(recent: Recent, lane: Lane) -> Recent:
    """What the queue called lately, after one more call. Urgent calls leave the weave where it was."""
    if lane is Lane.URGENT:
        return recent
    lanes = (*recent.lanes, lane)[-REMEMBERED:]
    return Recent(lanes=lanes, calls=recent.calls + (lane is Lane.ORDINARY))


def _for_station(heads: Iterable[Head], station: Caller, rules: Mapping[str, Rules]) -> list[Head]:
    """Heads this station may call: its queues, its levels, its doctor or nobody's."""
    reachable = [
        head
        for head in heads
        if head.queue in station.queues and (station.levels is None or head.grade in station.levels)
    ]
    own = [head for head in reachable if head.doctor is None or head.doctor == station.doctor]
    served = {head.queue for head in own}
    lent = [
        head
        for head in reachable
        if head.doctor not in (None, station.doctor)
        and head.queue not in served
        and not rules.get(head.queue, DEFAULT_RULES).named_doctor_strict
    ]
    return own + lent


def _urgent(urgent: Sequence[Head], modes: Mapping[str, Mode], now: datetime) -> _Pick:
    first = min(urgent, key=lambda head: (head.rank, *_by_time(head)))
    graded = modes.get(first.queue, "woven") == "graded"
    code = ReasonCode.GRADED_FIRST_BAND if graded else ReasonCode.URGENT
    return _Pick(first, code, {"rank": first.rank, **_waited(first, now)})


def _in_turn(station: Caller, present: set[str]) -> list[str]:
    """The station's queues that have somebody, beginning after the one it called last."""
    queues = station.queues
    after = queues.index(station.last_queue) + 1 if station.last_queue in queues else 0
    return [queue for queue in (*queues[after:], *queues[:after]) if queue in present]


def _of_queues(picks: Sequence[_Pick], *, alternate: bool) -> _Pick:
    """One of the proposals of a station's queues: the queue whose turn it is, or the longest waiting."""
    oldest = min(picks, key=lambda pick: _by_time(pick.head))
    if not alternate or picks[0].head.ticket == oldest.head.ticket:
        return oldest
    turn = picks[0]
    return _Pick(turn.head, ReasonCode.ALTERNATE_QUEUE, {"within": turn.code.value, **turn.facts})


def _in_queue(heads: Sequence[Head], *, rules: Rules, mode: Mode, recent: Recent, now: datetime) -> _Pick:
    ordinary_waits = any(head.lane is Lane.ORDINARY for head in heads)
    due = [head for head in heads if head.lane is not Lane.PASSED or head.due_call <= recent.calls]
    candidates = due if ordinary_waits else heads
    if rules.first_come:
        first = min(candidates, key=_by_time)
        return _Pick(first, ReasonCode.FIRST_COME, _waited(first, now))
    if mode == "graded":
        return _graded(candidates, rules, now)
    return _woven(candidates, rules, recent, now)


# --- woven: ordinary, ordinary, other --------------------------------------------------------------------------------


def _woven(heads: Sequence[Head], rules: Rules, recent: Recent, now: datetime) -> _Pick:
    """§2.3: the weave gives the lane, the static order the ticket inside the lane."""
    ordinary = [head for head in heads if head.lane is Lane.ORDINARY]
    others = {lane: [head for head in heads if head.lane is lane] for lane in OTHERS}
    cycle = _ordinary_per_cycle(ordinary, others[Lane.RETURN], rules)
    if not ordinary:
        return _other(_firsts(others), rules, recent, now, alone=True)
    saved = rules.weave_ordinary - cycle
    ripe = _firsts({lane: [head for head in of if _is_ripe(head, recent, saved, now)] for lane, of in others.items()})
    open_to = _other_places(tuple(ripe), rules, recent, cycle)
    if not open_to:
        return _Pick(min(ordinary, key=_by_order), ReasonCode.IN_ORDER, {"cycle": cycle})
    pick = _other({lane: ripe[lane] for lane in open_to}, rules, recent, now, alone=False)
    return _Pick(pick.head, pick.code, {"cycle": cycle, **pick.facts})


def _ordinary_per_cycle(ordinary: Sequence[Head], returns: Sequence[Head], rules: Rules) -> int:
    more_returns = sum(head.waiting for head in returns) > sum(head.waiting for head in ordinary)
    return 1 if rules.weave_adaptive and more_returns else rules.weave_ordinary


def _is_ripe(head: Head, recent: Recent, saved: int, now: datetime) -> bool:
    """Whether those who were to go first when it came have gone; `saved` of them fewer in the tighter weave."""
    if head.lane is Lane.PASSED:
        return head.due_call <= recent.calls
    return head.due_call - saved <= recent.calls and head.since <= now


def _firsts(lanes: Mapping[Lane, Sequence[Head]]) -> dict[Lane, Head]:
    return {lane: min(heads, key=_by_order) for lane, heads in lanes.items() if heads}


def _other_places(ripe: Sequence[Lane], rules: Rules, recent: Recent, cycle: int) -> tuple[Lane, ...]:
    """The ripe lanes for which the weave has a place now; none: an ordinary patient is next."""
    trailing = 0
    since_ordinary: set[Lane] = set()
    ordinary = 0
    for lane in reversed(recent.lanes):
        if lane is Lane.ORDINARY:
            ordinary += 1
        elif ordinary == 0:
            trailing += 1
            since_ordinary.add(lane)
        else:
            break
    if trailing:
        fresh = tuple(lane for lane in ripe if lane not in since_ordinary)
        return fresh if trailing < rules.weave_others else ()
    return tuple(ripe) if ordinary >= cycle else ()


def _other(firsts: Mapping[Lane, Head], rules: Rules, recent: Recent, now: datetime, *, alone: bool) -> _Pick:
    """Of returns, policy and passed the most overdue; a kind called in the last two such places yields to the rest."""
    called = [lane for lane in recent.lanes if lane in OTHERS][-(len(OTHERS) - 1) :]
    waiting_turn = [lane for lane in firsts if lane not in called]
    eligible = waiting_turn or list(firsts)
    lane = max(eligible, key=lambda kind: (_overdue(firsts[kind], rules, now), -OTHERS.index(kind)))
    head = firsts[lane]
    code = ReasonCode.ONLY_ONE_LANE if alone and len(firsts) == 1 else WEAVE_REASONS[lane]
    return _Pick(head, code, {"overdue": round(_overdue(head, rules, now), 2), **_waited(head, now)})


def _overdue(head: Head, rules: Rules, now: datetime) -> float:
    target = {
        Lane.RETURN: rules.return_target,
        Lane.POLICY: rules.policy_target,
        Lane.PASSED: rules.passed_target,
    }[head.lane]
    return _minutes(head, now) / target


# --- graded: waited against target -----------------------------------------------------------------------------------


def _graded(heads: Sequence[Head], rules: Rules, now: datetime) -> _Pick:
    """§3.3 band 2: the largest S = ((now − since) + credit) / target; ties to the earlier, then the smaller seq."""
    guard = rules.overdue_guard
    overdue = guard is not None and any(_minutes(head, now) / _target(head, rules) >= guard for head in heads)
    scores = {head.ticket: _score(head, rules, now, overdue) for head in heads}
    first = min(heads, key=lambda head: (-scores[head.ticket], *_by_time(head)))
    facts: dict[str, str | int | float] = {
        "score": round(scores[first.ticket], 3),
        "target": _target(first, rules),
        "credit": 0 if overdue and first.lane is Lane.POLICY else first.credit,
        **_waited(first, now),
    }
    return _Pick(first, ReasonCode.GRADED_OVERDUE if overdue else ReasonCode.GRADED_SCORE, facts)


def _score(head: Head, rules: Rules, now: datetime, overdue: bool) -> float:
    credit = 0 if overdue and head.lane is Lane.POLICY else min(head.credit, rules.credit_cap)
    return (_minutes(head, now) + credit) / _target(head, rules)


def _target(head: Head, rules: Rules) -> int:
    """Minutes of the grade's target; a return has its own, unless the grade's is shorter."""
    target = head.target_minutes or rules.ordinary_target
    return min(target, rules.return_target) if head.lane is Lane.RETURN else target


# --- shared ----------------------------------------------------------------------------------------------------------


def _by_order(head: Head) -> tuple[str, str, str]:
    return head.order, seq_of(head.order), head.ticket


def _by_time(head: Head) -> tuple[datetime, str, str]:
    return head.since, seq_of(head.order), head.ticket


def _minutes(head: Head, now: datetime) -> float:
    return (now - head.since).total_seconds() / 60


def _waited(head: Head, now: datetime) -> dict[str, str | int | float]:
    facts: dict[str, str | int | float] = {"lane": head.lane.value, "waited": max(0, int(_minutes(head, now)))}
    return facts if head.grade is None else {"grade": head.grade, **facts}


def _choice(pick: _Pick) -> Choice:
    return Choice(pick.head.ticket, Reason(pick.code.value, {"queue": pick.head.queue, **pick.facts}))
