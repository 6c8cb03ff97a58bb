"""Connections that break, switched over the virtual printer's own page: no broken job is ever called printed."""

import json
import os
import select
import threading
import urllib.request
from datetime import UTC, datetime

import pytest
from PIL import Image

from hardware.jobs import print_job
from hardware.ports import Reason
from hardware.registry import open_printer
from hardware.virtual.device import VirtualPrinter
from hardware.virtual.page import make_page, page_server
from hardware.virtual.server import PrinterPort
from server.protocol.terms import PrintJobState
from tests.support.hall import free_port
from tests.support.printers import MOMENT, QUICK, eventually, make_job, make_slip, report_job


class Bench:
    """A virtual printer with its port and its page, as `python -m hardware virtual-printer` runs them."""

    def __init__(self) -> None:
        self.device = VirtualPrinter(576, lambda: datetime.now(UTC))
        self.port = PrinterPort(self.device, "127.0.0.1", free_port())
        self.page = page_server(self.device, "127.0.0.1", 0)
        self.url = f"tcp://127.0.0.1:{self.port.port}?{QUICK}"

    def get(self, path: str):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.page.port}{path}", timeout=30) as answer:
            body = answer.read()
        return body if path.endswith(".png") else json.loads(body)

    def faults(self, **wished: object):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.page.port}/faults",
            json.dumps(wished).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())


@pytest.fixture
def bench():
    made = Bench()
    made.port.start()
    yield made
    made.page.stop()
    made.port.stop()


def test_a_slip_is_listed_with_its_fingerprint_and_picture(bench):
    print_job(make_job(), open_printer(bench.url), MOMENT)
    listed = bench.get("/slips")
    assert 1 == listed["count"]
    slip = listed["slips"][0]
    assert (1, 576, 64) == (slip["number"], slip["width"], len(slip["sha256"]))
    assert bench.get("/slips/1.png").startswith(b"\x89PNG")
    assert [] == bench.get("/slips?after=1")["slips"]


def test_the_qr_of_a_slip_is_read_from_its_dots(bench):
    pytest.importorskip("zxingcpp", reason="no QR reader installed")
    print_job(make_job(slip=make_slip(code="abcDEF123456789012345678")), open_printer(bench.url), MOMENT)
    assert ["abcDEF123456789012345678"] == bench.get("/slips")["slips"][0]["qr"]


SOONER = {"half_close_after": [1_000, 5_000, 20_000, 40_000], "rst_after": [1_000, 5_000, 20_000, 40_000]}
STALLED = {"stall_after": [1_000, 40_000]}  # each waits fifteen seconds


@pytest.mark.parametrize(("switch", "at"), [(switch, at) for switch, all in (SOONER | STALLED).items() for at in all])
def test_a_connection_that_breaks_in_the_middle_is_never_a_print_and_the_next_job_prints(bench, switch, at):
    printer = open_printer(bench.url)
    bench.faults(**{switch: at})
    outcome = print_job(make_job(), printer, MOMENT)
    assert outcome.state is not PrintJobState.PRINTED
    assert outcome.reason in {Reason.LOST, Reason.STALLED, Reason.NO_ANSWER}
    assert PrintJobState.PRINTED == print_job(make_job("j2"), printer, MOMENT).state


@pytest.mark.parametrize("switch", ["half_close_after", "rst_after", "stall_after"])
@pytest.mark.parametrize("at", [0, 20])
def test_a_connection_that_breaks_before_anything_was_sent_costs_no_slip(bench, switch, at):
    """R3: with nothing sent nothing has failed; the printer is tried again."""
    bench.faults(**{switch: at})
    printer = open_printer(bench.url.replace("begin_timeout=2", "begin_timeout=12"))
    outcome = print_job(make_job(), printer, MOMENT)
    assert (PrintJobState.PRINTED, True) == (outcome.state, bool(outcome.evidence)), outcome
    assert 1 == bench.get("/slips")["count"]


@pytest.mark.parametrize("switch", ["half_close_after", "rst_after", "stall_after"])
def test_a_connection_that_breaks_among_the_first_questions_prints_once_or_says_that_it_did_not(bench, switch):
    """Byte 30 lies behind the first questions, or in one that a busy printer was asked again: both are right."""
    bench.faults(**{switch: 30})
    outcome = print_job(make_job(), open_printer(bench.url), MOMENT)
    assert (outcome.state is PrintJobState.PRINTED) == (bench.get("/slips")["count"] == 1), outcome
    assert outcome.state is PrintJobState.PRINTED or outcome.reason in {Reason.LOST, Reason.STALLED, Reason.NO_ANSWER}


def test_silence_after_everything_was_sent_is_unknown_because_the_paper_may_lie_there(bench):
    printer = open_printer(bench.url)
    print_job(make_job(), printer, MOMENT)
    first = bench.get("/state")["received"]
    print_job(make_job(), printer, MOMENT)
    whole = bench.get("/state")["received"] - first
    # GS r and DLE EOT 1-4 are the last bytes of a job: cut the connection just before the barrier
    bench.faults(half_close_after=whole - 15)
    outcome = print_job(make_job("j2"), printer, MOMENT)
    assert (PrintJobState.UNKNOWN, True) == (outcome.state, outcome.torn)
    assert 3 == bench.get("/slips")["count"]


@pytest.mark.parametrize("part", range(1, 10, 2))
def test_paper_out_over_http_anywhere_in_a_report_fails_it_with_the_reason(bench, part):
    printer = open_printer(bench.url)
    bench.faults(paper_out_after=part * 24_000)
    outcome = print_job(report_job(), printer, MOMENT)
    assert (PrintJobState.FAILED, Reason.PAPER_OUT) == (outcome.state, outcome.reason)
    assert "1a32127e" in outcome.evidence


def test_an_opened_cover_and_its_closing_leave_one_whole_slip(bench):
    printer = open_printer(bench.url)
    bench.faults(cover_open=True)
    assert Reason.COVER_OPEN == print_job(make_job(), printer, MOMENT).reason
    bench.faults(cover_open=False)
    assert PrintJobState.PRINTED == print_job(make_job(), printer, MOMENT).state
    assert 1 == bench.get("/slips")["count"]


def test_a_printer_that_is_switched_off_fails_within_the_time(bench):
    bench.port.stop()
    outcome = print_job(make_job(), open_printer(bench.url), MOMENT)
    assert (PrintJobState.FAILED, Reason.UNREACHABLE, False) == (outcome.state, outcome.reason, outcome.torn)


def test_two_stations_that_share_a_printer_print_one_after_the_other(bench):
    outcomes = []
    threads = [
        threading.Thread(
            target=lambda: outcomes.extend(
                print_job(make_job(), open_printer(bench.url.split("?")[0]), MOMENT).state for _ in range(5)
            )
        )
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert [PrintJobState.PRINTED] * 15 == outcomes
    assert 15 == bench.get("/slips")["count"]
    assert 1 == len({slip["sha256"] for slip in bench.get("/slips")["slips"]})


def test_a_printer_that_only_listens_gets_the_slip_and_nobody_calls_it_printed_or_asks_for_it(tmp_path):
    """O6, R4: each slip of a one-way printer was unknown, with an alert and a question to the patient."""
    path = tmp_path / "printer"
    os.mkfifo(path)
    device, reader = VirtualPrinter(576, lambda: MOMENT), os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    done = threading.Event()

    def listen():
        while not done.is_set():
            if select.select([reader], [], [], 0.02)[0] and (data := os.read(reader, 5000)):
                device.receive(data)

    listening = threading.Thread(target=listen)
    listening.start()
    printer = open_printer(f"file://{path}")
    outcomes = [print_job(make_job(), printer, MOMENT) for _ in range(2)]
    eventually(lambda: device.paper.count == 2)
    assert Reason.NO_STATUS == printer.health()
    done.set()
    listening.join(30)
    os.close(reader)
    assert [(PrintJobState.SENT, Reason.NO_STATUS, False)] * 2 == [(o.state, o.reason, o.torn) for o in outcomes]


def test_a_device_file_that_is_away_stays_away(tmp_path):
    """R6, S28: unplugged, the health question made an ordinary file of it, and slips went there."""
    path, kept = tmp_path / "lp0", tmp_path / "letter.txt"
    kept.write_text("mine")
    assert Reason.UNREACHABLE == open_printer(f"file://{path}?{QUICK}").health()
    outcome = print_job(make_job(), open_printer(f"file://{path}?{QUICK}"), MOMENT)
    assert (PrintJobState.FAILED, Reason.UNREACHABLE, True) == (outcome.state, outcome.reason, outcome.untouched)
    assert Reason.UNREACHABLE == print_job(make_job(), open_printer(f"file://{kept}?{QUICK}"), MOMENT).reason
    assert (False, "mine") == (path.exists(), kept.read_text())


def test_wrong_switches_change_nothing(bench):
    for wrong in ({"fire": True}, {"paper_out": 1}, {"rst_after": -1}, {"rst_after": True}):
        with pytest.raises(urllib.error.HTTPError) as caught:
            bench.faults(**wrong)
        assert 422 == caught.value.code
        caught.value.close()
    assert not any(bench.get("/state")["faults"].values())


def test_the_page_is_closed_to_forms_and_foreign_names_and_loads_nothing_from_elsewhere(bench):
    client = make_page(bench.device).test_client()
    page = client.get("/?lang=en")
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert b"Virtual printer" in page.data
    assert "虚拟打印机" in client.get("/").get_data(as_text=True)
    assert b"http" not in page.data
    assert b"<style" not in page.data
    assert 415 == client.post("/faults", data={"paper_out": "true"}).status_code
    assert 421 == client.get("/", headers={"Host": "evil.example"}).status_code


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Origin": "http://localhost:81"},
     {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}],
)  # fmt: skip
def test_only_its_own_page_and_programs_turn_the_printers_switches(bench, headers):
    """S30: /faults took JSON from any Origin under a known Host."""
    client = make_page(bench.device).test_client()

    assert 403 == client.post("/faults", json={"mute": True}, headers=headers).status_code
    assert not bench.get("/state")["faults"]["mute"]
    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert 200 == client.post("/faults", json={"mute": False}, headers=own).status_code


def test_pictures_are_kept_in_a_folder_when_asked_for(tmp_path):
    printer = open_printer(f"virtual://?keep={tmp_path}/kept")
    print_job(make_job(), printer, MOMENT)
    with Image.open(tmp_path / "kept" / "000001.png") as picture:
        assert ("1", 576) == (picture.mode, picture.width)
