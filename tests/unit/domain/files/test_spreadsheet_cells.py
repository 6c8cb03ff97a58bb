"""Cells as spreadsheets write them: ruined numbers, dates in their own forms, the hour that clocks repeat."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.files.spreadsheet_cells import read_birth, read_day, read_slot, read_time, unruined

at = datetime.fromisoformat
LENGTHS = (timedelta(minutes=15), timedelta(minutes=30))
NEW_YORK, SHANGHAI = ZoneInfo("America/New_York"), ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    "text",
    [
        "1.23457E+17",
        "6.22848E+18",
        "1.38001E+10",
        "1E5",
        "1,23457E+17",
        '="007"',
        "=A1",
        "######",
        "#N/A",
        "#VALUE!",
        "13800138000.0",
        "1,234,567",
    ],
)
def test_a_number_that_a_spreadsheet_has_ruined_is_refused(text):
    """P23: they were kept as record numbers, cards and phones."""
    with pytest.raises(ValueError, match="spreadsheet"):
        unruined(text)


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (unruined, "1.10105E+17"),
        (read_day, "31/12/1949"),
        (read_day, "1949-12-32"),
        (lambda text: read_birth(text, date(2026, 3, 2)), "1849-12-31"),
        (read_time, "1949-12-31 25:00"),
        (lambda text: read_slot(text, text, SHANGHAI, LENGTHS), "龘靐齉"),
    ],
)
def test_a_refusal_does_not_repeat_the_cell(read, text):
    """S9: `hall-server import` wrote birth dates, identity numbers and names of refused rows to stderr."""
    with pytest.raises(ValueError, match=r"^[a-z]") as refused:
        read(text)

    assert text not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "MR1E5",
        "E12345678",
        "00071",
        "12E",
        "13977771234",
        "110101199003077213",
        "+86 139",
        "1.2.3",
        "",
        "12,34",
        "A-1,234,567",
    ],
)
def test_a_number_that_only_looks_a_little_like_it_is_kept(text):
    assert text == unruined(text)


@pytest.mark.parametrize(
    "text",
    [
        "1990-03-07",
        "1990/3/7",
        "1990-3-7",
        "1990.3.7",
        "1990年3月7日",
        "19900307",
        "32939",
        "1990/3/7 0:00",
        "１９９０/３/７",
        "1990-03-07T00:00:00",
        " 1990/03/07 ",
    ],
)
def test_a_day_is_read_as_spreadsheets_write_it(text):
    """P23: what Chinese spreadsheets write was "Invalid isoformat string"."""
    assert date(1990, 3, 7) == read_day(text)


@pytest.mark.parametrize(
    "text", ["3/7/1990", "07.03.1990", "1990", "1990-13-01", "1990/2/30", "nine", "0", "329", "1990-3"]
)
def test_a_day_that_can_mean_two_or_none_is_refused(text):
    with pytest.raises(ValueError, match="day"):
        read_day(text)


@pytest.mark.parametrize("text", ["2999-03-07", "0001-01-01", "1889-12-30", "2026-03-04", "88888"])
def test_a_birth_date_of_nobody_is_refused(text):
    """P23: 2999-03-07 and 0001-01-01 were taken."""
    with pytest.raises(ValueError, match="birth date"):
        read_birth(text, date(2026, 3, 2))


def test_somebody_born_today_is_somebody():
    assert date(2026, 3, 2) == read_birth("2026/3/2", date(2026, 3, 2))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026/11/30 9:00", at("2026-11-30T09:00:00")),
        ("2026-11-30 9:05:06", at("2026-11-30T09:05:06")),
        ("2026-11-30T09:00", at("2026-11-30T09:00:00")),
        ("46356.375", at("2026-11-30T09:00:00")),
        ("2026年11月30日 9:00", at("2026-11-30T09:00:00")),
        ("2026-11-30T01:00Z", datetime(2026, 11, 30, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_as_spreadsheets_write_it(text, expected):
    """P23: `2026/11/30 9:00` refused the file."""
    assert expected == read_time(text)


@pytest.mark.parametrize("text", ["nine", "2026/11/30 25:00", "2026/11/31 9:00", "9:00", ""])
def test_a_time_that_is_none_is_refused(text):
    with pytest.raises(ValueError, match=r"time|day"):
        read_time(text)


@pytest.mark.parametrize(
    ("start", "end", "begins"),
    [
        ("2026-11-01 01:30", "2026-11-01 02:00", "06:30"),
        ("2026-11-01 01:00", "2026-11-01 01:30", "05:00"),
        ("2026-11-01 00:45", "2026-11-01 01:15", "04:45"),
        ("2026-11-01 01:45", "2026-11-01 01:15", "05:45"),
        ("2026-11-01T01:30-05:00", "2026-11-01 02:00", "06:30"),
        ("2026-03-08 01:30", "2026-03-08 02:00", "06:30"),
        ("2026-03-08 03:00", "2026-03-08 03:30", "07:00"),
    ],
)
def test_in_the_hour_that_the_clocks_repeat_the_reading_that_fits_is_taken(start, end, begins):
    """P26: a slot of 30 minutes was read as one of 90, and refused the appointments file."""
    begin, finish = read_slot(start, end, NEW_YORK, LENGTHS)
    assert (begins, timedelta(minutes=30)) == (begin.strftime("%H:%M"), finish - begin)


@pytest.mark.parametrize(
    ("start", "end"), [("2026-03-08 02:00", "2026-03-08 02:30"), ("2026-03-08 02:30", "2026-03-08 03:00")]
)
def test_a_time_that_the_clocks_leave_out_is_named(start, end):
    """P26: 02:00 was taken as 03:00."""
    with pytest.raises(ValueError, match="clocks go forward"):
        read_slot(start, end, NEW_YORK, LENGTHS)


@given(st.datetimes(at("2020-01-01T00:00:00"), at("2030-01-01T00:00:00")), st.integers(15, 30))
def test_any_slot_of_a_hospital_without_changing_clocks_is_read_as_it_stands(start, minutes):
    start = start.replace(second=0, microsecond=0)
    begin, finish = read_slot(start.isoformat(), (start + timedelta(minutes=minutes)).isoformat(" "), SHANGHAI, LENGTHS)
    assert (start, timedelta(minutes=minutes)) == (begin.astimezone(SHANGHAI).replace(tzinfo=None), finish - begin)
