"""Wishes that are done: written down, sent under one key, printed, told; resumed after a crash."""

import json
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx
import pytest

from hardware.jobs import print_job
from hardware.ports import Outcome, Reason
from hardware.registry import open_printer
from kiosk.agent.outbox import CommandRunner, Dependencies
from kiosk.agent.outbox_store import Entry, Journal
from kiosk.agent.printer import PaperMaker
from kiosk.machine.effects import CallStaff, CheckInCommand, FollowAlert, Forget, Identify, PutOnPaper, SettlePaper
from kiosk.machine.events import Alerted, Answer, Away, Coming, Paper, Refused, Resumed
from server.protocol.answers import CheckIn, Identification
from server.protocol.client import HallClient
from server.protocol.messages import PrintJob
from server.protocol.terms import Evidence, PrintJobState

WISH = CheckInCommand("0.1", appointment="ap1", visit_token="CANARY", flags=())


def slip_job(name="j1"):
    until = datetime.now(UTC) + timedelta(seconds=30)
    slip = {
        "ticket": "t1", "hospital": {"zh": "医院"}, "hall": {"zh": "候诊区"}, "queue": {"zh": "内科"}, "number": "A012",
        "checked_in_at": "2026-03-02T01:00:00Z", "timezone": "Asia/Shanghai", "code": "c",
    }  # fmt: skip
    return {"id": name, "kind": "slip", "state": "leased", "slip": slip, "lease": "L", "lease_until": until.isoformat()}


TICKET = {"id": "t1", "number": "A012", "state": "waiting", "queue": "IM", "lane": "ordinary", "order": "1", "seq": 1}


class Wall:
    """A server made of a function: what it was sent, in order, and what it answers."""

    def __init__(self, answers):
        self.answers = list(answers)
        self.sent = []

    def __call__(self, request):
        self.sent.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(request)
        status, body = answer
        return httpx.Response(status, json=body)

    def keys(self, path):
        return [request.headers.get("Idempotency-Key") for request in self.sent if request.url.path.endswith(path)]

    def bodies(self, path):
        return [json.loads(request.content) for request in self.sent if request.url.path.endswith(path)]


class Bench:
    """Errands with a server of a function, a virtual printer, a journal in a folder, and what they fed back."""

    def __init__(self, folder, *answers, printer="virtual://", clock=time.time):
        self.wall = Wall(answers or [(200, {})])
        self.fed = []
        self.came = threading.Condition()
        client = HallClient("http://hall", "token", http_transport=httpx.MockTransport(self.wall), budget=0)
        opener = (lambda: open_printer(printer)) if printer else None
        self.paper = PaperMaker(opener, lambda job, made: print_job(job, made, datetime.now(UTC)))
        self.journal = Journal(folder / "outbox.db")
        self.runner = CommandRunner(Dependencies(client, lambda: "H1", self.paper, self.journal, clock), self.feed)

    def feed(self, happened):
        with self.came:
            self.fed.append(happened)
            self.came.notify_all()

    def until(self, what):
        deadline = time.monotonic() + 60
        with self.came:
            while not what():
                assert self.came.wait(max(0.0, min(0.05, deadline - time.monotonic()))) or time.monotonic() < deadline

    def do(self, *effects, answers=1):
        self.runner.perform(effects)
        self.until(lambda: len(self.fed) >= answers)
        return self.fed


@pytest.fixture
def bench(tmp_path):
    made = []

    def make(*answers, **how):
        made.append(Bench(tmp_path, *answers, **how))
        return made[-1]

    yield make
    for each in made:
        each.runner.stop()
        each.paper.close()
        each.journal.close()


def test_a_wish_is_on_disk_before_it_is_sent(bench, tmp_path):
    at_sending = []

    def look(request):
        at_sending.extend(entry.key for entry in Journal(tmp_path / "outbox.db").open())
        return httpx.Response(201, json={"ticket": TICKET})

    here = bench(look)
    here.do(WISH)

    assert 1 == len(at_sending)
    assert here.wall.keys("/check-ins") == at_sending


def test_a_ticket_without_paper_is_settled_at_once(bench):
    here = bench((200, {"ticket": TICKET}))
    fed = here.do(WISH)

    assert "A012" == fed[0].result.ticket.number
    assert [] == here.journal.open()


def test_paper_settles_the_wish_only_when_its_fate_is_told(bench):
    here = bench((201, {"ticket": TICKET, "print_job": slip_job()}))
    issued = here.do(WISH)[0].result
    assert 1 == len(here.journal.open())

    here.do(PutOnPaper("0.2", issued.print_job), answers=2)
    here.until(lambda: here.wall.bodies("/report"))
    here.until(lambda: not here.journal.open())

    assert Answer("0.2", Paper(PrintJobState.PRINTED, Reason.FINE)) == here.fed[1]
    assert ["printed"] == [body["state"] for body in here.wall.bodies("/report")]


def test_an_end_that_the_server_does_not_take_now_holds_up_no_other_and_is_told_later(bench, monkeypatch):
    """B3: siblings: a 500 or a 403 to the end of a print, and the server never knew it."""
    monkeypatch.setattr("kiosk.agent.outbox.AGAIN_AFTER", 0.01)
    taken, refusals = [], count(1)

    def server(request):
        job = request.url.path.split("/")[-2]
        if job.startswith("bad") and next(refusals) < 30:
            return httpx.Response(403, json={"code": "forbidden"})
        taken.append((job, request.headers["Idempotency-Key"]))
        return httpx.Response(200, json={})

    here = bench(server)
    jobs = [PrintJob.model_validate(slip_job(name)) for name in ("bad1", "bad2", "bad3", "bad4", "bad5", "good")]
    here.runner.perform(tuple(SettlePaper(job, PrintJobState.PRINTED, "fine") for job in jobs))
    here.until(lambda: len(taken) >= 6)
    assert "good" == taken[0][0]
    assert 6 == len({job for job, _ in taken})
    assert all(1 == len(set(here.wall.keys(f"/{job.id}/report"))) for job in jobs)


@pytest.mark.parametrize(
    "page", [httpx.Response(403, text="<html>"), httpx.Response(302), httpx.Response(204), httpx.Response(404, json=[])]
)
def test_a_danger_is_reported_although_a_network_answers_in_place_of_the_hall(bench, monkeypatch, page):
    """B5: siblings: a proxy's page counted as the hall's refusal, and nobody was called."""
    monkeypatch.setattr("kiosk.agent.outbox.AGAIN_AFTER", 0.01)
    answers = iter([page, page])
    alert = {"id": "al1", "kind": "help", "hall": "H1", "raised_at": "2026-03-02T01:00:00Z"}
    here = bench(lambda _request: next(answers, None) or httpx.Response(201, json={"alert": alert}))
    fed = here.do(CallStaff("0.1", "help"), answers=2)
    assert [Away, Alerted] == [type(answer.result) for answer in fed]
    assert 1 == len(set(here.wall.keys("/alerts")))


def test_an_end_that_is_refused_for_good_is_told_no_more(bench):
    here = bench((409, {"code": "lease_lost"}), (200, {}))
    job = PrintJob.model_validate(slip_job())
    here.runner.perform((SettlePaper(job, PrintJobState.PRINTED, "fine"),))
    here.until(lambda: here.wall.sent)
    here.runner.stop()
    assert 1 == len(here.wall.sent)


def test_a_server_that_is_away_is_told_at_once_and_asked_again_under_the_same_key(bench, monkeypatch):
    monkeypatch.setattr("kiosk.agent.outbox.AGAIN_AFTER", 0.01)
    here = bench(httpx.ConnectError("no"), httpx.ConnectError("no"), (201, {"ticket": TICKET}))
    fed = here.do(WISH, answers=2)

    assert [Away, CheckIn] == [type(answer.result) for answer in fed]
    assert 1 == len(set(here.wall.keys("/check-ins")))
    assert 3 == len(here.wall.keys("/check-ins"))


def test_nothing_more_is_wished_for_somebody_who_has_left(bench, monkeypatch):
    monkeypatch.setattr("kiosk.agent.outbox.AGAIN_AFTER", 0.01)
    here = bench(httpx.ConnectError("no"))
    here.do(WISH)
    here.runner.perform((Forget(0),))

    here.until(lambda: not here.journal.open())
    assert 1 == len(set(here.wall.keys("/check-ins")))


def test_a_danger_is_reported_even_when_the_patient_has_left(bench, monkeypatch):
    monkeypatch.setattr("kiosk.agent.outbox.AGAIN_AFTER", 0.01)
    here = bench(httpx.ConnectError("no"))
    here.do(replace(WISH, flags=("red_flag",)))
    here.runner.perform((Forget(0),))
    here.wall.answers = [(202, {"text": {"zh": "请稍等"}})]

    here.until(lambda: len(here.fed) > 1)
    assert CheckIn(text={"zh": "请稍等"}) == here.fed[1].result


def test_a_refusal_settles_the_wish(bench):
    here = bench((409, {"code": "too_early", "title": "x", "status": 409}))

    assert Refused("too_early", {"code": "too_early", "title": "x", "status": 409}) == here.do(WISH)[0].result
    assert [] == here.journal.open()


def test_who_is_this_is_asked_without_a_trace_on_disk(bench):
    here = bench((200, {"visit_token": "CANARY", "level": 2}))
    fed = here.do(Identify("0.1", scan="CARD1"))

    assert Identification(visit_token="CANARY", level=2) == fed[0].result
    assert {"hall": "H1", "scan": "CARD1"} == here.wall.bodies("/identifications")[0]
    assert [] == here.journal.open()


def test_a_card_whose_chip_was_read_says_so_to_the_server(bench):
    here = bench((200, {"visit_token": "CANARY", "level": 2}))
    here.do(Identify("0.1", scan="CARD1", how=Evidence.CHIP))

    assert {"hall": "H1", "scan": {"text": "CARD1", "how": "chip"}} == here.wall.bodies("/identifications")[0]


def test_help_is_a_wish_like_any_other(bench):
    alert = {"alert": {"id": "a", "kind": "help", "raised_at": "2026-03-02T01:00:00Z"}}

    assert Alerted("a") == bench((201, alert)).do(CallStaff("0.1"))[0].result


def test_help_says_who_asks_and_why_where_the_kiosk_knows_it(bench):
    """Q2"""
    here = bench((201, {"alert": {"id": "a", "kind": "help", "raised_at": "2026-03-02T01:00:00Z"}}))
    here.do(CallStaff("0.1", visit_token="CANARY", about="desk_only"))

    assert [{"kind": "help", "visit_token": "CANARY", "about": "desk_only"}] == here.wall.bodies("/alerts")


def told(coming=None, closed=None):
    alert = {"id": "a", "kind": "help", "raised_at": "2026-03-02T01:00:00Z", "closed_at": closed}
    return 200, {"alert": alert, "coming": coming}


def test_who_comes_is_asked_until_somebody_does_and_told_once(bench, monkeypatch):
    """U23"""
    monkeypatch.setattr("kiosk.agent.outbox.FOLLOW_EVERY", 0.001)
    nurse, over = {"zh": "护士正在过来"}, "2026-03-02T01:09:00Z"
    here = bench(told(), httpx.ConnectError("away"), told(nurse), told(nurse), told(nurse, over))
    here.do(FollowAlert("a", 0))
    here.until(lambda: 5 == len(here.wall.sent))

    assert [Coming("a", nurse)] == here.fed


def test_nobody_asks_for_a_patient_who_has_left(bench, monkeypatch):
    """U23"""
    monkeypatch.setattr("kiosk.agent.outbox.FOLLOW_EVERY", 0.001)
    here = bench(told())
    here.runner.perform((FollowAlert("a", 3),))
    here.until(lambda: here.wall.sent)
    here.runner.perform((Forget(3),))
    here.runner.stop()

    assert [] == here.fed


def test_a_disk_that_refuses_sends_nothing(bench):
    here = bench((201, {"ticket": TICKET}))
    here.journal.close()

    assert Away() == here.do(WISH)[0].result
    assert [] == here.wall.sent


def left_behind(here, made_at, printing=None):
    body = {"appointment": "ap1", "flags": [], "language": "zh", "id": "0.1"}
    here.journal.keep(Entry("key-of-before", "CheckInCommand", body, made_at))
    if printing:
        here.journal.printing("key-of-before", printing)
    here.runner.resume()


def test_a_young_wish_of_before_a_crash_is_sent_again_under_its_key(bench):
    here = bench((200, {"ticket": TICKET}), clock=lambda: 1030.0)
    left_behind(here, 1000.0)
    here.until(lambda: here.fed)

    assert (["key-of-before"], Resumed) == (here.wall.keys("/check-ins"), type(here.fed[0]))


def test_an_old_wish_of_before_a_crash_is_dropped(bench):
    here = bench((200, {"ticket": TICKET}), clock=lambda: 2000.0)
    left_behind(here, 1000.0)
    here.until(lambda: not here.journal.open())

    assert [] == here.wall.sent


def test_paper_that_a_crash_interrupted_never_comes_out_twice(bench):
    here = bench((200, {}), clock=lambda: 1030.0)
    left_behind(here, 1000.0, printing="j1")
    here.until(lambda: not here.journal.open())

    assert [] == here.wall.keys("/check-ins")
    assert ["unknown"] == [body["state"] for body in here.wall.bodies("/j1/report")]


def test_without_a_printer_a_job_fails_and_says_so(bench):
    here = bench(printer=None)
    outcome = here.paper.make(PrintJob.model_validate(slip_job()))

    assert Outcome(PrintJobState.FAILED, Reason.UNREACHABLE, "none: this kiosk has no printer") == outcome
    assert "none" == here.paper.health()
