"""Triage over HTTP where a nurse, a clock or another queue could get round its rules."""

import json

import pytest

from tests.support.api import PASSWORD, an_api


def graded(api, ticket, status=200, **body):
    """One triage of the ticket; the answer's body."""
    found, answer = api.post(f"/tickets/{ticket['id']}/triage", body)
    assert status == found, answer
    return answer


def seen_by_the_public(api, ticket):
    """Where the ticket's number stands on a public screen."""
    return [one["state"] for one in api.snapshot("kiosk")["tickets"] if one["number"] == ticket["number"]]


@pytest.fixture
def api():
    with an_api() as own:
        yield own


def test_a_number_too_long_to_be_one_is_refused_and_nothing_changes(api):
    ticket = api.check_in("长", "ED")
    before = api.rows()

    answer = graded(api, ticket, status=422, vitals={"pulse": 10**400})

    assert "invalid" == answer["code"]
    assert before == api.rows()


@pytest.mark.parametrize(
    ("vital", "value"),
    [
        ("pulse", -70), ("pulse", -1), ("systolic", -120), ("pain", -4), ("temperature", 400), ("temperature", -36.6),
        ("temperature", "36,6"), ("temperature", "warm"), ("spo2", 101), ("respiration", [16]),
    ],
)  # fmt: skip
def test_what_nobody_can_have_measured_is_refused_by_name_and_nothing_changes(api, vital, value):
    ticket = api.check_in("量", "ED")
    before = api.rows()

    answer = graded(api, ticket, status=422, vitals={vital: value})

    assert "invalid" == answer["code"]
    assert vital in json.dumps(answer)
    assert before == api.rows()


def test_an_empty_triage_of_a_new_patient_is_no_reason_to_wait_longest(api):
    assert "Ⅳa" == graded(api, api.check_in("空", "ED"))["ticket"]["grade"]
    assert "N" == graded(api, api.check_in("空", "IM"))["ticket"]["grade"]


def test_an_empty_triage_of_a_graded_patient_confirms_the_grade(api):
    ticket = api.check_in("同", "ED")
    graded(api, ticket, grade="Ⅱ")
    assert "Ⅱ" == graded(api, ticket)["ticket"]["grade"]


def test_blanks_are_no_reason_for_a_lower_grade(api):
    ticket = api.check_in("白", "ED")
    graded(api, ticket, grade="Ⅱ")
    assert "invalid" == graded(api, ticket, status=422, grade="Ⅲ", reason="   ")["code"]
    assert "Ⅱ" == api.ticket(ticket["id"])["grade"]


def test_a_queue_of_another_scale_is_no_way_round_a_reason_and_a_second_person(api):
    ticket = api.check_in("换", "ED")
    graded(api, ticket, grade="Ⅱ")
    before = api.rows()
    assert "reason_needed" == graded(api, ticket, status=422, grade="N", queue="IM")["code"]
    assert "second_needed" == graded(api, ticket, status=422, grade="N", queue="IM", reason="stable")["code"]
    assert before == api.rows()

    api.staff("second", "nurse", hall="H1")
    second = {"username": "second", "password": PASSWORD}
    moved = graded(api, ticket, grade="N", queue="IM", reason="stable", second=second)

    assert ("IM", "N") == (moved["ticket"]["queue"], moved["ticket"]["grade"])
    assert "second" == api.get(f"/tickets/{ticket['id']}/triages")[1]["triages"][-1]["second"]


@pytest.mark.parametrize(("grade", "becomes"), [("Ⅲ", "U"), ("Ⅳa", "N"), ("Ⅳb", "N")])
def test_a_graded_patient_who_changes_the_scale_keeps_what_the_grade_asked_for(api, grade, becomes):
    ticket = api.check_in("移", "ED")
    graded(api, ticket, grade=grade)
    assert becomes == graded(api, ticket, queue="IM")["ticket"]["grade"]


def test_a_suggestion_for_a_ticket_is_on_the_scale_of_its_queue(api):
    ticket = api.check_in("尺", "ED")
    status, body = api.post("/triage-suggestions", {"ticket": ticket["id"], "vitals": {"pain": 7}})
    assert (200, "Ⅱ") == (status, body["suggestion"]["grade"])


def test_an_unknown_scale_is_named_as_the_field_that_is_wrong(api):
    status, body = api.post("/triage-suggestions", {"scale": "CN-EDD", "vitals": {"pain": 7}})
    assert (422, "invalid", "scale") == (status, body["code"], body["field"])


def test_vitals_from_the_future_are_not_taken_for_fresh_ones(api):
    vitals = {"pulse": 70, "measured_at": "2099-01-01T00:00:00Z"}
    assert ["pulse"] == api.post("/triage-suggestions", {"vitals": vitals})[1]["suggestion"]["stale"]


@pytest.mark.parametrize("deed", ["return", "transfer"])
def test_nothing_puts_level_r_back_in_line(api, deed):
    ticket = api.check_in("危")
    graded(api, ticket, grade="R")

    body = {"queue": "ENT", "reason": "x"} if deed == "transfer" else {}
    status, answer = api.post(f"/tickets/{ticket['id']}/{deed}", body)

    assert (409, "not_callable") == (status, answer["code"])
    after = api.get(f"/tickets/{ticket['id']}")[1]["ticket"]
    assert ("held", "escort") == (after["state"], after["hold_reason"])
    assert (None, None) == (api.call("R1"), api.call("R3"))
    assert [] == seen_by_the_public(api, ticket)


def test_undoing_level_r_takes_back_the_whole_triage(api):
    ticket = api.check_in("误")
    graded(api, ticket, grade="R")

    after = api.act(ticket, "undo")

    assert ("waiting", "N", False) == (after["state"], after["grade"], after["bypass"])
    assert ["waiting"] == seen_by_the_public(api, ticket)


def test_who_is_sent_to_a_queue_of_another_scale_is_no_longer_hidden(api):
    ticket = api.check_in("转")
    graded(api, ticket, grade="R")

    after = api.act(ticket, "transfer", queue="ED", reason="resuscitation room")

    assert ("checked_in", None, False) == (after["state"], after["grade"], after["bypass"])
    assert ["checked_in"] == seen_by_the_public(api, ticket)


def test_a_reassessment_that_falls_due_during_a_call_is_not_forgotten(api):
    ticket = api.check_in("钟", "ED")
    graded(api, ticket, grade="Ⅲ")
    api.later("2026-03-02T09:25:00+08:00")
    api.call("E1")
    api.later("2026-03-02T09:31:00+08:00")
    api.act(ticket, "pass", reason="did not come")
    api.act(ticket, "return")

    api.later("2026-03-02T09:40:00+08:00")

    assert ["reassess"] == [one["kind"] for one in api.snapshot()["alerts"] if one["ticket"] == ticket["id"]]


@pytest.mark.parametrize("state", ["waiting", "staged", "called", "serving", "held"])
def test_level_one_leaves_every_public_frame_from_wherever_it_was(api, state):
    for role in ("kiosk", "caller"):
        api.token(role)
    ticket = api.check_in("公")
    if state == "staged":
        api.act(ticket, "stage", station="R1")
    elif state == "held":
        api.act(ticket, "hold", reason="examination")
    elif state != "waiting":
        api.call("R1")
    if state == "serving":
        api.act(ticket, "start")
    last = api.events("caller")[-1]["seq"]

    graded(api, ticket, grade="R")
    api.act(ticket, "worse")

    for role in ("kiosk", "caller"):
        said = json.dumps([api.snapshot(role), api.events(role, after=last)])
        assert ticket["number"] not in said
        assert '"R"' not in said


def test_two_nurses_on_one_ticket_the_later_cannot_lower_unawares(api):
    ticket = api.check_in("双", "ED")
    graded(api, ticket, grade="Ⅱ")
    refused = graded(api, ticket, status=422, grade="Ⅲ", vitals={"pulse": 105})
    assert "reason_needed" == refused["code"]
    assert ["Ⅱ"] == [one["grade"] for one in api.get(f"/tickets/{ticket['id']}/triages")[1]["triages"]]
