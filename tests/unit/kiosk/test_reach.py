"""How soon a kiosk knows that its server is gone, over every instant at which it may go."""

import pytest

from kiosk.agent.connection import ANSWER_SECONDS, ASK_SECONDS, Reach
from server.protocol.client import HallProblem, HallUnreachable

BAR_SECONDS = 5.0


class World:
    """A clock, a server that answers within `latency` until it is cut off, and what the kiosk was told, and when."""

    def __init__(self, cut_at, healed_at, how, latency=0.01):
        self.now, self.cut_at, self.healed_at, self.how, self.latency = 0.0, cut_at, healed_at, how, latency
        self.told = []
        self.reach = Reach(self.ask, lambda: self.tell("lost"), lambda: self.tell("found"), lambda: self.now)

    def tell(self, word):
        self.told.append((word, self.now))

    def ask(self):
        if self.cut_at <= self.now < self.healed_at:
            self.now += ANSWER_SECONDS if self.how == "silent" else 0.001
            raise HallUnreachable(None, TimeoutError())
        self.now += self.latency
        if self.how == "refuses":
            raise HallProblem("forbidden", 403, {})

    def go_on(self, until):
        while self.now < until:
            self.now += ASK_SECONDS
            self.reach.look()


@pytest.mark.parametrize("how", ["silent", "reset"])
def test_a_patient_reads_within_five_seconds_that_the_server_is_gone(how):
    """L13, faults 33 to 35: the cable is pulled at any instant between two questions, or during one."""
    late = []
    for tick in range(300):
        cut_at = 10 + tick / 100
        world = World(cut_at, healed_at=1000, how=how)
        world.go_on(cut_at + 20)
        word, at = world.told[0]
        assert "lost" == word
        late.append(at - cut_at)
    assert max(late) <= BAR_SECONDS - 0.5, "half a second is left for the page"


def test_a_restart_of_two_seconds_sends_nobody_away():
    world = World(cut_at=10, healed_at=12, how="reset")
    world.go_on(60)
    assert [] == world.told


def test_when_the_server_is_back_it_is_told_once():
    world = World(cut_at=10, healed_at=40, how="silent")
    world.go_on(60)
    assert ["found"] == [word for word, _ in world.told if word != "lost"]
    word, at = world.told[-1]
    assert ("found", True) == (word, at - 40 <= ASK_SECONDS + ANSWER_SECONDS)


@pytest.mark.parametrize(("how", "latency"), [("refuses", 0.01), ("slow", ANSWER_SECONDS - 0.1)])
def test_a_server_that_refuses_or_is_slow_is_there(how, latency):
    world = World(cut_at=1000, healed_at=1000, how=how, latency=latency)
    world.go_on(60)
    assert [] == world.told
