"""When a queue is open: sessions in the hospital's time, over midnight, early check-in, and none at all."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from server.domain.errors import HallError
from server.domain.queueing.opening_hours import OpeningHours

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = {"name": {"zh": "上午"}, "start": "08:00", "end": "12:00", "opens_before": 60}
AFTERNOON = {"name": {"zh": "下午"}, "start": "14:00", "end": "17:30"}
NIGHT = {"name": {"zh": "夜"}, "start": "22:00", "end": "06:00"}
HOURS = OpeningHours([MORNING, AFTERNOON], SHANGHAI)
NIGHTS = OpeningHours([NIGHT], SHANGHAI)
DAY = datetime(2026, 3, 2, 4, tzinfo=SHANGHAI), datetime(2026, 3, 3, 4, tzinfo=SHANGHAI)


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "start"),
    [(at(6, 59), None), (at(7), at(8)), (at(8), at(8)), (at(11, 59), at(8)), (at(12), None), (at(13, 59), None),
     (at(14), at(14)), (at(17, 29), at(14)), (at(17, 30), None)],
)  # fmt: skip
def test_a_moment_falls_in_the_session_that_runs_or_may_be_checked_in_to(moment, start):
    session = HOURS.session_of(moment)
    assert start == (session.start if session else None)


@pytest.mark.parametrize(("moment", "start"), [(at(23), at(22)), (at(5, 59, 3), at(22)), (at(6, 0, 3), None)])
def test_a_night_session_belongs_to_the_day_it_began(moment, start):
    session = NIGHTS.session_of(moment)
    assert start == (session.start if session else None)


def test_the_session_that_runs_comes_before_one_that_may_be_checked_in_to():
    early = {**AFTERNOON, "opens_before": 240}
    session = OpeningHours([MORNING, early], SHANGHAI).session_of(at(11))
    assert (at(8), at(12)) == (session.start, session.end)


def test_between_sessions_the_queue_is_closed_and_says_its_sessions():
    with pytest.raises(HallError) as refused:
        HOURS.present(at(13))
    assert ("queue_closed", [MORNING, AFTERNOON]) == (refused.value.code, refused.value.extra["sessions"])


def test_without_sessions_a_queue_is_open_day_and_night():
    always = OpeningHours([], SHANGHAI)
    assert always.present(at(3)) is None
    always.must_go_on(at(23), *DAY)
    assert always.last_end(at(23)) is None


def test_who_comes_back_may_wait_for_a_later_session_of_the_day_but_not_of_the_next():
    HOURS.must_go_on(at(13), *DAY)
    HOURS.must_go_on(at(17, 29), *DAY)
    with pytest.raises(HallError) as refused:
        HOURS.must_go_on(at(17, 30), *DAY)
    assert "queue_closed" == refused.value.code


@pytest.mark.parametrize(("now", "ended"), [(at(11), at(17, 30, 1)), (at(12), at(12)), (at(23), at(17, 30))])
def test_the_last_end_is_that_of_the_latest_session_that_is_over(now, ended):
    assert ended == HOURS.last_end(now)
