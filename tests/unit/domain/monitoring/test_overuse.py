"""What one kiosk does within a minute: what is told to staff, and how long a limit of the hall file holds."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.monitoring import overuse
from server.domain.monitoring.overuse import ALERT_AT, Action

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def seconds_ago(*seconds):
    return [NOON - timedelta(seconds=one) for one in seconds]


def test_only_the_last_minute_counts():
    """S19"""
    assert seconds_ago(59, 1, 0) == overuse.lately(seconds_ago(61, 60, 59, 1, 0), NOON)


def test_a_clock_that_is_set_back_locks_no_kiosk():
    """S19"""
    assert overuse.wait(seconds_ago(-3600, -3600), 1, NOON) is None
    assert overuse.alerts(Action.CALLS, 60, None, NOON + timedelta(hours=1), NOON)


@pytest.mark.parametrize(
    ("done", "limit", "wait"),
    [
        ((50, 40, 30), None, None),
        ((50, 40, 30), 4, None),
        ((90, 40, 30), 3, None),
        ((50, 40, 30), 3, 10),
        ((50, 40, 30), 2, 20),
        ((), 1, None),
    ],
    ids=["no limit", "room for one more", "one is too old", "until the oldest is", "limit lowered", "nothing yet"],
)
def test_a_kiosk_waits_only_for_a_limit_and_until_the_minute_is_over(done, limit, wait):
    """S19"""
    expected = None if wait is None else timedelta(seconds=wait)

    assert expected == overuse.wait(seconds_ago(*done), limit, NOON)


@pytest.mark.parametrize("action", Action)
def test_staff_is_told_of_too_much_once_in_ten_minutes(action):
    """S19"""
    alerted_at = ALERT_AT[action]

    assert not overuse.alerts(action, alerted_at - 1, None, None, NOON)
    assert overuse.alerts(action, alerted_at, None, None, NOON)
    assert not overuse.alerts(action, alerted_at, None, NOON - timedelta(minutes=9), NOON)
    assert overuse.alerts(action, alerted_at, None, NOON - timedelta(minutes=10), NOON)


def test_a_low_limit_is_told_when_it_is_reached_and_a_high_one_no_later_than_without():
    """S19"""
    assert overuse.alerts(Action.NUMBERS, 3, 3, None, NOON)
    assert not overuse.alerts(Action.NUMBERS, 2, 3, None, NOON)
    assert overuse.alerts(Action.NUMBERS, ALERT_AT[Action.NUMBERS], 600, None, NOON)


def test_a_worst_hour_at_a_kiosk_tells_nobody():
    """S19: one patient in 20 seconds, all without a card."""
    times = []
    for number in range(180):
        now = NOON + timedelta(seconds=20 * number)
        times = [*overuse.lately(times, now), now]
        assert not overuse.alerts(Action.NUMBERS, len(times), None, None, now)
