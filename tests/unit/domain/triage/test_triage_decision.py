"""What a nurse's decision needs, and when a waiting patient is looked at again."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.triage import OverrideNeeds, override_needs, reassess_at
from server.services.core.rule_files import load_scales

SCALE = load_scales(None)["CN-ED-2018"]
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "after", "needs"),
    [
        (3, 3, OverrideNeeds.NOTHING), (3, 2, OverrideNeeds.NOTHING), (5, 1, OverrideNeeds.NOTHING),
        (2, 3, OverrideNeeds.REASON), (4, 5, OverrideNeeds.REASON), (1, 3, OverrideNeeds.SECOND),
        (1, 5, OverrideNeeds.SECOND), (3, 5, OverrideNeeds.SECOND),
    ],
)  # fmt: skip
def test_up_is_free_down_needs_a_reason_and_two_down_a_second_person(before, after, needs):
    assert needs == override_needs(before, after)


@pytest.mark.parametrize(("code", "minutes"), [("Ⅱ", 10), ("Ⅲ", 30), ("Ⅳa", 60), ("Ⅳb", 240)])
def test_each_level_has_its_own_timer(code, minutes):
    assert NOW + timedelta(minutes=minutes) == reassess_at(SCALE.level(code), NOW)


def test_a_level_that_never_waits_has_no_timer():
    assert reassess_at(SCALE.level("Ⅰ"), NOW) is None
