"""A kiosk finds what a patient has booked in any hall, today and the days beside it, and says where and when."""

import pytest

from tests.support.api import HALLS, an_api

PLACED = HALLS.replace(
    'name = {zh = "外科候诊区", en = "Surgery"}',
    'name = {zh = "外科候诊区", en = "Surgery"}\nplace = {zh = "门诊楼二楼西区", en = "First floor, west"}',
).replace('id = "ENT"', 'id = "ENT"\nrules = {early_allowed = "minutes", early_minutes = 30}')
BORN = "1950-05-01"


@pytest.fixture
def own():
    with an_api(PLACED) as made:
        row = {"name": "张小三", "record_number": "MR1", "birth_date": BORN}
        assert 200 == made.post("/imports/patients", {"rows": [row]}, role="service")[0]
        yield made


def book(own, id, hall, queue, start, day="2026-03-02"):
    row = {"id": id, "patient": "MR1", "hall": hall, "queue": queue}
    hour, minute = map(int, start.split(":"))
    row |= {"slot_start": f"{day}T{start}", "slot_end": f"{day}T{hour:02}:{minute + 20:02}"}
    status, body = own.post("/imports/appointments", {"rows": [row]}, role="service")
    assert status == 200, body


def found(own, role="kiosk", hall="H1"):
    body = {"hall": hall, "typed": {"code": "MR1", "birth_date": BORN}}
    status, answer = own.post("/identifications", body, role=role, key="")
    assert status == 200, answer
    return answer["choices"]["appointments"]


def test_a_patient_booked_upstairs_is_told_the_hall_the_place_and_the_time(own):
    """Q3"""
    book(own, "AP1", "H2", "SU", "10:01")

    (one,) = found(own)
    assert ("H2", False, "now", True) == tuple(one[word] for word in ("hall", "here", "when", "today"))
    assert ("外科候诊区", "门诊楼二楼西区") == (one["hall_name"]["zh"], one["place"]["zh"])
    assert "2026-03-02T02:01:00Z" == one["slot_start"]
    (there,) = found(own, "kiosk:H2", "H2")
    assert (True, "now", "外科") == (there["here"], there["when"], there["queue_name"]["zh"])


@pytest.mark.parametrize(
    ("start", "day", "when", "today"),
    [
        ("09:10", "2026-03-02", "now", True),
        ("14:00", "2026-03-02", "too_early", True),
        ("09:10", "2026-03-03", "too_early", False),
        ("09:10", "2026-03-01", "too_late", False),
    ],
)
def test_later_hours_and_the_days_beside_today_are_found_and_say_so(own, start, day, when, today):
    """Q3"""
    book(own, "AP1", "H1", "ENT", start, day)

    (one,) = found(own)
    assert (True, when, today) == (one["here"], one["when"], one["today"])
    if today:
        assert one["opens_at"] == f"{day}T{int(start[:2]) - 9:02}:{40 if start == '09:10' else 30}:00Z"


def test_what_is_for_here_and_now_comes_first_and_further_days_do_not_come_at_all(own):
    """Q3"""
    book(own, "AP1", "H2", "SU", "08:30")
    book(own, "AP2", "H1", "IM", "09:00")
    book(own, "AP3", "H1", "IM", "09:00", "2026-03-05")
    book(own, "AP4", "H1", "IM", "09:00", "2026-02-20")

    assert ["AP2", "AP1"] == [one["id"] for one in found(own)]


def test_with_a_number_alone_a_discreet_clinic_is_not_named_for_another_hall(own):
    """Q3"""
    book(own, "AP1", "H2", "SU", "10:01")

    (one,) = found(own)
    assert (None, {}, None) == (one["queue"], one["queue_name"], one["doctor"])


def test_what_was_checked_in_is_found_no_more(own):
    """Q3"""
    book(own, "AP1", "H2", "SU", "10:01")
    status, _ = own.post("/check-ins", {"hall": "H2", "appointment": "AP1"}, role="console:H2")

    assert (201, []) == (status, found(own))
