"""Who may do what: every route × every role, generated from the routes as declared; denied by default."""

import pytest

from server.protocol.terms import DeviceRole, StaffRole
from server.web.routes import declared
from tests.support.api import Api, an_api

WISHERS = {
    **{role.value: role for role in DeviceRole},
    "nurse": StaffRole.NURSE,
    "doctor@R1": StaffRole.DOCTOR,
    "admin": StaffRole.ADMIN,
}
CONTRACT = {
    "call_next": {"console", "doctor@R1"},
    "check_in": {"kiosk", "console", "nurse"},
    "identify": {"kiosk", "console", "nurse"},
    "triage_ticket": {"console", "nurse"},
    "start_ticket": {"console", "nurse", "doctor@R1"},
    "return_ticket": {"kiosk", "console", "nurse", "doctor@R1"},
    "raise_alert": {"kiosk", "console", "nurse", "doctor@R1"},
    "claim_print_job": {"station"},
    "report_print_job": {"station", "kiosk"},
    "report_announcement": {"caller"},
    "get_snapshot": {"kiosk", "caller", "console", "nurse", "doctor@R1"},
    "get_hall_file": {"admin"},
    "edit_hall_file": {"admin"},
    "list_devices": {"admin"},
    "import_patients": {"service"},
}
"""What architecture §4 says of roles, for the routes it names."""


@pytest.fixture(scope="module")
def api():
    with an_api() as made:
        for wisher in WISHERS:
            made.headers(wisher)
        yield made


@pytest.fixture(scope="module")
def routes(api):
    return [route for route in declared() if route.roles is not None]


def attempt(api: Api, route, role: str | None):
    path = route.path.removeprefix("/api/v1").replace("<hall>", "H1").replace("<id>", "nothing")
    return api.send(route.method, path, {} if route.method == "POST" else None, role=role)


def test_every_role_that_a_route_does_not_name_is_refused_and_nothing_changes(api, routes):
    before = api.rows()
    let_in = []
    for route in routes:
        for wisher, role in WISHERS.items():
            if role in route.roles:
                continue
            answer = attempt(api, route, wisher)
            if (answer.status_code, answer.json.get("code")) != (403, "forbidden"):
                let_in.append((route.operation, wisher, answer.status_code))
            assert "application/problem+json" == answer.mimetype

    assert [] == let_in
    assert before == api.rows()


def test_nobody_gets_in_without_a_token_or_with_a_wrong_one(api, routes):
    let_in = []
    for route in routes:
        path = route.path.removeprefix("/api/v1").replace("<hall>", "H1").replace("<id>", "nothing")
        for headers in ({}, {"Authorization": "Bearer hall_wrong"}, {"Cookie": "hall_session=wrong"}):
            answer = api.send(route.method, path, {}, role=None, headers=headers)
            if (answer.status_code, answer.json["code"]) != (401, "unauthenticated"):
                let_in.append((route.operation, headers, answer.status_code))

    assert [] == let_in


def test_a_route_that_names_a_role_lets_it_past_the_door(api, routes):
    kept_out = [
        (route.operation, wisher)
        for route in routes
        for wisher, role in WISHERS.items()
        if role in route.roles and "may not do this" in ((attempt(api, route, wisher).json or {}).get("detail") or "")
    ]

    assert [] == kept_out


@pytest.mark.parametrize("operation", CONTRACT)
def test_the_roles_of_the_contract_are_the_roles_of_the_route(routes, operation):
    route = next(route for route in routes if route.operation == operation)

    assert CONTRACT[operation] == {wisher for wisher, role in WISHERS.items() if role in route.roles}


def test_a_device_of_one_hall_reads_and_changes_nothing_of_another(api):
    ticket = api.check_in("张小三")["id"]
    api.token("console:H2")
    before = api.rows()
    tried = [
        ("GET", "/halls/H1/snapshot", None),
        ("GET", "/halls/H1/events", None),
        ("GET", f"/tickets/{ticket}", None),
        ("POST", f"/tickets/{ticket}/cancel", {}),
        ("POST", f"/tickets/{ticket}/transfer", {"queue": "SU", "hall": "H2", "reason": "mine"}),
        ("POST", "/stations/R1/call-next", {}),
        ("POST", "/stations/R1/stop", {}),
        ("POST", "/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": "李四"}}),
        ("POST", "/identifications", {"hall": "H1", "scan": "MR1"}),
    ]
    answers = [(path, api.send(method, path, body, role="console:H2")) for method, path, body in tried]

    assert [(path, 403, "forbidden") for _, path, _ in tried] == [
        (path, answer.status_code, answer.json["code"]) for path, answer in answers
    ]
    assert 404 == api.post("/alerts", {"kind": "help", "ticket": ticket}, role="console:H2")[0]
    assert before == api.rows()


def test_a_doctor_works_at_the_own_station_only(api):
    api.check_in("王五")
    called = api.call("R2")["id"]
    api.cookie("doctor@R1")
    before = api.rows()

    refused = [
        api.post("/stations/R2/call-next", {}, role="doctor@R1"),
        api.post("/stations/R2/pause", {}, role="doctor@R1"),
        api.post(f"/tickets/{called}/start", {}, role="doctor@R1"),
        api.post(f"/tickets/{called}/recall", {}, role="doctor@R1"),
        api.post(f"/tickets/{called}/hold", {"reason": "x-ray"}, role="doctor@R1"),
        api.post(f"/tickets/{called}/finish", {}, role="doctor@R1"),
        api.post(f"/tickets/{called}/cancel", {}, role="doctor@R1"),
        api.post(f"/tickets/{called}/undo", {}, role="doctor@R1"),
        api.post(f"/tickets/{called}/transfer", {"queue": "ENT", "reason": "mine"}, role="doctor@R1"),
    ]

    assert [(403, "not_your_station")] * 9 == [(status, body["code"]) for status, body in refused]
    assert before == api.rows()


def test_a_doctor_calls_and_sees_a_patient_at_the_own_station(api):
    api.check_in("赵六")
    called = api.call("R1", role="doctor@R1")

    assert "serving" == api.act(called, "start", role="doctor@R1")["state"]
    assert "done" == api.act(called, "finish", role="doctor@R1")["state"]


def test_a_nurse_may_move_tickets_but_not_call(api):
    ticket = api.check_in("孙七")

    status, body = api.post("/stations/R1/call-next", {}, role="nurse")

    assert (403, "forbidden") == (status, body["code"])
    assert "held" == api.act(ticket, "hold", role="nurse", reason="telephone")["state"]


def test_an_administrator_sees_no_patients(api):
    read = [api.get(path, role="admin") for path in ("/halls/H1/snapshot", "/halls/H1/events")]

    assert [(403, "forbidden")] * 2 == [(status, body["code"]) for status, body in read]
    assert 200 == api.get("/hall-file", role="admin")[0]
    assert 200 == api.get("/devices", role="admin")[0]


@pytest.mark.parametrize("state", ["staged", "called", "held to be escorted", "held for a telephone call"])
def test_a_kiosk_takes_no_ticket_out_of_the_hands_of_staff(state):
    with an_api() as api:
        ticket = api.check_in("某某")["id"]
        match state:
            case "staged":
                api.act(ticket, "stage", station="R1")
            case "called":
                api.call("R1")
            case "held to be escorted":
                api.act(ticket, "triage", grade="R")
            case _:
                api.act(ticket, "hold", reason="telephone")
        before = api.rows()
        status, body = api.post(f"/tickets/{ticket}/return", {}, role="kiosk")

        assert (409, "illegal_move") == (status, body["code"])
        assert before == api.rows()


def test_a_kiosk_brings_back_who_was_passed_or_examined():
    with an_api() as api:
        for word, more in (("pass", {"reason": "not here"}), ("hold", {"reason": "examination: CT"})):
            ticket = api.check_in("某某")["id"]
            api.call("R1")
            api.act(ticket, word, **more)
            assert (200, "waiting") == (
                (answer := api.post(f"/tickets/{ticket}/return", {}, role="kiosk"))[0], answer[1]["ticket"]["state"],
            )  # fmt: skip
            api.act(ticket, "cancel")


def test_nothing_is_printed_by_word_alone():
    with an_api() as api:
        _, body = api.post("/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": "某某"}}, role="kiosk")
        job = f"/print-jobs/{body['print_job']['id']}/report"
        before = api.rows()

        for evidence in ({}, {"evidence": " "}):
            status, answer = api.post(job, {"state": "printed", **evidence}, role="kiosk")
            assert (422, "evidence_needed") == (status, answer["code"])
        assert before == api.rows()
        assert 200 == api.post(job, {"state": "printed", "evidence": "GS r 1"}, role="kiosk")[0]
