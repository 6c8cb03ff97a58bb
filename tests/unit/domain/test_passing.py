"""Nobody is passed unheard: how often, how long and by which screens somebody was called."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.passing import Called, why_not
from server.domain.queueing.rules import Rules

LAST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
RULES = Rules(pass_min_calls=2, pass_min_seconds=30, pass_needs_live_zone=True)


def refused(*, after=60, rules=RULES, **called):
    error = why_not(
        Called(**{"calls": 2, "last": LAST, "announced": True, **called}), rules, LAST + timedelta(seconds=after)
    )
    return None if error is None else error.code.value


@pytest.mark.parametrize(
    ("called", "code"),
    [({}, None), ({"calls": 1}, "pass_too_soon"), ({"after": 29}, "pass_too_soon"), ({"after": 30}, None),
     ({"silent": ["wall"]}, "zone_offline"), ({"silent": ["wall"], "calls": 1}, "zone_offline"),
     ({"announced": False, "calls": 1, "after": 0}, None)],
)  # fmt: skip
def test_who_was_called_often_and_long_enough_where_all_was_heard_may_be_passed(called, code):
    assert code == refused(**called)


def test_a_silent_screen_keeps_nobody_where_the_rules_do_not_ask_for_it():
    assert None is refused(
        silent=["wall"], rules=Rules(pass_needs_live_zone=False, pass_min_calls=2, pass_min_seconds=30)
    )


def test_a_refusal_says_from_when_on_it_is_allowed():
    error = why_not(Called(calls=1, last=LAST, announced=True), RULES, LAST)

    assert {"calls": 1, "calls_needed": 2, "allowed_at": "2026-03-02T09:00:30Z"} == error.extra
