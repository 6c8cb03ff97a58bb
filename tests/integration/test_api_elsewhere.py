"""One patient in two queues: called here means held there, and back in the old place afterwards; also across halls."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from tests.support.api import an_api

WHO = {"name": "两处", "record_number": "MR1"}


@pytest.fixture
def api():
    with an_api() as made:
        made.token("console:H2")
        yield made


def twice(api, first="IM", second="ENT"):
    """The same person in two queues of the hall, with somebody before and behind in the second."""
    before = api.check_in("前", second)
    here = api.check_in("两处", first, patient=WHO)
    there = api.check_in("两处", second, patient=WHO)
    behind = api.check_in("后", second)
    return here, there, before, behind


def test_one_person_holds_one_ticket_per_queue_and_one_visit(api):
    here, there, _, _ = twice(api)

    assert here["id"] != there["id"]
    assert 3 == len(api.rows()["visit"])


def test_who_is_called_here_is_held_there_and_not_passed_over_by_the_other_room(api):
    here, there, before, behind = twice(api)
    seq = api.snapshot()["seq"]
    assert here["id"] == api.call("R1")["id"]

    assert ["ticket.called", "ticket.held"] == api.kinds(after=seq)
    assert ("held", "called_elsewhere") == (api.ticket(there["id"])["state"], api.ticket(there["id"])["hold_reason"])
    assert before["id"] == api.call("R3")["id"]
    api.act(before, "start")
    assert behind["id"] == api.call("R3", finish_current=True)["id"], "the held one is left out"
    assert "illegal_move" == api.post("/stations/R2/call-next", {"ticket": there["id"], "reason": "x"})[1]["code"]


@pytest.mark.parametrize("end", ["finish", "pass", "hold", "cancel", "undo", "transfer"])
def test_who_is_free_again_stands_in_the_old_place_there(api, end):
    here, there, before, behind = twice(api)
    api.call("R1")
    bodies = {"pass": {"reason": "x"}, "hold": {"reason": "x"}, "transfer": {"queue": "ED", "reason": "x"}}
    api.act(here, end, **bodies.get(end, {}))

    after = api.ticket(there["id"])
    assert ("waiting", None, there["order"]) == (after["state"], after["hold_reason"], after["order"])
    called = [api.call("R3")["id"]]
    for ticket in (before, there):
        api.act(ticket, "finish")
        called.append(api.call("R3")["id"])
    assert [before["id"], there["id"], behind["id"]] == called


def test_a_pass_that_is_undone_holds_the_other_ticket_again(api):
    here, there, _, _ = twice(api)
    api.call("R1")
    api.act(here, "pass", reason="x")
    assert "waiting" == api.ticket(there["id"])["state"]
    api.act(here, "undo")

    assert ("called", "held") == (api.ticket(here["id"])["state"], api.ticket(there["id"])["state"])


def test_who_waits_sent_ahead_to_a_room_is_held_too(api):
    _, there, _, _ = twice(api)
    api.act(there, "stage", station="R3")
    api.call("R1")

    assert ("held", None) == (api.ticket(there["id"])["state"], api.ticket(there["id"])["station"])


@pytest.mark.parametrize("how", ["check_in", "triage", "return", "arrived", "transfer", "check_in_again"])
def test_who_comes_in_line_while_called_elsewhere_is_held_and_then_stands_there(api, how):
    there = None if how == "check_in" else api.check_in("两处", "ED" if how == "triage" else "ENT", patient=WHO)
    if how in {"return", "arrived", "check_in_again"}:
        api.call("R3")
        api.act(there, "hold" if how == "return" else "pass", reason="x")
    api.check_in("两处", "IM", patient=WHO)
    if how == "transfer":
        api.act(there, "hold", reason="x")
    here = api.call("R1")
    match how:
        case "check_in" | "check_in_again":
            there = api.check_in("两处", "ENT", patient=WHO)
        case "triage":
            assert 200 == api.post(f"/tickets/{there['id']}/triage", {"grade": "Ⅲ"})[0]
        case "transfer":
            api.act(there, "transfer", queue="NIGHT", reason="x")
        case _:
            api.act(there, how)

    held = api.ticket(there["id"])
    assert ("held", "called_elsewhere") == (held["state"], held["hold_reason"])
    assert [None, None] == [api.call(room) for room in ("R3", "E1")]
    api.act(here, "finish")
    assert "waiting" == api.ticket(there["id"])["state"]


def test_who_was_passed_is_not_called_by_choice_while_called_elsewhere(api):
    there = api.check_in("两处", "ENT", patient=WHO)
    api.call("R3")
    api.act(there, "pass")
    api.check_in("两处", "IM", patient=WHO)
    api.call("R1")
    before = api.rows()
    status, body = api.post("/stations/R2/call-next", {"ticket": there["id"], "reason": "asked"})

    assert (409, "not_callable") == (status, body["code"])
    assert before == api.rows()


def test_whom_another_hall_called_this_moment_is_held_and_the_next_one_called(api):
    here = api.check_in("两处", "IM", patient=WHO)
    there = api.check_in("两处", "SU", hall="H2", patient=WHO)
    behind = api.check_in("后", "SU", hall="H2")
    api.call("R1")
    assert "waiting" == api.ticket(there["id"], role="console:H2")["state"], "no due row told H2 yet"
    assert behind["id"] == api.call("S1", role="console:H2")["id"]
    held = api.ticket(there["id"], role="console:H2")

    assert ("held", "called_elsewhere", 0) == (held["state"], held["hold_reason"], held["passes"])
    api.due()
    api.act(here, "finish")
    api.due()
    assert ("waiting", there["order"]) == tuple(
        api.ticket(there["id"], role="console:H2")[word] for word in ("state", "order")
    )


def test_who_was_let_go_before_the_other_hall_could_see_the_hold_is_freed_all_the_same(api):
    """On PostgreSQL a hold of one hall and a finish of another may cross: neither sees the other's fact."""
    here = api.check_in("两处", "IM", patient=WHO)
    there = api.check_in("两处", "ENT", patient=WHO)
    api.call("R1")
    with api.context.engines.write.begin() as other_node:
        other_node.execute(
            text("UPDATE ticket SET state = 'done', station_id = NULL WHERE id = :id"), {"id": here["id"]}
        )
    moment = datetime.fromisoformat(api.at)
    api.later((moment + timedelta(seconds=4)).isoformat())
    assert "held" == api.ticket(there["id"])["state"]
    api.later((moment + timedelta(seconds=6)).isoformat())

    assert "waiting" == api.ticket(there["id"])["state"]


@pytest.mark.parametrize("end", ["pass", "finish", "hold"])
def test_an_undo_does_not_bring_a_patient_to_a_second_room(api, end):
    here = api.check_in("两处", "IM", patient=WHO)
    there = api.check_in("两处", "ENT", patient=WHO)
    api.call("R1")
    api.act(here, end, reason="x")
    assert there["id"] == api.call("R3")["id"]
    before = api.rows()
    status, body = api.post(f"/tickets/{here['id']}/undo", {})

    assert (409, "illegal_move") == (status, body["code"])
    assert before == api.rows()


def test_a_hold_for_being_called_elsewhere_is_nobodys_deed_to_take_back(api):
    _, there, _, _ = twice(api)
    api.act(there, "prioritise", tag="老", evidence="card")
    api.call("R1")
    after = api.act(there, "undo")

    assert ("held", "ordinary", []) == (after["state"], after["lane"], after["tags"])


def test_another_hall_hears_of_it_by_a_due_row_and_never_locks_ours(api):
    here = api.check_in("两处", "IM", patient=WHO)
    there = api.check_in("两处", "SU", hall="H2", patient=WHO)
    api.call("R1")
    assert "waiting" == api.ticket(there["id"], role="console:H2")["state"], "not yet told"
    api.due()
    held = api.ticket(there["id"], role="console:H2")
    assert ("held", "called_elsewhere") == (held["state"], held["hold_reason"])
    assert None is api.call("S1", role="console:H2")
    api.act(here, "finish")
    api.due()
    back = api.ticket(there["id"], role="console:H2")
    assert ("waiting", there["order"]) == (back["state"], back["order"])
    assert there["id"] == api.call("S1", role="console:H2")["id"]


def test_what_was_told_too_late_changes_nothing(api):
    """Called and finished before the other hall looked: the two due rows cancel each other out."""
    here = api.check_in("两处", "IM", patient=WHO)
    there = api.check_in("两处", "SU", hall="H2", patient=WHO)
    api.call("R1")
    api.act(here, "finish")
    api.due()

    assert "waiting" == api.ticket(there["id"], role="console:H2")["state"]


def test_an_undo_into_a_queue_where_the_patient_already_stands_again_is_refused(api):
    ticket = api.check_in("两处", "IM", patient=WHO)
    api.act(ticket, "cancel")
    again = api.check_in("两处", "IM", patient=WHO)
    before = api.rows()
    status, body = api.post(f"/tickets/{ticket['id']}/undo", {})

    assert again["id"] != ticket["id"]
    assert (409, "illegal_move") == (status, body["code"])
    assert before == api.rows()


def test_an_undo_of_a_transfer_back_into_a_queue_that_was_joined_again_is_refused(api):
    ticket = api.check_in("两处", "IM", patient=WHO)
    api.act(ticket, "transfer", queue="ENT", reason="x")
    api.check_in("两处", "IM", patient=WHO)
    before = api.rows()
    status, body = api.post(f"/tickets/{ticket['id']}/undo", {})

    assert (409, "illegal_move") == (status, body["code"])
    assert before == api.rows()


def test_a_transfer_into_a_queue_where_the_patient_stands_already_is_refused(api):
    here, _, _, _ = twice(api)
    before = api.rows()
    status, body = api.post(f"/tickets/{here['id']}/transfer", {"queue": "ENT", "reason": "x"})

    assert (409, "illegal_move") == (status, body["code"])
    assert before == api.rows()


def test_a_triage_into_a_queue_where_the_patient_stands_already_is_refused(api):
    here, _, _, _ = twice(api)
    before = api.rows()
    status, body = api.post(f"/tickets/{here['id']}/triage", {"grade": "N", "queue": "ENT", "reason": "x"})

    assert (409, "illegal_move") == (status, body["code"])
    assert before == api.rows()
