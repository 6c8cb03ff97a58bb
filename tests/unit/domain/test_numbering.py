"""Business days and queue numbers."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.numbering import business_day, day_bounds, format_number

SHANGHAI = ZoneInfo("Asia/Shanghai")
LONDON = ZoneInfo("Europe/London")
ZONES = ["Asia/Shanghai", "Europe/London", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo"]


def test_the_day_begins_at_four_in_the_morning():
    assert date(2026, 3, 1) == business_day(datetime(2026, 3, 2, 3, 59, 59, tzinfo=SHANGHAI), SHANGHAI)
    assert date(2026, 3, 2) == business_day(datetime(2026, 3, 2, 4, 0, tzinfo=SHANGHAI), SHANGHAI)


def test_the_hour_of_the_roll_is_a_setting():
    assert date(2026, 3, 2) == business_day(datetime(2026, 3, 2, 0, 0, tzinfo=SHANGHAI), SHANGHAI, time(0))


def test_the_day_is_the_hospitals_own_wherever_now_is_written():
    assert date(2026, 3, 2) == business_day(datetime(2026, 3, 1, 20, 0, tzinfo=UTC), SHANGHAI)


def test_a_day_in_shanghai_is_from_twenty_to_twenty_utc():
    expected = (datetime(2026, 3, 1, 20, tzinfo=UTC), datetime(2026, 3, 2, 20, tzinfo=UTC))

    assert expected == day_bounds(date(2026, 3, 2), SHANGHAI)


def test_a_day_that_loses_an_hour_has_twenty_three():
    start, end = day_bounds(date(2026, 3, 28), LONDON)

    assert timedelta(hours=23) == end - start


def test_a_day_that_gains_an_hour_has_twenty_five():
    start, end = day_bounds(date(2026, 10, 24), LONDON)

    assert timedelta(hours=25) == end - start


def test_a_roll_inside_the_skipped_hour_comes_after_it():
    start, _ = day_bounds(date(2026, 3, 29), LONDON, time(1, 30))

    assert datetime(2026, 3, 29, 1, 30, tzinfo=UTC) == start


@given(
    st.integers(0, 2**31 - 1).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.sampled_from(ZONES),
    st.times().map(lambda moment: moment.replace(second=0, microsecond=0)).filter(lambda moment: moment.hour < 12),
)
def test_every_moment_lies_within_its_own_day(now, zone, rolls_at):
    timezone = ZoneInfo(zone)
    start, end = day_bounds(business_day(now, timezone, rolls_at), timezone, rolls_at)

    assert start <= now < end


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="aware"):
        business_day(datetime(2026, 3, 2, tzinfo=UTC).replace(tzinfo=None), SHANGHAI)


@pytest.mark.parametrize(("seq", "number"), [(1, "A001"), (12, "A012"), (999, "A999"), (1000, "A1000")])
def test_a_number_has_at_least_three_digits(seq, number):
    assert number == format_number("A", seq)


def test_a_prefix_may_have_several_letters():
    assert "XR007" == format_number("XR", 7)


def test_numbers_count_from_one():
    with pytest.raises(ValueError, match="from 1"):
        format_number("A", 0)
