"""What leaves the hall for other systems, under which id, and when a message is given up."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from server.domain.outbox import (
    RELOAD,
    SENT,
    Outcome,
    Pace,
    Position,
    Result,
    failed,
    is_wanted,
    steps,
    unknown_events,
)

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
AT = "2026-03-02T01:00:00Z"
REFUSED, AWAY = Result(Outcome.REFUSED, "HTTP 400"), Result(Outcome.AWAY, "ConnectError")


def row(seq, kind="ticket.called", **subject):
    return {"seq": seq, "kind": kind, "at": AT, "actor": "nurse:wang", "reason": None, "subject": subject}


def planned(cursor, end, rows, events=("*",), name="his"):
    return list(steps(name, "H1", Position(*cursor), Position(*end), rows, events))


def test_events_leave_in_order_with_their_place_in_the_journal():
    found = planned(("e", 4), ("e", 6), [row(5, ticket={"id": "t"}), row(6, "day.closed")])

    assert [Position("e", 5), Position("e", 6)] == [step.reached for step in found]
    assert {
        "type": "ticket.called",
        "timestamp": AT,
        "data": {"hall": "H1", "epoch": "e", "seq": 5, "reason": None, "ticket": {"id": "t"}},
    } == json.loads(found[0].message.body)


def test_what_is_not_written_down_stays_in_the_house():
    ticket = dict.fromkeys(SENT["ticket"], "x") | {"display_name": "张*", "name": "张三", "rescue_place": "抢救1"}
    alert = {"id": "a", "kind": "help", "note": "张三晕倒", "text": "t", "acknowledged_by": "wang", "closed_by": "wang"}
    called = {"id": "n", "texts": {"zh": "请张三"}, "number": "A001"}
    found = planned(
        ("e", 0), ("e", 1), [row(1, ticket=ticket, alert=alert, announcement=called, new_thing={"name": "张三"})]
    )

    data = json.loads(found[0].message.body)["data"]
    assert {"hall", "epoch", "seq", "reason", "ticket", "alert", "announcement"} == set(data)
    assert set(SENT["ticket"]) == set(data["ticket"])
    assert ({"id": "a", "kind": "help"}, {"id": "n", "number": "A001"}) == (data["alert"], data["announcement"])
    assert "张" not in found[0].message.body
    assert "wang" not in found[0].message.body


def test_the_same_event_has_the_same_id_and_text_and_any_other_another_id():
    def ids(**changed):
        given = {"cursor": ("e", 0), "end": ("e", 2), "rows": [row(1), row(2)]} | changed
        return [step.message.id for step in planned(**given)]

    assert ids() == ids()
    assert ids()[1:] == ids(cursor=("e", 1), rows=[row(2)])
    every = [*ids(), *ids(name="lab"), *ids(cursor=("f", 0), end=("f", 2))]
    assert len(every) == len(set(every))
    assert all(id.startswith("msg_") and id.isascii() and "." not in id for id in every)


def test_events_that_nobody_asked_for_are_passed_over_in_their_place():
    found = planned(("e", 0), ("e", 3), [row(1), row(2, "device.online"), row(3, "ticket.started")], ("ticket.called",))

    assert [True, False, False] == [step.message is not None for step in found]
    assert [1, 2, 3] == [step.reached.seq for step in found]


def test_another_epoch_is_told_before_what_follows():
    found = planned(("old", 9), ("new", 5), [])
    later = planned(("old", 4), ("new", 5), [row(5)])

    assert [(RELOAD, Position("new", 5))] == [(step.kind, step.reached) for step in found]
    assert [(RELOAD, 4), ("ticket.called", 5)] == [(step.kind, step.reached.seq) for step in later]
    assert {"hall": "H1", "epoch": "new", "seq": 5, "reason": "epoch"} == json.loads(found[0].message.body)["data"]


@pytest.mark.parametrize(("rows", "missed"), [([row(8)], (3, 7)), ([], (3, 8))])
def test_what_was_pruned_is_missed_by_number_and_told(rows, missed):
    first, *others = planned(("e", 2), ("e", 8), rows)

    assert missed == first.missed
    assert missed[1] == first.reached.seq
    data = json.loads(first.message.body)["data"]
    assert ("pruned", *missed) == (data["reason"], data["first_missed"], data["last_missed"])
    assert len(rows) == len(others)


def test_nothing_new_is_nothing_to_do():
    assert [] == planned(("e", 2), ("e", 2), [])


def test_the_pause_doubles_up_to_five_minutes():
    pauses = [Pace().pause(tries).total_seconds() for tries in range(1, 9)]

    assert [5, 10, 20, 40, 80, 160, 300, 300] == pauses
    assert timedelta(minutes=5) == Pace().pause(100_000)


def test_a_message_that_is_refused_is_given_up_after_eight_answers():
    trouble, answers = None, 0
    while trouble is None or not Pace().is_dead(trouble, NOW):
        trouble, answers = failed(trouble, REFUSED, NOW), answers + 1

    assert (8, 8, 8, "refused: HTTP 400") == (answers, trouble.tries, trouble.refusals, trouble.error)


def test_a_receiver_that_is_away_is_given_a_day_and_no_number_of_tries():
    trouble = None
    for _ in range(1000):
        trouble = failed(trouble, AWAY, NOW)

    assert (1000, 0) == (trouble.tries, trouble.refusals)
    assert not Pace().is_dead(trouble, NOW + timedelta(hours=23, minutes=59))
    assert Pace().is_dead(trouble, NOW + timedelta(hours=24))


def test_away_and_refused_are_counted_apart():
    trouble = failed(failed(failed(None, REFUSED, NOW), AWAY, NOW), REFUSED, NOW + timedelta(hours=1))

    assert (3, 2, NOW) == (trouble.tries, trouble.refusals, trouble.since)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [("*", True), ("ticket.*", True), ("ticket.called", True), ("ticket.call", False), ("station.*", False)],
)
def test_events_are_asked_for_by_name_by_family_or_all(asked, wanted):
    assert wanted is is_wanted("ticket.called", [asked])


def test_a_kind_that_does_not_exist_is_found():
    assert ["ticket.eaten", "tickets.*", "hidden"] == unknown_events(
        ["ticket.*", "ticket.eaten", "*", "tickets.*", "day.closed", "hidden"]
    )
