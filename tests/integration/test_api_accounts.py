"""Accounts: made, changed, disabled, unlocked, signed out, with passwords for one sign-in; all of it audited."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.store.models import AuditRow
from tests.support.api import PASSWORD, an_api

OTHER = "another long sentence"
NURSE = {"username": "mei", "name": "梅护士", "role": "nurse", "hall": "H1"}


@pytest.fixture
def api():
    with an_api() as made:
        yield made


def sign_in(api, username, password, **more):
    body = {"username": username, "password": password, **more}
    answer = api.server.app.test_client(use_cookies=False).post("/api/v1/session", json=body)
    return answer.status_code, answer.json.get("code"), answer.headers.get("Set-Cookie", "").split(";")[0]


def opens(api, cookie):
    api.server.app.extensions["hall"].tokens._known.clear()
    client = api.server.app.test_client(use_cookies=False)
    return client.get("/api/v1/session", headers={"Cookie": cookie}).status_code == 200


def changed(api, what, id="", by="admin", password=PASSWORD, **body):
    path = f"/staff/{id}/{what}" if id else "/staff"
    return api.post(path, {**body, "password": password}, role=by)


def added(api, **more):
    """A new nurse, with the password that is said once."""
    status, body = changed(api, "", **{**NURSE, **more})
    assert 201 == status, body
    return body["account"]["id"], body["password"]


def refusal(answer):
    status, body = answer
    return status, body["code"]


def audited(api):
    with Session(api.context.engines.read) as db:
        return db.scalars(select(AuditRow).order_by(AuditRow.hall_id, AuditRow.seq)).all()


def trail(api, action):
    return [(row.hall_id, row.actor, row.object, row.reason) for row in audited(api) if row.action == action]


def test_a_new_account_signs_in_once_with_the_password_that_was_said_once(api):
    id, once = added(api)

    assert (403, "new_password_needed", "") == sign_in(api, "mei", once)
    assert (422, "invalid", "") == sign_in(api, "mei", once, new_password="short")
    assert (422, "invalid", "") == sign_in(api, "mei", once, new_password=once)
    assert 200 == sign_in(api, "mei", once, new_password=OTHER)[0]
    assert 401 == sign_in(api, "mei", once)[0]
    assert 200 == sign_in(api, "mei", OTHER)[0]
    listed = {one["username"]: one for one in api.get("/staff", role="admin")[1]["staff"]}
    assert (id, False, 2) == (listed["mei"]["id"], listed["mei"]["password_once"], listed["mei"]["sessions"])
    assert [("H1", "admin:admin", "mei", "nurse of H1")] == trail(api, "account.added")
    assert once not in str(api.rows(but=frozenset()))


def test_a_repeated_key_makes_one_account_and_says_its_password_no_more(api):
    body = {**NURSE, "password": PASSWORD}
    first = api.post("/staff", body, role="admin", key="k1")
    again = api.post("/staff", body, role="admin", key="k1")

    assert (201, 201) == (first[0], again[0])
    assert first[1]["account"] == again[1]["account"]
    assert "password" not in again[1]
    assert (409, "username_taken") == refusal(changed(api, "", **NURSE))


def test_who_is_disabled_is_out_at_once_and_signs_in_no_more_until_enabled(api):
    id, once = added(api)
    cookie = sign_in(api, "mei", once, new_password=OTHER)[2]
    assert opens(api, cookie)

    assert 200 == changed(api, "disable", id)[0]
    assert not opens(api, cookie)
    assert 401 == sign_in(api, "mei", OTHER)[0]
    assert 200 == changed(api, "enable", id)[0]
    assert not opens(api, cookie)
    assert 200 == sign_in(api, "mei", OTHER)[0]
    assert [1, 1] == [len(trail(api, action)) for action in ("account.disabled", "account.enabled")]


def test_a_reset_password_ends_sessions_and_is_for_one_sign_in(api):
    id, once = added(api)
    cookie = sign_in(api, "mei", once, new_password=OTHER)[2]
    status, body = changed(api, "reset-password", id)

    assert (200, True) == (status, body["account"]["password_once"])
    assert not opens(api, cookie)
    assert 401 == sign_in(api, "mei", OTHER)[0]
    assert "new_password_needed" == sign_in(api, "mei", body["password"])[1]


def test_who_tried_too_often_is_let_in_again_by_an_administrator(api):
    id, once = added(api)
    for number in range(12):
        sign_in(api, "mei", f"wrong password {number}")
    assert 401 == sign_in(api, "mei", once)[0]
    assert next(one for one in api.get("/staff", role="admin")[1]["staff"] if one["id"] == id)["guessed"]

    status, body = changed(api, "unlock", id)
    assert (200, False) == (status, body["account"]["guessed"])
    assert "new_password_needed" == sign_in(api, "mei", once)[1]


def test_sessions_are_listed_and_ended(api):
    id, once = added(api)
    cookies = [sign_in(api, "mei", once, new_password=OTHER)[2], sign_in(api, "mei", OTHER)[2]]
    listed = api.get(f"/staff/{id}/sessions", role="admin")[1]["sessions"]

    assert 2 == len(listed)
    assert {"created_at", "seen_at", "expires_at"} == set(listed[0])
    assert 0 == changed(api, "end-sessions", id)[1]["account"]["sessions"]
    assert [False, False] == [opens(api, cookie) for cookie in cookies]


def test_other_rights_end_the_sessions_and_another_name_does_not(api):
    id, once = added(api)
    cookie = sign_in(api, "mei", once, new_password=OTHER)[2]

    assert 200 == changed(api, "change", id, name="梅主管", role="nurse", hall="H1")[0]
    assert opens(api, cookie)
    status, body = changed(api, "change", id, name="梅主管", role="doctor", hall="H1", station="R1")
    assert (200, "doctor", "R1") == (status, body["account"]["role"], body["account"]["station"])
    assert not opens(api, cookie)
    reasons = [reason for *_, reason in trail(api, "account.changed")]
    assert ["nurse of H1: name", "doctor of H1: role, station"] == reasons


def test_everybody_changes_the_own_password_by_knowing_the_present_one(api):
    _, once = added(api)
    cookie = sign_in(api, "mei", once, new_password=OTHER)[2]

    def change(present, new):
        return api.server.app.test_client(use_cookies=False).post(
            "/api/v1/session/password",
            json={"password": present, "new_password": new},
            headers={"Cookie": cookie, "Idempotency-Key": f"{present}{new}"},
        )

    assert "password_needed" == change("wrong password", "a third sentence").json["code"]
    assert "invalid" == change(OTHER, OTHER).json["code"]
    assert 200 == change(OTHER, "a third sentence").status_code
    assert not opens(api, cookie)
    assert (401, 200) == (sign_in(api, "mei", OTHER)[0], sign_in(api, "mei", "a third sentence")[0])


@pytest.mark.parametrize(
    "what",
    ["", "change", "disable", "enable", "unlock", "reset-password", "end-sessions"],
    ids=lambda what: what or "add",
)
def test_no_account_is_touched_without_the_administrators_own_password(api, what):
    id, _ = added(api)
    body = {"": {**NURSE, "username": "li"}, "change": {"name": "某", "role": "nurse", "hall": "H1"}}.get(what, {})
    before = {row.digest for row in audited(api)}

    told = changed(api, what, id if what else "", password="wrong password", **body)
    assert (403, "password_needed") == refusal(told)
    assert ["session.refused"] == [row.action for row in audited(api) if row.digest not in before]


def test_an_administrator_of_a_hall_sees_and_touches_accounts_of_that_hall_alone(api):
    api.staff("everywhere", "nurse")
    api.staff("boss", "admin", hall="H1")
    api._cookies["boss"] = sign_in(api, "boss", PASSWORD)[2]
    ids = {one["username"]: one["id"] for one in api.get("/staff", role="admin")[1]["staff"]}

    assert "everywhere" not in {one["username"] for one in api.get("/staff", role="boss")[1]["staff"]}
    assert (404, "not_found") == refusal(changed(api, "disable", ids["everywhere"], by="boss"))
    everywhere = {"username": "x", "name": "某", "role": "nurse", "password": PASSWORD}
    assert (403, "forbidden") == refusal(api.post("/staff", everywhere, role="boss"))
    assert 201 == api.post("/staff", {**everywhere, "hall": "H1"}, role="boss")[0]


def test_nobody_disables_the_own_account_or_makes_themselves_somebody_else(api):
    api.get("/staff", role="admin")
    own = next(one for one in api.get("/staff", role="admin")[1]["staff"] if one["username"] == "admin")

    assert (403, "forbidden") == refusal(changed(api, "disable", own["id"]))
    assert 403 == changed(api, "reset-password", own["id"])[0]
    assert 403 == changed(api, "change", own["id"], name="admin", role="nurse", hall="H1")[0]
    assert 200 == changed(api, "change", own["id"], name="主管", role="admin")[0]


def test_an_account_that_nobody_knows_is_not_found(api):
    assert 404 == changed(api, "disable", "nobody")[0]
    assert 404 == api.get("/staff/nobody/sessions", role="admin")[0]
