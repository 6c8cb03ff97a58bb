"""Attacks without a token while a nurse and a doctor work: `python -m tests.bench.attacks`. 1 when a bar is missed.

Each attack goes on for thirty seconds from a process of its own. Prints what staff waited before and during it (p95),
the server's memory and threads before and after, and how soon after the end all is well. Read together with the load
of the machine, which is printed too: attackers, staff and server share its cores.
"""

import argparse
import contextlib
import http.client
import itertools
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from server.protocol.client import HallProblem, HallUnreachable
from tests.bench.hall import result
from tests.support.attackers import attacked
from tests.support.caller_process import a_caller
from tests.support.hall import RunningHall, a_hall

STAFF_MS, MEMORY, WELL_SECONDS = 500.0, 0.10, 5.0
ATTACKS = {
    "idle-sockets": 340,
    "half-requests": 340,
    "half-bodies": 60,
    "slow-heads": 340,
    "silent": 1000,
    "handshakes": 300,
    "logins": 120,
    "slow-readers": 100,
    "streams": 100,
}


class Staff:
    """A nurse and a doctor who work without a pause; how long each command and look-up took, in milliseconds."""

    def __init__(self, hall: RunningHall) -> None:
        self._nurse, self._doctor = hall.client("console"), hall.client("console")
        self._names = itertools.count()
        self._ahead = threading.Semaphore(0)
        for _ in range(20):
            self._nurse.check_in("H1", queue="IM", patient={"name": f"早到{next(self._names)}"})
        self._stop = threading.Event()
        self.took: list[float] = []
        self.refused: list[str] = []
        self._threads = [threading.Thread(target=self._work, args=(one,)) for one in (self._nurses, self._doctors)]

    def __enter__(self) -> "Staff":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def during(self, seconds: float) -> list[float]:
        """What was measured in the next so many seconds."""
        before = len(self.took)
        time.sleep(seconds)
        return self.took[before:]

    def timed(self, act: Callable[[], object]) -> object:
        """Do it, and note how long it took."""
        began = time.perf_counter()
        try:
            return act()
        except (HallProblem, HallUnreachable) as trouble:
            self.refused.append(str(trouble)[:120])
            return None
        finally:
            self.took.append((time.perf_counter() - began) * 1000)

    def _work(self, one: Callable[[], None]) -> None:
        while not self._stop.wait(0.05):
            one()

    def _nurses(self) -> None:
        name = f"患者{next(self._names)}"
        found = self.timed(lambda: self._nurse.check_in("H1", queue="IM", patient={"name": name}).ticket)
        if found is not None:
            self.timed(lambda: self._nurse.ticket(found.id))  # type: ignore[attr-defined]  # a ticket
            self.timed(lambda: self._nurse.triage(found.id, grade="N"))  # type: ignore[attr-defined]  # as above
            self._ahead.release()
        self.timed(lambda: self._nurse.snapshot("H1"))

    def _doctors(self) -> None:
        if not self._ahead.acquire(timeout=0.1):
            return
        found = self.timed(lambda: self._doctor.call_next("R1").ticket)
        if found is not None:
            self.timed(lambda: self._doctor.start(found.id))  # type: ignore[attr-defined]  # as above
            self.timed(lambda: self._doctor.finish(found.id))  # type: ignore[attr-defined]  # as above


def high(times: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[18] if len(times) > 1 else float("inf")


def worker(hall: RunningHall) -> Path:
    """The system's folder of the process that serves."""
    assert hall.process is not None
    pid = hall.process.pid
    return Path("/proc") / Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()[0]


def cpu(hall: RunningHall) -> float:
    """Seconds of a core that the server has used."""
    fields = (worker(hall) / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def of_worker(hall: RunningHall, name: str) -> int:
    """`VmRSS` (kB) or `Threads` of the process that serves."""
    status = (worker(hall) / "status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith(f"{name}:")).split()[1])


def memory_after(hall: RunningHall) -> int:
    """kB, the least from five to eight seconds after the end.

    A sign-in that is hashed at this moment (64 MiB, given back) is not what an attack left behind.
    """
    seen = []
    for _ in range(30):
        seen.append(of_worker(hall, "VmRSS"))
        time.sleep(0.1)
    return min(seen)


def well_after(hall: RunningHall) -> float:
    """Seconds until three reads in a row took less than the bar."""
    began, well = time.monotonic(), 0
    while well < 3 and time.monotonic() - began < 60:
        asked = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", hall.port, timeout=5)
        with contextlib.closing(line), contextlib.suppress(OSError, http.client.HTTPException):
            line.request("GET", "/readyz")
            in_time = line.getresponse().status == 200 and time.monotonic() - asked < STAFF_MS / 1000
            well = well + 1 if in_time else 0
    return time.monotonic() - began


def watch_a_screen(address: str, stop: threading.Event, took: list[float]) -> None:
    """Open the wall's stream anew each second from another address than the crowd's; milliseconds to its picture."""
    transport = httpx.HTTPTransport(local_address="127.0.0.1")
    while not stop.wait(1.0):
        began = time.perf_counter()
        try:
            with httpx.Client(transport=transport, timeout=5) as client, client.stream("GET", f"{address}stream") as it:
                seen = it.status_code == 200 and next(it.iter_lines()) == "event: picture"
        except (httpx.HTTPError, StopIteration):
            seen = False
        took.append((time.perf_counter() - began) * 1000 if seen else float("inf"))
        transport = httpx.HTTPTransport(local_address="127.0.0.1")


@contextlib.contextmanager
def a_screen(address: str) -> Iterator[list[float]]:
    """A real screen that comes again and again, for the length of a block."""
    stop, took = threading.Event(), list[float]()
    thread = threading.Thread(target=watch_a_screen, args=(address, stop, took))
    thread.start()
    try:
        yield took
    finally:
        stop.set()
        thread.join()


def judged(name: str, value: float, unit: str, bar: float) -> bool:
    """Print a figure and whether its bar is met."""
    result(name, value, f"{unit}, bar {bar:g}: {'met' if value <= bar else 'MISSED'}")
    return value <= bar


def one_attack(hall: RunningHall, kind: str, port: int, count: int, seconds: float) -> bool:
    """Measure one attack; whether every bar was met."""
    print(f"--- {count} {kind}, load {os.getloadavg()[0]:.1f}", flush=True)
    with Staff(hall) as staff:
        quiet = staff.during(5.0)
        before = of_worker(hall, "VmRSS")
        threads = of_worker(hall, "Threads")
        with attacked(kind, port, count):
            staff.during(1.0)
            used = cpu(hall)
            busy = staff.during(seconds)
            used = (cpu(hall) - used) / seconds
            at_work = of_worker(hall, "Threads")
        well = well_after(hall)
        staff.during(max(0.0, WELL_SECONDS - well))
    after = memory_after(hall)
    result(f"{kind}_staff_p95_before", high(quiet), "ms")
    result(f"{kind}_server_cpu", used * 100, "% of a core")
    kept = [judged(f"{kind}_staff_p95", high(busy), f"ms of {len(busy)}", STAFF_MS)]
    drift = abs(after / before - 1) * 100
    kept.append(judged(f"{kind}_memory_drift", drift, f"% of {before / 1024:.0f} MB", 100 * MEMORY))
    kept.append(judged(f"{kind}_well_again", well, "s", WELL_SECONDS))
    result(f"{kind}_threads", at_work, f"during, {threads} before, {of_worker(hall, 'Threads')} after")
    kept.append(judged(f"{kind}_staff_refused", len(staff.refused), "of staff's commands", 0))
    for said in sorted(set(staff.refused)):
        print(f"    refused: {said}")
    return all(kept)


def main() -> int:
    """Measure all, or those named; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kinds", nargs="*", choices=[*ATTACKS, []], help="which attacks; all when none is named")
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    kept = []
    with a_hall() as hall:
        hall.command(
            "staff", "add", "nurse1", "--role", "nurse", "--hall", "H1", "--password-stdin", text="a long password\n"
        )
        with Staff(hall) as warming, attacked("idle-sockets", hall.port, 20):
            warming.during(10.0)  # with sockets, as every open page has one: what the first of them loads stays
        for kind in given.kinds or ATTACKS:
            if kind != "streams":
                kept.append(one_attack(hall, kind, hall.port, ATTACKS[kind], given.seconds))
                continue
            with a_caller(hall.address, hall.token("caller")) as address, a_screen(address) as took:
                port = int(address.rstrip("/").rpartition(":")[2])
                kept.append(one_attack(hall, kind, port, ATTACKS[kind], given.seconds))
                kept.append(judged("streams_screen_picture_worst", max(took), f"ms of {len(took)}", 1000.0))
        print(f"lines in the server's log: {len(hall.log().splitlines())}")
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
