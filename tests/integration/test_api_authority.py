"""Nobody makes or changes an account of more power than his own, nor the part of the hospital that is not his."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.api import PASSWORD, an_api

NEW = "another long password"
TOMORROW = datetime.now(UTC) + timedelta(days=1)
SLOT = {"slot_start": TOMORROW.isoformat(), "slot_end": (TOMORROW + timedelta(minutes=20)).isoformat()}


@pytest.fixture(scope="module")
def made():
    with an_api(fresh=True) as api:
        api.staff("admin1", "admin", hall="H1")
        api.staff("nurse2", "nurse", hall="H2")
        api.staff("nurse1", "nurse", hall="H1")
        api.staff("nurse3", "nurse", hall="H1")
        api.staff("doctor2", "doctor", hall="H2", station="S1", doctor="D2")
        for role in ("service:H1", "service", "admin"):
            api.headers(role)
        asked_by(api, "service", *(row(f"x{id}", "doctor", "", doctor=id, queue="SU") for id in ("D3", "D4")))
        asked_by(api, "service", row("x5", "doctor", "", doctor="D5"))
        person = {"record_number": "P1", "name": "某甲", "birth_date": "1980-01-01"}
        assert 200 == api.post("/imports/patients", {"rows": [person]}, role="service")[0]
        slot = {"id": "A1", "patient": "P1", "hall": "H2", "queue": "SU", "doctor": "D5", **SLOT}
        assert 200 == api.post("/imports/appointments", {"rows": [slot]}, role="service")[0]
        answer = api.server.app.test_client().post("/api/v1/session", json={"username": "admin1", "password": PASSWORD})
        api._cookies["admin@H1"] = answer.headers["Set-Cookie"].split(";")[0]
        yield api


def asked_by(api, role, *rows, **more):
    body = {"rows": list(rows), **({"password": PASSWORD} if role.startswith("admin") else {}), **more}
    return api.post("/imports/staff", body, role=role)


def row(username="new1", role="nurse", hall="H1", **more):
    return {"username": username, "name": "某人", "role": role, "hall": hall, **more}


BEYOND = {
    "an admin of every hall": ("admin@H1", row(role="admin", hall="", password=NEW)),
    "a nurse of every hall": ("admin@H1", row(hall="", password=NEW)),
    "a nurse of another hall": ("admin@H1", row(hall="H2", password=NEW)),
    "a password of another hall's nurse": ("admin@H1", row("nurse2", hall="H2", password=NEW)),
    "another hall's nurse made one's own": ("admin@H1", row("nurse2", password=NEW)),
    "the hospital's admin": ("admin@H1", row("admin", "admin", "", password=NEW)),
    "another hall's doctor renamed": ("admin@H1", row("x", "doctor", doctor="D2", title="院长")),
    "another hall's doctor drawn over by a queue": ("admin@H1", row("x", "doctor", doctor="D3", queue="IM")),
    "another hall's doctor renamed by a service": ("service:H1", row("x", "doctor", doctor="D4", queue="IM")),
    "another hall's doctor given an account here": (
        "admin@H1",
        row("new4", "doctor", doctor="D4", password=NEW, queue="IM"),
    ),
    "a doctor with bookings in another hall": ("admin@H1", row("x", "doctor", doctor="D5", title="院长")),
    "a doctor for another hall's queue": ("admin@H1", row("x", "doctor", doctor="D9", queue="SU")),
    "an admin by a service": ("service", row(role="admin", password=NEW)),
    "an admin taken over by a service": ("service", row("admin", "nurse", "", password=NEW)),
    "a password by a service": ("service", row("nurse1", password=NEW)),
    "another hall's nurse by a service": ("service:H1", row(hall="H2", password=NEW)),
    "a nurse of every hall by a service of one": ("service:H1", row(hall="", password=NEW)),
}


@pytest.mark.parametrize("what", BEYOND)
def test_an_account_beyond_ones_own_power_is_refused_by_row_and_nothing_changes(made, what):
    """S3: an administrator of H1 made himself administrator of the hospital, a service took `admin0` over.

    B9: and renamed a doctor of H2 by a row without a password that said a queue of H1.
    """
    role, given = BEYOND[what]
    before = made.rows(but=frozenset({"staff_session", "receipt"}))
    status, body = asked_by(made, role, row("nurse3", name="周护士"), given)

    assert (403, "forbidden", [2]) == (status, body["code"], [fault["row"] for fault in body["errors"]])
    after = made.rows(but=frozenset({"staff_session", "receipt"}))
    assert before == after


def test_accounts_of_the_own_hall_are_made_and_changed_and_each_is_audited_by_name(made):
    """S3: the trail said `import.staff 1`."""
    first = asked_by(made, "admin@H1", row("lan", password=NEW), row("doc", "doctor", doctor="D7", password=NEW))
    assert (200, {"added": 2, "changed": 0}) == first
    assert (200, {"added": 0, "changed": 1}) == asked_by(made, "service:H1", row("lan", name="兰护士"))
    assert (200, {"added": 0, "changed": 1}) == asked_by(made, "admin@H1", row("lan", name="兰护士", password=PASSWORD))

    trail = [entry for entry in made.rows()["audit"] if "account." in str(entry)]
    told = [(entry[5].removeprefix("account."), entry[6]) for entry in trail]
    assert [("added", "lan"), ("added", "doc"), ("changed", "lan"), ("changed", "lan")] == told
    assert "password" in trail[-1][7]
    assert "name" in trail[-2][7]
    assert NEW not in str(trail)


def test_a_person_gives_the_own_password_again_before_accounts_or_the_hall_file_change(made):
    """S3, S16: whoever sat down at an open console made accounts."""
    file = made.get("/hall-file", role="admin")[1]
    edited = {"toml": file["toml"].replace("2诊室", "二诊室"), "version": file["version"]}
    before = made.rows(but=frozenset({"staff_session", "receipt", "audit", "hall", "staff", "login_attempt"}))
    tried = [
        asked_by(made, "admin", row("eve", password=NEW), password=None),
        asked_by(made, "admin", row("eve", password=NEW), password="not my password"),
        made.post("/hall-file", edited, role="admin"),
        made.post("/hall-file", edited | {"password": NEW}, role="admin"),
    ]

    assert [(403, "password_needed")] * 4 == [(status, body["code"]) for status, body in tried]
    after = made.rows(but=frozenset({"staff_session", "receipt", "audit", "hall", "staff", "login_attempt"}))
    assert before == after
    assert 200 == made.post("/hall-file", edited | {"check": True}, role="admin")[0], "a rehearsal asks for none"
    assert 200 == made.post("/hall-file", edited | {"password": PASSWORD}, role="admin")[0]


def test_an_administrator_of_one_hall_sees_and_changes_that_hall_only(made):
    """S3: lists and hall file showed all halls; `admin1` renamed H2."""
    file = made.get("/hall-file", role="admin@H1")[1]
    edited = {"toml": file["toml"].replace("1诊室", "一诊室"), "version": file["version"], "password": PASSWORD}
    whole = made.get("/hall-file", role="admin")[1]["toml"]
    status, body = made.post("/hall-file", edited | {"toml": whole.replace("外科候诊区", "我的")}, role="admin@H1")

    assert "外科" not in file["toml"]
    assert (403, ["hall H2"]) == (status, [fault["where"] for fault in body["errors"]])
    assert (200, ["station R1: name changed"]) == (
        (answer := made.post("/hall-file", edited, role="admin@H1"))[0], answer[1]["changes"],
    )  # fmt: skip
    assert "外科候诊区" in made.get("/hall-file", role="admin")[1]["toml"]
    assert 410 == made.post("/hall-file", edited, role="admin@H1")[0]
    client = made.server.app.test_client(use_cookies=False)
    staff = client.get("/api/v1/staff", headers=made.headers("admin@H1")).json["staff"]
    devices = made.get("/devices", role="admin@H1")[1]["devices"]
    metrics = client.get("/metrics", headers=made.headers("admin@H1")).get_data(as_text=True)
    assert {"H1"} == {one["hall"] for one in staff} == {one["hall"] for one in devices}
    assert ('hall="H1"' in metrics, 'hall="H2"' in metrics) == (True, False)
    assert ["H1"] == made.get("/session", role="admin@H1")[1]["halls"]


def test_a_service_of_one_hall_writes_and_reads_nothing_of_another(made):
    """S3: a service of H1 wrote H2's appointments and read H2's devices."""
    people = [{"record_number": "MR1", "name": "张三"}]
    assert 200 == made.post("/imports/patients", {"rows": people}, role="service:H1")[0]
    slot = {"id": "B1", "patient": "MR1", "slot_start": "2026-03-02 10:00", "slot_end": "2026-03-02 10:30"}
    theirs, ours = {**slot, "hall": "H2", "queue": "SU"}, {**slot, "hall": "H1", "queue": "IM"}
    assert 200 == made.post("/imports/appointments", {"rows": [theirs]}, role="service")[0]
    before = made.rows(but=frozenset({"receipt"}))["appointment"]
    tried = [
        made.post("/imports/appointments", {"rows": [theirs | {"state": "cancelled"}]}, role="service:H1"),
        made.post("/imports/appointments", {"rows": [ours]}, role="service:H1"),
        made.post("/appointments/B1/cancel", {}, role="service:H1"),
    ]
    client = made.server.app.test_client(use_cookies=False)

    refused = [(403, "forbidden"), (403, "forbidden"), (404, "not_found")]
    assert refused == [(status, body["code"]) for status, body in tried]
    assert before == made.rows()["appointment"]
    assert 'hall="H2"' not in client.get("/metrics", headers=made.headers("service:H1")).get_data(as_text=True)
    assert 200 == made.post("/imports/appointments", {"rows": [ours | {"id": "B2"}]}, role="service:H1")[0]
    device = made.device("service")
    assert 403 == made.post(f"/devices/{device}/revoke", {}, role="admin@H1")[0]


def test_whose_rights_change_signs_in_again(made):
    """S3: an old login kept working with new rights."""
    client = made.server.app.test_client(use_cookies=False)
    made.staff("lei", "nurse", hall="H1")
    answer = client.post("/api/v1/session", json={"username": "lei", "password": PASSWORD})
    cookie = {"Cookie": answer.headers["Set-Cookie"].split(";")[0]}
    assert 200 == asked_by(made, "service", row("lei", "doctor"))[0]
    made.server.app.extensions["hall"].tokens._known.clear()

    assert 401 == client.get("/api/v1/session", headers=cookie).status_code
    again = client.post("/api/v1/session", json={"username": "lei", "password": PASSWORD})
    assert "doctor" == again.json["staff"]["role"]
