from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.replay.day import DayRejected, read_day

ZONE = ZoneInfo("Asia/Shanghai")
HEAD = "visit,arrived_at,entered_room_at,left_at,doctor_type\n"


def day_of(folder, *rows, head=HEAD, **more):
    path = folder / "day.csv"
    path.write_text(head + "".join(row + "\n" for row in rows), encoding="utf-8")
    return read_day(path, ZONE, **more)


def test_times_are_local_times_of_the_hospital_and_the_stay_is_the_service(tmp_path):
    day = day_of(tmp_path, "V1,2019-11-04T08:00:38,2019-11-04T08:23:00,2019-11-04T08:23:46,anchor")

    assert datetime(2019, 11, 4, 0, 0, 38, tzinfo=UTC) == day.visits[0].arrived_at
    assert timedelta(seconds=46) == day.visits[0].service
    assert (day.dirty, day.cut) == (0, 0)


def test_a_stay_longer_than_thirty_minutes_is_cut_and_counted(tmp_path):
    day = day_of(tmp_path, "V1,2019-11-04T08:00:00,2019-11-04T08:10:00,2019-11-04T09:10:00,anchor")

    assert timedelta(minutes=30) == day.visits[0].service
    assert day.cut == 1


@pytest.mark.parametrize(
    "stay", [",", "2019-11-04T08:10:00,", ",2019-11-04T08:10:00", "2019-11-04T09:10:00,2019-11-04T08:10:00", "x,y"]
)
def test_a_stay_that_is_blank_negative_or_no_time_is_none_and_counted_as_dirty(tmp_path, stay):
    day = day_of(tmp_path, f"V1,2019-11-04T08:00:00,{stay},anchor")

    assert timedelta(0) == day.visits[0].service
    assert day.dirty == 1


def test_visits_come_in_order_of_arrival_and_ties_stay_as_they_were(tmp_path):
    stay = "2019-11-04T08:10:00,2019-11-04T08:11:00,anchor"
    rows = [f"late,2019-11-04T08:05:00,{stay}", f"one,2019-11-04T08:00:00,{stay}", f"two,2019-11-04T08:00:00,{stay}"]
    day = day_of(tmp_path, *rows)

    assert [visit.id for visit in day.visits] == ["one", "two", "late"]
    assert [visit.id for visit in day_of(tmp_path, *rows, limit=2).visits] == ["one", "two"]


def test_a_file_that_is_no_day_is_refused_with_its_line(tmp_path):
    with pytest.raises(DayRejected, match="line 2: arrived_at is no time"):
        day_of(tmp_path, "V1,noon,,,anchor")
    with pytest.raises(DayRejected, match="no column left_at"):
        day_of(tmp_path, "V1,2019-11-04T08:00:00,,a", head="visit,arrived_at,entered_room_at,doctor_type\n")
    with pytest.raises(DayRejected, match="no visits"):
        day_of(tmp_path)
    with pytest.raises(DayRejected, match="No such file"):
        read_day(tmp_path / "nowhere.csv", ZONE)
