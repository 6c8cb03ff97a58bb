"""The wall: who is where, what was called lately, and what it says when nothing is heard."""

from dataclasses import replace

import pytest

from caller.wall.board import (
    BANNER_PATIENCE,
    BANNER_TIME,
    STALE_AFTER,
    Board,
    heard,
    loaded,
    next_change,
    settled,
    taken,
)
from caller.wall.picture import picture
from server.protocol.messages import Event, QueueView, Snapshot, StationView, TicketView
from server.protocol.terms import EventKind, QueueKind


def a_ticket(number="A001", state="waiting", station=None, queue="IM", seq=1, **more):
    view = {"id": f"t-{number}", "lane": "ordinary", "order": number, "display_name": "张*三", **more}
    return TicketView(number=number, state=state, queue=queue, station=station, seq=seq, **view)


def a_station(n, state="open", queues=("IM",), **more):
    return StationView(id=f"R{n}", name={"zh": f"{n}诊室", "en": f"Room {n}"}, queues=queues, state=state, **more)


def a_queue(id="IM", prefix="A"):
    return QueueView(id=id, name={"zh": "内科"}, prefix=prefix, mode="woven", scale="CN-OPD", privacy="masked")


def a_board(*tickets, stations=2, queues=("IM",), at=100.0):
    rooms = [a_station(n) for n in range(1, stations + 1)] if isinstance(stations, int) else stations
    snapshot = Snapshot(
        epoch="e", seq=10, hall="H1", name={"zh": "内科候诊区"}, hospital={"zh": "示范医院"}, timezone="Asia/Shanghai",
        languages=["zh", "en"], queues=[a_queue(q) for q in queues], stations=rooms, tickets=list(tickets),
    )  # fmt: skip
    return loaded(Board(), snapshot, at)


def after(board, kind, ticket=None, at=100.0, **more):
    return taken(board, Event(epoch="e", seq=board.snapshot.seq + 1, kind=kind, ticket=ticket, **more), at)


def called(board, number, station="R1", at=100.0, kind="ticket.called", **more):
    return after(board, kind, a_ticket(number, "called", station, seq=board.snapshot.seq + 1, **more), at)


def show(board, at=100.0):
    return picture(settled(board, at), at)


def test_nothing_is_drawn_before_anything_was_heard():
    assert picture(Board(), 0.0) is None


def test_a_row_shows_who_is_called_to_the_room_and_lights_it_for_ten_seconds():
    board = called(a_board(a_ticket("A001")), "A001", at=100.0)
    assert ("A001", "张*三", True) == (lambda c: (c.number, c.name, c.lit))(show(board, 109.9).rows[0].now)
    assert not show(board, 110.0).rows[0].now.lit


def test_a_row_keeps_who_is_being_served_and_is_empty_when_they_left():
    board = called(a_board(a_ticket("A001")), "A001")
    serving = after(board, "ticket.started", a_ticket("A001", "serving", "R1", seq=12))
    assert "A001" == show(serving).rows[0].now.number
    done = after(serving, "ticket.finished", a_ticket("A001", "done", "R1", seq=13))
    assert show(done).rows[0].now is None


def test_staged_tickets_stand_beside_their_room_in_their_order_two_at_most():
    staged = [a_ticket(n, "staged", "R2") for n in ("A005", "A003", "A004")]
    first, second = show(a_board(*staged)).rows
    assert ([], ["A003", "A004"]) == ([c.number for c in first.next], [c.number for c in second.next])


def test_the_head_of_a_line_that_one_room_serves_alone_is_its_next():
    board = a_board(a_ticket("A002"), a_ticket("A001"), a_ticket("A003"), stations=1)
    assert ["A001", "A002"] == [c.number for c in show(board).rows[0].next]
    assert () == show(board).ready


def test_the_heads_of_a_shared_line_belong_to_no_room_and_stand_below():
    board = a_board(*(a_ticket(f"A{n:03}") for n in range(12, 0, -1)))
    assert [(), ()] == [row.next for row in show(board).rows]
    assert [f"A{n:03}" for n in range(1, 9)] == [c.number for c in show(board).ready]
    assert 12 == show(board).waiting


def test_shared_lines_take_turns_below():
    rooms = [a_station(n, queues=("IM", "SU")) for n in (1, 2)]
    tickets = [a_ticket("A001"), a_ticket("A002"), a_ticket("B001", queue="SU")]
    assert ["A001", "B001", "A002"] == [
        c.number for c in show(a_board(*tickets, stations=rooms, queues=("IM", "SU"))).ready
    ]


def test_who_waits_for_a_certain_doctor_stands_beside_that_doctors_room():
    rooms = [a_station(1, doctor="li", doctor_name="李医生"), a_station(2, doctor="wang", doctor_name="王医生")]
    board = a_board(a_ticket("A001", doctor="wang"), stations=rooms)
    assert [[], ["A001"]] == [[c.number for c in row.next] for row in show(board).rows]
    assert "王医生" == show(board).rows[1].doctor


def test_a_paused_room_says_so_and_promises_nobody_but_the_staged():
    room = a_station(1, "paused", until="2024-05-06T02:15:00Z")
    row = show(a_board(a_ticket("A001"), stations=[room])).rows[0]
    assert ("paused", "2024-05-06T02:15:00+00:00", ()) == (row.state, row.until, row.next)


def test_a_stopped_room_leaves_the_wall_once_its_patient_has_left():
    stopped = [a_station(1, "stopped"), a_station(2)]
    assert ["R2"] == [row.station for row in show(a_board(stations=stopped)).rows]
    busy = a_board(a_ticket("A001", "serving", "R1"), stations=stopped)
    assert ["R1", "R2"] == [row.station for row in show(busy).rows]


def test_passed_numbers_are_listed_latest_first():
    passed = [a_ticket(f"A{n:03}", "passed", seq=n) for n in range(1, 11)]
    shown = show(a_board(*passed))
    assert (["A010", "A009"], 6, 10) == (list(shown.passed[:2]), len(shown.passed), shown.passed_count)


def test_a_call_stands_as_a_banner_for_ten_seconds():
    board = called(a_board(a_ticket("A001")), "A001", "R2", at=100.0)
    banner = show(board, 100.0 + BANNER_TIME - 0.1).banners[0]
    assert ("A001", "张*三", {"zh": "2诊室", "en": "Room 2"}) == (banner.number, banner.name, banner.place)
    assert () == show(board, 100.0 + BANNER_TIME).banners


def test_calls_in_one_second_are_all_shown_two_at_a_time_for_their_full_time():
    board, numbers = a_board(*(a_ticket(f"A00{n}") for n in range(1, 6)), stations=5), []
    for n in range(1, 6):
        board = called(board, f"A00{n}", f"R{n}", at=100.0 + n / 10)
    moment, times = 100.5, {}
    while moment < 140:
        board = settled(heard(board, moment), moment)
        for banner in picture(board, moment).banners:
            times.setdefault(banner.number, []).append(moment)
        assert len(picture(board, moment).banners) <= 2
        numbers.append(len(picture(board, moment).banners))
        moment += 0.1
    assert {f"A00{n}" for n in range(1, 6)} == set(times)
    assert all(shown[-1] - shown[0] >= BANNER_TIME - 0.7 for shown in times.values())


def test_a_recall_gives_the_banner_its_time_anew_and_makes_no_second_one():
    board = called(a_board(a_ticket("A001")), "A001", at=100.0)
    again = called(board, "A001", at=106.0, kind="ticket.recalled")
    shown = show(again, 115.0)
    assert ["recall"] == [b.kind for b in shown.banners]
    assert shown.rows[0].now.lit


@pytest.mark.parametrize(
    ("kind", "state"), [("ticket.undone", "waiting"), ("ticket.passed", "passed"), ("ticket.held", "held")]
)
def test_a_call_that_was_taken_back_leaves_the_wall_at_once(kind, state):
    board = called(a_board(a_ticket("A001")), "A001")
    gone = after(board, kind, a_ticket("A001", state, seq=12))
    assert () == show(gone).banners
    assert show(gone).rows[0].now is None


def test_who_is_removed_from_sight_leaves_banner_and_row():
    board = called(a_board(a_ticket("A001")), "A001")
    gone = after(board, EventKind.REMOVED, id="t-A001")
    assert ((), None) == (show(gone).banners, show(gone).rows[0].now)


def test_a_banner_that_waited_a_minute_for_its_turn_is_not_shown_any_more():
    board = a_board(*(a_ticket(f"A00{n}") for n in range(1, 4)), stations=3)
    for n in range(1, 4):
        board = called(board, f"A00{n}", f"R{n}", at=100.0)
    late = settled(board, 100.0 + BANNER_PATIENCE)
    assert () == late.banners


def test_a_staged_ticket_gets_a_banner_that_says_prepare_and_lights_nothing():
    board = after(a_board(a_ticket("A001")), "ticket.staged", a_ticket("A001", "staged", "R1", seq=11))
    assert ["stage"] == [b.kind for b in show(board).banners]
    assert not board.lit


def test_more_than_five_rooms_take_turns_in_pages_of_five():
    board = a_board(stations=7)
    first, second = picture(board, 96.0), picture(board, 104.0)
    assert (2, ["R1", "R2", "R3", "R4", "R5"], ["R6", "R7"]) == (
        first.pages,
        [row.station for row in first.rows],
        [row.station for row in second.rows],
    )


def test_a_room_that_calls_turns_the_page_to_itself_and_comes_first_on_it():
    board = called(a_board(a_ticket("A001"), stations=12), "A001", "R8", at=96.0)
    assert ["R8", "R6", "R7", "R9", "R10"] == [row.station for row in show(board, 96.0).rows]


def test_on_a_single_page_rooms_keep_their_places():
    board = called(a_board(a_ticket("A001"), stations=5), "A001", "R4")
    assert ["R1", "R2", "R3", "R4", "R5"] == [row.station for row in show(board).rows]


def test_ten_seconds_without_the_server_make_the_wall_stale_and_a_word_from_it_fresh():
    board = a_board(at=100.0)
    assert not picture(board, 100.0 + STALE_AFTER - 0.1).stale
    assert picture(board, 100.0 + STALE_AFTER).stale
    assert not picture(heard(board, 111.0), 112.0).stale


def test_a_reload_keeps_banners_only_of_those_who_are_still_called():
    board = called(called(a_board(a_ticket("A001"), a_ticket("A002")), "A001"), "A002", "R2")
    snapshot = board.snapshot.model_copy(update={"epoch": "f", "seq": 3, "tickets": board.snapshot.tickets[1:]})
    assert ["A002"] == [b.number for b in loaded(board, snapshot, 101.0).banners]


def test_the_picture_says_when_it_will_change_by_itself():
    board = called(a_board(a_ticket("A001"), at=95.0), "A001", at=100.0)
    assert 110.0 == next_change(board, 100.0)
    quiet = replace(board, banners=(), lit={})
    assert 100.0 + STALE_AFTER == next_change(quiet, 101.0)
    assert float("inf") == next_change(quiet, 111.0)


def test_no_full_name_stands_in_a_picture_of_a_hall_with_masked_names():
    view = a_ticket("A001", "called", "R1", seq=11, name="张小三")
    board = after(a_board(a_ticket("A001")), "ticket.called", view)
    assert "小" not in str(show(board))


@pytest.mark.parametrize("kind", ["clinic", "pharmacy"])
def test_a_banner_knows_what_the_queue_is_for(kind):
    """Q11: the wall says 取药 for a pharmacy."""
    board = a_board(a_ticket("A001"))
    queues = [queue.model_copy(update={"kind": QueueKind(kind)}) for queue in board.snapshot.queues]
    board = loaded(Board(), board.snapshot.model_copy(update={"queues": queues}), 100.0)

    (banner,) = called(board, "A001").banners

    assert banner.purpose == kind
