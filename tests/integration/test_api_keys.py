"""Idempotency-Key: what is answered is kept, what is refused is not, and a restart forgets neither."""

import pytest
from sqlalchemy import text

from server.services.schedule.retention import prune
from tests.support.api import an_api

PERSON = {"hall": "H1", "queue": "IM", "patient": {"name": "张小三"}}


@pytest.fixture
def api():
    with an_api() as made:
        yield made


def test_a_check_in_is_answered_again_word_for_word_also_after_a_restart():
    with an_api(fresh=True) as api:
        first = api.send("POST", "/check-ins", PERSON, role="kiosk", key="one")
        again = api.send("POST", "/check-ins", PERSON, role="kiosk", key="one")
        restarted = api.restart()
        after = restarted.send("POST", "/check-ins", PERSON, role="kiosk", key="one")
        restarted.close()

        assert (201, 201, 201) == (first.status_code, again.status_code, after.status_code)
        assert first.get_data() == again.get_data() == after.get_data()
        assert 1 == len(api.rows()["ticket"])


def test_an_answer_is_kept_as_it_was_whatever_became_of_the_ticket(api):
    _, first = api.post("/check-ins", PERSON, key="one")
    api.act(first["ticket"], "cancel")

    assert (201, first) == api.post("/check-ins", PERSON, key="one")


def test_the_order_of_fields_and_the_space_between_them_make_no_other_wish(api):
    one = api.send("POST", "/check-ins", key="one", data=b'{"hall":"H1","queue":"IM","patient":{"name":"A"}}')
    other = api.send("POST", "/check-ins", key="one", data=b'{ "patient": {"name": "A"}, "queue": "IM", "hall": "H1" }')

    assert one.get_data() == other.get_data()


@pytest.mark.parametrize("body", [{**PERSON, "queue": "ENT"}, {**PERSON, "print": False}, {**PERSON, "language": "en"}])
def test_a_key_for_another_body_is_refused_and_does_nothing(api, body):
    api.post("/check-ins", PERSON, key="one")
    before = api.rows()
    status, refused = api.post("/check-ins", body, key="one")

    assert (422, "key_reused") == (status, refused["code"])
    assert before == api.rows()


def test_a_key_for_another_path_is_refused(api):
    first, second = api.check_in("一"), api.check_in("二")
    assert 200 == api.post(f"/tickets/{first['id']}/cancel", {}, key="one")[0]

    assert "key_reused" == api.post(f"/tickets/{second['id']}/cancel", {}, key="one")[1]["code"]
    assert "waiting" == api.ticket(second["id"])["state"]


def test_two_devices_may_use_one_key(api):
    api.token("kiosk-2")
    one, other = (api.post("/check-ins", PERSON, role=role, key="one")[1]["ticket"] for role in ("kiosk", "kiosk-2"))

    assert one["number"] != other["number"]


def test_a_refusal_is_not_kept_the_same_key_is_tried_anew(api):
    api.check_in("一")
    api.call("R1")
    body = {"finish_current": False}
    assert 409 == api.post("/stations/R1/call-next", body, key="one")[0]
    assert [] == [row for row in api.rows()["receipt"] if row[1] == "one"]
    api.act(api.snapshot()["tickets"][0], "finish")

    assert (200, None) == (api.post("/stations/R1/call-next", body, key="one")[0], None)


@pytest.mark.parametrize("key", ["x" * 255, "a b", "~", '"quoted"', "550e8400-e29b-41d4-a716-446655440000", " lead"])
def test_every_printable_key_is_kept_as_it_is(api, key):
    first, again = api.post("/check-ins", PERSON, key=key), api.post("/check-ins", PERSON, key=key)

    assert first == again
    assert 201 == first[0]


def test_a_receipt_holds_no_name_and_the_answer_does(api):
    status, body = api.post("/check-ins", PERSON, key="one")
    receipt = next(row for row in api.rows()["receipt"] if row[1] == "one")

    assert (201, "张小三") == (status, body["ticket"]["name"])
    assert "张" not in str(receipt)


def test_a_receipt_is_kept_for_seven_days_at_least_whatever_simulated_time_says(api):
    first = api.post("/check-ins", PERSON, key="one")
    api.later("2026-04-30T09:00:00+08:00")
    with api.context.engines.write.begin() as connection:
        connection.execute(text("SELECT 1"))
    api.context.transactions.administer(lambda db: prune(db, api.context.clock.real()) or [])

    assert first == api.post("/check-ins", PERSON, key="one")


def test_a_wish_without_facts_leaves_a_receipt_too(api):
    first = api.post("/stations/R1/call-next", {}, key="one")
    api.check_in("一")

    assert first == api.post("/stations/R1/call-next", {}, key="one")
    assert None is first[1]["ticket"]
