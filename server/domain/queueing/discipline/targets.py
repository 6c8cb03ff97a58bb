"""Within how many minutes somebody should be seen: what desks and explanations show, and choosing reckons with."""

from server.domain.queueing.discipline.graded import grade_target
from server.domain.queueing.discipline.woven import woven_target
from server.domain.queueing.rules import Rules
from server.protocol.terms import Lane, Mode

UNTRIAGED_MINUTES = 10
"""Minutes within which a nurse looks at who has no grade yet in a graded queue."""


def wait_target(mode: Mode, lane: Lane, level: int | None, rules: Rules) -> int:
    """Minutes for a lane of a queue and the target of a level, None for who has none.

    A woven queue has targets of its own for its lanes beside the ordinary and the urgent one.
    """
    if mode == "woven" and lane not in {Lane.ORDINARY, Lane.URGENT}:
        return woven_target(lane, rules)
    return grade_target(lane, level, rules)
