"""One suite for all ways to a printer: virtual, TCP, device file, serial line. A new driver joins by its name below."""

import importlib.util

import pytest

from hardware.escpos.layout.documents import ReportDocument
from hardware.escpos.layout.report import draw_report
from hardware.escpos.layout.slip import draw_slip
from hardware.jobs import print_job
from hardware.ports import Reason
from hardware.virtual.paper import KEPT
from server.protocol.terms import PrintJobState
from tests.support.printers import (
    MOMENT,
    as_sent,
    differing_dots,
    eventually,
    make_job,
    make_report,
    make_slip,
    report_job,
    strip,
    virtual_printer,
)

SERIAL = importlib.util.find_spec("serial") is not None
DRIVERS = ["virtual", "tcp", "file", pytest.param("serial", marks=pytest.mark.skipif(not SERIAL, reason="no pyserial"))]


@pytest.fixture(params=DRIVERS)
def driver(request):
    return request.param


@pytest.fixture
def both(driver):
    """The printer as a station has it, and the virtual printer at the other end."""
    with virtual_printer(driver) as (printer, device):
        yield printer, device


@pytest.mark.parametrize("width", ["80", "58"])
def test_a_slip_is_printed_and_its_dots_are_those_that_were_drawn(driver, width):
    with virtual_printer(driver, width) as (printer, device):
        outcome = print_job(make_job(), printer, MOMENT)
        assert PrintJobState.PRINTED == outcome.state
        assert Reason.FINE == outcome.reason
        assert "each band named, cut confirmed, status 12121212" in outcome.evidence
        assert 1 == device.paper.count
        assert 0 == differing_dots(as_sent(draw_slip(make_slip(), printer.profile)), device.paper.slips()[0].image)
        assert 0 == device.unknown


def test_a_report_comes_out_as_one_strip_with_every_dot(both):
    printer, device = both
    outcome = print_job(report_job(), printer, MOMENT)
    assert PrintJobState.PRINTED == outcome.state
    drawn = strip(map(as_sent, draw_report(ReportDocument.model_validate(make_report()), printer.profile, MOMENT)))
    assert 0 == differing_dots(drawn, device.paper.slips()[0].image)


def test_each_job_is_a_slip_of_its_own(both):
    printer, device = both
    states = [print_job(make_job(f"j{number}"), printer, MOMENT).state for number in range(3)]
    assert [PrintJobState.PRINTED] * 3 == states
    assert 3 == device.paper.count <= KEPT


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("paper_out", Reason.PAPER_OUT),
        ("cover_open", Reason.COVER_OPEN),
        ("offline", Reason.OFFLINE),
        ("cutter_error", Reason.CUTTER),
    ],
)
def test_a_printer_in_trouble_gets_no_job_and_says_why(both, fault, reason):
    assert_that_it_prints_again_after(fault, reason, *both)


def test_a_printer_that_answers_nothing_gets_no_job_and_says_so():
    """Over one kind of port: fifteen seconds of waiting, and the clock that measures them is the same for all."""
    with virtual_printer("tcp") as (printer, device):
        assert_that_it_prints_again_after("mute", Reason.NO_ANSWER, printer, device)


def assert_that_it_prints_again_after(fault, reason, printer, device):
    device.set_faults({fault: True})
    assert reason == printer.health()
    outcome = print_job(make_job(), printer, MOMENT)
    assert (PrintJobState.FAILED, reason, False) == (outcome.state, outcome.reason, outcome.torn)
    assert 0 == device.paper.count
    device.set_faults({fault: False})
    assert PrintJobState.PRINTED == print_job(make_job(), printer, MOMENT).state


def test_little_paper_left_prints_and_is_told(both):
    printer, device = both
    device.set_faults({"near_end": True})
    assert Reason.NEAR_END == printer.health()
    outcome = print_job(make_job(), printer, MOMENT)
    assert (PrintJobState.PRINTED, Reason.NEAR_END) == (outcome.state, outcome.reason)


def test_data_that_is_swallowed_is_never_called_printed(both):
    printer, device = both
    device.set_faults({"drop_data": True})
    outcome = print_job(make_job(), printer, MOMENT)
    assert (PrintJobState.UNKNOWN, Reason.NOT_CONFIRMED) == (outcome.state, outcome.reason)
    assert 0 == device.paper.count


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.97])
def test_paper_that_ends_in_the_middle_of_a_report_is_no_print_and_the_whole_comes_after_the_refill(both, part):
    printer, device = both
    drawn = strip(map(as_sent, draw_report(ReportDocument.model_validate(make_report()), printer.profile, MOMENT)))
    total = drawn.width // 8 * drawn.height
    device.set_faults({"paper_out_after": int(total * part)})
    torn = print_job(report_job(), printer, MOMENT)
    assert (PrintJobState.FAILED, Reason.PAPER_OUT, True) == (torn.state, torn.reason, torn.torn)
    assert 0 == device.paper.count
    assert Reason.PAPER_OUT == printer.health()

    device.set_faults({"paper_out": False})
    whole = print_job(report_job(copy_number=0), printer, MOMENT)
    assert PrintJobState.PRINTED == whole.state
    last = eventually(lambda: device.paper.slips() and device.paper.slips()[-1])
    assert 0 == differing_dots(drawn, last.image)


def test_the_torn_part_never_hangs_on_the_next_patients_paper(both):
    printer, device = both
    device.set_faults({"paper_out_after": 30_000})
    print_job(make_job("j1", slip=make_slip(number="A001")), printer, MOMENT)
    device.set_faults({"paper_out": False})
    print_job(make_job("j2", slip=make_slip(number="B002")), printer, MOMENT)
    clean = as_sent(draw_slip(make_slip(number="B002"), printer.profile))
    assert 0 == differing_dots(clean, device.paper.slips()[-1].image)
    assert 2 == device.paper.count


def test_closing_twice_is_no_error(both):
    printer, _ = both
    before = printer.health()
    printer.close()
    printer.close()

    assert before == printer.health()
