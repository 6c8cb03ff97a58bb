"""By script in the demo hall: from the card on the kiosk to the end of the line, with the kiosk's own screens."""

from pathlib import Path

import pytest

from kiosk.machine.effects import CallStaff, CheckInCommand, FollowAlert, Identify
from kiosk.machine.events import Alerted, Answer, Coming, HallFetched, Refused, Touch
from kiosk.machine.flow import advance
from kiosk.machine.state import Hall, Screen, State, Verb
from kiosk.machine.view import view
from server.protocol.answers import CheckIn, Identification
from server.protocol.messages import QueueView
from tests.support.api import an_api

DEMO = (Path(__file__).resolve().parents[2] / "server/samples/demo.toml").read_text(encoding="utf-8")
BORN = "1950-05-01"


@pytest.fixture
def demo():
    with an_api(DEMO) as made:
        made.token("kiosk")
        row = {"name": "张小三", "record_number": "MR1", "birth_date": BORN, "sex": "male"}
        assert 200 == made.post("/imports/patients", {"rows": [row]}, role="service")[0]
        yield made


class AtTheKiosk:
    """A patient in front of the kiosk of hall H1: its real screen machine, answered by the real server."""

    def __init__(self, api):
        self.api, self.now, self.state, self.followed = api, 0.0, State(), None
        known = api.snapshot("kiosk")
        queues = tuple(QueueView.model_validate(queue) for queue in known["queues"])
        self.take(HallFetched(Hall("H1", name=known["name"], queues=queues)))

    def take(self, happened):
        self.now += 1
        self.state, wishes = advance(self.state, happened, self.now)
        for wish in wishes:
            self.do(wish)
        return self

    def touch(self, verb, value="", proof=""):
        return self.take(Touch(verb, value, self.state.step, proof))

    def identified(self):
        return self.touch(Verb.TASK, "check_in").touch(Verb.TYPED, "MR1", f"birth_date:{BORN}")

    def do(self, wish):
        match wish:
            case Identify():
                self.ask(wish.id, "/identifications", {"hall": "H1", "typed": wish.typed}, Identification)
            case CheckInCommand():
                body = {"hall": "H1", "visit_token": wish.visit_token, "flags": wish.flags, "queue": wish.queue}
                self.ask(wish.id, "/check-ins", {k: v for k, v in body.items() if v is not None}, CheckIn)
            case CallStaff():
                body = {"kind": "help", "visit_token": wish.visit_token, "about": wish.about}
                _, answer = self.api.post("/alerts", {k: v for k, v in body.items() if v}, role="kiosk")
                self.take(Answer(wish.id, Alerted(answer["alert"]["id"])))
            case FollowAlert():
                self.followed = wish.alert

    def ask(self, name, path, body, model):
        status, answer = self.api.post(path, body, role="kiosk")
        result = model.model_validate(answer) if status < 300 else Refused(answer["code"], answer)
        self.take(Answer(name, result))

    def look(self):
        """Ask once whether somebody comes; what the screen then says."""
        _, answer = self.api.get(f"/alerts/{self.followed}", role="kiosk")
        if answer["coming"]:
            self.take(Coming(self.followed, answer["coming"]))
        return view(self.state)["coming"]


def test_a_red_flag_with_a_card_is_named_acknowledged_treated_and_closed(demo):
    """Q2 Q4 U23"""
    patient = AtTheKiosk(demo).identified()
    patient.touch(Verb.CHOOSE, "queue:CARD").touch(Verb.HEALTH, "some")
    assert Screen.STAFF is patient.state.screen

    (line,) = demo.snapshot()["alerts"]
    assert ("red_flag", "张小三", "CARD", "kiosk") == tuple(line[w] for w in ("kind", "name", "queue", "device_name"))
    assert {} == patient.look(), "nobody is said to come before somebody said so"
    demo.post(f"/alerts/{line['id']}/acknowledge", {}, role="nurse")
    assert "护士正在过来" == patient.look()["zh"]

    arrived = {"hall": "H1", "queue": "CARD", "alert": line["id"], "flags": line["flags"], "override_reason": "接到"}
    status, body = demo.post("/check-ins", arrived, role="nurse")
    assert (201, "张小三") == (status, body["ticket"]["name"])
    ticket = demo.act(body["ticket"], "triage", role="nurse", grade="R", reason="胸痛")
    assert ["escort"] == [one["kind"] for one in demo.snapshot()["alerts"]]
    assert "serving" == demo.act(ticket, "start", role="nurse", place="抢救室")["state"]
    assert [] == demo.snapshot("kiosk")["tickets"]
    assert "done" == demo.act(ticket, "finish", role="nurse")["state"]
    assert [] == demo.snapshot()["alerts"]
    ends = [event["alert"]["outcome"] for event in demo.events() if event["kind"] == "alert.closed"]
    assert ["escorted", "seen"] == ends


def test_a_patient_booked_upstairs_is_told_where_and_when_and_may_call_under_their_name(demo):
    """Q3"""
    row = {"id": "AP1", "patient": "MR1", "hall": "H2", "queue": "SURG"}
    row |= {"slot_start": "2026-03-02T10:01", "slot_end": "2026-03-02T10:21"}
    assert 200 == demo.post("/imports/appointments", {"rows": [row]}, role="service")[0]

    patient = AtTheKiosk(demo).identified()
    assert Screen.DIRECTION is patient.state.screen
    told = view(patient.state)["choice"]
    assert ("普外科", "2026-03-02T02:01:00Z") == (told["title"]["zh"], told["facts"]["slot_start"])
    place = tuple(told["facts"][word]["zh"] for word in ("hall_name", "place"))
    assert ("二楼外科妇科候诊区", "门诊楼二楼西区") == place
    patient.touch(Verb.HELP)
    assert [("张小三", "elsewhere")] == [(line["name"], line["text"]) for line in demo.snapshot()["alerts"]]
