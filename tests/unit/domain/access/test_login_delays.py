"""Who waits how long after wrong passwords: the place that guesses, never the owner elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.access.login_delays import FREE, LONGEST, OF_ACCOUNT, OF_PLACE, Tried, delay_after, is_delayed

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def tried(own=0, *, ago=0, of_place=0, of_account=0, is_known=False):
    return Tried([NOW - timedelta(seconds=ago)] * own, of_place, of_account, is_known)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (4, 0), (5, 30), (6, 60), (7, 120), (8, 240), (9, 300), (10_000, 300)]
)
def test_the_delay_grows_to_five_minutes(failures, seconds):
    """S17: five wrong passwords locked an account for fifteen minutes."""
    assert timedelta(seconds=seconds) == delay_after(failures)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_place_waits_for_its_own_wrong_passwords_and_no_longer_than_the_delay(is_known):
    """S17: a delay per address and account, where it signed in before too."""
    assert not is_delayed(tried(FREE, is_known=is_known), NOW)
    assert is_delayed(tried(FREE + 1, ago=29, is_known=is_known), NOW)
    assert not is_delayed(tried(FREE + 1, ago=30, is_known=is_known), NOW)
    assert not is_delayed(tried(OF_ACCOUNT, ago=LONGEST.seconds, is_known=True), NOW)


@pytest.mark.parametrize(
    "strangers", [{"of_place": OF_PLACE}, {"of_account": OF_ACCOUNT}, {"of_place": 10**6, "of_account": 10**6}]
)
def test_what_strangers_try_delays_only_where_the_account_never_signed_in(strangers):
    """S17: strangers locked the owner out."""
    assert is_delayed(tried(**strangers), NOW)
    assert not is_delayed(tried(**strangers, is_known=True), NOW)
    assert not is_delayed(tried(**{kind: min(number, 29) for kind, number in strangers.items()}), NOW)
