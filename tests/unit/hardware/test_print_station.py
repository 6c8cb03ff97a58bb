import json
import os
import threading
from datetime import timedelta
from itertools import count

import pytest

from hardware import spool as spool_module
from hardware.jobs import print_job
from hardware.ports import Outcome, Reason
from hardware.registry import open_printer
from hardware.spool import Spool
from hardware.worker import Station, Wakeful
from server.protocol.messages import PrintJob
from server.protocol.terms import PrintJobState
from server.protocol.transport import HallProblem, HallUnreachable
from tests.support.printers import MOMENT, QUICK, eventually, make_job, make_slip


class Desk:
    """The server's side of paper, kept in memory: gives out jobs, takes their ends, may be unreachable."""

    def __init__(self, *jobs: PrintJob) -> None:
        self.jobs = list(jobs)
        self.ends: list[tuple[str, PrintJobState, str, str]] = []
        self.beats: list[dict] = []
        self.trouble: Exception | None = None
        self.troubles: dict[str, Exception] = {}
        self.claims = 0

    def claim_print_job(self, besides=()):
        self.claims += 1
        self.besides = list(besides)
        return self.jobs.pop(0) if self.jobs else None

    def report_print_job(self, job, state, evidence, *, key=None, **more):
        if trouble := self.troubles.get(job, self.trouble):
            raise trouble
        self.ends.append((job, state, evidence, key))

    def heartbeat(self, seen_seq, health, epoch=None):
        self.beats.append(dict(health))


def refusal(status, code=None):
    return HallProblem(code or "internal", status, {"code": code} if code else {})


@pytest.fixture
def printer():
    return open_printer(f"virtual://?{QUICK}")


def station(desk, printer, folder, moment=MOMENT):
    keys = iter(f"k{number}" for number in range(100))
    clock = count(step=100)  # every look is due
    return Station(desk, printer, Spool(folder), lambda: moment, lambda: next(keys), lambda: float(next(clock)))


def device(printer):
    return printer._transport.device


def test_a_job_is_printed_and_its_end_told_with_the_printers_word(printer, tmp_path):
    desk = Desk(make_job("j1"))
    assert station(desk, printer, tmp_path).step()
    job, state, evidence, key = desk.ends[0]
    assert ("j1", PrintJobState.PRINTED, "k0") == (job, state, key)
    assert evidence.startswith("fine: each band named, cut confirmed, status 12121212")
    assert [] == list(tmp_path.iterdir())


def test_no_job_is_no_work(printer, tmp_path):
    assert not station(Desk(), printer, tmp_path).step()


def test_while_the_paper_is_out_jobs_stay_at_the_server_and_after_the_refill_they_print(printer, tmp_path):
    desk = Desk(make_job("j1"))
    device(printer).set_faults({"paper_out": True})
    worker = station(desk, printer, tmp_path)
    assert not worker.step()
    assert (0, Reason.PAPER_OUT) == (desk.claims, worker.health)
    device(printer).set_faults({"paper_out": False})
    assert worker.step()
    assert PrintJobState.PRINTED == desk.ends[0][1]


def test_a_job_of_which_nothing_was_sent_goes_back_and_prints_when_the_printer_is_there_again(printer, tmp_path):
    """R7: an idle station said "fine" of a printer that is off, claimed a job and lost it."""
    desk = Desk(make_job("j1", lease="l1"), make_job("j1", lease="l2"))
    worker = station(desk, printer, tmp_path)
    worker.look()
    refusing = iter([Reason.FINE])
    asked = worker._check._ask
    worker._check._ask = lambda: next(refusing, None) or asked()
    device(printer).set_faults({"refuses": True})
    assert worker.step()
    assert not worker.step()
    device(printer).set_faults({"refuses": False})
    assert worker.step()
    assert [("j1", PrintJobState.QUEUED), ("j1", PrintJobState.PRINTED)] == [
        (job, state) for job, state, *_ in desk.ends
    ]
    assert desk.ends[0][2].startswith("cannot_open: ")
    assert 1 == device(printer).paper.count


def test_an_idle_station_asks_its_printer_seldom(printer, tmp_path):
    """R2: it was asked once and for ever, or each second while the paper was out."""
    asked, now = [], [0.0]
    health = printer.health
    printer.health = lambda: (asked.append(now[0]), health())[1]
    worker = Station(Desk(), printer, Spool(tmp_path), lambda: MOMENT, monotonic=lambda: now[0])
    for second in range(600):
        now[0] = float(second)
        worker.step()
    assert 10 <= len(asked) <= 16
    device(printer).set_faults({"paper_out": True})
    del asked[:]
    for second in range(600, 900):
        now[0] = float(second)
        worker.step()
    assert 15 <= len(asked) <= 25
    assert Reason.PAPER_OUT == worker.health


def test_a_slip_that_can_only_be_sent_is_told_as_sent(tmp_path):
    """R4, O6."""
    printer = open_printer(f"virtual://?{QUICK}&barrier=none")
    desk = Desk(make_job("j1"), make_job("j2"))
    worker = station(desk, printer, tmp_path)
    assert worker.step()
    assert worker.step()
    assert [PrintJobState.SENT] * 2 == [state for _, state, *_ in desk.ends]
    assert desk.ends[0][2].startswith("fine: no barrier, status 12121212")


def test_a_failed_job_makes_the_station_look_before_it_takes_the_next(printer, tmp_path):
    desk = Desk(make_job("j1"), make_job("j2"))
    worker = station(desk, printer, tmp_path)
    worker.look()
    device(printer).set_faults({"paper_out_after": 20_000})
    worker.step()
    assert not worker.step()
    assert [("j1", PrintJobState.FAILED)] == [(job, state) for job, state, *_ in desk.ends]
    assert desk.ends[0][2].startswith("paper_out torn: ")
    assert 1 == len(desk.jobs)


def test_an_end_that_could_not_be_told_is_told_later_under_the_same_key_and_nothing_is_printed_twice(printer, tmp_path):
    desk = Desk(make_job("j1"))
    worker = station(desk, printer, tmp_path)
    desk.trouble = HallUnreachable("k0", OSError("cable"))
    assert worker.step()
    desk.trouble = None
    assert not station(desk, printer, tmp_path).step()
    assert [("j1", PrintJobState.PRINTED, "k0")] == [(job, state, key) for job, state, _, key in desk.ends]
    assert 1 == device(printer).paper.count


@pytest.mark.parametrize(
    "trouble",
    [refusal(401, "unauthenticated"), refusal(403, "forbidden"), refusal(429, "too_many"), refusal(500, "internal"),
     refusal(503, "busy"), refusal(404), refusal(511), HallUnreachable("k", OSError()), ValueError("a fault of ours")],
)  # fmt: skip
def test_an_end_that_is_not_taken_now_holds_up_no_other_job_and_is_told_later(trouble, printer, tmp_path):
    """B3: one answer of 401, 403, 429 or 5xx to an end, and the station printed nothing any more; siblings."""
    Spool(tmp_path).begin(make_job("j0"), "k-before")
    desk = Desk(make_job("j1"), make_job("j2"))
    desk.troubles = {"j0": trouble, "j1": trouble}
    worker = station(desk, printer, tmp_path)
    assert worker.step()
    assert worker.step()
    assert ["j2"] == [end[0] for end in desk.ends]
    worker.beat()
    assert (["j0", "j1"], "untold") == (desk.besides, desk.beats[-1]["ends"])
    desk.troubles = {}
    for _ in range(4):
        worker.step()
    assert {("j0", PrintJobState.UNKNOWN, "k-before"), ("j1", PrintJobState.PRINTED, "k0")} == {
        (job, state, key) for job, state, _, key in desk.ends[1:]
    }
    assert 2 == device(printer).paper.count
    worker.beat()
    assert "ends" not in desk.beats[-1]
    assert [] == list(tmp_path.iterdir())


def test_only_ids_that_a_server_can_have_are_named_to_it(printer, tmp_path):
    """B3: siblings: a damaged record would have made it refuse every question for a job."""
    for job in ("j0", "a b", "x" * 65, "名"):
        Spool(tmp_path).begin(make_job(job), f"k-{len(job)}-{job.isascii()}")
    desk = Desk()
    desk.trouble = refusal(500, "internal")
    worker = station(desk, printer, tmp_path)
    for _ in range(6):
        worker.step()
    assert ["j0"] == desk.besides


def test_ends_that_are_not_taken_are_told_again_ever_more_seldom(printer, tmp_path):
    """B3: siblings: each of them was told again in each round."""
    told, now = [], [0.0]
    for job in ("j1", "j2"):
        Spool(tmp_path).begin(make_job(job), f"k-{job}")
    desk = Desk()
    desk.report_print_job = lambda job, *_, **__: (told.append(job), (_ for _ in ()).throw(refusal(500, "internal")))
    worker = Station(desk, printer, Spool(tmp_path), lambda: MOMENT, monotonic=lambda: now[0])
    for second in range(0, 3600, 2):
        now[0] = float(second)
        worker.step()
    assert all(12 <= told.count(job) <= 20 for job in ("j1", "j2"))


def test_an_end_that_the_server_refuses_for_good_is_set_aside_and_said(printer, tmp_path, caplog):
    """B3: it was forgotten with a warning."""
    desk = Desk(make_job("j1"), make_job("j2"))
    desk.troubles = {"j1": refusal(409, "lease_lost")}
    worker = station(desk, printer, tmp_path)
    assert worker.step()
    assert worker.step()
    assert ["j1.json.refused"] == [path.name for path in tmp_path.iterdir()]
    assert "j1.json.refused" in caplog.text
    worker.beat()
    assert {"printer": "fine", "ok": True, "ends": "refused"} == desk.beats[-1]
    assert [("j2", PrintJobState.PRINTED)] == [end[:2] for end in desk.ends]
    again = station(desk, printer, tmp_path)
    again.step()
    (tmp_path / "j1.json.refused").unlink()
    again.step()
    again.beat()
    assert "ends" not in desk.beats[-1]


def test_of_ends_that_were_refused_the_newest_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(spool_module, "KEPT_ASIDE", 2)
    spool = Spool(tmp_path)
    for number in range(4):
        spool.begin(make_job(f"j{number}"), "k")
        os.utime(tmp_path / f"j{number}.json", (number, number))
        spool.set_refused_aside(f"j{number}")
    assert {"j2.json.refused", "j3.json.refused"} == {path.name for path in tmp_path.iterdir()}


def test_a_record_that_the_disk_does_not_let_go_is_told_once_and_stops_nothing(printer, tmp_path, monkeypatch):
    def read_only(*_):
        raise OSError(30, "Read-only file system")

    desk = Desk(make_job("j1"), make_job("j2"))
    worker = station(desk, printer, tmp_path)
    monkeypatch.setattr(Spool, "forget", read_only)
    for _ in range(3):
        worker.step()
    assert ["j1", "j2"] == [end[0] for end in desk.ends]


def test_a_job_whose_end_is_untold_is_not_printed_again_after_a_restart(printer, tmp_path):
    """B3: siblings: the server gives a job again while its lease lasts."""
    job = make_job("j1", lease="l1")
    desk = Desk(job, job)
    desk.trouble = refusal(500, "internal")
    assert station(desk, printer, tmp_path).step()
    again = station(desk, printer, tmp_path)
    assert not again.step()
    assert 1 == device(printer).paper.count
    desk.trouble = None
    again.step()
    assert [("j1", PrintJobState.PRINTED, "k0")] == [(job, state, key) for job, state, _, key in desk.ends]


def test_a_job_given_again_under_the_same_lease_is_told_again_and_not_printed_again(printer, tmp_path):
    job = make_job("j1", lease="l1")
    desk = Desk(job, job, make_job("j1", lease="l2"))
    desk.trouble = refusal(422, "invalid")
    worker = station(desk, printer, tmp_path)
    assert worker.step()
    assert not worker.step()
    assert 1 == device(printer).paper.count
    desk.trouble = None
    assert worker.step()
    assert 2 == device(printer).paper.count


def test_a_station_whose_token_is_refused_keeps_what_it_has_to_tell(printer, tmp_path):
    desk = Desk(make_job("j1"))
    desk.trouble = refusal(401, "unauthenticated")
    assert station(desk, printer, tmp_path).step()
    assert 1 == len(list(tmp_path.glob("*.json")))


def test_a_station_killed_while_printing_tells_unknown_and_cuts_the_torn_part_off(printer, tmp_path):
    Spool(tmp_path).begin(make_job("j1"), "k-before")
    device(printer).receive(b"\x1dv0\x00\x48\x00\xf0\x00" + b"\xff" * 5000)
    desk = Desk(make_job("j2"))
    station(desk, printer, tmp_path).step()
    told = [(job, state, key) for job, state, _, key in desk.ends]
    assert [("j1", PrintJobState.UNKNOWN, "k-before"), ("j2", PrintJobState.PRINTED, "k0")] == told
    assert desk.ends[0][2].startswith("interrupted")
    assert 2 == device(printer).paper.count


def test_the_spool_holds_no_name_and_no_content(printer, tmp_path):
    spool = Spool(tmp_path)
    spool.begin(make_job("j1", slip=make_slip(display_name="张*三"), lease="l1"), "k1")
    written = next(tmp_path.glob("*.json")).read_text("utf-8")
    assert {"job": "j1", "lease": "l1", "key": "k1"} == json.loads(written)


def test_a_spool_file_that_cannot_be_read_is_a_job_that_was_begun(tmp_path):
    (tmp_path / "j9.json").write_text('{"job": "j', "utf-8")
    left = Spool(tmp_path).left()
    assert [("j9", PrintJobState.UNKNOWN, True)] == [(item.job, item.state, item.begun_only) for item in left]


def test_a_job_whose_lease_is_over_is_not_printed(printer):
    outcome = print_job(make_job(lease_until=MOMENT - timedelta(seconds=1)), printer, MOMENT)
    assert (PrintJobState.FAILED, Reason.LATE) == (outcome.state, outcome.reason)
    assert 0 == device(printer).received


def test_a_job_that_cannot_be_drawn_fails_without_telling_its_content(printer):
    outcome = print_job(make_job(kind="report", document={"items": "张小三"}), printer, MOMENT)
    assert (PrintJobState.FAILED, Reason.UNPRINTABLE, "report") == (outcome.state, outcome.reason, outcome.evidence)


def test_a_running_station_prints_wakes_beats_and_stops(printer, tmp_path):
    desk = Desk()
    wakeful = Wakeful(station(desk, printer, tmp_path), poll=30, heartbeat=0.5)
    thread = threading.Thread(target=wakeful.run)
    thread.start()
    eventually(lambda: desk.claims)
    desk.jobs.append(make_job("j1"))
    wakeful.heard("event", {"kind": "print_job.queued", "seq": 41})
    eventually(lambda: desk.ends)
    eventually(lambda: {"printer": "fine", "ok": True} in desk.beats)
    wakeful.stop()
    thread.join(30)
    assert not thread.is_alive()
    assert 41 == wakeful._station.seen_seq


def test_what_is_told_is_never_longer_than_the_server_takes(printer):
    outcome = Outcome(PrintJobState.FAILED, Reason.LOST, "x" * 500, torn=True)
    assert outcome.evidence_text.startswith("connection_lost torn: xxx")
    assert 200 == len(outcome.evidence_text)
