"""Which station takes which paper, and where a kiosk's paper comes out that the kiosk did not print."""

import pytest

from tests.support.api import HALLS, an_api

DESK = HALLS.replace(
    'id = "H1"\nname = {zh = "内科候诊区", en = "Internal medicine"}\n',
    'id = "H1"\nname = {zh = "内科候诊区", en = "Internal medicine"}\n'
    '[[hall.printer]]\nname = "station"\ntakes = ["slip"]\n'
    '[[hall.printer]]\nname = "station-2"\ntakes = ["report", "list"]\n',
)


@pytest.fixture
def api():
    with an_api(DESK) as made:
        made.token("station")
        made.token("station-2")
        yield made


def claimed(api, role, **body):
    status, answer = api.post("/print-jobs/claim", body, role=role, key="")
    assert 200 == status, answer
    return answer["print_job"]


def at_the_kiosk(api):
    """The slip of somebody who checked in at the kiosk, leased to it."""
    status, body = api.post("/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": "张小三"}}, role="kiosk")
    assert 201 == status, body
    return body["print_job"]


def told(api, job, state, evidence="paper_out"):
    status, body = api.post(f"/print-jobs/{job['id']}/report", {"state": state, "evidence": evidence}, role="kiosk")
    assert 200 == status, body
    return body["print_job"]


def prints(api):
    return [alert["text"] for alert in api.snapshot()["alerts"] if alert["kind"] == "print"]


def test_a_station_takes_only_the_kinds_it_is_for(api):
    """O5: any station took any job, so a list came out of the slip printer."""
    assert 201 == api.post("/halls/H1/lists", {})[0]

    assert None is claimed(api, "station")
    assert "list" == claimed(api, "station-2")["kind"]


def test_a_station_whose_end_is_not_taken_gets_the_next_job_and_not_the_same_one(api):
    """B3: siblings: until the lease was over, the server gave it what it had printed already."""
    for name in ("张三", "李四"):
        api.check_in(name)
    first = claimed(api, "station")["id"]
    assert first == claimed(api, "station")["id"]

    second = claimed(api, "station", besides=[first])["id"]

    assert second not in {first, None}
    assert None is claimed(api, "station", besides=[second, first])
    assert 200 == api.post(f"/print-jobs/{first}/report", {"state": "printed", "evidence": "x"}, role="station")[0]
    assert (422, "invalid") == (lambda a: (a[0], a[1]["code"]))(
        api.post("/print-jobs/claim", {"besides": ["x"] * 101}, role="station", key="")
    )


def test_a_station_names_no_printer_but_itself(api):
    """O5: `printer` was free text."""
    status, body = api.post("/print-jobs/claim", {"printer": "another"}, role="station", key="")

    assert (422, "invalid") == (status, body["code"])
    assert None is claimed(api, "station", printer=api.get("/devices/me", role="station")[1]["name"])


def test_paper_that_no_station_takes_is_refused_and_not_queued_for_ever(api):
    """O5: a hall whose stations take other kinds has no printer for this one."""
    api.post(f"/devices/{api.device('station-2')}/revoke", {}, role="admin")

    assert (409, "no_printer") == (lambda a: (a[0], a[1]["code"]))(api.post("/halls/H1/lists", {}))


def test_a_kiosks_slip_that_failed_comes_out_at_a_station_with_a_mark(api):
    """O5: a kiosk's own print job never moved; the patient had a number to remember."""
    slip = at_the_kiosk(api)
    answer = told(api, slip, "failed")
    copy = claimed(api, "station")

    assert {"zh": "station", "en": "station"} == answer["moved_to"], "where it stands, or its name"
    assert ("slip", 1, slip["slip"]["number"]) == (copy["kind"], copy["copy_number"], copy["slip"]["number"])
    assert ["moved: station"] == prints(api)
    assert None is claimed(api, "station-2")


def test_a_slip_whose_lease_ran_out_moves_once_whatever_the_kiosk_says_later(api):
    """O5: never twice without a mark, and the copy is made once."""
    slip = at_the_kiosk(api)
    with api.context.engines.write.begin() as db:
        db.exec_driver_sql("UPDATE due SET due_at = '2020-01-01 00:00:00' WHERE kind = 'lease'")
        db.exec_driver_sql("UPDATE print_job SET lease_until = '2020-01-01 00:00:00'")
    api.due()
    assert {} == told(api, slip, "failed")["moved_to"]
    first, copies = claimed(api, "station"), []
    while (job := claimed(api, "station"))["id"] not in copies:
        copies.append(job["id"])

    assert ([first["id"]], 1) == (copies, first["copy_number"])


@pytest.mark.parametrize("evidence", ["nobody waits at the kiosk any more"])
def test_paper_of_somebody_who_left_moves_nowhere(api, evidence):
    """O5: nobody would fetch it."""
    assert {} == told(api, at_the_kiosk(api), "failed", evidence)["moved_to"]
    assert None is claimed(api, "station")


def test_where_the_hall_file_names_no_printer_nothing_moves_and_every_station_takes_everything():
    """O5: paper comes out only where somebody expects it."""
    with an_api() as api:
        api.token("station")
        assert {} == told(api, at_the_kiosk(api), "failed")["moved_to"]
        assert None is claimed(api, "station")
        assert 201 == api.post("/halls/H1/lists", {})[0]
        assert "list" == claimed(api, "station")["kind"]


@pytest.mark.parametrize("evidence", ["connection_lost", None])
def test_a_paper_that_nobody_knows_of_is_told_to_staff_once_however_often_it_is_reported(api, evidence):
    """B7: each report of `unknown` with a key of its own was an event and an alert more."""
    job = at_the_kiosk(api)
    before = api.snapshot()["seq"]

    for _ in range(5):
        told(api, job, "unknown", evidence)

    assert ["print_job.unknown", "alert.raised"] == api.kinds()[before - api.snapshot()["seq"] :]
