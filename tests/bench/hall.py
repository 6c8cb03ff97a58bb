"""The hall's figures: `python -m tests.bench.hall`. Prints `RESULT name value unit`; ends with 1 when a bar is missed.

Wishes run against a real server with 20,000 finished tickets in its SQLite file. Ratios are taken inside one run, the
rounds of what is compared taking turns, so that a busy machine slows both alike.
"""

import argparse
import contextlib
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from server.domain.errors import HallError
from server.protocol.stream.socket import HallSocket
from server.protocol.terms import ErrorCode
from server.services.bootstrap.startup import build_context
from server.services.calling.selection import choose
from server.services.core.context import Context
from server.services.core.unit_of_work import Answer, Work
from server.services.halls.hall_file import read
from server.settings import Settings
from server.store.models import StationRow
from tests.support.api import Api
from tests.support.hall import ROOT, RunningHall, hall_file, until

ROWS = 20_000
WAITING = (100, 10_000, 1_000_000)
MOST_TIMES = 1.5
TOGETHER = 8
LANES = "CASE WHEN n % 20 < 17 THEN 'ordinary' WHEN n % 20 < 19 THEN 'return' ELSE 'policy' END"
OWN = {
    "id": "printf('bench%08d', n)",
    "visit_id": "printf('bench%08d', n)",
    "patient_id": "printf('bench%08d', n)",
    "code": "printf('bench%08d', n)",
    "number": "printf('A%03d', n + 1)",
    "number_seq": "n + 1",
    "sort": "printf('20200302T0100000%05d.1.20200302T010000000000.%09d', n / 20, n)",
    "lane": LANES,
}
"""What differs between the filled tickets; everything else is taken from one that was really checked in."""


def result(name: str, value: float, unit: str) -> None:
    """Print one figure."""
    print(f"RESULT {name} {value:.4g} {unit}", flush=True)


def high(times: Sequence[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[18] if len(times) > 1 else times[0]


def fill(database: Path, number: int, state: str) -> None:
    """Copy the database's one ticket `number` times in `state`, and count the waiting per lane as the server does."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        columns = [row[1] for row in connection.execute("PRAGMA table_info(ticket)")]
        values = ", ".join("?" if column == "state" else OWN.get(column, column) for column in columns)
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            f"WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < {number}), "
            f"one AS (SELECT * FROM ticket WHERE id NOT LIKE 'bench%' LIMIT 1) "
            f"INSERT INTO ticket ({', '.join(columns)}) SELECT {values} FROM up CROSS JOIN one",
            (state,),
        )
        connection.execute("DELETE FROM lane")
        connection.execute(
            "INSERT INTO lane (hall_id, queue_id, lane, rank, credit, doctor, waiting) SELECT hall_id, queue_id, lane, "
            "rank, credit, doctor, count(*) FROM ticket WHERE state = 'waiting' GROUP BY 1, 2, 3, 4, 5, 6"
        )
        connection.execute("UPDATE queue_day SET last = last + ?", (number,))
        connection.execute("COMMIT")


# -------------------------------------------------------------------------------------------------------- wishes


@contextlib.contextmanager
def a_used_hall() -> Iterator[RunningHall]:
    """A running hall of eight rooms with 20,000 finished tickets of the day in its database."""
    hall = RunningHall(stations=TOGETHER)
    try:
        hall.start()
        desk = hall.client("console")
        hall.check_in("第一人")
        desk.finish(str(getattr(desk.call_next("R1").ticket, "id", "")))
        hall.stop()
        fill(hall.database, ROWS, "done")
        yield hall.start()
    finally:
        hall.close()


def together(act: Callable[[int], int]) -> float:
    """Let eight act until each is done; how many acts a second there were."""
    began = time.perf_counter()
    with ThreadPoolExecutor(TOGETHER) as pool:
        done = sum(pool.map(act, range(TOGETHER)))
    return done / (time.perf_counter() - began)


def wishes(hall: RunningHall, seconds: float) -> None:
    """Check-ins from eight kiosks, then calls from eight consoles, as fast as they are answered.

    A wall and a nurse's desk follow all of it: the frames for both audiences are made and sent meanwhile.
    """
    kiosks = [hall.client("kiosk") for _ in range(TOGETHER)]
    desks = [hall.client("console") for _ in range(TOGETHER)]
    issuing: list[float] = []
    calling: list[float] = []

    def check_in(place: int) -> int:
        end, done = time.perf_counter() + seconds, 0
        while time.perf_counter() < end:
            began = time.perf_counter()
            kiosks[place].check_in("H1", queue="IM", patient={"name": f"量{place}{done}"})
            issuing.append(time.perf_counter() - began)
            done += 1
        return done

    def call(place: int) -> int:
        end, done = time.perf_counter() + seconds, 0
        while time.perf_counter() < end:
            began = time.perf_counter()
            ticket = desks[place].call_next(f"R{place + 1}").ticket
            calling.append(time.perf_counter() - began)
            if ticket is None:
                break
            desks[place].finish(ticket.id)
            done += 1
        return done

    with listening(hall, "caller", "console") as frames:
        result("tickets_per_second", together(check_in), "1/s, aim 200")
        result("check_in_p95_8_kiosks", high(issuing) * 1000, "ms")
        result("calls_per_second", together(call), "1/s, each with its finish; aim 300")
        result("call_p50_8_consoles", statistics.median(calling) * 1000, "ms")
        result("call_p95_8_consoles", high(calling) * 1000, "ms, aim 100")
        seq = desks[0].snapshot("H1").seq
        until(lambda: all(heard == seq for heard in frames))


@contextlib.contextmanager
def listening(hall: RunningHall, *roles: str) -> Iterator[list[int]]:
    """A socket of each role follows the hall; the last number each heard."""
    heard = [0] * len(roles)

    def listener(place: int) -> Callable[[str, Any], None]:
        def hear(_name: str, frame: Any) -> None:
            heard[place] = max(heard[place], frame["seq"])

        return hear

    links = [
        HallSocket(hall.address, {"token": hall.token(role), "hall": "H1"}, listener(place), random.random)
        for place, role in enumerate(roles)
    ]
    for link in links:
        link.start()
    until(lambda: all(link.up for link in links))
    yield heard
    for link in links:
        link.stop()


# ------------------------------------------------------------------------------------------------------ choosing


def a_waiting_hall(folder: Path, waiting: int) -> Context:
    """A server's inner parts over a database in which so many wait, in three lanes."""
    toml = hall_file(2)
    api = Api(folder, toml)
    api.check_in("第一人")
    api.close()
    fill(folder / "hall.db", waiting, "waiting")
    context = build_context(Settings(database_url=f"sqlite:///{folder / 'hall.db'}", state_dir=folder / "state"))
    assert read(toml, context)
    return context


def one_choice(context: Context) -> float:
    """Seconds to choose the next ticket through the database; nothing is called."""
    taken = 0.0

    def look(work: Work) -> Answer:
        nonlocal taken
        station = work.db.get_one(StationRow, "R1")
        began = time.perf_counter()
        choice = choose(work, station)
        taken = time.perf_counter() - began
        assert choice is not None
        raise HallError(ErrorCode.NOT_CALLABLE)

    with contextlib.suppress(HallError):
        context.transactions.system("H1", look)
    return taken


def choosing(sizes: Sequence[int], rounds: int) -> bool:
    """Choosing at each number of waiting, the sizes taking turns; whether the last is within the bar of the first."""
    with tempfile.TemporaryDirectory(prefix="hall-bench-") as folder:
        contexts: dict[int, Context] = {}
        for size in sizes:
            own = Path(folder) / str(size)
            own.mkdir()
            began = time.perf_counter()
            contexts[size] = a_waiting_hall(own, size)
            print(f"filled {size} waiting in {time.perf_counter() - began:.1f} s", file=sys.stderr)
        times: dict[int, list[float]] = {size: [] for size in sizes}
        for turn in range(rounds + 5):
            for size, context in contexts.items():
                taken = one_choice(context)
                if turn >= 5:
                    times[size].append(taken)
        for context in contexts.values():
            context.close()
    for size in sizes:
        result(f"choose_next_{size}_waiting", statistics.median(times[size]) * 1000, "ms")
    ratio = statistics.median(times[sizes[-1]]) / statistics.median(times[sizes[0]])
    result("choose_next_last_to_first", ratio, f"x, bar {MOST_TIMES}")
    return ratio <= MOST_TIMES


def main() -> int:
    """Measure all; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0, help="how long wishes are sent")
    parser.add_argument("--most", type=int, default=WAITING[-1], help="largest number of waiting to choose among")
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    with a_used_hall() as hall:
        wishes(hall, given.seconds)
    kept = choosing([*(size for size in WAITING if size < given.most), given.most], given.rounds)
    slips = subprocess.run([sys.executable, "-m", "tests.bench.slip"], cwd=ROOT, check=False)
    return 0 if kept and slips.returncode == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
