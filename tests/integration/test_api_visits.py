"""What a kiosk may do to a ticket: only for the patient whom it identified, by the visit token (S5)."""

import pytest

from tests.support.api import an_api


@pytest.fixture
def api():
    with an_api() as made:
        yield made


def issued(api, name="某某", role="kiosk", **more):
    """A ticket from a kiosk, and the code on its slip."""
    body = {"hall": "H1", "queue": "IM", "patient": {"name": name}, **more}
    status, answer = api.post("/check-ins", body, role=role)
    assert 201 == status
    return answer["ticket"]["id"], answer["slip"]["code"]


def visit(api, code, role="kiosk"):
    """The visit token of who held a slip under the reader."""
    status, body = api.post("/identifications", {"hall": "H1", "scan": code}, role=role)
    assert 200 == status, body
    return body["visit_token"]


def passed(api):
    ticket, code = issued(api)
    api.call("R1")
    api.act(ticket, "pass", reason="gone")
    return ticket, code


def alerts(api):
    return [(one["kind"], one["ticket"], one.get("name")) for one in api.snapshot()["alerts"]]


def test_a_kiosk_brings_back_nobody_whom_it_did_not_identify(api):
    """S5: a passed or held patient came back in line at the word of any kiosk."""
    ticket, _ = passed(api)
    _, another = issued(api, "别人")
    tokens = ({}, {"visit_token": "forged"}, {"visit_token": visit(api, another)})
    before = api.rows()

    answers = [api.post(f"/tickets/{ticket}/return", body, role="kiosk") for body in tokens]

    assert [(403, "visit_token_invalid")] * 3 == [(status, body["code"]) for status, body in answers]
    assert before == api.rows()


def test_a_visit_token_of_another_kiosk_opens_nothing_here(api):
    """S5"""
    ticket, code = passed(api)
    token = {"visit_token": visit(api, code, role="kiosk-2")}

    assert 403 == api.post(f"/tickets/{ticket}/return", token, role="kiosk")[0]
    assert 200 == api.post(f"/tickets/{ticket}/return", token, role="kiosk-2")[0]


@pytest.mark.parametrize(("word", "more"), [("pass", {"reason": "gone"}), ("hold", {"reason": "examination: CT"})])
def test_a_kiosk_brings_back_who_was_passed_or_examined(api, word, more):
    ticket, code = issued(api)
    api.call("R1")
    api.act(ticket, word, **more)

    status, body = api.post(f"/tickets/{ticket}/return", {"visit_token": visit(api, code)}, role="kiosk")

    assert (200, "waiting") == (status, body["ticket"]["state"])


@pytest.mark.parametrize("state", ["staged", "called", "held to be escorted", "held for a telephone call"])
def test_a_kiosk_takes_no_ticket_out_of_the_hands_of_staff(api, state):
    ticket, code = issued(api)
    token = {"visit_token": visit(api, code)}
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

    status, body = api.post(f"/tickets/{ticket}/return", token, role="kiosk")

    assert (409, "illegal_move") == (status, body["code"])
    assert before == api.rows()


@pytest.mark.parametrize("path", ["/tickets/{}/worse", "/alerts"])
def test_who_feels_worse_at_a_kiosk_is_named_only_where_it_is_proven(api, path):
    """S5: any kiosk raised an alert with the name of any ticket's patient. Nobody is refused for it."""
    ticket, code = issued(api, "王某")

    def feel(**proof):
        body = proof if "{}" in path else {"kind": "worse", "ticket": ticket, **proof}
        return api.post(path.format(ticket), body, role="kiosk")[0]

    assert feel() in {200, 201}
    assert feel(visit_token="old") in {200, 201}
    assert [("worse", None, None)] * 2 == alerts(api)
    assert feel(visit_token=visit(api, code)) in {200, 201}
    assert ("worse", ticket, "王某") in alerts(api)


@pytest.mark.parametrize("where", ["done", "escorted", "another hall's", "not there"])
def test_who_feels_worse_is_never_refused_and_nothing_is_told_of_what_the_public_may_not_see(api, where):
    """S5"""
    ticket = hidden(api, where)

    assert (200, {"ticket": None}) == api.post(f"/tickets/{ticket}/worse", {}, role="kiosk")
    assert ("worse", None, None) in alerts(api)


def test_a_patient_who_is_done_may_still_feel_worse_by_name(api):
    ticket, code = issued(api, "王某")
    token = {"visit_token": visit(api, code)}
    api.call("R1")
    api.act(ticket, "finish")

    assert 200 == api.post(f"/tickets/{ticket}/worse", token, role="kiosk")[0]
    assert [("worse", ticket, "王某")] == alerts(api)


def hidden(api, where):
    """The id of a ticket that the public of H1 may not see."""
    if where == "not there":
        return "nothing"
    if where == "another hall's":
        return api.check_in("某某", "SU", hall="H2")["id"]
    ticket, _ = issued(api)
    if where == "escorted":
        api.act(ticket, "triage", grade="R")
    else:
        api.call("R1")
        api.act(ticket, "finish")
    return ticket


@pytest.mark.parametrize("where", ["done", "escorted", "another hall's"])
def test_a_ticket_out_of_the_publics_sight_is_not_there_for_kiosk_and_caller(api, where):
    """S5: ended tickets and those of level R and Ⅰ were shown with state and times."""
    ticket = hidden(api, where)

    for role in ("kiosk", "caller"):
        for path in (f"/tickets/{ticket}", f"/tickets/{ticket}/explanation"):
            assert (404, "unknown_ticket") == ((answer := api.get(path, role=role))[0], answer[1]["code"])
