"""Breaks jobs of printers with every habit at many places, in simulated time, and looks at the paper.

Run from the project's root: `python -m tests.bench.printers [STEP]`; STEP is the distance of two breaks in bytes (97).
Exits 1 when a slip was lost, falsely printed, on paper twice, or shared its paper.
"""

import sys
import time
from collections import Counter

from tests.support.printer_sweep import HABITS, WELL, Bench, positions

FAULTS = ("rst_after", "half_close_after", "stall_after", "paper_out_after", "lose_answer_after")
JOB = 7_400
"""Bytes of a job of 100 rows with its questions."""
ANSWERS = range(1, 30)


def broken(habit: str, fault: str, at: int) -> tuple[Counter[str], list[str]]:
    """Two good jobs, one that breaks, two more; how they ended and what is wrong with it."""
    bench = Bench(HABITS[habit])
    bench.print()
    bench.print()
    bench.device.set_faults({fault: at})
    bench.print()
    for _ in range(2):
        bench.heal()
        bench.print()
    bench.heal()
    wrong = list(bench.complaints())
    if any(outcome.state not in WELL for outcome in bench.outcomes[-1:]):
        wrong.append(f"the last job ended as {bench.outcomes[-1].told}")
    return Counter(outcome.state.value for outcome in bench.outcomes), wrong


def main(step: int) -> int:
    """Sweep, print a table, and return the exit code."""
    begun, bad, total = time.monotonic(), 0, 0
    print(f"{'habit':26} {'breaks':>7} {'printed':>8} {'sent':>6} {'unknown':>8} {'failed':>7} {'wrong':>6}")
    for habit in HABITS:
        ended: Counter[str] = Counter()
        breaks = wrong = 0
        for fault in FAULTS:
            for at in ANSWERS if fault == "lose_answer_after" else positions(JOB, step):
                states, complaints = broken(habit, fault, at)
                ended += states
                breaks += 1
                wrong += bool(complaints)
                for complaint in complaints:
                    print(f"  {fault}={at}: {complaint}")
        bad, total = bad + wrong, total + breaks
        counts = [ended[name] for name in ("printed", "sent", "unknown", "failed")]
        print(f"{habit:26} {breaks:7} {counts[0]:8} {counts[1]:6} {counts[2]:8} {counts[3]:7} {wrong:6}", flush=True)
    print(f"{total} breaks in {len(HABITS)} habits, {total * 5} jobs, {time.monotonic() - begun:.0f} s: {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 97))
