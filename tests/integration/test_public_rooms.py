"""What screens, loudspeakers and staff hear of a room whose queue shows numbers only."""

import pytest

from server.domain.errors import HallError
from tests.support.api import HALLS, an_api

MIXED = (
    HALLS.replace('queues = ["SU"]', 'queues = ["SU", "EYE"]')
    + """
[[hall.queue]]
id = "EYE"
name = {zh = "眼科", en = "Eye clinic"}
prefix = "Y"
"""
)


@pytest.fixture
def api():
    with an_api() as made:
        yield made


def called(api, queue="SU"):
    """The texts of a call in H2 as the loudspeaker, the wall and staff get them."""
    ticket = api.check_in("张小三", queue, hall="H2")
    assert ticket["id"] == api.call("S1", role="console:H2")["id"]
    texts = []
    for role in ("caller:H2", "kiosk:H2", "console:H2"):
        (event,) = [one for one in api.events(role, hall="H2") if one["kind"] == "ticket.called"]
        texts.append(event["announcement"]["texts"])
    return texts


def room(api, role):
    return next(one["name"] for one in api.snapshot(role, "H2")["stations"] if one["id"] == "S1")


def test_neither_loudspeaker_nor_wall_says_which_clinic_a_number_is_called_to(api):
    """S22: the loudspeaker said 妇科二诊室 to the whole hall, for a queue that shows numbers only."""
    spoken, public, staff = called(api)

    assert {"zh": "请 S 零 零 一 号 到 一诊室 就诊", "en": "Number S zero zero one, please go to Room one"} == spoken
    assert {"zh": "请 S001 号 到 1诊室 就诊", "en": "Number S001, please go to Room 1"} == public == staff
    assert {"zh": "1诊室", "en": "Room 1"} == room(api, "caller:H2") == room(api, "kiosk:H2")
    assert {"zh": "外科1", "en": "Surgery 1"} == room(api, "console:H2"), "staff know their rooms by name"


def test_what_is_rendered_ahead_and_what_a_later_fact_shows_is_neutral_too(api):
    """S22: siblings of the call itself."""
    api.check_in("张小三", "SU", hall="H2")
    likely = api.get("/halls/H2/announcements/ahead", role="caller:H2")[1]["calls"]
    api.post("/stations/S1/pause", {"minutes": 5}, role="console:H2")
    paused = api.events("caller:H2", hall="H2")[-1]

    assert "外科" not in str(likely)
    assert ["请 S 零 零 一 号 到 一诊室 就诊"] == [one["texts"]["zh"] for one in likely]
    assert {"zh": "1诊室", "en": "Room 1"} == paused["station"]["name"]


def test_the_hall_file_names_a_room_neutrally_where_its_number_would_not_do(api):
    """S22: a room without a number gets the name of the hall file; without one the file is refused."""
    nameless = HALLS.replace('name = {zh = "外科1", en = "Surgery 1"}', 'name = {zh = "外科"}')
    with pytest.raises(HallError, match="neutral_name"):
        api.apply(nameless)
    api.apply(nameless.replace('id = "S1"\n', 'id = "S1"\nneutral_name = {zh = "晨曦室"}\n'))

    assert "请 S001 号 到 晨曦室 就诊" == called(api)[1]["zh"]
    assert {"zh": "晨曦室"} == room(api, "caller:H2")


def test_a_room_that_serves_an_open_queue_too_has_one_name_in_public(api):
    """S22: the other queue's patients hear their clinic, and the room as the wall names it."""
    api.apply(MIXED)

    assert "请 Y001 号 张*三 到 眼科1诊室 就诊" == called(api, "EYE")[1]["zh"]
