"""Nothing ends the print station: what cannot be handled is told by name, and the next job is printed."""

import json
import threading

import httpx
import pytest

from hardware.jobs import print_job
from hardware.ports import Reason
from hardware.registry import open_printer
from hardware.spool import Spool
from hardware.worker import Wakeful
from server.protocol.client import HallClient
from server.protocol.terms import PrintJobState
from server.protocol.transport import AnswerUnreadable
from tests.support.printers import MOMENT, QUICK, make_job
from tests.unit.hardware.test_print_station import Desk, station

PAGE = b"<html>Please accept the terms of this network</html>"


@pytest.fixture
def printer():
    return open_printer(f"virtual://?{QUICK}")


class Answers(Desk):
    """A desk whose next answers may be anything: an exception is raised, a function is asked."""

    def claim_print_job(self, besides=()):
        job = super().claim_print_job(besides)
        if isinstance(job, Exception):
            raise job
        return job


def claim_of(content: bytes) -> AnswerUnreadable:
    """What the real client makes of an answer to a claim."""
    http = httpx.MockTransport(lambda _request: httpx.Response(200, content=content))
    with HallClient("http://hall", http_transport=http) as client, pytest.raises(AnswerUnreadable) as raised:
        client.claim_print_job()
    return raised.value


def test_a_job_that_this_station_cannot_read_is_told_and_the_next_one_is_printed(printer, tmp_path):
    """O1: siblings: a newer server's kind of job ended the station, and came back after its lease."""
    newer = {"print_job": {"id": "p1", "lease": "L1", "kind": "hologram", "state": {"of": "matter"}}}
    desk = Answers(claim_of(json.dumps(newer).encode()), make_job("j2"))
    worker = station(desk, printer, tmp_path)
    assert not worker.step()
    assert worker.step()
    assert [("p1", PrintJobState.FAILED), ("j2", PrintJobState.PRINTED)] == [end[:2] for end in desk.ends]
    assert desk.ends[0][2].startswith("unprintable")


def test_whatever_a_round_raises_the_next_one_comes(printer, tmp_path):
    """O1: siblings: a proxy's page with status 200, a library's own fault: each ended the station."""
    desk = Answers(claim_of(PAGE), RuntimeError("raqm_layout() failed"), MemoryError(), make_job("j1"))
    wakeful = Wakeful(station(desk, printer, tmp_path), poll=0.001, heartbeat=60)
    desk.report_print_job = lambda job, *_, **__: (desk.ends.append(job), wakeful.stop())
    threading.Timer(60, wakeful.stop).start()
    wakeful.run()
    assert ["j1"] == desk.ends


def test_a_heartbeat_that_breaks_ends_no_later_one(printer, tmp_path, monkeypatch):
    desk = Desk()
    wakeful = Wakeful(station(desk, printer, tmp_path), poll=0.001, heartbeat=0)
    beats = []

    def beat(seen_seq, health, epoch=None):
        beats.append(health)
        if len(beats) > 1:
            wakeful.stop()
        raise TypeError("a fault of ours")

    monkeypatch.setattr(desk, "heartbeat", beat)
    threading.Timer(60, wakeful.stop).start()
    wakeful.run()
    assert len(beats) > 1


def test_a_job_is_given_back_when_the_disk_can_remember_nothing(printer, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    desk = Desk(make_job("j1"))
    worker = station(desk, printer, tmp_path)
    monkeypatch.setattr(Spool, "begin", full)
    assert not worker.step()
    assert ("j1", PrintJobState.QUEUED) == desk.ends[0][:2]


def test_a_driver_that_raises_leaves_an_unknown_end(printer):
    def broken(*_):
        raise ZeroDivisionError

    printer.print_pages = broken
    outcome = print_job(make_job("j1"), printer, MOMENT)
    assert (PrintJobState.UNKNOWN, Reason.LOST) == (outcome.state, outcome.reason)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"null", b"7", b'"text"', b"\xff\xfe\x00", b"{}", b'{"job": "j1"}', b'{"job": 1, "key": []}',
        b'{"job": "j1", "key": "k", "state": "burnt"}', b'{"job": "../../j1", "key": "k"}',
        b'{"job": "j1", "key": "k\\r\\nHost: x"}', b'{"job": "j1", "key": "k", "lease": {}, "evidence": [1]}',
        b"[" * 3000,
    ],
)  # fmt: skip
def test_a_spool_file_of_any_content_is_told_once_under_its_own_name(content, printer, tmp_path):
    """O1: siblings: a list in a file of the spool ended the station at each start."""
    (tmp_path / "j1.json").write_bytes(content)
    desk = Desk(make_job("j2"))
    worker = station(desk, printer, tmp_path)
    assert worker.step()
    assert [("j1", PrintJobState.UNKNOWN), ("j2", PrintJobState.PRINTED)] == [end[:2] for end in desk.ends]
    assert all(end[3].isascii() and end[3].isprintable() for end in desk.ends)
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("evidence", "told"),
    [("\\ud800", "?"), ("fine: \\ud83d \\u0000\\r\\n", "fine: ? ???"), ("\\u202e", "?"), ("图" * 300, "图" * 200)],
)
def test_evidence_in_the_spool_that_cannot_be_sent_is_told_as_far_as_it_can(evidence, told, tmp_path):
    """B4: half a surrogate pair in a file of the spool ended each round before a job was claimed."""
    record = f'{{"job": "j1", "key": "k", "state": "printed", "evidence": "{evidence}"}}'
    (tmp_path / "j1.json").write_text(record, "utf-8")
    (left,) = Spool(tmp_path).left()
    assert (PrintJobState.PRINTED, told) == (left.state, left.evidence)


@pytest.mark.parametrize("fields", ['"job": "j1", "key": "\\ud800"', '"job": "j\\ud800", "key": "k"'])
def test_an_id_or_a_key_in_the_spool_that_cannot_be_sent_is_a_begun_job(fields, tmp_path):
    """B4: siblings."""
    for name in ("j1", "j_"):
        (tmp_path / f"{name}.json").write_text(f'{{{fields}, "state": "printed"}}', "utf-8")
    assert {("j1", "spool-j1"), ("j_", "spool-j_")} == {(left.job, left.key) for left in Spool(tmp_path).left()}


@pytest.mark.parametrize("name", ["a\nb.json", "报告.json", "a b.json", "x" * 80 + ".json"])
def test_a_file_in_the_spool_that_names_no_job_is_put_aside(name, printer, tmp_path):
    (tmp_path / name).write_text("{}", encoding="utf-8")
    desk = Desk()
    assert not station(desk, printer, tmp_path).step()
    assert ([], [f"{name}.unreadable"]) == (desk.ends, [path.name for path in tmp_path.iterdir()])


@pytest.mark.parametrize(
    "frame",
    [
        None,
        [],
        "seq",
        {"seq": "x"},
        {"seq": None},
        {"seq": -1},
        {"seq": 10**30},
        {"seq": 1.5},
        {"kind": {}},
        {"kind": []},
    ],
)
def test_any_frame_of_the_socket_is_taken(frame, printer, tmp_path):
    worker = station(Desk(), printer, tmp_path)
    Wakeful(worker, 1, 1).heard("event", frame)
    assert 0 == worker.seen_seq
