from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from server.replay.audit import Findings, HourOfWaits
from server.replay.day import Day, Visit
from server.replay.play import Outcome
from server.replay.summary import Result, lines

EIGHT = datetime(2026, 5, 4, 0, 0, tzinfo=UTC)
DAY = Day(tuple(Visit(str(n), EIGHT, timedelta(minutes=5), "anchor") for n in range(3)), dirty=1, cut=2)


def found(**more):
    tickets = {f"t{n}": EIGHT for n in range(3)}
    return Findings(events=12, folds=2, tickets=tickets, finished=set(tickets), **more)


def result(**more):
    hours = [HourOfWaits("08", 3, 1.25, 2.0, 4.0)]
    whole = Result(DAY, Outcome(3, 3, 0, EIGHT), found(), hours, slips=None, commands=12, seconds=4.0)
    return replace(whole, **more)


def test_the_last_line_names_every_figure_for_programs():
    expected = (
        "SUMMARY visits=3 checked_in=3 finished=3 slips=3 double_numbers=0 double_calls=0 journal_holes=0 "
        "folds_wrong=0 commands=12 seconds=4.0 commands_per_second=3.0"
    )

    assert lines(result(slips=3))[-1] == expected


def test_waits_and_dirty_rows_are_told_before_it():
    said = "\n".join(lines(result()))

    assert "   08         3     1.2     2.0      4.0" in said
    assert "stays cut to 30 minutes: 2; stays blank or negative, taken as none: 1" in said


def test_a_faultless_day_is_whole_with_and_without_paper():
    assert result().whole
    assert result(slips=3).whole


@pytest.mark.parametrize(
    "fault",
    [
        {"slips": 2},
        {"outcome": Outcome(3, 2, 0, EIGHT)},
        {"outcome": Outcome(2, 2, 0, EIGHT)},
        {"found": found(holes=1)},
        {"found": found(folds_wrong=["at 7: tickets t1"])},
    ],
)
def test_anything_missing_or_wrong_makes_it_not_whole(fault):
    assert not result(**fault).whole


def test_a_number_given_twice_and_a_second_call_are_counted():
    doubled = found()
    doubled.numbers.update([("Q", "2026-05-04", "A001")] * 3)
    doubled.calls.update(["t1", "t1"])

    assert (doubled.double_numbers, doubled.double_calls) == (2, 1)
    assert not result(found=doubled).whole
    assert "double_numbers=2 double_calls=1" in lines(result(found=doubled))[-1]
