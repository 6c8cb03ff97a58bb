"""Owns the woven mode: ordinary, ordinary, other, with the other kinds in turn. Knows no urgency."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from server.domain.queueing.discipline.values import Head, Pick, ReasonCode, Recent, by_order, minutes_waited
from server.domain.queueing.rules import Rules
from server.protocol.terms import Lane

OTHERS = (Lane.RETURN, Lane.POLICY, Lane.PASSED)
WEAVE_REASONS = {
    Lane.RETURN: ReasonCode.WEAVE_RETURN,
    Lane.POLICY: ReasonCode.WEAVE_POLICY,
    Lane.PASSED: ReasonCode.WEAVE_PASSED,
}


def weave(heads: Sequence[Head], rules: Rules, recent: Recent, now: datetime) -> Pick:
    """The weave gives the lane, the static order the ticket inside the lane."""
    ordinary = [head for head in heads if head.lane is Lane.ORDINARY]
    if not ordinary:
        return _other(_firsts(heads), rules, recent, now, alone=True)
    others = [head for head in heads if head.lane is not Lane.ORDINARY]
    cycle = _ordinary_per_cycle(ordinary, others, rules) if others else rules.weave_ordinary
    saved = rules.weave_ordinary - cycle
    ripe = {lane: head for lane, head in _firsts(others).items() if _is_ripe(head, recent, saved, now)}
    in_turn = _lanes_in_turn(ripe, rules, recent, cycle) if ripe else {}
    if not in_turn:
        return Pick(min(ordinary, key=by_order), ReasonCode.IN_ORDER, cycle)
    return _other(in_turn, rules, recent, now, alone=False)._replace(cycle=cycle)


def _ordinary_per_cycle(ordinary: Sequence[Head], others: Sequence[Head], rules: Rules) -> int:
    returns = sum(head.waiting for head in others if head.lane is Lane.RETURN)
    more_returns = returns > sum(head.waiting for head in ordinary)
    return 1 if rules.weave_adaptive and more_returns else rules.weave_ordinary


def _is_ripe(head: Head, recent: Recent, saved: int, now: datetime) -> bool:
    """Whether those who were to go first when it came have gone; `saved` of them fewer in the tighter weave."""
    if head.lane is Lane.PASSED:
        return head.due_call <= recent.calls
    return head.due_call - saved <= recent.calls and head.since <= now


def _firsts(heads: Sequence[Head]) -> dict[Lane, Head]:
    """The first of each lane by its order."""
    firsts: dict[Lane, Head] = {}
    for head in heads:
        first = firsts.get(head.lane)
        if first is None or by_order(head) < by_order(first):
            firsts[head.lane] = head
    return firsts


def _lanes_in_turn(ripe: Mapping[Lane, Head], rules: Rules, recent: Recent, cycle: int) -> Mapping[Lane, Head]:
    """The ripe lanes that the weave lets go now; empty: an ordinary patient is next."""
    others: list[Lane] = []
    ordinary = 0
    for lane in reversed(recent.lanes):
        if lane is Lane.ORDINARY and not others:
            ordinary += 1
        elif lane is Lane.ORDINARY or ordinary:
            break
        else:
            others.append(lane)
    if not others:
        return ripe if ordinary >= cycle else {}
    if len(others) >= rules.weave_others:
        return {}
    return {lane: head for lane, head in ripe.items() if lane not in others}


def _other(firsts: Mapping[Lane, Head], rules: Rules, recent: Recent, now: datetime, *, alone: bool) -> Pick:
    """Of returns, policy and passed the most overdue; a kind called in the last two such places yields to the rest."""
    if len(firsts) == 1:
        (only,) = firsts.values()
        return Pick(only, ReasonCode.ONLY_ONE_LANE if alone else WEAVE_REASONS[only.lane])
    called = [lane for lane in recent.lanes if lane in WEAVE_REASONS][1 - len(OTHERS) :]
    turn = [lane for lane in OTHERS if lane in firsts and lane not in called]
    lanes = turn or [lane for lane in OTHERS if lane in firsts]
    lane = max(lanes, key=lambda kind: overdue(firsts[kind], rules, now))
    return Pick(firsts[lane], WEAVE_REASONS[lane])


def overdue(head: Head, rules: Rules, now: datetime) -> float:
    """Waited against the target of the lane."""
    return minutes_waited(head, now) / woven_target(head.lane, rules)


def woven_target(lane: Lane, rules: Rules) -> int:
    """Minutes that measure how overdue a lane other than the ordinary is."""
    if lane is Lane.RETURN:
        return rules.return_target
    return rules.policy_target if lane is Lane.POLICY else rules.passed_target
