"""How many events one machine makes of calls and of its health: few, and the first of each at once."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.monitoring import health_changes
from server.domain.monitoring.alerts import LINES, MOST_NAMELESS, PAUSE, is_repeated, shares_nameless
from server.protocol.terms import AlertKind

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
AT_ONCE = timedelta(milliseconds=20)


def test_calls_on_the_heels_of_others_are_told_at_each_doubling():
    """B7: sixty calls were sixty events."""
    assert [2, 3, 4, 5, 10, 20, 40] == [count for count in range(2, 61) if is_repeated(count, AT_ONCE)]
    assert 14 == sum(is_repeated(count, AT_ONCE) for count in range(2, 10_000)), "and ten thousand are not many more"


@pytest.mark.parametrize("count", [2, 6, 7, 61, 9_999])
def test_who_calls_again_after_a_pause_is_told_at_once(count):
    """B7: a true "I feel worse" is never delayed."""
    assert is_repeated(count, PAUSE)


def test_only_dangers_about_nobody_known_share_a_line_and_only_when_there_are_many():
    """B7"""
    assert {AlertKind.RED_FLAG, AlertKind.FEVER, AlertKind.WORSE, AlertKind.ESCORT} == {
        kind for kind in AlertKind if shares_nameless(kind, MOST_NAMELESS)
    }
    assert not any(shares_nameless(kind, MOST_NAMELESS - 1) for kind in LINES)


def test_health_that_changes_all_the_time_is_told_twelve_times_a_minute():
    """B7: 200 heartbeats with changing health were 199 events."""
    told = []
    for step in range(240):
        now = NOW + timedelta(seconds=step / 2)
        late = health_changes.delay(told, now)
        if late is None:
            told.append(now)
        else:
            assert timedelta(0) < late <= timedelta(minutes=1)
    assert 2 * health_changes.MOST == len(told)
