"""Who may check in without the desk: closing times, missed sessions, no-shows."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.queueing.eligibility import closed_since, desk_only
from server.domain.queueing.opening_hours import Session
from server.domain.queueing.rules import Rules

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MORNING = Session(NOON - timedelta(hours=5), NOON - timedelta(hours=4), NOON)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("minutes", "session", "now", "closed"),
    [(30, MORNING, NOON - 31 * MINUTE, None), (30, MORNING, NOON - 30 * MINUTE, NOON - 30 * MINUTE),
     (0, MORNING, NOON - MINUTE, None), (None, MORNING, NOON, None), (30, None, NOON, None)],
)  # fmt: skip
def test_check_in_closes_so_many_minutes_before_the_end_of_the_session(minutes, session, now, closed):
    assert closed == closed_since(Rules(check_in_closes_minutes=minutes), session, now)


@pytest.mark.parametrize(
    ("rules", "booked", "now", "no_shows", "refused"),
    [(Rules(missed_session="desk"), MORNING, NOON, 0, True),
     (Rules(missed_session="desk"), MORNING, NOON - MINUTE, 0, False),
     (Rules(missed_session="desk"), None, NOON, 0, False),
     (Rules(missed_session="accept"), MORNING, NOON, 0, False),
     (Rules(no_show_limit=2), None, NOON, 1, False),
     (Rules(no_show_limit=2), None, NOON, 2, True),
     (Rules(), None, NOON, 50, False)],
)  # fmt: skip
def test_a_missed_session_or_too_many_no_shows_send_to_the_desk(rules, booked, now, no_shows, refused):
    error = desk_only(rules, now, booked=booked, no_shows=no_shows)
    assert ("desk_only" if refused else None) == (error and error.code)
