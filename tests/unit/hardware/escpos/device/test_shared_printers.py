"""Printers that several hosts share, and lines that lose bytes: whose paper it is, and what an answer is worth.

In simulated time. `python -m tests.bench.printers` sweeps every 97th byte.
"""

import re

import pytest

from hardware.escpos.device import encode
from hardware.ports import Reason
from server.protocol.terms import PrintJobState
from tests.support.printer_sweep import BREAKS, HABITS, WELL, Bench, broken, page, positions, report_pages, slip_pages

PRINTED, SENT, UNKNOWN, FAILED = PrintJobState.PRINTED, PrintJobState.SENT, PrintJobState.UNKNOWN, PrintJobState.FAILED
BAND = next(encode.bands(page(90)))
SOILED = {
    "between two bands": BAND,
    "inside a band": BAND[:1000],
    "inside the head of a band": BAND[:5],
    "behind the first byte of a command": BAND[:1],
    "inside a long image": b"\x1dv0\x00H\x00\x00\x05" + BAND[8:1000],
    "inside the data of a code": b"\x1d(k\xff\xff1P0http://",
    "inside a downloaded character": b"\x1b*\x21\xff\x01" + bytes(50),
    "a line of text": b"\x1b!\x30" + BAND[:0] + b"ANOTHER",
    "lines of text": b"ANOTHER\nPATIENT\n",
    "page mode": b"\x1bL" + BAND,
    "half of a macro": b"\x1d:" + BAND,
    "automatic status": b"\x1da\xff",
}


@pytest.mark.parametrize("left", SOILED.values(), ids=SOILED)
@pytest.mark.parametrize("habit", ["no clearing", "no names"])
def test_whatever_another_program_left_in_a_printer_the_next_paper_is_whole_and_alone(habit, left):
    """L8: half a band, half a head, text, page mode: the state of a shared printer is asked, not remembered."""
    bench = Bench(HABITS[habit], shared=True)
    bench.device.receive(left)

    assert bench.print().state in WELL
    assert [1] == bench.whole()
    assert all(len(slip.texts) == 0 for slip in bench.device.paper.slips() if slip.height == 100)


@pytest.mark.parametrize("hosts", [1, 2])
@pytest.mark.parametrize("at", [120, 1790, 1900, 7250, 7440])
def test_a_job_broken_off_by_one_host_is_cut_off_before_the_paper_of_the_next(hosts, at):
    """L8: 95 of 96 places where one host dies and another prints next were two patients on one paper."""
    outcome, wrong = broken({}, {"rst_after": at}, hosts)

    assert [] == wrong
    assert outcome.state is not PRINTED


def test_a_host_killed_between_two_bands_leaves_its_part_to_nobody():
    """L8: siblings: nothing is open in the printer there, and every question is answered."""
    bench = Bench({}, shared=True)
    killed, other = bench.driver(), bench.driver()
    bench.print(killed)
    bench.device.receive(encode.INITIALISE + encode.macro(encode.process_id(b"WWWW")) + next(encode.bands(page(77))))

    assert bench.print(other).state is PRINTED
    assert [1, 1] == bench.whole()
    assert [{1}, {77}, {2}] == [bench.owners(slip.data) for slip in bench.device.paper.slips()]


def test_where_strangers_print_too_each_paper_begins_with_a_cut():
    """L8: siblings: a program that is none of the hall's leaves the mark of a clean paper as it is."""
    bench = Bench({}, shared=True)
    bench.printer.abilities.strangers = True
    bench.print()
    bench.device.receive(next(encode.bands(page(77))))

    assert PRINTED is bench.print().state
    assert [{1}, {77}, {2}] == [bench.owners(slip.data) for slip in bench.device.paper.slips()]


def killed(habit: str, steps: range) -> None:
    """One host prints slips and is killed in one, at each of these bytes of it; another prints after it."""
    for at in steps:
        bench = Bench(HABITS[habit], shared=True)
        first, other = bench.driver(), bench.driver()
        for host in (other, first):
            bench.print(host)
        sent, receive = bytearray(), bench.device.receive
        bench.device.receive = lambda data, sent=sent, receive=receive: (sent.extend(data), receive(data))[1]
        bench.print(first)
        bench.device.receive = receive
        bench.clock.sleep(10.0)
        bench.transport.open()
        bench.transport.write(bytes(sent[:at]))
        bench.transport.close()
        outcome = bench.print(other)
        bench.heal()  # what was sent arrives on a slow line too

        assert outcome.state in WELL or habit == "slow line, no barrier", (at, outcome)  # its cleaning outlasts a job
        assert outcome.state not in WELL or 1 == bench.whole()[-1], at
        owners = [bench.owners(slip.data) for slip in bench.device.paper.slips()]
        assert all(len(piece) <= 1 for piece in owners), (at, owners)


@pytest.mark.parametrize("habit", ["good", "no names", "no barrier", "slow line"])
def test_a_host_killed_at_any_byte_leaves_nothing_on_the_next_paper(habit):
    """L8: what was handed to a box still arrives after the host is gone."""
    killed(habit, range(5, 7400, 1811))


@pytest.mark.faults
@pytest.mark.parametrize("habit", HABITS)
def test_a_host_killed_at_every_97th_byte_leaves_nothing_on_the_next_paper(habit):
    """L8."""
    killed(habit, range(0, 7400, 97))


def test_a_clean_printer_gets_no_scrap_whoever_printed_before():
    """L8: what the printer's macro proves needs no cut."""
    bench = Bench({}, shared=True)
    hosts = [bench.driver() for _ in range(3)]
    bench.print(hosts[0])
    cuts = bench.device.cuts
    for host in hosts * 2:
        bench.print(host)

    assert 6 == bench.device.cuts - cuts
    assert {PRINTED} == {outcome.state for outcome in bench.outcomes}


@pytest.mark.parametrize("lost", [0, 900, 4000])
@pytest.mark.parametrize("at", [120, 1771, 3600, 7262])
def test_a_printer_that_restarts_behind_a_box_never_ends_as_printed(at, lost):
    """L9: 72 of 96 such slips were printed and not whole."""
    outcome, wrong = broken({}, {"restart_after": at, "swallow_bytes": lost})

    assert [] == wrong
    assert outcome.state in {UNKNOWN, FAILED}


@pytest.mark.parametrize("lost", [1, 1747, 3000])
@pytest.mark.parametrize("habit", ["good", "no names"])
def test_bytes_lost_inside_a_job_are_never_printed(habit, lost):
    """L9: an answer names its question, or is counted."""
    for at in (150, 1800, 5400):
        outcome, wrong = broken(HABITS[habit], {"swallow_after": at, "swallow_bytes": lost}, hosts=2)

        assert [] == wrong, at
        assert outcome.state in {UNKNOWN, FAILED}, at


@pytest.mark.parametrize("habit", ["good", "no names"])
@pytest.mark.parametrize("strays", [1, 3])
def test_answers_of_another_host_prove_nothing(habit, strays):
    """L9: 40 of 40 jobs whose bytes were lost were printed by the answers of another host."""
    for at in (150, 5400):
        loss = {"swallow_after": at, "swallow_bytes": 3000, "stray_answers": strays}
        outcome, wrong = broken(HABITS[habit], loss, hosts=2)
        assert [] == wrong, at
        assert outcome.state in {UNKNOWN, FAILED}, at


def test_answers_of_another_host_leave_a_named_proof_as_it_is_and_make_a_counted_one_unknown():
    """L9: evidence says when it is not exclusive."""
    for habit, state in (("good", PRINTED), ("no names", UNKNOWN)):
        outcome, _ = broken(HABITS[habit], {"stray_answers": 1})
        assert (state, True) == (outcome.state, "others" in outcome.evidence), outcome


@pytest.mark.parametrize("habit", ["no barrier", "hangs up, no barrier"])
def test_a_band_that_lost_bytes_unseen_never_takes_the_cut_for_its_dots(habit):
    """L8: two slips were one paper where the printer confirms nothing and the last whole band lost its end."""
    for at in (5278, 6000, 6900):
        _, wrong = broken(HABITS[habit], BREAKS["a band lost"](at))
        assert [] == [text for text in wrong if "two jobs" in text], at


def test_automatic_status_that_another_program_switched_on_disturbs_nothing():
    outcome, wrong = broken({"auto_status": True}, {})

    assert (PRINTED, []) == (outcome.state, wrong)


def test_a_printer_that_keeps_no_macro_prints_only_where_a_restart_would_be_seen():
    """L9: else it is `sent`: each band was answered, and a restart in between cannot be excluded."""
    bench = Bench({"no_macro": True})
    assert SENT is bench.print().state
    assert "a restart would not be seen" in bench.outcomes[-1].evidence
    bench.printer.abilities.restart_seen = True
    assert PRINTED is bench.print().state


def test_a_printer_that_stays_in_an_image_without_end_loses_no_slip():
    """L8: what is open is longer than anything that is completed: the slip is given back, nothing of it is sent."""
    bench = Bench({"no_clear": True})
    bench.print()
    bench.device.receive(b"\x1dv0\x00H\x00\xff\xff" + bytes(100))
    outcome = bench.print()

    assert (FAILED, Reason.NO_ANSWER, True) == (outcome.state, outcome.reason, outcome.untouched)


def test_a_printer_that_can_throw_away_what_it_received_leaves_even_an_image_without_end():
    """L8."""
    bench = Bench({})
    bench.print()
    bench.device.receive(b"\x1dv0\x00H\x00\xff\xff" + bytes(100))

    assert PRINTED is bench.print().state
    assert [1, 1] == bench.whole()


@pytest.mark.parametrize("fault", BREAKS.values(), ids=BREAKS)
def test_a_slip_that_breaks_anywhere_is_never_falsely_printed_and_soils_no_other(fault):
    """L8, L9: a quick sample of the sweep, on the paper of a real slip."""
    outcome, wrong = broken({}, fault(20_021), 2, slip_pages)

    assert [] == wrong, outcome


@pytest.mark.faults
@pytest.mark.parametrize("hosts", [1, 2])
@pytest.mark.parametrize("fault", BREAKS.values(), ids=BREAKS)
@pytest.mark.parametrize(
    "habit", ["good", "no clearing", "no names", "no macro", "no barrier", "slow line", "hangs up"]
)
def test_a_job_that_breaks_at_every_97th_byte_is_never_falsely_printed_and_soils_no_other(habit, fault, hosts):
    """L8, L9: docs/faults.md, rows 45, 48, 49."""
    for at in positions(7600, 97):
        outcome, wrong = broken(HABITS[habit], fault(at), hosts)
        if habit == "no clearing":  # a head that lost a byte may open more than is ever completed: nothing is begun
            wrong = [text for text in wrong if "no answer to a question in its order, 0 of" not in text]
        if outcome.state is SENT:
            wrong = [text for text in wrong if not text.startswith("job 3 sent")]  # it cannot prove all, and says so
        if habit == "no barrier" and hosts == 1:  # nor does it say that an image without end swallows what comes later
            wrong = [text for text in wrong if not re.match(r"job \d sent|the last job ended as no_answer", text)]
        assert [] == wrong, (at, outcome)


@pytest.mark.faults
@pytest.mark.parametrize("drawn", [None, slip_pages, report_pages], ids=["page", "slip", "report"])
@pytest.mark.parametrize("habit", ["good", "no names"])
def test_a_byte_lost_in_the_head_of_a_band_is_never_unseen(habit, drawn):
    """L9: the rest was taken for text and commands, and the question behind it was answered."""
    bench = Bench(HABITS[habit], broken=drawn)
    bench.print(), bench.print()
    sent, receive = bytearray(), bench.device.receive
    bench.device.receive = lambda data: (sent.extend(data), receive(data))[1]
    bench.print()
    heads = [found.start() for found in re.finditer(rb"\x1dv0\x00H\x00", sent)]
    assert len(heads) > 4
    for head in heads[:: 1 + len(heads) // 8]:
        for at in range(head, head + 8):
            outcome, wrong = broken(HABITS[habit], BREAKS["one byte lost"](at), 1, drawn)
            assert [] == wrong, (at, head, outcome)


@pytest.mark.faults
@pytest.mark.parametrize("habit", ["good", "no names", "slow line", "late"])
def test_only_bytes_of_the_cut_itself_can_be_lost_unseen(habit):
    """L9: a question that lost a byte is text, which stood under the last row; every byte behind the content."""
    bench = Bench(HABITS[habit])
    sent, receive = bytearray(), bench.device.receive
    for _ in range(3):
        sent.clear()
        bench.device.receive = lambda data: (sent.extend(data), receive(data))[1]
        bench.print()
    cut = sent.rindex(encode.CUTS["partial"])
    for at in range(7200, len(sent)):
        outcome, wrong = broken(HABITS[habit], BREAKS["one byte lost"](at))
        assert [] == wrong or at in range(cut, cut + 4), (at, cut, outcome, wrong)


@pytest.mark.faults
@pytest.mark.parametrize("hosts", [1, 2])
@pytest.mark.parametrize("fault", BREAKS.values(), ids=BREAKS)
def test_a_report_that_breaks_anywhere_is_never_falsely_printed_and_soils_no_other(fault, hosts):
    """L8, L9."""
    for at in range(40, 520_000, 9_991):
        outcome, wrong = broken({}, fault(at), hosts, report_pages)
        assert [] == wrong, (at, outcome)
