"""Fuzzing for long, with figures: `python -m tests.bench.fuzz [routes|reader|printer|sockets|files|texts] [COUNT]`.

COUNT: examples for each route, pieces on the reader's line, slips of each kind of printer, sockets, files of each kind,
hostile texts.
"""

import json
import logging
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path

from server.protocol.terms import PrintJobState
from tests.support.api import an_api
from tests.support.fuzzing import fuzz, resident
from tests.support.fuzzing_files import PARTS as KINDS_OF_FILES
from tests.support.fuzzing_files import Judged
from tests.support.fuzzing_printers import KINDS, once
from tests.support.fuzzing_readers import fuzz_reader
from tests.support.fuzzing_sockets import attack, resident_of
from tests.support.hall import a_hall
from tests.support.hostile_doors import DOORS


def routes(examples: int) -> int:
    """Every route by every role; how many requests could not be taken."""
    with an_api(fresh=True) as api:
        fuzz(api, 2)
        before, begun = resident(), time.monotonic()
        seen = fuzz(api, examples)
        after = resident()
    print(
        f"{seen.statuses.total()} requests in {time.monotonic() - begun:.0f} s, {dict(sorted(seen.statuses.items()))}"
    )
    print(f"memory {before // 1024} MB before, {after // 1024} MB after")
    for fault in seen.faults:
        print("FAULT", fault)
    return len(seen.faults)


def reader(pieces: int) -> int:
    """Noise on a reader's line; raises what ends the kiosk."""
    before, begun = resident(), time.monotonic()
    heard, asked = fuzz_reader(pieces, 2, json.dumps)
    print(f"{pieces} pieces in {time.monotonic() - begun:.0f} s: {heard} scans, {asked} questions to the server")
    print(f"memory {before // 1024} MB before, {resident() // 1024} MB after")
    return 0


def printer(slips: int) -> int:
    """Printers nobody can trust; how many slips were called printed and are not there."""
    wrong, begun, longest = 0, time.monotonic(), 0.0
    ended: Counter[str] = Counter()
    for kind in KINDS:
        for seed in range(slips):
            outcome, whole, seconds = once(kind, seed)
            longest = max(longest, seconds)
            ended[outcome.state.value] += 1
            if outcome.state is PrintJobState.PRINTED and not whole:
                print("FAULT", kind, seed, outcome)
                wrong += 1
    print(
        f"{ended.total()} slips in {time.monotonic() - begun:.0f} s, {dict(ended)}; longest {longest:.0f} s of its time"
    )
    return wrong


def sockets(connections: int) -> int:
    """Sockets that send garbage to a server; how many it left without an answer, 1 more when it is not well after."""
    with a_hall(stations=1) as hall:
        attack(hall, 40, 2)
        before, begun = resident_of(hall), time.monotonic()
        seen = attack(hall, connections, 3)
        print(f"{connections} sockets in {time.monotonic() - begun:.0f} s: {dict(sorted(seen.items()))}")
        print(f"memory {before // 1024} MB before, {resident_of(hall) // 1024} MB after")
        print(f"{len(hall.log().splitlines())} lines in the log")
        wrong = sum(count for key, count in seen.items() if key.endswith("unanswered"))
        return wrong + (len(hall.check_in("某某")) != 1) + ("Traceback" in hall.log())


def files(examples: int) -> int:
    """Hall files, tables and FHIR bundles with faults in them; how many could not be handled."""
    wrong = 0
    for kind, judge in KINDS_OF_FILES.items():
        with an_api(fresh=True) as api:
            judge(api, 2)
            wrong += measured(f"{kind}: {examples} files", partial(judge, api, examples))
    return wrong


def texts(count: int) -> int:
    """Hostile texts at check-in, in reports and as names of a hall, to paper and wall; how many got through."""
    wrong = 0
    for name, door in DOORS.items():
        with an_api(fresh=True) as api, tempfile.TemporaryDirectory() as folder:
            wrong += measured(f"{name}: {count} texts", partial(door, api, Path(folder) / "spool", count))
    return wrong


def measured(what: str, judge: Callable[[], Judged]) -> int:
    """Judge, print how it ended, how long it took and the memory before and after; the number of faults."""
    before, begun = resident(), time.monotonic()
    seen = judge()
    after = resident()
    print(f"{what} in {time.monotonic() - begun:.0f} s, {dict(seen.ends.most_common())}")
    print(f"memory {before // 1024} MB before, {after // 1024} MB after")
    for fault in seen.faults:
        print("FAULT", what, fault)
    return len(seen.faults)


PARTS: dict[str, tuple[Callable[[int], int], int]] = {
    "routes": (routes, 100),
    "reader": (reader, 100_000),
    "printer": (printer, 30),
    "sockets": (sockets, 1_000),
    "files": (files, 500),
    "texts": (texts, 500),
}


def main(part: str, count: int | None) -> int:
    """Say what was sent, what came back and what the memory did; 1 when something could not be taken."""
    logging.disable(logging.CRITICAL)
    run, usual = PARTS[part]
    return 1 if run(count or usual) else 0


if __name__ == "__main__":
    words = [word for word in sys.argv[1:] if word in PARTS]
    counts = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    sys.exit(main(words[0] if words else "routes", counts[0] if counts else None))
