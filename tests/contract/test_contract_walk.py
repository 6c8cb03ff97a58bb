"""The promises of the contract, walked by a client over HTTP, on each database."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from server.protocol.transport import HallProblem
from tests.support.api import enrolled
from tests.support.hall import RunningHall, hall_file, rush

SECRET = "the secret of a test, long enough"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def hall(request):
    if request.param == "sqlite":
        running = RunningHall()
    else:
        database = request.getfixturevalue("postgres").database()
        prepared = enrolled(database, hall_file(), SECRET)
        running = RunningHall(database=database, prepared=prepared, HALL_SECRET_KEY=SECRET)
    try:
        yield running.start()
    finally:
        running.close()


def code_of(act):
    with pytest.raises(HallProblem) as refused:
        act()
    return refused.value.code


def test_a_ticket_is_walked_from_check_in_to_done(hall):
    desk = hall.client("console")
    first, second = (desk.check_in("H1", queue="IM", patient={"name": name}).ticket for name in ("张小三", "李四"))
    assert ("A001", "A002", "waiting", "ordinary") == (first.number, second.number, first.state, first.lane)
    called = desk.call_next("R1")
    assert (first.id, True) == (called.ticket.id, bool(called.reason))
    assert "station_busy" == code_of(lambda: desk.call_next("R1"))
    assert ["called", "serving", "done"] == [
        desk.recall(first.id).state, desk.start(first.id).state, desk.finish(first.id).state,
    ]  # fmt: skip
    assert "illegal_move" == code_of(lambda: desk.start(first.id))
    desk.call_next("R2")
    assert None is desk.call_next("R1").ticket
    desk.hold(second.id, "examination: CT")
    assert ("waiting", "return") == (desk.give_back(second.id).state, desk.ticket(second.id).ticket.lane)
    assert ["老"] == desk.prioritise(second.id, "老", "born 1940").tags
    assert "staged" == desk.stage(second.id, "R1").state
    assert "waiting" == desk.undo(second.id).state
    assert "cancelled" == desk.act(second.id, "cancel").state
    assert ["paused", "open", "stopped", "open"] == [
        desk.set_station("R1", wish).state for wish in ("pause", "open", "stop", "open")
    ]
    events = desk.events("H1", 0, limit=10_000)
    assert list(range(1, events.seq + 1)) == [event.seq for event in events.events]
    assert "张小三" not in str(hall.client("kiosk").events("H1", 0, limit=10_000))


def test_one_key_sent_eight_times_at_once_has_one_answer(hall):
    kiosk = hall.client("kiosk")
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: kiosk.check_in("H1", queue="IM", patient={"name": "一"}, key="twins"), range(8))
        )

    assert [answers[0]] * 8 == answers
    assert "key_reused" == code_of(lambda: kiosk.check_in("H1", queue="IM", patient={"name": "二"}, key="twins"))


def test_eight_kiosks_and_two_stations_at_once_share_nothing(hall):
    numbers, called = rush([hall.client("kiosk") for _ in range(8)], [hall.client("console") for _ in range(2)], 4)

    assert 32 == len(set(numbers))
    assert len(called) == len(set(called))
    assert set(numbers) <= set(called)
