"""The check-in rules of a hall file where they are kept: sessions, missed sessions, closing, no-shows, automatic."""

from datetime import datetime, timedelta

import pytest

from server.domain.errors import HallError
from tests.support.api import an_api
from tests.support.disciplined import SESSIONS, arrive, at, book, hall_file, order

CLOSED = hall_file(sessions=SESSIONS, rules="check_in_closes_minutes = 15\nmissed_session = 'desk'")
NO_SHOWS = hall_file(rules="no_show_limit = 2\nno_show_window_days = 30")
AUTOMATIC = hall_file(rules="check_in = 'automatic'\npass_min_calls = 1\npass_min_seconds = 0")
EVERY_NTH = hall_file(rules="late = 'every_nth'\nlate_every = 2\nweave_ordinary = 3")


@pytest.fixture
def api_of_im():
    with an_api(hall_file(sessions=SESSIONS)) as made:
        yield made


def refused(answer) -> tuple[int, str]:
    status, body = answer
    return status, body.get("code")


@pytest.mark.parametrize("clock", ["07:29:59", "12:00", "13:29:59", "17:30", "21:59:59", "02:00"])
def test_between_sessions_the_queue_is_closed(clock):
    with an_api(CLOSED) as api:
        api.at = at(clock)

        assert (409, "queue_closed") == refused(arrive(api, 1))
        assert [[], [], []] == [api.rows()[table] for table in ("ticket", "visit", "queue_day")]


@pytest.mark.parametrize("clock", ["07:30", "08:00", "11:44", "13:59:59", "14:00", "23:00", "01:00"])
def test_in_a_session_and_shortly_before_its_start_the_queue_is_open(clock):
    opens = CLOSED.replace('start = "14:00"', 'start = "14:00"\nopens_before = 30')
    with an_api(opens) as api:
        api.at = at(clock)

        assert 201 == arrive(api, 1)[0]


def test_a_queues_own_sessions_replace_those_of_the_hall():
    own = CLOSED.replace('prefix = "A"', 'prefix = "A"\nsessions = [{start = "18:00", end = "20:00"}]')
    with an_api(own) as api:
        api.at = at("09:00")
        assert (409, "queue_closed") == refused(arrive(api, 1))
        api.at = at("18:30")
        assert 201 == arrive(api, 1)[0]


def test_check_in_closes_before_the_end_of_the_session():
    with an_api(CLOSED) as api:
        api.at = at("11:44")
        assert 201 == arrive(api, 1)[0]
        api.at = at("11:45")
        status, body = arrive(api, 2)
        assert (409, "queue_closed", "2026-03-02T03:45:00Z") == (status, body["code"], body["closed_at"])
        assert (409, "queue_closed") == refused(arrive(api, 2, role="nurse"))
        assert 201 == arrive(api, 2, role="nurse", override_reason="the doctor agreed")[0]


def test_who_has_a_ticket_comes_back_after_check_in_has_closed():
    with an_api(CLOSED) as api:
        api.at = at("11:30")
        ticket = arrive(api, 1)[1]["ticket"]
        api.act(api.call("R1"), "hold", reason="examination: CT")
        api.at = at("11:50")
        status, body = arrive(api, 1)

        assert (200, ticket["id"], "return") == (status, body["ticket"]["id"], body["ticket"]["lane"])


def test_a_held_patient_comes_back_between_sessions_too():
    with an_api(CLOSED) as api:
        api.at = at("11:30")
        ticket = arrive(api, 1)[1]["ticket"]
        api.act(api.call("R1"), "hold", reason="examination: CT")
        api.at = at("12:30")

        assert "waiting" == api.act(ticket, "return")["state"]


def test_a_missed_session_is_for_the_desk():
    with an_api(CLOSED) as api:
        api.at = at("15:00")
        booked = book(api, 1, "09:00")

        assert (409, "desk_only") == refused(arrive(api, 1, appointment=booked))
        assert 201 == arrive(api, 1, role="nurse", appointment=booked)[0]


def test_with_missed_session_accept_the_kiosk_takes_them():
    with an_api(CLOSED.replace("missed_session = 'desk'", "")) as api:
        api.at = at("15:00")

        assert 201 == arrive(api, 1, appointment=book(api, 1, "09:00"))[0]


def no_show(api, number: int, day: str) -> None:
    """Called, passed, and not seen again that day."""
    api.at = at("10:00", day)
    assert 201 == arrive(api, number)[0]
    api.act(api.call("R1"), "pass", reason="left")
    api.later((datetime.fromisoformat(api.at) + timedelta(days=1)).isoformat())


def test_too_many_no_shows_are_for_the_desk_until_the_window_has_passed():
    with an_api(NO_SHOWS) as api:
        no_show(api, 1, "2026-03-02")
        no_show(api, 1, "2026-03-05")
        api.at = at("10:00", "2026-03-09")
        assert (409, "desk_only") == refused(arrive(api, 1))
        assert 201 == arrive(api, 2)[0]
        assert 201 == arrive(api, 1, role="nurse")[0]
        api.later(at("10:00", "2026-04-20"))
        assert 201 == arrive(api, 1)[0]


def test_who_was_seen_and_sent_to_an_examination_did_come():
    with an_api(NO_SHOWS) as api:
        for day in ("2026-03-02", "2026-03-05"):
            api.at = at("10:00", day)
            assert 201 == arrive(api, 1)[0]
            api.act(api.act(api.call("R1"), "start"), "hold", reason="examination: MRI")
            api.later((datetime.fromisoformat(api.at) + timedelta(days=1)).isoformat())
        api.at = at("10:00", "2026-03-09")

        assert 201 == arrive(api, 1)[0]


def test_an_appointment_that_nobody_came_to_is_a_no_show():
    with an_api(NO_SHOWS) as api:
        book(api, 1, "09:00", day="2026-02-20")
        book(api, 1, "09:00", day="2026-02-24")

        assert (409, "desk_only") == refused(arrive(api, 1))


def test_who_waited_and_was_never_called_did_not_fail_to_come():
    with an_api(NO_SHOWS) as api:
        for day in ("2026-03-02", "2026-03-03"):
            api.at = at("10:00", day)
            assert 201 == arrive(api, 1)[0]
            api.later((datetime.fromisoformat(api.at) + timedelta(days=1)).isoformat())
            assert "ticket.no_show" in api.kinds()

        assert 201 == arrive(api, 1)[0]


def test_with_automatic_check_in_a_booked_patient_stands_in_line_when_the_slot_begins():
    with an_api(AUTOMATIC, fresh=True) as api:
        book(api, 1, "09:00")
        book(api, 2, "09:30")
        api.later(at("08:59"))
        assert [] == api.snapshot()["tickets"]
        api.later(at("09:01"))
        assert [("A001", "waiting")] == [(one["number"], one["state"]) for one in api.snapshot()["tickets"]]
        api.later(at("09:31"))
        assert ["A001", "A002"] == [one["number"] for one in api.snapshot()["tickets"]]
        assert (200, "A002") == (lambda status, body: (status, body["ticket"]["number"]))(*arrive(api, 2))


def test_automatic_check_in_leaves_who_holds_a_ticket_alone():
    with an_api(AUTOMATIC, fresh=True) as api:
        book(api, 1, "09:00")
        api.at = at("08:50")
        ticket = arrive(api, 1)[1]["ticket"]
        api.later(at("09:01"))

        assert [ticket["id"]] == [one["id"] for one in api.snapshot()["tickets"]]


def test_each_late_patient_is_spaced_from_the_late_one_before():
    with an_api(EVERY_NTH) as api:
        api.at = at("11:00")
        for number in range(1, 7):
            arrive(api, number)
        for number in (11, 12):
            booked = book(api, number, "09:00")
            assert 201 == arrive(api, number, appointment=booked)[0]

        called = order(api)
        assert ["A007", "A008"] == [number for number in called if number in {"A007", "A008"}]
        assert called.index("A008") - called.index("A007") >= 3


# by the hospital's number


def test_booked_patients_are_called_by_registration_number_where_the_hospital_wants_it():
    with an_api(hall_file(rules="order_by = 'registration'")) as api:
        for number, registration in ((1, "12"), (2, "7"), (3, "")):
            book(api, number, "09:00", registration=registration)
            assert 201 == arrive(api, number)[0]

        assert ["A002", "A001", "A003"] == order(api)


def test_a_registration_that_is_no_number_is_refused_with_its_row(api_of_im):
    with pytest.raises(HallError) as refusal:
        book(api_of_im, 1, "09:00", registration="十二")

    assert [1] == [fault["row"] for fault in refusal.value.extra["errors"]]


# a check-in taken back, and a return when the session is over


def test_a_check_in_taken_back_leaves_the_appointment_as_it_was(api_of_im):
    api = api_of_im
    book(api, 1, "10:00")
    first = arrive(api, 1, role="console")[1]["ticket"]
    api.act(first, "cancel", reason="wrong person")
    status, body = arrive(api, 1, role="console")

    assert (201, first["slot"], "A002") == (status, *(body["ticket"][word] for word in ("slot", "number")))
    assert None is not first["slot"]


def test_an_undone_cancel_keeps_the_appointment_checked_in(api_of_im):
    api = api_of_im
    appointment = book(api, 1, "10:00")
    ticket = arrive(api, 1)[1]["ticket"]
    api.act(ticket, "cancel")
    api.act(ticket, "undo")
    status, body = arrive(api, 1, appointment=appointment)

    assert (200, ticket["id"]) == (status, body["ticket"]["id"])


def test_who_was_called_and_went_away_has_used_the_appointment(api_of_im):
    api = api_of_im
    book(api, 1, "09:00")
    ticket = arrive(api, 1)[1]["ticket"]
    api.call("R1")
    api.act(ticket, "cancel", reason="left")

    assert None is arrive(api, 1, role="console")[1]["ticket"]["slot"]


@pytest.mark.parametrize(
    ("clock", "status", "code"), [("12:30", 201, None), ("19:00", 201, None), ("03:00", 409, "queue_closed")]
)
def test_who_comes_back_with_results_between_sessions_stands_in_the_next(api_of_im, clock, status, code):
    api = api_of_im
    ticket = arrive(api, 1)[1]["ticket"]
    api.call("R1")
    api.act(ticket, "finish")
    api.at = at(clock, "2026-03-03" if clock == "03:00" else "2026-03-02")
    answer = arrive(api, 1)

    assert (status, code) == refused(answer)
    assert ("return" if status == 201 else None) == answer[1].get("ticket", {}).get("lane")


def test_a_walk_in_is_counted_to_the_slot_on_the_hospitals_own_clock():
    with an_api(hall_file(rules="slot_minutes = 30").replace("Asia/Shanghai", "Asia/Kathmandu")) as api:
        booked = book(api, 3, "11:15")  # 09:00 in Kathmandu
        api.at = "2026-03-02T08:59:00+05:45"
        arrive(api, 1)
        api.at = "2026-03-02T09:10:00+05:45"
        arrive(api, 2)
        arrive(api, 3, appointment=booked)

        assert ["A001", "A003", "A002"] == order(api)


@pytest.mark.parametrize(("clock", "minutes"), [("09:15", 15), ("09:10", 20), ("09:07", 30)])
def test_walk_ins_are_not_called_before_a_booked_patient_whose_slot_lies_off_the_grid(clock, minutes):
    """Q5: booked for 09:15 and first to check in, with the default grid of 30 minutes."""
    with an_api(hall_file()) as api:
        appointment = book(api, 1, clock, minutes=minutes)
        api.at = at("09:16")
        assert 201 == arrive(api, 1, appointment=appointment)[0]
        for number, now in ((2, "09:18"), (3, "09:20"), (4, "09:22")):
            api.at = at(now)
            assert 201 == arrive(api, number)[0]

        assert ["A001", "A002", "A003", "A004"] == order(api)


def test_a_late_patient_and_a_transferred_one_stand_behind_a_booked_slot_off_the_grid():
    """Q5: the same for who comes after the end of an earlier slot."""
    with an_api(hall_file()) as api:
        late, booked = book(api, 1, "08:00"), book(api, 2, "09:15", minutes=15)
        api.at = at("09:16")
        assert 201 == arrive(api, 2, appointment=booked)[0]
        api.at = at("09:17")
        assert 201 == arrive(api, 1, appointment=late)[0]

        assert ["A001", "A002"] == order(api)
