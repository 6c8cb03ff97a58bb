"""Printers as they are in the field: busy, few answers, late answers, hang-ups, lost bytes, slow lines, small buffers.

The time is simulated: the waiting is the product's own, in seconds that take none. `python -m tests.bench.printers`
sweeps more finely.
"""

import pytest

from hardware.ports import Reason
from server.protocol.terms import PrintJobState
from tests.support.printer_sweep import HABITS, WELL, Bench, page

PRINTED, SENT, UNKNOWN, FAILED = PrintJobState.PRINTED, PrintJobState.SENT, PrintJobState.UNKNOWN, PrintJobState.FAILED


@pytest.mark.parametrize("habit", HABITS.values(), ids=HABITS)
def test_whatever_the_habits_of_a_printer_each_slip_comes_out_once_and_only_the_first_may_ask(habit):
    """R2, R3, R4, R5, R7, R8: one conversation a job, and what a printer does not answer is learned from one slip."""
    bench = Bench(habit)
    bench.printer.health()
    states = [bench.print().state for _ in range(4)]

    assert [] == list(bench.complaints())
    assert [1, 1, 1, 1] == bench.whole()
    assert states[0] in (*WELL, UNKNOWN)
    assert set(states[1:]) <= set(WELL)


@pytest.mark.parametrize(
    ("habit", "states"),
    [
        ({}, [PRINTED, PRINTED]),
        ({"few_answers": True}, [PRINTED, PRINTED]),
        ({"no_barrier": True}, [UNKNOWN, SENT]),
        ({"hangs_up": True}, [SENT, SENT]),
        ({"no_names": True}, [SENT, SENT]),
        ({"no_macro": True}, [SENT, SENT]),
        ({"late_ms": 2000}, [PRINTED, PRINTED]),
        ({"line_bytes_per_second": 960}, [PRINTED, PRINTED]),
    ],
)
def test_what_cannot_be_confirmed_is_sent_and_never_printed(habit, states):
    """R4, O6."""
    bench = Bench(habit)

    assert states == [bench.print().state for _ in states]


@pytest.mark.parametrize("seconds", [0.5, 4, 9])
def test_a_printer_that_is_busy_or_refuses_for_a_while_loses_no_slip(seconds):
    """R3: it was a failed slip after 3 s, or at once."""
    bench = Bench({"refuses": True})
    bench.clock.due.append((seconds, lambda: bench.device.set_faults({"refuses": False})))

    assert PRINTED == bench.print().state
    assert [1] == bench.whole()


@pytest.mark.parametrize("seconds", [2, 8])
def test_a_printer_that_says_nothing_for_a_while_loses_no_slip(seconds):
    """R3: it serves another host and answers nobody else meanwhile."""
    bench = Bench({"mute": True})
    bench.clock.due.append((seconds, lambda: bench.device.set_faults({"mute": False})))

    assert PRINTED == bench.print().state


def test_a_printer_that_stays_away_fails_the_slip_untouched_and_within_its_lease():
    bench = Bench({"refuses": True})
    outcome = bench.printer.print_pages([page(1)], within=4.0)

    assert (FAILED, Reason.UNREACHABLE, True) == (outcome.state, outcome.reason, outcome.untouched)
    assert bench.clock() <= 5


@pytest.mark.parametrize("answer", range(1, 24))
def test_a_lost_byte_of_status_tears_no_slip(answer):
    """R7: the sixth answer lost was half a slip in the tray."""
    bench = Bench({})
    bench.print()
    bench.device.set_faults({"lose_answer_after": answer})
    bench.print()

    assert [] == list(bench.complaints())
    assert [1, 1] == bench.whole()


@pytest.mark.parametrize(
    "habit", [{"buffer_bytes": 4096}, {"buffer_bytes": 4096, "late_ms": 700}, {"few_answers": True}]
)
def test_paper_that_ends_in_a_small_printer_is_called_by_its_name(habit):
    """R7: a full buffer hid the reason, and it was `no_answer`."""
    bench = Bench(habit, rows=300)
    bench.print()
    bench.device.set_faults({"paper_out_after": 9000})
    outcome = bench.print()

    assert (FAILED, Reason.PAPER_OUT, True) == (outcome.state, outcome.reason, outcome.torn)


def test_a_printer_that_hangs_up_after_the_cut_prints_on_after_a_slip_that_broke_off():
    """R5: the cleaning ended with a cut, so every further slip failed."""
    bench = Bench({"hangs_up": True})
    bench.print()
    bench.device.set_faults({"rst_after": 3000})
    bench.print()
    states = [bench.print().state for _ in range(3)]

    assert [] == list(bench.complaints())
    assert [SENT] * 3 == states


def test_a_printer_that_confirms_nothing_gets_no_blank_scraps():
    """R4: each slip began with 17,280 NULs and a cut."""
    bench = Bench({"no_barrier": True})
    bench.print()
    received = bench.device.received
    bench.print()
    second = bench.device.received - received
    received = bench.device.received
    bench.print()

    assert second == bench.device.received - received < 10_000, "one cut, at the start of the program"


def test_what_another_host_broke_off_inside_an_image_is_cut_off_before_the_next_patients_paper():
    """R5 and the kind of L8: the state of a shared printer is asked, not remembered."""
    bench = Bench({})
    mine, theirs = bench.driver(), bench.driver()
    bench.print(mine)
    bench.print(theirs)
    bench.device.set_faults({"rst_after": 2000})
    bench.print(theirs)
    bench.print(mine)

    assert [] == list(bench.complaints())
    assert [1, 1, 0, 1] == bench.whole()


@pytest.mark.parametrize("habit", HABITS.values(), ids=HABITS)
@pytest.mark.parametrize("fault", ["rst_after", "half_close_after", "stall_after", "paper_out_after"])
def test_a_break_anywhere_in_a_job_is_never_a_print_that_is_none_and_spoils_no_other_paper(habit, fault):
    """No slip lost, none falsely printed, none printed twice without a mark."""
    for at in (1790, 7300):  # every 97th byte: test_shared_printers.py, with the mark `faults`
        bench = Bench(habit)
        bench.print()
        bench.print()
        bench.device.set_faults({fault: at})
        bench.print()
        bench.heal()
        bench.print()
        bench.heal()
        bench.print()
        bench.heal()

        assert [] == list(bench.complaints()), at
        assert bench.outcomes[-1].state in WELL, at
