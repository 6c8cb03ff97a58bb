"""Breaks jobs of printers at many places, in simulated time, and looks at the paper.

Run from the project's root: `python -m tests.bench.printers [STEP] [habits|shared|paper]`; STEP is the distance of two
breaks in bytes (97).

`habits`: every habit of a printer, one host. `shared`: every fault, by one and by two hosts, on printers that prove
much and little. `paper`: the same faults on a real slip and on a report of three pages.

Exits 1 when a slip was lost, falsely printed, on paper twice, or shared its paper. `sent` promises no whole paper.
"""

import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from server.protocol.terms import PrintJobState
from tests.support.printer_sweep import BREAKS, HABITS, Draw, broken, positions, report_pages, slip_pages

FAULTS = ("rst_after", "half_close_after", "stall_after", "paper_out_after")
SMALL, SLIP, REPORT = 7_600, 46_900, 520_000
"""Bytes of a job of 100 rows, of a slip and of a report with their questions."""
ANSWERS = range(1, 60)
SHARED = ("good", "no clearing", "no names", "no macro", "no barrier", "hangs up", "slow line")

Case = tuple[dict[str, Any], int, Draw | None]
"""A fault, how many hosts, and what is drawn."""


def habits(step: int) -> Iterator[tuple[str, str, Iterable[Case]]]:
    """Each habit with the faults of a connection and with lost answers."""
    for habit in HABITS:
        cases: list[Case] = [({fault: at}, 1, None) for fault in FAULTS for at in positions(SMALL, step)]
        yield habit, habit, cases + [({"lose_answer_after": at}, 1, None) for at in ANSWERS]


def shared(step: int) -> Iterator[tuple[str, str, Iterable[Case]]]:
    """Each fault on printers that prove much and little."""
    for habit in SHARED:
        for hosts in (1, 2):
            for name, fault in BREAKS.items():
                yield f"{habit}, {name}, {hosts}", habit, [(fault(at), hosts, None) for at in positions(SMALL, step)]


def paper(step: int) -> Iterator[tuple[str, str, Iterable[Case]]]:
    """Each fault on a slip, and on a report at ten times the distance."""
    for drawn, total, far in ((slip_pages, SLIP, step), (report_pages, REPORT, step * 10)):
        for hosts in (1, 2):
            for name, fault in BREAKS.items():
                cases = [(fault(at), hosts, drawn) for at in positions(total, far)]
                yield f"{drawn.__name__}, {name}, {hosts}", "good", cases


PARTS = {"habits": habits, "shared": shared, "paper": paper}


def main(step: int, parts: Iterable[str]) -> int:
    """Sweep, print a table of how the jobs that were broken ended, and return the exit code."""
    begun, bad, total = time.monotonic(), 0, 0
    print(f"{'what':40} {'breaks':>7} {'printed':>8} {'sent':>6} {'unknown':>8} {'failed':>7} {'wrong':>6}")
    for part in parts:
        for name, habit, cases in PARTS[part](step):
            ended: Counter[str] = Counter()
            wrong = 0
            for fault, hosts, drawn in cases:
                outcome, complaints = broken(HABITS[habit], fault, hosts, drawn)
                if outcome.state is PrintJobState.SENT:
                    complaints = [text for text in complaints if not text.startswith("job 3 sent")]
                ended[outcome.state.value] += 1
                wrong += bool(complaints)
                for complaint in complaints:
                    print(f"  {fault}: {complaint}")
            bad, total = bad + wrong, total + ended.total()
            counts = [ended[state] for state in ("printed", "sent", "unknown", "failed")]
            figures = f"{counts[0]:8} {counts[1]:6} {counts[2]:8} {counts[3]:7} {wrong:6}"
            print(f"{name:40} {ended.total():7} {figures}", flush=True)
    print(f"{total} breaks, {total * 5} jobs, {time.monotonic() - begun:.0f} s: {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    given = sys.argv[1:]
    distance = next((int(text) for text in given if text.isdigit()), 97)
    sys.exit(main(distance, [text for text in given if text in PARTS] or PARTS))
