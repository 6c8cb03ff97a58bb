"""Owns who is next and why: choose_next picks one of the lane heads by the rules of its queue, and says the reason.

Pure and deterministic: the same heads in any order give the same choice. It sees only the head of each
(queue, lane, rank, credit, doctor), so its cost does not grow with the number waiting. Knows no clock, no database,
no patient. docs/rules.md tells the rules in words.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from server.domain.queueing.discipline.graded import credit, score, target, weigh
from server.domain.queueing.discipline.values import (
    Caller,
    Choice,
    Head,
    Pick,
    Reason,
    ReasonCode,
    Recent,
    by_rank,
    by_time,
    minutes_waited,
)
from server.domain.queueing.discipline.woven import WEAVE_REASONS, weave, woven_target
from server.domain.queueing.position import LAST, NEXT
from server.domain.queueing.rules import Rules
from server.protocol.terms import Lane, Mode

DEFAULT_RULES = Rules()


def choose_next(
    heads: Sequence[Head],
    *,
    station: Caller,
    rules: Mapping[str, Rules],
    modes: Mapping[str, Mode],
    recent: Mapping[str, Recent],
    now: datetime,
    sent_ahead: Sequence[Head] = (),
) -> Choice | None:
    """The ticket this station calls next and why, or None when nobody is for it. Times are aware UTC.

    Urgent tickets of any of the station's queues go first, then a passed patient who stands at the door, then who was
    `sent_ahead` to this room, in that order, then the queue whose turn it is by its own mode and rules.
    """
    pick = pick_next(heads, station=station, rules=rules, modes=modes, recent=recent, now=now, sent_ahead=sent_ahead)
    return None if pick is None else _choice(pick, rules.get(pick.head.queue, DEFAULT_RULES), now)


def pick_next(
    heads: Sequence[Head],
    *,
    station: Caller,
    rules: Mapping[str, Rules],
    modes: Mapping[str, Mode],
    recent: Mapping[str, Recent],
    now: datetime,
    sent_ahead: Sequence[Head] = (),
) -> Pick | None:
    """The same choice as a head, without the numbers behind it: for simulations, which ask thousands of times."""
    mine = _for_station(heads, station, rules)
    first = _before_all([*mine, *sent_ahead] if sent_ahead else mine, modes)
    if first is not None:
        return first
    if sent_ahead:
        return Pick(sent_ahead[0], ReasonCode.STAGED)
    present = {head.queue for head in mine}
    picks = [
        _in_queue(
            mine if len(present) == 1 else [head for head in mine if head.queue == queue],
            rules=rules.get(queue, DEFAULT_RULES),
            mode=modes.get(queue, "woven"),
            recent=recent.get(queue, Recent()),
            now=now,
        )
        for queue in _in_turn(station, present)
    ]
    return _of_queues(picks, rules) if picks else None


def _for_station(heads: Iterable[Head], station: Caller, rules: Mapping[str, Rules]) -> list[Head]:
    """Heads this station may call: its queues, its levels, its doctor's or nobody's; the urgent wait for no doctor."""
    reachable = [
        head
        for head in heads
        if head.queue in station.queues and (station.levels is None or head.grade in station.levels)
    ]
    own = [head for head in reachable if head.doctor in (None, station.doctor) or head.lane is Lane.URGENT]
    if len(own) == len(reachable):
        return own
    served = {head.queue for head in own}
    return own + [
        head
        for head in reachable
        if head.doctor not in (None, station.doctor)
        and head.lane is not Lane.URGENT
        and head.queue not in served
        and not rules.get(head.queue, DEFAULT_RULES).named_doctor_strict
    ]


def _in_queue(heads: Sequence[Head], *, rules: Rules, mode: Mode, recent: Recent, now: datetime) -> Pick:
    heads = _due(heads, recent)
    if rules.first_come:
        return Pick(min(heads, key=by_time), ReasonCode.FIRST_COME)
    return weigh(heads, rules, now) if mode == "graded" else weave(heads, rules, recent, now)


def _due(heads: Sequence[Head], recent: Recent) -> Sequence[Head]:
    """Without the passed whose turn has not come; when no ordinary patient waits, just without those at the end."""
    ordinary_waits = any(head.lane is Lane.ORDINARY for head in heads)
    until = recent.calls if ordinary_waits else LAST - 1
    return [head for head in heads if head.lane is not Lane.PASSED or head.due_call <= until] or heads


def _before_all(heads: Sequence[Head], modes: Mapping[str, Mode]) -> Pick | None:
    """Who goes before every rule of turn: the urgent by rank and time, then a passed patient at the door."""
    urgent = [head for head in heads if head.lane is Lane.URGENT]
    if urgent:
        first = min(urgent, key=lambda head: (by_rank(head.rank), *by_time(head)))
        graded = modes.get(first.queue, "woven") == "graded"
        return Pick(first, ReasonCode.GRADED_FIRST_BAND if graded else ReasonCode.URGENT)
    arrived = [head for head in heads if head.due_call == NEXT]
    return Pick(min(arrived, key=by_time), ReasonCode.ARRIVED) if arrived else None


def _in_turn(station: Caller, present: set[str]) -> list[str]:
    """The station's queues that have somebody, beginning after the one it called last."""
    queues = station.queues
    if len(queues) == 1:
        return list(present)
    after = queues.index(station.last_queue) + 1 if station.last_queue in queues else 0
    return [queue for queue in (*queues[after:], *queues[:after]) if queue in present]


def _of_queues(picks: Sequence[Pick], rules: Mapping[str, Rules]) -> Pick:
    """One of the proposals of a station's queues: the queue whose turn it is, or the longest waiting."""
    turn = picks[0]
    if len(picks) == 1:
        return turn
    oldest = min(picks, key=lambda pick: by_time(pick.head))
    if turn is oldest or not rules.get(turn.head.queue, DEFAULT_RULES).alternate_queues:
        return oldest
    return turn._replace(code=ReasonCode.ALTERNATE_QUEUE, within=turn.code)


def _choice(pick: Pick, rules: Rules, now: datetime) -> Choice:
    head = pick.head
    code = pick.within or pick.code
    facts: dict[str, str | int | float] = {
        "queue": head.queue,
        "lane": head.lane.value,
        "waited": max(0, int(minutes_waited(head, now))),
    }
    if head.rank is not None:
        facts["rank"] = head.rank
    if head.grade is not None:
        facts["grade"] = head.grade
    if pick.within is not None:
        facts["within"] = pick.within.value
    if pick.cycle:
        facts["cycle"] = pick.cycle
    if code in WEAVE_REASONS.values():
        facts |= {"target": woven_target(head.lane, rules)}
    if code in (ReasonCode.GRADED_SCORE, ReasonCode.GRADED_OVERDUE):
        guarded = code is ReasonCode.GRADED_OVERDUE
        facts |= {
            "target": target(head, rules),
            "credit": credit(head, rules, guarded),
            "score": round(score(head, rules, now, guarded), 3),
        }
    return Choice(head.ticket, Reason(pick.code.value, facts))
