"""The graded mode (docs/sources.md, Graded queues): who waited the largest share of the target. Knows no urgency."""

from collections.abc import Sequence
from datetime import datetime
from math import inf

from server.domain.queueing.discipline.values import Head, Pick, ReasonCode, by_time, minutes_waited
from server.domain.queueing.rules import Rules
from server.protocol.terms import Lane


def weigh(heads: Sequence[Head], rules: Rules, now: datetime) -> Pick:
    """The largest S = ((now − since) + credit) / target; ties to the earlier, then the smaller seq."""
    guarded = any(head.credit and head.lane is not Lane.ORDINARY for head in heads) and _is_guarded(heads, rules, now)
    best, highest = heads[0], -inf
    for head in heads:
        own = score(head, rules, now, guarded)
        if own > highest or (own == highest and by_time(head) < by_time(best)):
            best, highest = head, own
    return Pick(best, ReasonCode.GRADED_OVERDUE if guarded else ReasonCode.GRADED_SCORE)


def _is_guarded(heads: Sequence[Head], rules: Rules, now: datetime) -> bool:
    """Whether somebody waited so long that policy credits count nothing."""
    guard = rules.overdue_guard
    return guard is not None and any(minutes_waited(head, now) / target(head, rules) >= guard for head in heads)


def score(head: Head, rules: Rules, now: datetime, guarded: bool) -> float:
    """S(t) of one head; 1 means the target is reached."""
    return (minutes_waited(head, now) + credit(head, rules, guarded)) / target(head, rules)


def credit(head: Head, rules: Rules, guarded: bool) -> int:
    """Minutes of credit that count now: capped; while the guard holds only that of appointments, in lane ordinary."""
    return 0 if guarded and head.lane is not Lane.ORDINARY else min(head.credit, rules.credit_cap)


def target(head: Head, rules: Rules) -> int:
    """Minutes of the head's target."""
    return grade_target(head.lane, head.target_minutes, rules)


def grade_target(lane: Lane, level: int | None, rules: Rules) -> int:
    """Minutes of the grade's target (`level`); a return has its own, unless the grade's is shorter."""
    minutes = rules.ordinary_target if level is None else max(1, level)
    return min(minutes, rules.return_target) if lane is Lane.RETURN else minutes
