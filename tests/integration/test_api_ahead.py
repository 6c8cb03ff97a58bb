"""What will probably be spoken next, told to the caller: the very sentence of the call, soonest room first."""

import pytest

from tests.support.api import an_api


@pytest.fixture
def api():
    with an_api() as made:
        yield made


def ahead(api, role="caller", hall="H1"):
    status, body = api.get(f"/halls/{hall}/announcements/ahead", role=role)
    assert 200 == status, body
    return body["calls"]


def by_room(api, **who):
    return {call["station"]: call for call in ahead(api, **who)}


def spoken(api, after):
    """The announcement that the caller heard last."""
    return [e["announcement"] for e in api.events("caller", after=after) if e.get("announcement")][-1]


def test_the_sentence_told_ahead_is_the_sentence_of_the_call(api):
    for name in ("张小三", "欧阳明", "李四"):
        api.check_in(name)
    api.check_in("王五", "ENT")
    for room in ("R3", "R1", "R2"):
        likely = by_room(api)[room]
        seq = api.snapshot()["seq"]
        called = api.call(room)
        said = spoken(api, seq)

        assert called["id"] == likely["ticket"]
        assert (said["texts"], said["number"], said["zone"]) == (likely["texts"], likely["number"], likely["zone"])


def test_a_patient_sent_ahead_to_a_room_is_the_one_it_would_call(api):
    api.check_in("甲")
    behind = api.check_in("乙")
    api.act(behind, "stage", station="R1")

    assert behind["id"] == by_room(api)["R1"]["ticket"]


def test_names_go_no_further_than_the_halls_voice_allows(api):
    api.check_in("欧阳金丝雀")
    api.check_in("金丝雀", "SU", hall="H2")
    masked = by_room(api)["R1"]["texts"]
    silent = by_room(api, role="caller:H2", hall="H2")["S1"]["texts"]

    assert "欧阳姓患者" in masked["zh"]
    assert "金丝雀" not in str(masked)
    assert "患者" not in silent["zh"]


def test_free_rooms_come_first_then_those_that_serve_longest(api):
    for n in range(6):
        api.check_in(f"病人{n}")
    api.at = "2026-03-02T09:00:00+08:00"
    api.act(api.call("R2"), "start")
    api.at = "2026-03-02T09:05:00+08:00"
    assert ["R1", "R2"] == [call["station"] for call in ahead(api)]

    api.act(api.call("R1"), "start")

    assert ["R2", "R1"] == [call["station"] for call in ahead(api)]


def test_a_room_that_is_paused_or_has_nobody_to_call_is_not_told(api):
    assert [] == ahead(api)
    api.check_in("甲")
    api.post("/stations/R1/pause", {"minutes": 5})

    assert ["R2"] == [call["station"] for call in ahead(api)]


def test_no_more_than_eight_rooms_are_told():
    rooms = "".join(
        f'[[hall.station]]\nid = "R{n}"\nname = {{zh = "{n}诊室"}}\nqueues = ["IM"]\n' for n in range(1, 11)
    )
    toml = (
        '[hospital]\nname = {zh = "院"}\ntimezone = "Asia/Shanghai"\n[[hall]]\nid = "H1"\nname = {zh = "厅"}\n'
        f'[[hall.queue]]\nid = "IM"\nname = {{zh = "内科"}}\nprefix = "A"\n{rooms}'
    )
    with an_api(toml) as api:
        api.check_in("甲")

        assert [f"R{n}" for n in range(1, 9)] == [call["station"] for call in ahead(api)]


@pytest.mark.parametrize("role", ["kiosk", "console", "station", "nurse", "doctor@R1", "admin"])
def test_only_a_caller_may_ask(api, role):
    assert 403 == api.get("/halls/H1/announcements/ahead", role=role)[0]


def test_a_caller_of_another_hall_may_not_ask(api):
    assert 403 == api.get("/halls/H1/announcements/ahead", role="caller:H2")[0]
