"""The same slip again at a kiosk: for who stands there, and not for who stood there before."""

import datetime

import pytest

BORN = "1950-05-01"


@pytest.fixture(scope="module")
def api(shared_api):
    rows = [{"name": name, "record_number": name, "birth_date": BORN} for name in ("MR1", "MR2")]
    assert 200 == shared_api.post("/imports/patients", {"rows": rows}, role="service")[0]
    return shared_api


def identified(api, record, role="kiosk"):
    asked = {"hall": "H1", "typed": {"code": record, "birth_date": BORN}}
    return api.post("/identifications", asked, role=role, key="")[1]["visit_token"]


def slip(api, role="kiosk", **who):
    return api.post("/check-ins", {"hall": "H1", "queue": "IM", **who}, role=role)[1]["print_job"]["id"]


def reprinted(api, job, role="kiosk", **more):
    status, body = api.post(f"/print-jobs/{job}/reprint", {"reason": "torn", **more}, role=role)
    return status, body.get("code")


def test_a_kiosk_reprints_the_slip_of_nobody_but_who_stands_there(api):
    """C2: with the id of a job, which every event tells, a kiosk printed an earlier patient's slip again."""
    first = identified(api, "MR1")
    job = slip(api, visit_token=first)
    second = identified(api, "MR2")
    slip(api, visit_token=second)

    refused = (403, "visit_token_invalid")
    assert [refused] * 3 == [
        reprinted(api, job, **more) for more in ({}, {"visit_token": second}, {"visit_token": "forged"})
    ]
    assert (201, None) == reprinted(api, job, visit_token=first)
    assert (201, None) == reprinted(api, job, visit_token=identified(api, "MR1"))
    assert (403, "forbidden") == reprinted(api, job, "kiosk-2", visit_token=identified(api, "MR1", "kiosk-2"))
    assert reprinted(api, job, "console") in {(201, None), (409, "no_printer")}


def test_who_is_known_by_a_name_only_has_the_slip_again_until_somebody_else_or_five_minutes_come(api, monkeypatch):
    """C2: no identification can prove who took a number by name alone."""
    one = slip(api, patient={"name": "甲"})
    assert [(201, None)] * 2 == [reprinted(api, one) for _ in range(2)]
    other = slip(api, patient={"name": "乙"})
    assert (403, "visit_token_invalid") == reprinted(api, one)
    slip(api, "kiosk-2", patient={"name": "丙"})
    assert (201, None) == reprinted(api, other), "another kiosk's patient stands elsewhere"

    later = api.context.clock.real() + datetime.timedelta(minutes=5, seconds=1)
    monkeypatch.setattr(type(api.context.clock), "real", lambda _: later)
    assert (403, "visit_token_invalid") == reprinted(api, other)
