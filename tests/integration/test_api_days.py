"""The business day: numbers that roll at 04:00 of the hospital's zone, A999 then A1000, and the close of day, once."""

import pytest
from sqlalchemy import text

from tests.support.api import HALLS, an_api


@pytest.fixture
def api():
    with an_api() as made:
        yield made


def numbers(api, *times):
    """The number of a check-in at each time."""
    found = []
    for at in times:
        api.later(at)
        found.append(api.check_in("某某")["number"])
    return found


def test_numbers_begin_anew_at_four_in_the_morning_of_the_hospitals_zone(api):
    assert ["A001", "A002", "A003", "A001", "A002"] == numbers(
        api,
        "2026-03-01T20:30:00Z",  # 04:30 of 2 March in Shanghai
        "2026-03-02T15:59:59Z",  # 23:59:59: midnight is no boundary
        "2026-03-02T19:59:59Z",  # 03:59:59 of 3 March
        "2026-03-02T20:00:00Z",  # 04:00
        "2026-03-03T01:00:00Z",
    )


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("Europe/Berlin", "2026-03-29T01:59:59Z", "2026-03-29T02:00:00Z"),  # the night that has no 02:30
        ("Asia/Kathmandu", "2026-05-01T22:14:59Z", "2026-05-01T22:15:00Z"),
    ],
)
def test_the_roll_is_at_four_also_where_clocks_change(zone, before, after):
    toml = HALLS.replace("Asia/Shanghai", zone)
    with an_api(toml, fresh=True) as api:
        assert ["A001", "A001"] == numbers(api, before, after)


def test_the_hour_of_the_roll_is_a_setting():
    toml = HALLS.replace('timezone = "Asia/Shanghai"', 'timezone = "Asia/Shanghai"\nday_rolls_at = "06:30"')
    with an_api(toml, fresh=True) as api:
        assert ["A001", "A002", "A001"] == numbers(
            api, "2026-03-01T23:00:00Z", "2026-03-02T22:29:59Z", "2026-03-02T22:30:00Z"
        )
        assert 1 == api.kinds().count("day.closed")


def test_after_999_comes_1000(api):
    api.check_in("某某")
    with api.context.engines.write.begin() as connection:
        connection.execute(text("UPDATE queue_day SET last = 998"))

    assert ["A999", "A1000", "A1001"] == [api.check_in("某某")["number"] for _ in range(3)]
    assert ["A001", "A999"] == [api.call("R1")["number"], api.call("R2")["number"]]


def a_full_hall(api):
    """One of each: waiting, staged, called, serving, held, passed, graded and not yet triaged."""
    names = ["serving", "called", "passed", "held", "staged", "waiting"]
    tickets = {name: api.check_in(name)["id"] for name in names}
    api.act(api.call("R1"), "start")
    api.act(tickets["held"], "hold", reason="examination: CT")
    api.act(tickets["staged"], "stage", station="R2")
    api.call("R2", ticket=tickets["passed"], reason="x")
    api.act(tickets["passed"], "pass", reason="x")
    api.call("R2", ticket=tickets["called"], reason="x")
    tickets["checked_in"] = api.check_in("checked_in", "ED")["id"]
    assert tickets.keys() == {ticket["state"] for ticket in api.snapshot()["tickets"]}
    return tickets


def test_at_the_close_of_day_who_is_seen_is_done_who_was_sent_away_is_cancelled_and_the_rest_did_not_show_up(api):
    tickets = a_full_hall(api)
    seq = api.snapshot()["seq"]
    api.later("2026-03-03T04:00:00+08:00")

    states = {name: api.ticket(id)["state"] for name, id in tickets.items()}
    ends = {"serving": "done", "held": "cancelled"}
    assert {name: ends.get(name, "no_show") for name in tickets} == states
    assert [] == api.snapshot()["tickets"]
    kinds = api.kinds(after=seq)
    assert ["day.closed"] == [kind for kind in kinds if kind == "day.closed"]
    assert "day.closed" == kinds[-1]
    assert [1, 1, 5] == [kinds.count(f"ticket.{word}") for word in ("finished", "cancelled", "no_show")]
    assert [] == [row for row in api.rows()["lane"] if row[-1] != "0"]
    assert None is api.call("R1")


def test_a_day_is_closed_once_and_each_day_of_its_own(api):
    for day in (2, 3, 4):
        api.later(f"2026-03-0{day}T09:00:00+08:00")
        api.check_in("某某")
        api.due()
    api.later("2026-03-05T12:00:00+08:00")
    api.due()

    assert 3 == api.kinds().count("day.closed")
    assert ["2026-03-02", "2026-03-03", "2026-03-04"] == [
        event["reason"] for event in api.events() if event["kind"] == "day.closed"
    ]


def test_a_day_with_more_tickets_than_a_batch_is_closed_whole(api):
    for number in range(120):
        api.check_in(f"人{number}", print=False)
    api.later("2026-03-03T04:00:00+08:00")
    kinds = api.kinds()

    assert (120, 1) == (kinds.count("ticket.no_show"), kinds.count("day.closed"))
    assert "day.closed" == kinds[-1]


def test_a_clock_that_is_set_back_reopens_no_day_and_repeats_no_number(api):
    assert ["A001", "A001"] == numbers(api, "2026-03-02T03:00:00Z", "2026-03-03T03:00:00Z")
    api.at = "2026-03-02T05:00:00Z"

    assert "A002" == api.check_in("某某")["number"], "simulated time never runs back"
    assert 1 == api.kinds().count("day.closed")


def test_an_undo_cannot_wake_a_ticket_of_a_closed_day(api):
    api.at = "2026-03-03T03:59:50+08:00"
    ticket = api.check_in("某某")
    api.act(ticket, "hold", reason="x")
    api.later("2026-03-03T04:00:01+08:00")
    status, body = api.post(f"/tickets/{ticket['id']}/undo", {})

    assert (409, "nothing_to_undo") == (status, body["code"])
    assert "cancelled" == api.ticket(ticket["id"])["state"]


def test_a_queue_is_open_in_its_sessions_only(api):
    codes = {}
    for hour in ("21:59", "22:00", "22:59", "23:00"):
        api.later(f"2026-03-02T{hour}:30+08:00")
        wish = {"hall": "H1", "queue": "NIGHT", "patient": {"name": "某某"}}
        codes[hour] = api.post("/check-ins", wish)[1].get("code")

    assert {"21:59": "queue_closed", "22:00": None, "22:59": None, "23:00": "queue_closed"} == codes


def test_a_reassessment_falls_due_and_calls_for_staff(api):
    ticket = api.check_in("急", "ED")
    api.act(ticket, "triage", grade="Ⅲ", reason="asthma")
    api.later("2026-03-02T09:29:59+08:00")
    assert [] == api.snapshot()["alerts"]
    api.later("2026-03-02T09:30:01+08:00")

    assert [("reassess", ticket["id"])] == [(a["kind"], a["ticket"]) for a in api.snapshot()["alerts"]]


def test_who_stays_long_in_a_rooms_short_list_is_pointed_out(api):
    ticket = api.check_in("某某")
    api.act(ticket, "stage", station="R1")
    api.later("2026-03-02T12:00:00+08:00")

    assert ["staged_long"] == [alert["kind"] for alert in api.snapshot()["alerts"]]


def test_one_timer_that_fails_holds_up_no_other(api, caplog):
    ticket = api.check_in("病人", queue="ED")["id"]
    api.act(ticket, "triage", grade="Ⅲ")
    with api.context.engines.write.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO due (id, hall_id, clock, due_at, kind, subject, data) SELECT 'broken', hall_id, clock, "
                "'2000-01-01 00:00:00.000000', 'close_day', 'no date', data FROM due LIMIT 1"
            )
        )
    api.later("2026-03-02T12:00:00+08:00")

    assert "alert.raised" in api.kinds()
    assert "due row broken failed" in caplog.text


def test_timers_of_a_hall_that_is_closed_rest_until_it_is_in_use_again(caplog):
    with an_api(fresh=True) as api:
        api.check_in("病人", queue="SU", hall="H2", role="console:H2")
        api.apply(HALLS[: HALLS.index('[[hall]]\nid = "H2"')])
        api.later("2026-03-03T12:00:00+08:00")
        assert "due row" not in caplog.text
        api.apply(HALLS)
        api.due()

        assert "day.closed" in api.kinds(hall="H2")


def test_sessions_that_are_over_are_forgotten_when_the_day_is_closed(api):
    api.cookie("nurse")
    with api.context.engines.write.begin() as connection:
        connection.execute(text("UPDATE staff_session SET expires_at = '2000-01-01 00:00:00.000000'"))
    api.cookie("admin")
    api.check_in("病人")
    api.later("2026-03-03T12:00:00+08:00")

    assert 1 == len(api.rows(but=frozenset())["staff_session"])
