"""Five hundred hostile texts at the kiosk: as scans, as touches of the page, as what the server answers."""

import json

import pytest

from kiosk.agent.runtime import Runtime
from kiosk.machine.effects import Identify
from kiosk.machine.events import Answer, HallFetched, Tick, Touch
from kiosk.machine.state import Hall, Verb
from server.protocol.answers import Identification
from tests.support.hostile import hostile_texts

TEXTS = hostile_texts()


class Kiosk:
    """The screen machine alone, with what it asked of the world."""

    def __init__(self):
        self.now, self.asked = 0.0, []
        self.runtime = Runtime(lambda: self.now, self.asked.extend)
        self.runtime.feed(HallFetched(Hall("H1", {"zh": "区"}, {"zh": "院"}, ("zh", "en"), "Asia/Shanghai", (), {})))

    def shown(self) -> dict:
        """What the page gets, through JSON and back."""
        return json.loads(json.dumps(self.runtime.seen()))

    def next_patient(self):
        """Everybody has gone."""
        for _ in range(3):
            self.now += 300.0
            self.runtime.feed(Tick())


@pytest.fixture
def kiosk():
    return Kiosk()


def test_any_scan_is_asked_about_or_left_and_the_next_patient_finds_the_first_screen(kiosk):
    home = kiosk.shown()["screen"]
    for text in TEXTS:
        kiosk.runtime.feed(Touch(Verb.SCAN, text))
        kiosk.shown()
        kiosk.next_patient()
        assert home == kiosk.shown()["screen"]
    scans = [asked.scan for asked in kiosk.asked if isinstance(asked, Identify)]
    assert 50 < len(scans) < len(TEXTS)
    assert all(4 <= len(scan) <= 512 and scan.isprintable() for scan in scans)


def test_any_touch_of_the_page_leaves_a_screen_that_can_be_drawn(kiosk):
    for number, text in enumerate(TEXTS):
        for verb in (list(Verb)[number % len(Verb)], Verb.SCAN):
            step = kiosk.runtime.seen()["step"]
            kiosk.runtime.touch(Touch(verb, text, step, proof=text), kiosk.runtime.seen()["nonce"])
            kiosk.shown()
        kiosk.next_patient()


def test_whatever_a_server_says_of_a_patient_is_drawn_as_text(kiosk):
    for at in range(0, len(TEXTS), 5):
        name, clinic, place, doctor, title = TEXTS[at : at + 5]
        kiosk.runtime.feed(Touch(Verb.SCAN, "12345678"))
        booked = {
            "id": name,
            "queue": clinic,
            "queue_name": {"zh": clinic},
            "place": {"zh": place},
            "doctor_name": doctor,
        }
        choices = {
            "appointments": [booked],
            "queues": [{"id": "IM", "name": {"zh": title}}],
            "tickets": [],
            "reports": [],
        }
        answer = Identification.model_construct(visit_token="v", level=2, display_name=name, choices=_choices(choices))
        kiosk.runtime.feed(Answer(kiosk.asked[-1].id, answer))
        kiosk.shown()
        kiosk.next_patient()


def _choices(given):
    return Identification.model_fields["choices"].annotation.model_construct(**given)
