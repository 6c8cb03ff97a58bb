"""Garbage from one kiosk: staff is told once; nothing is refused unless the hall file says so."""

import pytest

from server.domain.monitoring.overuse import ALERT_AT, Action
from server.services.halls import hall_file
from tests.support.api import HALLS, an_api

HALL = 'name = {zh = "内科候诊区", en = "Internal medicine"}\n'
LIMITED = HALLS.replace(HALL, f"{HALL}limits = {{numbers_per_minute = 3, reprints_per_minute = 2}}\n", 1)


@pytest.fixture(scope="module")
def limited():
    with an_api(LIMITED) as made:
        yield made


def take(api, role, count=1, **more):
    wish = {"hall": "H1", "queue": "IM", "patient": {"name": "*"}, **more}
    return [api.send("POST", "/check-ins", wish, role=role) for _ in range(count)]


def states(answers):
    return [answer.status_code for answer in answers]


def alerted_at(api, role):
    alerts = [one for one in api.snapshot()["alerts"] if one["device"] == api.device(role)]
    return [(one["kind"], one["text"], one["count"]) for one in alerts]


def test_many_numbers_reprints_and_sixty_calls_are_taken_and_told_in_two_lines(shared_api):
    """S19: 100 numbers, 30 reprints and 60 calls were taken, and the nurse's page showed 194 alerts."""
    api = shared_api
    taken = take(api, "kiosk", 25, print=True)
    assert [201] * 25 == states(taken)
    assert [("overuse", "many_numbers", 1)] == alerted_at(api, "kiosk")

    job = taken[-1].get_json()["print_job"]["id"]
    reprints = [api.post(f"/print-jobs/{job}/reprint", {"reason": "lost"}, role="kiosk")[0] for _ in range(12)]
    assert [201] * 12 == reprints
    assert [("overuse", "many_reprints", 2)] == alerted_at(api, "kiosk"), "the same line"

    calls = [api.post("/alerts", {"kind": "help"}, role="kiosk")[0] for _ in range(60)]
    assert [201] * 60 == calls
    assert {("overuse", "many_calls", 3), ("help", None, 60)} == set(alerted_at(api, "kiosk"))
    (line,) = [one for one in api.snapshot()["alerts"] if one["kind"] == "overuse"]
    assert "kiosk" == line["device_name"], "the line names the machine"


def test_what_is_not_too_much_and_what_a_desk_does_tells_nobody(shared_api):
    """S19"""
    assert [201] * 19 == states(take(shared_api, "kiosk-2", ALERT_AT[Action.NUMBERS] - 1))
    assert [201] * 21 == states(take(shared_api, "console", 21))

    assert [] == alerted_at(shared_api, "kiosk-2")
    assert [] == alerted_at(shared_api, "console")


def test_a_limit_of_the_hall_file_refuses_for_a_minute_and_says_how_long(limited):
    """S19"""
    limited.at = "2026-03-02T09:00:00+08:00"
    assert [201, 201, 201] == states(take(limited, "kiosk", 3))
    limited.at = "2026-03-02T09:00:20+08:00"
    (refused,) = take(limited, "kiosk")

    assert (429, "too_many", "40") == (refused.status_code, refused.get_json()["code"], refused.headers["Retry-After"])
    assert [("overuse", "many_numbers", 1)] == alerted_at(limited, "kiosk")
    limited.at = "2026-03-02T09:01:00+08:00"
    assert [201] == states(take(limited, "kiosk"))


def test_a_limit_of_the_hall_file_holds_for_reprints_too_and_not_for_a_desk(limited):
    """S19"""
    (one,) = take(limited, "kiosk-2", print=True)
    job = one.get_json()["print_job"]["id"]
    path, reason = f"/print-jobs/{job}/reprint", {"reason": "lost"}

    assert [201, 201, 429] == [limited.post(path, reason, role="kiosk-2")[0] for _ in range(3)]
    assert 429 != limited.post(path, reason, role="console")[0]


def test_no_limit_delays_a_danger_a_call_a_desk_or_whom_a_kiosk_knows(limited):
    """S19: red flag, fever, "I feel worse" and staff are never refused."""
    role = "kiosk-3"
    assert 429 == states(take(limited, role, 4))[-1]

    assert [202] * 5 == states(take(limited, role, 5, flags=["chest_pain"]))
    assert [202] == states(take(limited, role, flags=["fever"]))
    for kind in ("worse", "help"):
        assert [201] * 5 == [limited.post("/alerts", {"kind": kind}, role=role)[0] for _ in range(5)]
    assert [201] * 5 == states(take(limited, "console", 5))
    row = {"record_number": "MR77", "name": "张三", "birth_date": "1980-01-01"}
    assert 200 == limited.post("/imports/patients", {"rows": [row]}, role="service")[0]
    typed = {"hall": "H1", "typed": {"code": "MR77", "birth_date": "1980-01-01"}}
    token = limited.post("/identifications", typed, role=role, key="")[1]["visit_token"]
    known = {"hall": "H1", "queue": "IM", "visit_token": token}
    assert 201 == limited.post("/check-ins", known, role=role)[0]


def test_a_repeated_request_is_answered_and_not_counted(limited):
    """S19"""
    wish = {"hall": "H1", "queue": "IM", "patient": {"name": "*"}}

    assert [201] * 5 == [limited.post("/check-ins", wish, role="kiosk-4", key="one-key")[0] for _ in range(5)]
    assert [201] == states(take(limited, "kiosk-4"))


@pytest.mark.parametrize("limits", ["numbers_per_minute = 0", "number_per_minute = 3", "reprints_per_minute = 601"])
def test_a_limit_that_is_none_is_refused_by_name(limits):
    """S19"""
    with pytest.raises(Exception, match="limits") as refused:
        hall_file.read(HALLS.replace(HALL, f"{HALL}limits = {{{limits}}}\n", 1))

    assert "hall_file_rejected" == refused.value.code
    assert limits.split()[0] != "number_per_minute" or "numbers_per_minute" in refused.value.detail
