"""The print station as a process against a real server and a virtual printer: a slip comes out, also after kill -9."""

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest

from hardware.virtual.device import VirtualPrinter
from hardware.virtual.server import PrinterPort
from server.protocol.terms import PrintJobState
from tests.support.hall import ROOT, a_hall, until
from tests.support.invariants import Paper, Seen, judge, stored_of
from tests.support.station_process import start_station

NAMES = ("张小三", "𠮷田䶮", "John Smith")


@pytest.fixture(scope="module")
def hall():
    with a_hall() as running:
        running.token("station")
        yield running


@pytest.fixture(scope="module")
def desk(hall):
    return hall.client("console")


@pytest.fixture
def printer():
    device = VirtualPrinter(576, lambda: datetime.now(UTC))
    port = PrinterPort(device, "127.0.0.1", 0)
    port.start()
    yield device, port.port
    port.stop()


def job_states(desk, *checked_in):
    """The last states of these people's print jobs by the journal, in their order."""
    events = desk.events("H1", 0, limit=10_000).events
    states = {event.print_job.ticket: event.print_job.state for event in events if event.print_job}
    return [states.get(answer.ticket.id) for answer in checked_in]


def papers_of(hall, device):
    """The sheets of a printer by the jobs they are of, as the codes on them say."""
    kept = stored_of(hall)
    tickets = {ticket["code"]: ticket["id"] for ticket in kept.tickets}
    jobs = {job["ticket_id"]: job["id"] for job in kept.print_jobs}
    codes = [code for slip in device.paper.slips() for code in slip.read_codes or ()]
    return Seen(papers=[Paper(jobs[tickets[code]]) for code in codes])


def check_in(desk, name):
    return desk.check_in("H1", queue="IM", patient={"name": name})


def printer_health(desk):
    return [view.health.get("printer") for view in desk.snapshot("H1").devices]


def test_every_check_in_gives_a_slip_and_the_server_knows_it(hall, desk, printer):
    device, port = printer
    station = start_station(hall, port)
    try:
        people = [check_in(desk, name) for name in NAMES]
        until(lambda: job_states(desk, *people) == [PrintJobState.PRINTED] * 3, within=120, every=0.2)
        assert 3 == device.paper.count
        codes = {code for slip in device.paper.slips() for code in slip.read_codes or ()}
        if codes:
            assert {person.slip.code for person in people} == codes
            assert [] == judge(stored_of(hall), papers_of(hall, device))
        until(lambda: "fine" in printer_health(desk), within=120, every=0.2)
    finally:
        station.terminate()
        assert 0 == station.wait(60)


def test_paper_out_holds_the_queue_and_the_refill_prints_it(hall, desk, printer):
    device, port = printer
    device.set_faults({"paper_out": True})
    station = start_station(hall, port)
    try:
        people = [check_in(desk, name) for name in NAMES]
        until(lambda: "paper_out" in printer_health(desk), within=120, every=0.2)
        assert [PrintJobState.QUEUED] * 3 == job_states(desk, *people)
        assert 0 == device.paper.count
        device.set_faults({"paper_out": False})
        until(lambda: job_states(desk, *people) == [PrintJobState.PRINTED] * 3, within=120, every=0.2)
        assert 3 == device.paper.count
    finally:
        station.terminate()
        station.wait(60)


def test_a_station_killed_between_sending_and_telling_ends_the_job_as_unknown_and_prints_on(hall, desk, printer):
    device, port = printer
    device.set_faults({"drop_data": True})  # the station sends everything and waits for the barrier's answer
    station = start_station(hall, port)
    first = check_in(desk, NAMES[0])
    until(lambda: device.received > 40_000, within=120)
    os.kill(station.pid, signal.SIGKILL)
    station.wait(60)
    device.set_faults({"drop_data": False})

    again = start_station(hall, port)
    try:
        until(lambda: job_states(desk, first) == [PrintJobState.UNKNOWN], within=120, every=0.2)
        second = check_in(desk, NAMES[1])
        until(lambda: job_states(desk, second) == [PrintJobState.PRINTED], within=120, every=0.2)
        assert [PrintJobState.UNKNOWN] == job_states(desk, first)
        assert 1 == device.paper.count
    finally:
        again.terminate()
        again.wait(60)


def test_the_command_says_how_the_printer_is(printer):
    device, port = printer
    environment = {**os.environ, "STATION_PRINTER": f"tcp://127.0.0.1:{port}"}
    ask = [sys.executable, "-m", "hardware", "station", "check"]
    fine = subprocess.run(ask, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (0, f"tcp://127.0.0.1:{port}: fine\n") == (fine.returncode, fine.stdout)
    device.set_faults({"cover_open": True})
    opened = subprocess.run(ask, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (1, f"tcp://127.0.0.1:{port}: cover_open\n") == (opened.returncode, opened.stdout)


def test_the_virtual_printer_as_a_process_says_where_it_is_and_ends_on_sigterm(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "hardware", "virtual-printer", "--port", "0", "--page-port", "0", "--width", "58"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    stop = threading.Timer(90, process.kill)
    stop.start()
    try:
        first = process.stdout.readline()
        assert first.startswith("virtual printer tcp://127.0.0.1:")
        assert "width=58" in first
        process.terminate()
        assert "0 slips, 0 bytes\n" == process.stdout.readline()
        assert 0 == process.wait(60)
    finally:
        stop.cancel()
        process.stdout.close()
