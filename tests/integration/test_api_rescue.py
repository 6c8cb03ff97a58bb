"""Level Ⅰ / R: held for escort, treated at a rescue place, finished; the public sees nothing of it."""

import pytest

from tests.support.api import an_api

LEVELS = [("ED", "Ⅰ"), ("IM", "R")]


@pytest.fixture
def own():
    with an_api() as made:
        made.token("kiosk")
        yield made


def escorted(own, queue="ED", grade="Ⅰ", name="危一"):
    ticket = own.check_in(name, queue)
    return own.act(ticket, "triage", grade=grade, reason="seen")


@pytest.mark.parametrize(("queue", "grade"), LEVELS)
def test_a_patient_of_the_highest_level_is_treated_and_done_with_place_and_times(own, queue, grade):
    """Q4"""
    ticket = escorted(own, queue, grade)

    serving = own.act(ticket, "start", place="抢救室2床")
    assert ("serving", "抢救室2床", None) == (serving["state"], serving["rescue_place"], serving["station"])
    own.at = "2026-03-02T09:20:00+08:00"
    done = own.act(ticket, "finish")

    assert "done" == done["state"]
    assert ["checked_in", "triaged", "held", "started", "finished"] == list(done["times"])
    assert ("2026-03-02T01:00:00Z", "2026-03-02T01:20:00Z") == (done["times"]["started"], done["times"]["finished"])
    assert [] == own.snapshot()["alerts"], "who was treated waits for nobody any more"


@pytest.mark.parametrize(("queue", "grade"), LEVELS)
def test_the_public_sees_nothing_of_it_from_triage_to_the_end(own, queue, grade):
    """Q4"""
    ticket = own.check_in("危一", queue)
    seq = own.snapshot()["seq"]
    own.act(ticket, "triage", grade=grade, reason="seen")
    own.act(ticket, "start", place="抢救室")
    assert [] == own.snapshot("kiosk")["tickets"]
    own.act(ticket, "finish")
    own.act(ticket, "undo")

    public = own.events("kiosk", after=seq)
    assert {"removed", "hidden"} == {event["kind"] for event in public}
    assert [] == own.snapshot("kiosk")["tickets"]


def test_the_treatment_is_undone_step_by_step(own):
    """Q4"""
    ticket = escorted(own)
    own.act(ticket, "start", place="抢救室")
    own.act(ticket, "finish")

    assert ("serving", "抢救室") == (own.act(ticket, "undo")["state"], own.ticket(ticket["id"])["rescue_place"])
    again = escorted(own, name="危二")
    own.act(again, "start", place="抢救室")
    back = own.act(again, "undo")
    assert ("held", "escort", None) == (back["state"], back["hold_reason"], back["rescue_place"])
    assert "serving" == own.act(again, "start")["state"]


def test_who_is_held_for_an_examination_is_not_started_without_a_call(own):
    ticket = own.act(own.check_in("一"), "hold", reason="examination")

    status, body = own.post(f"/tickets/{ticket['id']}/start", {})

    assert (409, "illegal_move") == (status, body["code"])


def test_who_is_away_for_an_examination_and_gets_worse_is_treated_too(own):
    """Q4"""
    ticket = own.check_in("一", "ED")
    own.act(ticket, "triage", grade="Ⅲ", reason="seen")
    own.act(ticket, "hold", reason="examination")

    assert "escort" == own.act(ticket, "triage", grade="Ⅰ", reason="collapsed")["hold_reason"]
    assert "serving" == own.act(ticket, "start", place="CT")["state"]


def test_who_is_called_at_a_room_meanwhile_is_treated_and_the_call_waits(own):
    """Q4"""
    other = own.check_in("危一", "IM", patient={"record_number": "MRX"})
    ticket = own.check_in("危一", "ED", patient={"record_number": "MRX"})
    own.act(ticket, "triage", grade="Ⅰ", reason="seen")
    assert other["id"] == own.call("R1")["id"]

    assert "serving" == own.act(ticket, "start", place="抢救室")["state"]
    assert ("held", "called_elsewhere") == tuple(own.ticket(other["id"])[word] for word in ("state", "hold_reason"))
    own.act(ticket, "finish")
    assert "waiting" == own.ticket(other["id"])["state"]


def test_a_lower_level_given_during_the_treatment_does_not_show_it_on_the_wall(own):
    """Q4"""
    ticket = escorted(own)
    own.act(ticket, "start", place="抢救室")
    own.staff("second", "nurse", hall="H1")
    own.act(ticket, "triage", grade="Ⅱ", reason="stable")

    assert [] == own.snapshot("kiosk")["tickets"]
    assert "done" == own.act(ticket, "finish")["state"]


def test_two_are_treated_at_once(own):
    """Q4"""
    for name in ("危一", "危二"):
        own.act(escorted(own, name=name), "start", place="抢救室")

    assert ["serving", "serving"] == [ticket["state"] for ticket in own.snapshot()["tickets"]]


def test_at_the_close_of_day_who_is_being_treated_is_done_and_who_waits_for_an_escort_is_cancelled(own):
    """Q4"""
    treated, waiting = escorted(own, name="危一"), escorted(own, name="危二")
    own.act(treated, "start", place="抢救室")
    own.later("2026-03-03T04:00:00+08:00")

    assert ["done", "cancelled"] == [own.ticket(one["id"])["state"] for one in (treated, waiting)]
