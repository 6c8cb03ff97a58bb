"""The server's clock: by the database where nodes share one, never before the journal, held after a suspension."""

from datetime import UTC, datetime, timedelta

import pytest

from server.services.core import clock
from server.services.core.clock import Clock

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class Machine:
    """Its wall clock, `off` from the right one, and its seconds."""

    def __init__(self):
        self.seconds, self.off = 0.0, timedelta(0)

    @property
    def true(self):
        return MORNING + timedelta(seconds=self.seconds)


@pytest.fixture
def machine(monkeypatch):
    made = Machine()
    monkeypatch.setattr(clock, "wall", lambda: made.true + made.off)
    monkeypatch.setattr(clock, "seconds", lambda: made.seconds)
    return made


@pytest.mark.parametrize("minutes", [5, -5, 1440])
def test_a_node_whose_clock_is_wrong_goes_by_the_databases_and_says_so_once(machine, minutes):
    """L7: nodes five minutes apart put later arrivals first."""
    machine.off = timedelta(minutes=minutes)
    node = Clock()
    told = []
    for _ in range(20):
        node.tell(machine.true, machine.seconds)
        machine.seconds += 7
        assert machine.true == node.real()
        told += node.news()

    assert ["clock_apart"] == told
    assert node.may_close()


def test_an_answer_of_the_database_that_was_long_under_way_is_not_gone_by(machine):
    node = Clock()
    node.tell(machine.true, machine.seconds)
    asked, old = machine.seconds, machine.true
    machine.seconds += 40  # suspended between question and answer
    node.tell(old, asked)

    assert machine.true == node.real()


def test_what_a_hall_records_is_never_earlier_than_its_newest_entry(machine):
    """L7: hall time was behind its journal."""
    node, ahead = Clock(), machine.true + timedelta(hours=2)

    assert (ahead, ahead) == node.no_earlier(ahead)
    assert (machine.true, machine.true) == node.no_earlier(machine.true - timedelta(hours=2))


def test_after_a_suspension_nothing_runs_out_until_everybody_could_be_heard(machine):
    """L13: false alarms of a server that was suspended for thirty seconds."""
    node = Clock()
    for _ in range(10):
        machine.seconds += 0.5
        assert node.may_expire()
    machine.seconds += 30
    assert not node.may_expire()
    for _ in range(39):
        machine.seconds += 0.5
        assert not node.may_expire()
    machine.seconds += 0.5
    assert node.may_expire()


def test_simulated_time_is_moved_on_purpose(machine):
    node = Clock(replay=True)
    node.start_from(MORNING + timedelta(days=300))
    node.simulate("2020-01-01T09:00:00+08:00")
    node.simulate("2026-01-01T09:00:00+08:00")

    assert datetime(2026, 1, 1, 1, 0, tzinfo=UTC) == node.hall()
    assert node.may_close()
    assert [] == node.news()
