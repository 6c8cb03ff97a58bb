"""The server's wall clock jumps: order, timers, papers and the close of day go by the time that really passed."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from server.domain.errors import HallError
from server.services.schedule import clock_news
from server.store import engine
from tests.support.api import an_api
from tests.support.clocks import MovedClock, a_round, by_real_time
from tests.support.databases import about_sqlite

STEADY = 301.0
JUMPS = [{"hours": 3}, {"hours": -3}, {"days": 1}, {"days": -1}, {"days": 10}]


@pytest.fixture(scope="module")
def made():
    with an_api(fresh=True) as api:
        yield api


@pytest.fixture
def now(monkeypatch):
    return MovedClock(monkeypatch)


@pytest.fixture
def api(made, now):
    made.reset()
    return by_real_time(made)


def open_alerts(api, kind):
    return [alert["text"] for alert in api.snapshot()["alerts"] if alert["kind"] == kind]


def called_all(api):
    called = []
    while (ticket := api.call("R1")) is not None:
        called.append(ticket["id"])
        api.act(ticket, "finish")
    return called


def in_order(api):
    """Whether no entry of the journal is earlier than the one before."""
    times = [datetime.fromisoformat(event["at"]) for event in api.events()]
    return times == sorted(times)


def heartbeats(api, *roles):
    for role in roles:
        api.post("/devices/me/heartbeat", {"seen_seq": 0, "health": {}}, role=role)


def waited(api, ticket):
    return api.get(f"/tickets/{ticket}/explanation")[1]["numbers"]["waited_minutes"]


@pytest.mark.parametrize("jump", JUMPS)
def test_who_comes_after_a_jump_of_the_clock_is_called_after_who_was_there_and_nobodys_wait_ends(api, now, jump):
    """L7: the clock went back three hours, and later arrivals were called first; a day ahead made everybody a no-show;
    ten days ahead for six seconds pruned journal and receipts."""
    gone = api.check_in("叫到")["id"]
    assert gone == api.call("R1")["id"]
    first = api.check_in("早")["id"]
    receipts, events = api.rows()["receipt"], api.events()
    now.jump(**jump)
    second = api.check_in("晚")["id"]
    now.wait(api, 6)
    assert events == api.events()[: len(events)]
    now.wait(api, 2 * STEADY)
    third = api.check_in("再晚")["id"]

    assert all(0 <= waited(api, ticket) for ticket in (first, second, third))
    api.act(gone, "finish")
    assert [first, second, third] == called_all(api)
    assert in_order(api)
    assert events == api.events()[: len(events)]
    assert receipts == [row for row in api.rows()["receipt"] if row in receipts]
    assert not {"day.closed", "ticket.no_show"} & set(api.kinds())


def test_staff_is_told_once_that_the_clock_jumped(api, now):
    """L7: nobody was told; a clock that is set again and again is one line."""
    now.wait(api, 10)
    assert [] == open_alerts(api, "clock")
    now.jump(hours=3)
    now.wait(api, 20, every=10)
    assert ["+180"] == open_alerts(api, "clock")
    now.jump(hours=-3)
    now.wait(api, 20, every=10)
    assert ["-180"] == open_alerts(api, "clock")
    assert 2 == api.kinds().count("alert.raised") + api.kinds().count("alert.repeated")


@about_sqlite("a second connection holds the writer's lock of the file")
def test_news_of_the_clock_that_cannot_be_written_is_told_afterwards_none_forgotten(monkeypatch):
    """L7: of several pieces of news the later ones were forgotten."""
    monkeypatch.setattr(engine, "BUSY_MILLISECONDS", 20)
    with an_api(fresh=True) as api:
        for text in ("+180", "clock_apart"):
            api.context.clock.announce_again(text)
        with closing(sqlite3.connect(api.folder / "hall.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(HallError, match="busy"):
                clock_news.tell(api.context)
        clock_news.tell(api.context)
        assert ["clock_apart"] == open_alerts(api, "clock")
        assert 2 == api.kinds().count("alert.raised") + api.kinds().count("alert.repeated")


def test_a_step_that_stays_is_taken_and_the_numbers_of_the_new_day_begin(api, now):
    """A host that was paused over a night without its seconds going on: the morning's patients are of the new day."""
    api.check_in("昨")
    now.jump(hours=22)
    a_round(api)
    now.wait(api, STEADY + 10, every=100)
    today = api.check_in("今")

    assert "A001" == today["number"]
    assert datetime.fromisoformat(today["times"]["checked_in"]) >= now.true + now.off - timedelta(seconds=1)
    assert "ticket.no_show" not in api.kinds()
    now.wait(api, 12.5 * 3600, every=1800)
    assert 1 == api.kinds().count("day.closed")
    assert 1 == api.kinds().count("ticket.no_show"), "yesterday's one who was never called; today's stays"


def test_a_night_off_closes_yesterday_in_the_morning_once(api, now):
    api.check_in("昨")
    now.passed += 24 * 3600
    api.context.clock.__init__()
    api.context.clock.start_from(now.true - timedelta(hours=24))
    assert "A001" == api.check_in("今")["number"], "at once of the new day"
    a_round(api)
    assert "day.closed" not in api.kinds(), "a start has no witness: wait until the clock has been steady"
    now.wait(api, STEADY + 120)

    assert [1, 1] == [api.kinds().count(kind) for kind in ("day.closed", "ticket.no_show")]


def test_a_server_that_was_suspended_raises_no_false_alarm(api, now):
    """L13: suspended for thirty seconds, it told of every device that it was silent."""
    heartbeats(api, "kiosk", "caller", "station")
    paper = a_leased_slip(api)
    now.wait(api, 4, every=4)
    before = len(api.events())
    now.passed += 130  # longer than any lease
    now.wait(api, 8, every=4)
    heartbeats(api, "kiosk", "caller")
    api.post(f"/print-jobs/{paper}/report", {"state": "printed", "evidence": "12"}, role="kiosk")
    now.wait(api, 12, every=4)
    heartbeats(api, "kiosk", "caller")
    assert ["print_job.printed"] == api.kinds(after=before)
    now.wait(api, 8, every=4)

    assert ["station"] == open_alerts(api, "device"), "who really is silent is told, a little later"


@pytest.mark.parametrize("jump", [{"hours": 3}, {"hours": -3}])
def test_a_jump_of_the_clock_makes_no_device_silent_and_no_paper_doubtful(api, now, jump):
    """L7: false `device.offline` and `unknown` papers by the dozen."""

    def live(seconds, every):
        for _ in range(int(seconds / every)):
            heartbeats(api, "kiosk")
            now.wait(api, every, every=every)

    live(10, 5)
    paper = a_leased_slip(api)
    now.jump(**jump)
    live(100, 5)
    api.post(f"/print-jobs/{paper}/report", {"state": "printed", "evidence": "12"}, role="kiosk")
    now.passed += STEADY - 110
    live(5, 5)
    paper = a_leased_slip(api)  # its lease is given by a time that is taken back or forward now
    live(100, 5)
    api.post(f"/print-jobs/{paper}/report", {"state": "printed", "evidence": "12"}, role="kiosk")

    assert not {"device.offline", "print_job.unknown"} & set(api.kinds())
    assert [] == open_alerts(api, "device") + open_alerts(api, "print")


def a_leased_slip(api):
    wish = {"hall": "H1", "queue": "IM", "patient": {"name": "人"}, "print": True}
    status, body = api.post("/check-ins", wish, role="kiosk")
    assert (201, "leased") == (status, body["print_job"]["state"])
    return body["print_job"]["id"]


COMMANDS = st.tuples(
    st.sampled_from(["check_in", "check_in", "check_in", "call", "call", "round"]),
    st.sampled_from([None, None, 0, 3, -3, 24, -24]),
    st.sampled_from([0.5, 3, 40, 400]),
)


def play(api, now, commands):
    """Do the commands, with the clock set between any two; then set it right and let three days pass."""
    came, called = [], []
    for place, (command, hours, pause) in enumerate(commands):
        if hours is not None:
            now.jump(hours=hours)
        now.wait(api, pause, every=100)
        if command == "check_in":
            came.append(api.check_in(f"人{place}"))
        elif command == "call" and (ticket := api.call("R1")) is not None:
            called.append(ticket["id"])
            api.act(ticket, "finish")
    receipts, events = api.rows()["receipt"], api.events()
    assert [ticket["id"] for ticket in came][: len(called)] == called
    assert not {"ticket.no_show", "ticket.cancelled", "day.closed"} & set(api.kinds())
    assert all(waited(api, ticket["id"]) >= 0 for ticket in came[len(called) :])

    now.jump(hours=0)
    now.wait(api, 3.5 * 24 * 3600, every=3 * 3600)

    kept = api.events()
    closed = Counter(event["reason"] for event in kept if event["kind"] == "day.closed")
    assert events == kept[: len(events)]
    assert receipts == [row for row in api.rows()["receipt"] if row in receipts]
    assert in_order(api)
    assert set(closed.values()) <= {1}
    assert not came or closed
    assert [] == api.snapshot()["tickets"]
    numbers = Counter((row[5], row[6], row[7]) for row in api.rows()["ticket"])
    assert set(numbers.values()) <= {1}


def check(made, monkeypatch, commands):
    made.reset()
    with monkeypatch.context() as patch:
        now = MovedClock(patch)
        play(by_real_time(made), now, commands)


QUICK = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


@settings(max_examples=4, derandomize=True, phases=[Phase.generate], **QUICK)
@given(commands=st.lists(COMMANDS, min_size=6, max_size=14))
def test_a_clock_that_jumps_between_any_two_commands_changes_no_order(made, monkeypatch, commands):
    """L7: property: order of calling is the journal's, nobody is a no-show, nothing is pruned, a day ends once."""
    check(made, monkeypatch, commands)


@pytest.mark.faults
@settings(max_examples=150, phases=[Phase.generate], **QUICK)
@given(commands=st.lists(COMMANDS, min_size=6, max_size=40))
def test_a_clock_that_jumps_between_any_two_of_many_commands_changes_no_order(made, monkeypatch, commands):
    """L7: the same for long."""
    check(made, monkeypatch, commands)
