"""Printers that answer what nobody asked, without end or never: each slip ends, and is called printed when it is."""

import pytest

from hardware.jobs import print_job
from hardware.ports import Outcome
from hardware.registry import open_printer
from server.protocol.terms import PrintJobState
from tests.support.fuzzing_printers import KINDS, a_port, once
from tests.support.printers import MOMENT, make_job


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_a_printer_answers_a_slip_ends_and_is_printed_only_when_it_lies_there(kind):
    """A printer that answered without end was listened to for ever; the station printed nothing more."""
    for seed in range(3):
        outcome, whole, _seconds = once(kind, seed)
        assert isinstance(outcome, Outcome)
        assert whole or outcome.state is not PrintJobState.PRINTED, (kind, seed, outcome)


@pytest.mark.parametrize("kind", ["random", "flood"])
def test_the_same_over_a_real_connection(kind):
    limits = "status_timeout=0.3&stall_timeout=0.6&begin_timeout=0.5"
    with a_port(kind, 1) as (port, device):
        outcome = print_job(make_job(), open_printer(f"tcp://127.0.0.1:{port}?{limits}"), MOMENT)
    assert device.paper.slips() or outcome.state is not PrintJobState.PRINTED, outcome
