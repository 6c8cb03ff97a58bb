"""Owns how many are called before somebody in a woven queue, reckoned from counts alone: for paper, which waits for no
simulation of the rule. Knows no ticket and no clock; wait_estimate.py simulates the same exactly."""

from collections.abc import Mapping
from math import ceil

from server.domain.queueing.discipline.woven import OTHERS
from server.domain.queueing.rules import Rules
from server.protocol.terms import Lane


def woven_before(lane: Lane, own: int, waiting: Mapping[Lane, int], rules: Rules, *, due: int = 0) -> int:
    """How many go before a ticket of `lane` that has `own` before it there, if nobody else comes.

    `waiting` counts who waits in each lane, the ticket itself left out; `due` are the ordinary calls it lets go first.
    """
    if lane is Lane.URGENT:
        return own
    urgent, ordinary = waiting.get(Lane.URGENT, 0), waiting.get(Lane.ORDINARY, 0)
    others = {kind: waiting.get(kind, 0) for kind in OTHERS}
    tight = rules.weave_adaptive and others[Lane.RETURN] > ordinary
    cycle = 1 if tight else rules.weave_ordinary
    if lane is Lane.ORDINARY:
        return urgent + own + min(sum(others.values()), own // cycle * rules.weave_others)
    before = own + sum(min(count, own + 1) for kind, count in others.items() if kind is not lane)
    let_go = max(cycle * ceil((before + 1) / rules.weave_others), due)
    return urgent + before + min(ordinary, let_go)
