"""How many go before, by counts: near to what the play of the rule says, and right in the plain cases."""

from random import Random

import pytest

from server.domain.queueing.discipline import Caller
from server.domain.queueing.position_estimate import woven_before
from server.domain.queueing.rules import Rules
from server.domain.queueing.wait_estimate import Room, WaitingLine, ahead_of
from server.protocol.terms import Lane
from tests.unit.domain.queueing.play import QUEUE, Play, at


@pytest.mark.parametrize(
    ("lane", "own", "waiting", "count"),
    [
        (Lane.ORDINARY, 0, {}, 0),
        (Lane.ORDINARY, 6, {Lane.ORDINARY: 6}, 6),
        (Lane.ORDINARY, 6, {Lane.ORDINARY: 6, Lane.RETURN: 2, Lane.URGENT: 1}, 9),
        (Lane.ORDINARY, 6, {Lane.ORDINARY: 6, Lane.RETURN: 5}, 9),
        (Lane.RETURN, 0, {Lane.ORDINARY: 30}, 2),
        (Lane.RETURN, 1, {Lane.ORDINARY: 30, Lane.RETURN: 1}, 5),
        (Lane.RETURN, 2, {Lane.ORDINARY: 1, Lane.RETURN: 2}, 3),
        (Lane.POLICY, 0, {Lane.ORDINARY: 30, Lane.RETURN: 4}, 5),
        (Lane.URGENT, 1, {Lane.ORDINARY: 30, Lane.URGENT: 1}, 1),
    ],
)
def test_the_plain_cases(lane, own, waiting, count):
    assert count == woven_before(lane, own, waiting, Rules())


def test_a_passed_patient_lets_so_many_go_as_the_rule_says():
    assert 5 == woven_before(Lane.PASSED, 0, {Lane.ORDINARY: 30}, Rules(), due=5)
    assert 3 == woven_before(Lane.PASSED, 0, {Lane.ORDINARY: 3}, Rules(), due=5), "no more than there are"


def test_the_count_is_near_the_play_of_the_rule_for_who_joins_now():
    """Two hundred lines, the last to join asks: the two differ by a cycle of the weave or two, whatever the length."""
    random, off = Random(20260601), []
    for _ in range(200):
        play = Play()
        for number in range(random.randint(0, 25)):
            play.check_in(f"o{number}", minute=number)
        for number in range(random.randint(0, 6)):
            play.check_in(f"s{number}", minute=30, tags=["老"])
        play.come_back(*[f"r{number}" for number in range(random.randint(0, 6))], minute=30)
        play.call(min(3, len(play.lanes)), minute=31)
        lane = random.choice((Lane.ORDINARY, Lane.RETURN, Lane.POLICY))
        waiting = {kind: sum(1 for head in play.lanes.tickets() if head.lane is kind) for kind in Lane}
        if lane is Lane.RETURN:
            play.come_back("me", minute=32)
        else:
            play.check_in("me", minute=32, tags=["老"] if lane is Lane.POLICY else [])
        line = WaitingLine(play.lanes.tickets(), [Room(Caller("R1", (QUEUE,)))], {QUEUE: play.rules}, {QUEUE: "woven"},
                    {QUEUE: play.recent}, at(32))  # fmt: skip
        played = ahead_of("me", line)
        assert played is not None
        off.append(abs(played.count - woven_before(lane, waiting[lane], waiting, play.rules, due=2)))

    assert sum(off) / len(off) < 1.5
    assert max(off) <= 6
