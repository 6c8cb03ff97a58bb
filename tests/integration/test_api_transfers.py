"""What a transfer to another hall leaves behind: a ticket that says so, and a history that does not count who left."""

import pytest


def transferred(api, state):
    """A patient of H1 in a state, sent to H2; the old ticket as it is then."""
    ticket = api.check_in("转诊")
    if state != "waiting":
        assert ticket["id"] == api.call("R1")["id"]
    if state == "serving":
        api.act(ticket, "start")
    api.act(ticket, "transfer", hall="H2", queue="SU", reason="specialist")
    return api.ticket(ticket["id"])


@pytest.mark.parametrize(("state", "ended"), [("waiting", "cancelled"), ("called", "cancelled"), ("serving", "done")])
def test_a_ticket_of_a_patient_sent_to_another_hall_says_transferred(api, state, ended):
    """Q10: the reason stood only in the journal, which is pruned after seven days."""
    ticket = transferred(api, state)

    assert (ended, "transferred") == (ticket["state"], ticket["end_reason"])
    assert "已转到其他候诊区" in api.get(f"/tickets/{ticket['id']}/explanation")[1]["text"]["zh"]


def test_who_leaves_who_is_seen_and_who_is_there_at_the_close_of_day_end_each_in_their_own_way(api):
    """Q10: every later figure can tell them apart."""
    left, seen, there = (api.check_in(name) for name in ("走", "看", "等"))
    api.act(left, "cancel")
    api.call("R1")
    api.act(seen, "finish")
    api.later("2026-03-03T04:00:01+08:00")

    assert ["left", None, "day_closed"] == [api.ticket(one["id"])["end_reason"] for one in (left, seen, there)]


def test_an_undone_cancel_forgets_why_the_ticket_ended(api):
    """Q10: a ticket that lives again has no end."""
    ticket = api.check_in("回来")
    api.act(ticket, "cancel")

    assert None is api.act(ticket, "undo")["end_reason"]
