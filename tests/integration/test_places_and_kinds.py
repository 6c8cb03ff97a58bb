"""Where halls, rooms and machines are, and what a queue is for, on every page and paper that tells it."""

import pytest

from server.domain.errors import HallError
from server.protocol.terms import DeviceRole
from server.samples.halls import demo_hospital
from server.services.access import devices
from server.services.core.unit_of_work import Answer
from server.services.halls import hall_file
from tests.support.api import an_api


@pytest.fixture(scope="module")
def demo():
    with an_api(demo_hospital()) as made:
        yield made


def transferred(demo, queue):
    """A patient of H1 sent to a queue of the pharmacy hall; the new ticket."""
    ticket = demo.check_in("孙三")
    body = {"hall": "PH", "queue": queue, "reason": "next"}
    status, answer = demo.post(f"/tickets/{ticket['id']}/transfer", body)
    assert status == 200, answer
    return answer["new_ticket"]


def called(demo, station):
    """The texts of the call of that room, for a screen."""
    before = demo.snapshot("console:PH", "PH")["seq"]
    demo.call(station, role="console:PH")
    events = demo.events("console:PH", after=before, hall="PH")
    return next(event["announcement"]["texts"] for event in events if event["kind"] == "ticket.called")


def test_a_snapshot_tells_where_hall_and_rooms_are_and_what_each_queue_is_for(demo):
    upstairs = demo.snapshot("console:H2", "H2")
    counter = demo.snapshot("console:PH", "PH")

    assert {"zh": "门诊楼二楼西区", "en": "Outpatient building, first floor, west"} == upstairs["place"]
    assert "门诊楼二楼西区" == upstairs["stations"][0]["place"]["zh"]
    assert ["clinic", "clinic"] == [queue["kind"] for queue in upstairs["queues"]]
    assert {"LAB": "laboratory", "PHARM": "pharmacy"} == {queue["id"]: queue["kind"] for queue in counter["queues"]}


def test_a_slip_tells_the_way_to_the_hall(demo):
    status, body = demo.post("/check-ins", {"hall": "H2", "queue": "SURG", "patient": {"name": "路"}}, role="kiosk:H2")

    assert 201 == status
    assert "门诊楼二楼西区" == body["slip"]["way"]["zh"]
    assert "clinic" == body["slip"]["kind"]


def test_a_patient_sent_to_the_pharmacy_is_called_to_collect_medicine(demo):
    """Q11: the pharmacy window was told to 就诊."""
    number = transferred(demo, "PHARM")["number"]

    texts = called(demo, "W1")

    assert f"请 {number} 号 孙* 到 1 号窗口取药" == texts["zh"]
    assert f"Number {number}, medicine is ready at window 1" == texts["en"]


def test_a_patient_sent_to_the_laboratory_is_called_to_the_blood_window(demo):
    """Q11: a laboratory's call names the window and what is done there."""
    number = transferred(demo, "LAB")["number"]

    assert f"请 {number} 号到 1 号采血窗口" == called(demo, "L1")["zh"]


def test_a_machine_says_where_it_stands_to_staff_and_to_itself(demo):
    def enrol(work):
        place = devices.place_from("zh=一楼大厅;en=Lobby")
        demo.tokens["kiosk-placed"] = devices.enrol(work, demo.context, DeviceRole.KIOSK, "1号机", None, place)[1]
        return Answer({})

    demo.context.transactions.system("H1", enrol)
    seen = next(device for device in demo.snapshot()["devices"] if device["name"] == "1号机")
    _, listed = demo.get("/devices", role="admin")

    assert {"zh": "一楼大厅", "en": "Lobby"} == seen["place"]
    assert {"zh": "一楼大厅", "en": "Lobby"} == demo.get("/devices/me", role="kiosk-placed")[1]["place"]
    assert {"zh": "一楼大厅", "en": "Lobby"} in [device["place"] for device in listed["devices"]]


def test_a_machine_that_moves_tells_its_new_place_at_once(demo):
    demo.token("kiosk-moves")
    device, before = demo.device("kiosk-moves"), demo.snapshot()["seq"]
    place = {"zh": "门诊楼二楼", "en": "First floor"}

    for _ in range(2):
        demo.context.transactions.system("H1", lambda work: devices.put(work, device, place))

    assert place == demo.get("/devices/me", role="kiosk-moves")[1]["place"]
    told = [event for event in demo.events(after=before) if event.get("device")]
    assert [("device.changed", place)] == [(event["kind"], event["device"]["place"]) for event in told]


def test_applying_the_same_file_again_changes_nothing_and_a_new_place_is_named(demo):
    def changes(text):
        file = hall_file.read(text, demo.context)
        return demo.context.transactions.administer(lambda db: hall_file.write(db, file, text))

    assert [] == changes(demo_hospital())
    moved = demo_hospital().replace('kind = "pharmacy"', 'kind = "cashier"').replace("大厅南侧", "大厅北侧")
    assert ["hall PH: place changed", "queue PHARM: kind changed"] == changes(moved)
    changes(demo_hospital())


def test_a_kind_nobody_knows_is_refused_with_its_line():
    with pytest.raises(HallError) as refused:
        hall_file.read(demo_hospital().replace('kind = "pharmacy"', 'kind = "chemist"'))

    fault = refused.value.extra["errors"][0]
    assert fault["where"].endswith("kind")
    assert 'kind = "pharmacy"' == demo_hospital().splitlines()[fault["line"] - 1]
