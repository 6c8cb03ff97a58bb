"""Old snapshot + event = new snapshot."""

import pytest

from server.protocol.messages import (
    AlertView,
    AnnouncementView,
    Event,
    PrintJob,
    QueueView,
    Snapshot,
    StationView,
    TicketView,
)
from server.protocol.stream.reducer import apply
from server.protocol.terms import EventKind, PrintJobState


def a_ticket(id="t1", seq=1, state="waiting", **more):
    return TicketView(id=id, number="A001", state=state, queue="IM", lane="ordinary", order="1", seq=seq, **more)


def a_snapshot(seq=5, **lists):
    zh = {"zh": "内科"}
    queue = QueueView(id="IM", name=zh, prefix="A", mode="woven", scale="CN-OPD", privacy="masked")
    whole = {"queues": [queue], "stations": [], "tickets": [], **lists}
    return Snapshot(
        epoch="e", seq=seq, hall="H1", name=zh, hospital=zh, timezone="Asia/Shanghai", languages=["zh"], **whole
    )


def an_event(kind, seq=6, epoch="e", **view):
    return Event(epoch=epoch, seq=seq, kind=kind, **view)


def test_a_new_ticket_joins_and_the_number_moves():
    after = apply(a_snapshot(), an_event("ticket.checked_in", ticket=a_ticket(seq=6)))
    assert (6, ["t1"]) == (after.seq, [ticket.id for ticket in after.tickets])


def test_a_changed_ticket_takes_the_place_of_the_old_view():
    before = a_snapshot(tickets=[a_ticket("t0"), a_ticket("t1"), a_ticket("t2")])
    after = apply(before, an_event("ticket.called", ticket=a_ticket(seq=6, state="called", station="R1")))
    assert ["t0", "t1", "t2"] == [ticket.id for ticket in after.tickets]
    assert "called" == after.tickets[1].state
    assert "waiting" == before.tickets[1].state


@pytest.mark.parametrize("state", ["done", "cancelled", "no_show"])
def test_an_ended_ticket_leaves(state):
    after = apply(a_snapshot(tickets=[a_ticket()]), an_event("ticket.finished", ticket=a_ticket(seq=6, state=state)))
    assert [] == after.tickets


def test_what_the_audience_may_no_longer_see_leaves():
    before = a_snapshot(tickets=[a_ticket("t1"), a_ticket("t2")])
    after = apply(before, an_event(EventKind.REMOVED, id="t1"))
    assert (6, ["t2"]) == (after.seq, [ticket.id for ticket in after.tickets])


def test_a_hidden_fact_only_moves_the_number():
    before = a_snapshot(tickets=[a_ticket()])
    assert before.model_copy(update={"seq": 6}) == apply(before, an_event(EventKind.HIDDEN))


def test_an_old_fact_changes_nothing():
    before = a_snapshot(tickets=[a_ticket()])
    assert before is apply(before, an_event("ticket.finished", seq=5, ticket=a_ticket(state="done")))


@pytest.mark.parametrize(("seq", "epoch"), [(7, "e"), (6, "other")])
def test_a_gap_or_another_journal_is_an_error_of_the_follower(seq, epoch):
    with pytest.raises(ValueError, match="does not follow"):
        apply(a_snapshot(), an_event(EventKind.HIDDEN, seq=seq, epoch=epoch))


def test_a_station_an_alert_and_a_print_job_are_replaced_by_their_id():
    room = StationView(id="R1", name={"zh": "1诊室"}, queues=["IM"], state="open")
    alert = AlertView(id="a1", kind="help", raised_at="2024-01-01T00:00:00Z")
    job = PrintJob(id="p1", kind="slip", state="leased")
    before = a_snapshot(stations=[room], alerts=[alert], print_jobs=[job])
    paused = apply(before, an_event("station.paused", station=room.model_copy(update={"state": "paused"})))
    assert ["paused"] == [station.state for station in paused.stations]
    going = alert.model_copy(update={"acknowledged_at": alert.raised_at})
    assert [going] == apply(before, an_event("alert.acknowledged", alert=going)).alerts
    over = going.model_copy(update={"closed_at": alert.raised_at})
    assert [] == apply(before, an_event("alert.closed", alert=over)).alerts
    printed = job.model_copy(update={"state": PrintJobState.PRINTED})
    assert [] == apply(before, an_event("print_job.printed", print_job=printed)).print_jobs
    failed = job.model_copy(update={"state": "failed"})
    assert ["failed"] == [j.state for j in apply(before, an_event("print_job.failed", print_job=failed)).print_jobs]


def an_announcement(id, ticket="t1"):
    return AnnouncementView(id=id, zone="H1", texts={"zh": "请"}, ticket=ticket)


def test_only_the_last_call_of_a_called_ticket_is_kept():
    before = a_snapshot(tickets=[a_ticket()])
    called = a_ticket(seq=6, state="called", station="R1")
    once = apply(before, an_event("ticket.called", ticket=called, announcement=an_announcement("a1")))
    twice = apply(once, an_event("ticket.recalled", seq=7, ticket=called, announcement=an_announcement("a2")))
    started = apply(twice, an_event("ticket.started", seq=8, ticket=a_ticket(seq=8, state="serving", station="R1")))
    assert [["a1"], ["a2"], []] == [[a.id for a in s.announcements] for s in (once, twice, started)]


def test_the_call_of_a_ticket_that_leaves_sight_leaves_with_it():
    before = a_snapshot(tickets=[a_ticket(state="called")], announcements=[an_announcement("a1")])
    after = apply(before, an_event(EventKind.REMOVED, id="t1"))
    assert ([], []) == (after.tickets, after.announcements)


def test_the_announcement_of_a_passed_number_is_no_call_and_is_not_kept():
    before = a_snapshot(tickets=[a_ticket(state="called")], announcements=[an_announcement("a1")])
    passed = an_event("ticket.passed", ticket=a_ticket(seq=6, state="passed"), announcement=an_announcement("a2"))
    assert [] == apply(before, passed).announcements
