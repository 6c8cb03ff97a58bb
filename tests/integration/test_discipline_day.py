"""The day of a hall by its rules: short lists, pauses, sessions that end, starvation, close of day."""

from datetime import datetime, timedelta

import pytest

from tests.support.api import an_api
from tests.support.disciplined import SESSIONS, arrive, at, book, doctors, hall_file, later, order

STAGED = hall_file(rules="staging = 'automatic'\nstage_cap = 2")
UNSTAGED = hall_file(rules="staging = 'off'")
PAUSED = hall_file(rules="pause_reassign_minutes = 15")
MORNING_ENDS = hall_file(sessions=SESSIONS, rules="carry_over = false")
CARRIED = hall_file(sessions=SESSIONS)
STARVING = hall_file(rules="starvation_alarm = 2.0\nordinary_target = 30", mode="graded")


def numbers(api, state: str) -> list[str]:
    return [one["number"] for one in api.snapshot()["tickets"] if one["state"] == state]


def alerts(api, kind: str) -> list[str]:
    return [one["text"] for one in api.snapshot()["alerts"] if one["kind"] == kind]


# short lists


def test_after_a_call_the_rooms_short_list_is_filled_up_to_its_cap_in_the_same_transaction():
    with an_api(STAGED) as api:
        for number in range(1, 6):
            arrive(api, number)
        before = api.snapshot()["seq"]
        api.call("R1")

        assert ["ticket.called", "ticket.staged", "ticket.staged"] == api.kinds(after=before)
        assert ["A002", "A003"] == numbers(api, "staged")
        assert ["A004", "A005"] == numbers(api, "waiting")


def test_the_short_list_is_called_in_its_order_and_refilled():
    with an_api(STAGED) as api:
        for number in range(1, 7):
            arrive(api, number)

        assert [f"A{n:03d}" for n in range(1, 7)] == order(api, "R1")
        reasons = [event["reason"] for event in api.events() if event["kind"] == "ticket.called"]
        assert ["in_order", *["staged"] * 5] == reasons


def test_rooms_that_fill_their_lists_by_turns_weave_as_they_would_call():
    with an_api(STAGED) as api:
        for number in range(1, 10):
            arrive(api, number)
        for number in (8, 9):
            ticket = api.snapshot()["tickets"][-1 if number == 9 else -2]
            api.act(ticket, "hold", reason="examination: CT")
            api.act(ticket, "return")

        assert ["A001", "A002", "A008", "A003", "A004", "A009", "A005", "A006", "A007"] == order(api, "R1")


def test_an_urgent_patient_waits_on_no_short_list_and_goes_before_it():
    with an_api(STAGED) as api:
        for number in range(1, 5):
            arrive(api, number)
        api.call("R1")
        urgent = arrive(api, 9)[1]["ticket"]
        api.act(urgent, "triage", grade="U", reason="chest pain")
        called = api.call("R2")

        assert urgent["id"] == called["id"]


def test_a_stopped_room_gives_its_short_list_back_and_an_opened_one_fills_it():
    with an_api(STAGED) as api:
        for number in range(1, 5):
            arrive(api, number)
        api.call("R1")
        api.post("/stations/R1/stop", {})
        assert [] == numbers(api, "staged")
        api.post("/stations/R2/open", {})
        assert ["A002", "A003"] == numbers(api, "staged")


def test_where_nobody_is_sent_ahead_a_wish_to_is_refused():
    with an_api(UNSTAGED) as api:
        ticket = arrive(api, 1)[1]["ticket"]
        status, body = api.post(f"/tickets/{ticket['id']}/stage", {"station": "R1"})

        assert (409, "not_callable") == (status, body["code"])


def test_who_stands_too_long_before_the_room_raises_an_alarm():
    with an_api(STAGED) as api:
        ticket = arrive(api, 1)[1]["ticket"]
        api.act(ticket, "stage", station="R1")
        later(api, minutes=14)
        assert [] == alerts(api, "staged_long")
        later(api, minutes=1)
        assert 1 == len(alerts(api, "staged_long"))


# pauses


@pytest.fixture
def paused():
    """Dr D1 pauses; one patient waits for her by name."""
    with an_api(PAUSED) as api:
        doctors(api, "D1", "D2")
        booked = book(api, 1, "09:00", doctor="D1")
        assert 201 == arrive(api, 1, appointment=booked)[0]
        api.post("/stations/R1/pause", {"reason": "ward round"})
        yield api


def test_during_a_short_pause_a_patient_keeps_the_doctor(paused):
    later(paused, minutes=14)
    status, body = arrive(paused, 1, doctor="D2")

    assert (409, "desk_only") == (status, body["code"])
    assert None is paused.call("R2")
    assert [] == alerts(paused, "paused_long")


def test_after_a_long_pause_staff_is_told_and_a_patient_may_ask_for_another_doctor(paused):
    later(paused, minutes=15)
    assert ["R1: 1"] == alerts(paused, "paused_long")
    status, body = arrive(paused, 1, doctor="D2")

    assert (200, "D2") == (status, body["ticket"]["doctor"])
    assert body["ticket"]["id"] == paused.call("R2")["id"]


def test_a_pause_announced_as_long_lets_patients_ask_at_once(paused):
    paused.post("/stations/R1/pause", {"reason": "operation", "minutes": 60})
    paused.due()

    assert 200 == arrive(paused, 1, doctor="D2")[0]


def test_staff_may_give_another_doctor_at_any_time_but_only_one_who_is_there(paused):
    paused.post("/stations/R2/pause", {})
    assert (409, "station_closed") == (lambda status, body: (status, body["code"]))(
        *arrive(paused, 1, role="nurse", doctor="D2")
    )
    paused.post("/stations/R2/open", {})
    assert 200 == arrive(paused, 1, role="nurse", doctor="D2")[0]


def test_a_doctor_who_comes_back_in_time_raises_no_alarm(paused):
    later(paused, minutes=10)
    paused.post("/stations/R1/open", {})
    later(paused, minutes=30)

    assert [] == alerts(paused, "paused_long")


def test_a_stopped_doctors_patients_go_to_the_pool(paused):
    paused.post("/stations/R1/stop", {})

    assert "A001" == paused.call("R2")["number"]


# sessions and the close of day


def test_unfinished_morning_numbers_stand_at_the_head_of_the_afternoon():
    with an_api(CARRIED) as api:
        api.at = at("11:30")
        arrive(api, 1)
        api.later(at("14:05"))
        arrive(api, 2, appointment=book(api, 2, "14:00"))

        assert ["A001", "A002"] == order(api)


def test_without_carrying_over_who_is_left_at_the_end_of_the_session_is_a_no_show():
    with an_api(MORNING_ENDS) as api:
        api.at = at("11:30")
        for number in (1, 2, 3, 4):
            arrive(api, number)
        seen = api.call("R1")
        api.act(seen, "start")
        api.act(api.call("R2"), "hold", reason="examination: CT")
        api.later(at("11:59"))
        assert ["A003", "A004"] == numbers(api, "waiting")
        api.later(at("12:01"))

        assert ([], ["A001"], ["A002"]) == (numbers(api, "waiting"), numbers(api, "serving"), numbers(api, "held"))
        assert 2 == api.kinds().count("ticket.no_show")


def test_who_is_early_for_the_afternoon_is_not_closed_with_the_morning():
    with an_api(MORNING_ENDS) as api:
        api.at = at("11:30")
        arrive(api, 1, appointment=book(api, 1, "15:00"))
        api.later(at("12:05"))

        assert ["A001"] == numbers(api, "waiting")


def test_at_the_close_of_the_day_who_is_with_a_doctor_is_done_and_all_others_did_not_come():
    with an_api() as api:
        tickets = [api.check_in(name) for name in "一二三"]
        api.act(api.call("R1"), "start")
        api.act(api.call("R2"), "pass")
        api.later("2026-03-03T03:59:59+08:00")
        assert "day.closed" not in api.kinds()
        api.later("2026-03-03T04:00:00+08:00")

        assert ["done", "no_show", "no_show"] == [api.ticket(one["id"])["state"] for one in tickets]
        assert "day.closed" == api.kinds()[-1]
        assert "A001" == api.check_in("四")["number"]


def test_a_day_of_more_than_a_batch_is_closed_whole():
    with an_api() as api:
        for number in range(105):
            api.check_in(f"人{number}")
        api.later("2026-03-03T04:00:00+08:00")

        assert 105 == api.kinds().count("ticket.no_show")
        assert 1 == api.kinds().count("day.closed")


# starvation


def test_who_waits_twice_the_target_raises_one_alarm_until_somebody_looked():
    with an_api(STARVING) as api:
        tickets = [arrive(api, number)[1]["ticket"] for number in (1, 2)]
        for ticket in tickets:
            api.act(ticket, "triage", grade="Ⅲ", reason="asthma")
        api.later((datetime.fromisoformat(api.at) + timedelta(minutes=59)).isoformat())
        assert [] == alerts(api, "starved")
        later(api, minutes=3)
        later(api, minutes=3)

        assert ["A001: 62 / 30 min"] == alerts(api, "starved")
        (alert,) = [one for one in api.snapshot()["alerts"] if one["kind"] == "starved"]
        api.post(f"/alerts/{alert['id']}/acknowledge", {})
        later(api, minutes=3)
        assert [] == alerts(api, "starved")
