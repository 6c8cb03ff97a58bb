"""When a booked slot may be checked in."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.queueing.rules import Rules
from server.domain.queueing.slot_times import CheckInTimes, opens_at, when_of
from server.protocol.slot_terms import When

DAY = datetime(2026, 3, 2, tzinfo=UTC)
ALL_DAY = CheckInTimes(DAY, DAY + timedelta(days=1))


def at(hour, minute=0, day=0):
    return DAY + timedelta(days=day, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("rules", "slot", "now", "when"),
    [
        ({}, at(9), at(8), When.NOW),
        ({}, at(16), at(8), When.NOW),
        ({}, at(8), at(16), When.NOW),
        ({}, at(9, day=1), at(8), When.TOO_EARLY),
        ({}, at(9, day=-1), at(8), When.TOO_LATE),
        ({"early_allowed": "no"}, at(9), at(8, 59), When.TOO_EARLY),
        ({"early_allowed": "no"}, at(9), at(9), When.NOW),
        ({"early_allowed": "minutes", "early_minutes": 30}, at(9), at(8, 29), When.TOO_EARLY),
        ({"early_allowed": "minutes", "early_minutes": 30}, at(9), at(8, 30), When.NOW),
        ({"early_allowed": "minutes"}, at(9), at(1), When.NOW),
    ],
)
def test_a_slot_is_for_now_for_later_or_over(rules, slot, now, when):
    """Q3"""
    assert when is when_of(Rules(**rules), slot, now, ALL_DAY)


def test_between_the_sessions_the_afternoon_is_for_later_and_the_morning_over():
    """Q3"""
    noon = at(12, 30)
    afternoon = CheckInTimes(DAY, DAY + timedelta(days=1), open_now=False, opens=at(13), ends=at(17))
    morning = CheckInTimes(DAY, DAY + timedelta(days=1), open_now=False, opens=at(7, 30), ends=at(12))

    assert (When.TOO_EARLY, at(13)) == (
        when_of(Rules(), at(14), noon, afternoon), opens_at(Rules(), at(14), afternoon),
    )  # fmt: skip
    assert When.TOO_LATE is when_of(Rules(), at(9), noon, morning)


@pytest.mark.parametrize(("missed", "when"), [("accept", When.NOW), ("desk", When.TOO_LATE)])
def test_a_missed_session_is_over_where_the_rules_send_to_the_desk(missed, when):
    """Q3"""
    morning = CheckInTimes(DAY, DAY + timedelta(days=1), open_now=True, opens=at(7, 30), ends=at(12))

    assert when is when_of(Rules(missed_session=missed), at(9), at(14), morning)
