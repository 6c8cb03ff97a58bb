"""Nobody is passed unheard; who is called elsewhere is held; a nurse may take a move back; moves carry reasons."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.services.schedule.runner import run_due
from server.store.models import AuditRow, QueueDayRow
from tests.support.api import an_api
from tests.support.disciplined import later, order


@pytest.fixture
def api():
    with an_api() as made:
        yield made


def called(api, station: str = "R1", name: str = "一"):
    api.check_in(name)
    return api.call(station)


def refused(api, ticket, word: str, **body):
    status, answer = api.post(f"/tickets/{ticket['id']}/{word}", body)
    return status, answer.get("code"), answer


def alive(api, role: str = "caller") -> None:
    assert 200 == api.post("/devices/me/heartbeat", {"seen_seq": 0, "health": {}}, role=role, key="")[0]


def trail(api, action: str) -> list[tuple[str, str | None]]:
    with Session(api.context.engines.read) as db:
        rows = db.execute(
            select(AuditRow.actor, AuditRow.reason).where(AuditRow.action == action).order_by(AuditRow.seq)
        )
        return [(actor, reason) for actor, reason in rows]


# pass protections


def test_where_no_screen_is_enrolled_a_patient_may_be_passed_at_once(api):
    assert "passed" == api.act(called(api), "pass")["state"]


def test_nobody_is_passed_while_the_screen_of_the_zone_is_offline(api):
    api.token("caller")
    ticket = called(api)
    for _ in range(2):
        api.act(ticket, "recall")
    later(api, minutes=5)
    before = api.ticket(ticket["id"])

    status, code, answer = refused(api, ticket, "pass")
    assert (409, "zone_offline", ["caller"]) == (status, code, answer["devices"])
    assert before == api.ticket(ticket["id"])


def test_nobody_is_passed_while_one_of_two_devices_of_the_zone_is_offline(api):
    alive(api, "caller-screen")
    api.token("caller-loudspeaker")
    ticket = called(api)
    api.act(ticket, "recall")
    later(api, minutes=5)

    assert (409, "zone_offline") == refused(api, ticket, "pass")[:2]
    alive(api, "caller-loudspeaker")
    assert "passed" == api.act(ticket, "pass")["state"]


def test_nobody_is_passed_before_the_calls_and_the_seconds_the_rule_asks_for(api):
    alive(api)
    ticket = called(api)
    status, code, answer = refused(api, ticket, "pass")
    assert (409, "pass_too_soon") == (status, code)
    assert (1, 2, "2026-03-02T01:01:00Z") == (answer["calls"], answer["calls_needed"], answer["allowed_at"])

    later(api, seconds=59)
    api.act(ticket, "recall")
    _, code, answer = refused(api, ticket, "pass")
    assert ("pass_too_soon", 2, "2026-03-02T01:01:59Z") == (code, answer["calls"], answer["allowed_at"])
    later(api, seconds=60)
    assert "passed" == api.act(ticket, "pass")["state"]


def test_a_recall_of_an_earlier_summons_does_not_count_for_the_next(api):
    alive(api)
    ticket = called(api)
    api.act(ticket, "recall")
    later(api, minutes=2)
    api.act(ticket, "pass")
    api.act(ticket, "return")
    assert ticket["id"] == api.call("R1")["id"]
    later(api, seconds=30)
    api.act(ticket, "recall")
    later(api, seconds=59)

    assert "pass_too_soon" == refused(api, ticket, "pass")[1]


def test_staff_may_pass_earlier_with_a_reason_that_is_in_the_trail(api):
    api.token("caller")
    ticket = called(api)
    api.act(ticket, "pass", role="nurse", reason="left the hospital")

    assert [("nurse:nurse", "other")] == trail(api, "ticket.passed")
    assert "left the hospital" == api.events()[-1]["ticket"]["remarks"]["pass"]


# held, not passed


def test_who_is_called_at_one_room_is_held_at_the_other_and_not_passed(api):
    person = {"record_number": "MR1"}
    first = api.check_in("两处", "IM", patient=person)
    second = api.check_in("两处", "ENT", patient=person)
    api.check_in("后", "ENT")
    api.call("R1")

    assert ("held", "called_elsewhere") == tuple(api.ticket(second["id"])[word] for word in ("state", "hold_reason"))
    assert (409, "illegal_move") == refused(api, second, "pass")[:2]
    assert second["id"] != api.call("R3")["id"]
    api.act(first, "start")
    api.act(first, "finish")
    assert ("waiting", second["order"]) == tuple(api.ticket(second["id"])[word] for word in ("state", "order"))
    assert 0 == api.ticket(second["id"])["passes"]


def test_who_is_called_in_another_hall_is_held_here(api):
    person = {"record_number": "MR1"}
    here = api.check_in("两厅", "IM", patient=person)
    api.check_in("两厅", "SU", hall="H2", patient=person)
    api.call("S1", role="console:H2")
    while run_due(api.context):
        pass

    assert "held" == api.ticket(here["id"])["state"]


# undo


def memory(api, queue: str = "IM") -> tuple[list[str], int]:
    with Session(api.context.engines.read) as db:
        row = db.scalars(select(QueueDayRow).where(QueueDayRow.queue_id == queue)).one()
        return list(row.recent), row.calls


def test_a_call_is_taken_back_within_thirty_seconds_and_the_weave_forgets_it(api):
    for name in "一二三":
        api.check_in(name)
    api.act(api.call("R1"), "finish")
    before = memory(api)
    ticket = api.call("R1")
    assert (["ordinary", "ordinary"], 2) == memory(api)
    later(api, seconds=29)
    assert "waiting" == api.act(ticket, "undo")["state"]

    assert before == memory(api)
    assert ticket["id"] == api.call("R1")["id"]


def test_undoing_one_call_leaves_the_calls_of_other_rooms_in_the_weaves_memory(api):
    for name in "一二三":
        api.check_in(name)
    first = api.call("R1")
    api.call("R2")
    api.act(first, "undo")

    assert (["ordinary"], 1) == memory(api)


def test_after_thirty_seconds_nothing_is_taken_back(api):
    ticket = called(api)
    later(api, seconds=31)

    assert (409, "undo_too_late") == refused(api, ticket, "undo")[:2]
    assert "called" == api.ticket(ticket["id"])["state"]


def test_a_pass_that_is_taken_back_was_none(api):
    ticket = called(api)
    api.act(ticket, "pass")
    back = api.act(ticket, "undo")

    assert ("called", 0, "R1") == (back["state"], back["passes"], back["station"])


# reasons of moves by hand


def test_a_chosen_ticket_without_a_reason_is_refused_and_nothing_changes(api):
    api.check_in("一")
    chosen = api.check_in("二")
    before = api.rows()
    status, body = api.post("/stations/R1/call-next", {"ticket": chosen["id"]})

    assert (422, "reason_needed") == (status, body["code"])
    assert before == api.rows()


def test_a_move_by_hand_is_in_the_trail_with_who_and_why(api):
    api.check_in("一")
    chosen = api.check_in("二")
    api.call("R1", ticket=chosen["id"], reason="wheelchair transport waits", role="console")

    assert [("console:console", "other")] == trail(api, "ticket.called")
    assert "wheelchair transport waits" == api.events()[-1]["ticket"]["remarks"]["call"]


def test_sending_ahead_out_of_turn_is_written_down_as_done_by_hand(api):
    first, second = api.check_in("一"), api.check_in("二")
    api.act(second, "stage", station="R1")
    api.act(first, "stage", station="R1")

    reasons = [event["reason"] for event in api.events() if event["kind"] == "ticket.staged"]
    assert ["manual", "in_order"] == reasons


@pytest.mark.parametrize("word", ["transfer", "hold"])
def test_transfer_and_hold_ask_for_a_reason(api, word):
    ticket = api.check_in("一")
    before = api.rows()
    body = {"queue": "ENT"} if word == "transfer" else {}

    assert (422, "invalid") == refused(api, ticket, word, **body)[:2]
    assert before == api.rows()


def test_a_priority_asks_for_the_evidence_that_was_shown(api):
    ticket = api.check_in("一")

    assert (422, "invalid") == refused(api, ticket, "prioritise", tag="军")[:2]
    assert (422, "invalid") == refused(api, ticket, "prioritise", tag="贵", evidence="card")[:2]


# transfer


def test_nobody_is_sent_to_a_queue_whose_every_room_has_stopped(api):
    ticket = api.check_in("一")
    for station in ("R2", "R3"):
        api.post(f"/stations/{station}/stop", {"reason": "stopped"})
    before = api.rows()

    assert (409, "queue_closed") == refused(api, ticket, "transfer", queue="ENT", reason="ear")[:2]
    assert before == api.rows()


def test_a_transferred_patient_keeps_the_time_of_the_first_check_in(api):
    ticket = api.check_in("一")
    later(api, minutes=40)
    other = api.check_in("二", "ENT")
    moved = api.act(ticket, "transfer", queue="ENT", reason="ear")

    assert moved["number"] == ticket["number"]
    assert [ticket["number"], other["number"]] == order(api, "R3")


def test_another_doctor_of_the_same_queue_keeps_the_booked_place(api):
    first = api.check_in("一")
    api.check_in("二")
    api.post("/stations/R1/open", {"doctor": "D1"})
    moved = api.act(first, "transfer", queue="IM", doctor="D1", reason="asked for her")

    assert (first["order"], "D1") == (moved["order"], moved["doctor"])
    assert first["number"] == api.call("R1")["number"]


def test_an_urgent_patient_who_was_passed_and_stands_at_the_door_is_still_urgent(api):
    ticket = api.check_in("急")
    api.act(ticket, "triage", grade="U", reason="chest pain")
    api.act(api.call("R1"), "pass")
    back = api.act(ticket, "arrived")

    assert ("waiting", "urgent") == (back["state"], back["lane"])
