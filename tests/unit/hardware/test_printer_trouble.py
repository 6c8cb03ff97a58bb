"""Trouble that comes in the middle of a slip, and paper near its end, in simulated time."""

import pytest

from hardware.ports import Reason
from hardware.registry import open_printer
from hardware.spool import Spool
from hardware.worker import Station
from server.protocol.terms import PrintJobState
from tests.support.printer_sweep import WELL, Bench
from tests.support.printers import MOMENT, make_job


@pytest.mark.parametrize(
    ("switch", "reason"),
    [("cover_open", Reason.COVER_OPEN), ("cutter_error", Reason.CUTTER), ("offline", Reason.OFFLINE)],
)
def test_a_cover_opened_or_a_cutter_jammed_in_the_middle_is_named_and_the_next_slip_is_whole(switch, reason):
    """L8: siblings: what waits in the printer comes out when the cover is shut, and hangs on nobody's paper."""
    bench = Bench({"buffer_bytes": 4096}, rows=300, shared=True)
    bench.print(bench.driver())
    receive, half = bench.device.receive, bench.device.received + 10_000

    def until_half(data: bytes):
        if bench.device.received > half:
            bench.device.set_faults({switch: True})
        return receive(data)

    bench.device.receive = until_half
    broken = bench.print()
    bench.device.receive = receive
    bench.device.set_faults({switch: False})
    bench.heal()

    assert (PrintJobState.FAILED, reason, True) == (broken.state, broken.reason, broken.torn)
    assert bench.print(bench.driver()).state in WELL
    assert [] == list(bench.complaints())


def test_paper_near_its_end_is_told_and_prints_on(tmp_path):
    """The nurses' pages show what the heartbeats say."""
    printer = open_printer("virtual://")
    jobs = [make_job(f"j{number}") for number in range(3)]
    beats = []

    class Desk:
        def claim_print_job(self, besides=()):
            return jobs.pop() if jobs else None

        def report_print_job(self, job, state, evidence, *, key=None, **more):
            assert state is PrintJobState.PRINTED

        def heartbeat(self, seen_seq, health, epoch=None):
            beats.append(health["printer"])

    station = Station(Desk(), printer, Spool(tmp_path), lambda: MOMENT)
    station.look()
    printer._transport.device.set_faults({"near_end": True})
    while station.step():
        station.beat()

    assert ["near_end"] * 3 == beats
    assert 3 == printer._transport.device.paper.count
