"""Who may do what: the table of rights × every role × things of two halls; denied by default."""

import pytest

from server.domain.access.rights import RIGHTS, Subject
from server.protocol.terms import DeviceRole
from server.web import authorise
from tests.support.api import an_api
from tests.support.rights import ABROAD, WISHERS, ask, guarded, kept_out, let_in, told_abroad, unlisted, unused

CONTRACT = {
    "call_next": {"console", "doctor@R1"},
    "check_in": {"kiosk", "console", "nurse", "doctor@R1"},
    "identify": {"kiosk", "console", "nurse"},
    "triage_ticket": {"console", "nurse"},
    "start_ticket": {"console", "nurse", "doctor@R1"},
    "return_ticket": {"kiosk", "console", "nurse", "doctor@R1"},
    "raise_alert": {"kiosk", "console", "nurse", "doctor@R1"},
    "claim_print_job": {"station"},
    "report_print_job": {"station", "kiosk"},
    "report_announcement": {"caller"},
    "get_snapshot": {"kiosk", "caller", "console", "nurse", "doctor@R1", "service", "portal"},
    "get_triages": {"console", "nurse", "doctor@R1"},
    "reprint": {"kiosk", "console", "nurse"},
    "receive_reports": {"service"},
    "print_report": {"kiosk"},
    "get_hall_file": {"admin"},
    "edit_hall_file": {"admin"},
    "list_devices": {"admin"},
    "import_patients": {"service"},
}
"""What the roles may do, by hand, for some routes."""


@pytest.fixture(scope="module")
def api():
    with an_api() as made:
        for wisher in (*WISHERS, *ABROAD):
            made.headers(wisher)
        yield made


@pytest.fixture(scope="module")
def things(api):
    """One of each thing in hall H1."""
    ticket = api.check_in("张小三")
    _, paper = api.post("/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": "某某"}}, role="kiosk")
    alert = api.post("/alerts", {"kind": "help"})[1]["alert"]["id"]
    api.call("R2")
    said = next(event["announcement"]["id"] for event in api.events() if "announcement" in event)
    api.post("/imports/patients", {"rows": [{"record_number": "MR1", "name": "预约"}]}, role="service")
    slot = {"slot_start": "2026-03-02T09:00", "slot_end": "2026-03-02T09:30"}
    booked = {"id": "AP1", "patient": "MR1", "hall": "H1", "queue": "IM", **slot}
    assert 200 == api.post("/imports/appointments", {"rows": [booked]}, role="service")[0]
    return {
        Subject.TICKET: ticket["id"],
        Subject.STATION: "R1",
        Subject.PRINT_JOB: paper["print_job"]["id"],
        Subject.ALERT: alert,
        Subject.ANNOUNCEMENT: said,
        Subject.DEVICE: api.device("kiosk"),
        Subject.APPOINTMENT: "AP1",
    }


def test_every_address_has_a_row_and_every_row_an_address(api):
    assert ([], []) == (unlisted(api.server.app), unused(api.server.app))


def test_each_role_is_let_in_and_refused_as_the_table_says_and_refusals_change_nothing(api):
    before = api.rows()

    assert [] == list(let_in(api))
    assert before == api.rows()
    assert [] == list(kept_out(api))


def test_who_works_in_another_hall_is_told_nothing_of_a_thing_here(api, things):
    """S3, S4: the answer is that of a thing which is not there."""
    before = api.rows()

    assert [] == list(told_abroad(api, things))
    assert before == api.rows()


def test_a_hall_that_is_named_is_answered_only_to_its_own(api):
    let_in = []
    for route in guarded():
        for wisher, role in ABROAD.items():
            if "<hall>" in route.path and role in route.roles:
                answer = ask(api, route, wisher)
                if (answer.status_code, answer.json["code"]) != (403, "forbidden"):
                    let_in.append((route.operation, wisher, answer.status_code))

    assert [] == let_in


def test_nobody_gets_in_without_a_token_or_with_a_wrong_one(api):
    let_in = []
    for route in guarded():
        for headers in ({}, {"Authorization": "Bearer hall_wrong"}, {"Cookie": "hall_session=wrong"}):
            answer = ask(api, route, None, headers=headers)
            if (answer.status_code, answer.json["code"]) != (401, "unauthenticated"):
                let_in.append((route.operation, headers, answer.status_code))

    assert [] == let_in


@pytest.mark.parametrize("operation", CONTRACT)
def test_the_roles_of_the_contract_are_the_roles_of_the_table(operation):
    """What the roles may do is written down a second time: a row that was widened is found."""
    assert CONTRACT[operation] == {wisher for wisher, role in WISHERS.items() if role in RIGHTS[operation].reaches}


def test_an_address_without_a_row_is_found_and_meanwhile_answers_nobody():
    """A planted hole: a view registered without a thought for rights."""
    with an_api(fresh=True) as api:
        api.server.app.add_url_rule("/api/v1/everything", "everything", lambda: {"patients": ["all"]})

        assert ["/api/v1/everything"] == unlisted(api.server.app)
        assert 401 == api.get("/everything", role=None)[0]
        assert {403} == {api.get("/everything", role=wisher)[0] for wisher in WISHERS}


def test_a_server_that_lets_in_more_than_its_table_is_found(api, monkeypatch):
    """A planted hole: the caller may cancel."""
    asked = authorise.roles_of
    more = {"cancel_ticket": frozenset({DeviceRole.CALLER})}
    monkeypatch.setattr(authorise, "roles_of", lambda name: (asked(name) or frozenset()) | more.get(name, frozenset()))

    assert [("cancel_ticket", "caller", 404)] == list(let_in(api))


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
