"""Within how many minutes somebody should be seen, by the queue's mode, the lane and the level."""

import pytest

from server.domain.queueing.discipline.targets import wait_target
from server.domain.queueing.rules import Rules
from server.protocol.terms import Lane

RULES = Rules(return_target=20, policy_target=25, passed_target=30, ordinary_target=60)


@pytest.mark.parametrize(
    ("mode", "lane", "level", "minutes"),
    [("woven", "ordinary", None, 60), ("woven", "ordinary", 40, 40), ("woven", "urgent", 10, 10),
     ("woven", "return", 40, 20), ("woven", "policy", 10, 25), ("woven", "passed", None, 30),
     ("graded", "ordinary", None, 60), ("graded", "policy", 40, 40), ("graded", "return", 40, 20),
     ("graded", "return", 10, 10), ("graded", "urgent", 0, 1)],
)  # fmt: skip
def test_a_target_is_the_levels_or_in_a_woven_queue_the_lanes(mode, lane, level, minutes):
    assert minutes == wait_target(mode, Lane(lane), level, RULES)
