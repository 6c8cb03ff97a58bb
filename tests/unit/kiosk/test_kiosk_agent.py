"""The local page: who may speak to it, and what it shows of the machine."""

import itertools
import re
import threading

import pytest

from kiosk.agent.runtime import Runtime
from kiosk.agent.web import create_agent
from kiosk.machine.effects import Identify
from kiosk.machine.events import Answer, HallFetched
from kiosk.machine.state import Hall
from server.protocol.answers import Choices, Identification
from server.protocol.terms import Evidence

HOST = "127.0.0.1:8081"
ORIGIN = f"http://{HOST}"


class Page:
    """A browser at the agent, with the secret it got at boot."""

    def __init__(self):
        self.effects = []
        clock = itertools.count()
        self.runtime = Runtime(lambda: float(next(clock)), self.effects.extend)
        self.runtime.feed(HallFetched(Hall("H1", hospital={"zh": "示范医院"})))
        self.client = create_agent(self.runtime, 8081).test_client()
        body = self.client.get("/", headers={"Host": HOST}).get_data(as_text=True)
        self.secret = re.search(r'kiosk-secret" content="([^"]+)"', body)[1]

    def post(self, path, body, **headers):
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Host": HOST, "Origin": ORIGIN, "X-Kiosk-Secret": self.secret} | said
        return self.client.post(path, json=body, headers={name: value for name, value in sent.items() if value})

    def seen(self):
        return self.post("/page/wait", {"version": 0}).json

    def touch(self, verb, value="", **more):
        seen = self.seen()
        body = {"nonce": seen["nonce"], "step": seen["step"], "verb": verb, "value": value}
        return self.post("/page/touch", body | more)


@pytest.fixture
def page(tmp_path, monkeypatch):
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / "vendor.json").write_text('{"imports": {"preact": "preact.js"}}')
    monkeypatch.setattr("kiosk.agent.web.shared_assets", lambda: tmp_path)
    return Page()


def test_the_page_boots_with_a_strict_policy_and_is_never_stored(page):
    answer = page.client.get("/", headers={"Host": HOST})

    policy = answer.headers["Content-Security-Policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)[1]
    assert f'nonce="{nonce}"' in answer.get_data(as_text=True)
    assert "unsafe" not in policy
    assert ("no-store", "DENY", "nosniff") == tuple(
        answer.headers[name] for name in ("Cache-Control", "X-Frame-Options", "X-Content-Type-Options")
    )


def test_each_boot_has_its_own_script_nonce(page):
    policies = {page.client.get("/", headers={"Host": HOST}).headers["Content-Security-Policy"] for _ in range(3)}

    assert 3 == len(policies)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:9999", "kiosk.evil.example:8081"])
def test_a_name_bound_to_loopback_from_outside_is_refused(page, host):
    assert 403 == page.client.get("/", headers={"Host": host}).status_code


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "https://127.0.0.1:8081"])
def test_a_page_of_another_origin_is_refused(page, origin):
    answer = page.post("/page/wait", {"version": 0}, Origin=origin, X_Forwarded_Host=HOST)

    assert 403 == answer.status_code


def test_a_frame_of_another_site_is_refused(page):
    assert 403 == page.client.get("/", headers={"Host": HOST, "Sec-Fetch-Site": "cross-site"}).status_code


@pytest.mark.parametrize("secret", ["", "wrong", "密"])
def test_a_verb_without_the_secret_is_refused(page, secret):
    answer = page.post("/page/touch", {"verb": "task"}, X_Kiosk_Secret=secret.encode().decode("latin-1"))

    assert 403 == answer.status_code


def test_a_verb_without_an_origin_is_refused(page):
    assert 403 == page.post("/page/wait", {"version": 0}, Origin=None).status_code


@pytest.mark.parametrize("body", [{"verb": "fetch"}, {"verb": "task", "step": "1"}, {}, []])
def test_what_is_no_verb_is_refused(page, body):
    assert 400 == page.post("/page/touch", body).status_code


def test_a_long_body_is_refused(page):
    assert 413 == page.post("/page/touch", {"verb": "scan", "value": "x" * 10_000}).status_code


@pytest.mark.parametrize(
    "path", ["/api/v1/halls/H1/snapshot", "/web/../settings.py", "/web/index.html", "/shared/../client.py"]
)
def test_there_is_nothing_but_the_page(page, path):
    assert 404 == page.client.get(path, headers={"Host": HOST}).status_code


def test_a_touch_moves_the_screen(page):
    answer = page.touch("task", "check_in")

    assert (200, "identify") == (answer.status_code, answer.json["screen"])


def test_the_page_cannot_say_that_a_chip_was_read(page):
    body = {"nonce": page.seen()["nonce"], "step": None, "verb": "scan", "value": "CARD1", "how": "chip"}
    page.post("/page/touch", body)

    assert [Evidence.KEYBOARD] == [effect.how for effect in page.effects if isinstance(effect, Identify)]


def test_a_touch_of_the_patient_before_is_not_taken(page):
    before = page.seen()
    page.touch("task", "check_in")
    page.touch("home")
    answer = page.touch("task", "place", nonce=before["nonce"])

    assert (409, "home") == (answer.status_code, answer.json["screen"])


def test_when_a_patient_leaves_the_browser_is_told_to_forget(page):
    page.touch("task", "check_in")
    before = page.seen()["nonce"]
    answer = page.touch("home")

    assert '"cache", "storage"' == answer.headers["Clear-Site-Data"]
    assert before != answer.json["nonce"]


def test_the_page_sees_neither_token_nor_anything_unlisted(page):
    page.touch("scan", "CARD1")
    choices = Choices(
        appointments=[
            {"id": "ap1", "queue_name": {"zh": "内科"}, "doctor_name": "李医生", "phone": "13800000000"},
            {"id": "ap2", "queue_name": {"zh": "外科"}, "diagnosis": "秘密"},
        ]
    )
    page.runtime.feed(
        Answer("0.1", Identification(visit_token="TOKEN", level=2, display_name="张*三", choices=choices))
    )
    answer = page.post("/page/wait", {"version": 0})

    assert ["内科", "外科"] == [option["title"]["zh"] for option in answer.json["options"]]
    assert not any(word in answer.get_data(as_text=True) for word in ("TOKEN", "13800000000", "秘密", "CARD1"))


def test_a_page_that_waits_is_answered_when_something_happens(page):
    version, answers = page.runtime.seen()["version"], []
    waiting = threading.Thread(target=lambda: answers.append(page.runtime.wait(version, 60)))
    waiting.start()
    page.touch("task", "check_in")
    waiting.join(30)

    assert ["identify"] == [answer["screen"] for answer in answers]
