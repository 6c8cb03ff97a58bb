"""A full hall for half an hour: `python -m tests.bench.full_hall [--minutes 30] [--visits 7]`. 1 when a bar is missed.

Seven visits a second at one server, with a kiosk, a caller whose wall is watched, and a print station at a virtual
printer. Each minute it prints of each program its memory (RSS), threads and open files. Bars: the bound of each
program's memory (docs/operations.md), and no growth of threads and files from the first third to the last one.
"""

import argparse
import contextlib
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx

from hardware.virtual.device import VirtualPrinter
from hardware.virtual.server import PrinterPort
from server.protocol.client import HallClient, HallProblem, HallUnreachable
from server.protocol.terms import PrintJobState
from tests.bench.hall import result
from tests.support.caller_process import a_caller
from tests.support.hall import RunningHall
from tests.support.kiosk_page import KioskProcess
from tests.support.station_process import a_station

ROOMS, KIOSKS, WAITING = 30, 6, 200
SLIPS_EVERY = 20
"""One in so many checks in at the desk, and the slip comes out at the station; the others print their own."""
ANOTHER_KIOSK = ("device", "add", "--role", "kiosk", "--hall", "H1", "--name", "the watched kiosk")
BOUND_MB = {"server": 300, "kiosk": 120, "caller": 120, "station": 150}
MORE_FILES, MORE_THREADS = 8, 8
"""From the first third to the last. Memory has its bound alone: pages of the database fill up to theirs by and by."""
Figures = dict[str, tuple[float, int, int]]


class Visits:
    """Patients who come at an even pace, rooms that call them at the same pace; counts what was finished."""

    def __init__(self, hall: RunningHall, a_second: float) -> None:
        self._hall, self._stop = hall, threading.Event()
        self.finished = self.refused = 0
        self._count = threading.Lock()
        self._threads = [
            *(self._every(KIOSKS / a_second, number, self._arrive) for number in range(KIOSKS)),
            *(self._every(ROOMS / a_second, number, self._serve) for number in range(ROOMS)),
        ]

    def __enter__(self) -> "Visits":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)

    def _every(self, seconds: float, number: int, act: Callable[[int, int, HallClient], None]) -> threading.Thread:
        """A thread that acts at its own beat; a beat that is missed is not made up for."""

        def run() -> None:
            client = self._hall.client("kiosk" if act == self._arrive else "console", budget=5.0)
            due = time.monotonic() + seconds * number / max(KIOSKS, ROOMS)
            for turn in range(10_000_000):
                if self._stop.wait(max(0.0, due - time.monotonic())):
                    return
                due = max(due + seconds, time.monotonic())
                try:
                    act(number, turn, client)
                except (HallProblem, HallUnreachable):
                    with self._count:
                        self.refused += 1

        return threading.Thread(target=run, daemon=True)

    def _arrive(self, number: int, turn: int, kiosk: HallClient) -> None:
        if turn % SLIPS_EVERY == number:
            self._hall.client("console", budget=5.0).check_in("H1", queue="IM", patient={"name": f"来{number}"})
            return
        answer = kiosk.check_in("H1", queue="IM", patient={"name": f"来{number}"})
        if answer.print_job is not None:
            kiosk.report_print_job(
                answer.print_job.id, PrintJobState.PRINTED, "fine", lease=answer.print_job.lease or ""
            )

    def _serve(self, number: int, _turn: int, desk: HallClient) -> None:
        ticket = desk.call_next(f"R{number + 1}").ticket
        if ticket is None:
            return
        desk.start(ticket.id)
        desk.finish(ticket.id)
        with self._count:
            self.finished += 1


def watch_wall(address: str, stop: threading.Event) -> None:
    """A screen: read what the wall's stream says, and come again when it ends."""
    while not stop.is_set():
        with contextlib.suppress(httpx.HTTPError), httpx.stream("GET", f"{address}stream", timeout=30) as stream:
            for _ in stream.iter_bytes():
                if stop.is_set():
                    return
        stop.wait(1)


def touch_kiosk(address: str, stop: threading.Event) -> None:
    """A page at the kiosk that waits for news, and is touched each ten seconds."""
    with httpx.Client(base_url=address, timeout=30) as page:
        found = re.search(r'kiosk-secret" content="([^"]+)"', page.get("/").text)
        headers = {"Origin": address.rstrip("/"), "X-Kiosk-Secret": found[1] if found else ""}
        seen = page.post("/page/wait", json={"version": 0}, headers=headers).json()
        while not stop.wait(10):
            body = {"nonce": seen["nonce"], "step": seen.get("step"), "verb": "language", "value": "en"}
            page.post("/page/touch", json=body, headers=headers)
            seen = page.post("/page/wait", json={"version": 0}, headers=headers).json()


def children(pid: int) -> Iterator[int]:
    """The processes that a process started."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            yield from map(int, (task / "children").read_text(encoding="ascii").split())


def figures(pid: int) -> tuple[float, int, int]:
    """Memory (MB), threads and open files of a process."""
    here = Path(f"/proc/{pid}")
    status = (here / "status").read_text(encoding="utf-8")

    def field(name: str) -> int:
        return int(next(line for line in status.splitlines() if line.startswith(f"{name}:")).split()[1])

    return field("VmRSS") / 1024, field("Threads"), len(list((here / "fd").iterdir()))


def kept(samples: list[Figures]) -> bool:
    """Whether each program stayed within its bound and did not grow; prints a line of each."""
    third, good = max(1, len(samples) // 3), True
    for name, bound in BOUND_MB.items():
        early, late = samples[:third], samples[-third:]
        memory, threads, files = (
            (max(each[name][which] for each in early), max(each[name][which] for each in late)) for which in range(3)
        )
        highest = max(each[name][0] for each in samples)
        well = highest <= bound and threads[1] <= threads[0] + MORE_THREADS and files[1] <= files[0] + MORE_FILES
        good = good and well
        result(f"full_hall_{name}_memory", highest, f"MB, bound {bound}: {'met' if well else 'MISSED'}")
        print(f"  {name}: {memory[0]:.0f} -> {memory[1]:.0f} MB, threads {threads[0]:.0f} -> {threads[1]:.0f}, "
              f"files {files[0]:.0f} -> {files[1]:.0f}", flush=True)  # fmt: skip
    return good


def main(arguments: list[str] | None = None) -> int:
    """Measure; 1 when a bar was missed."""
    parser = argparse.ArgumentParser(description="a full hall with all its programs, watched for memory")
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--visits", type=float, default=7.0, help="visits a second")
    parser.add_argument("--every", type=float, default=60.0, help="seconds between two samples")
    given = parser.parse_args(arguments)
    stop, samples = threading.Event(), []
    with contextlib.ExitStack() as opened:
        hall = RunningHall(stations=ROOMS)
        opened.callback(hall.close)
        for role in ("kiosk", "station"):
            hall.token(role)
        hall.start()
        port = PrinterPort(VirtualPrinter(576, lambda: datetime.now(UTC)), "127.0.0.1", 0)
        port.start()
        opened.callback(port.stop)
        station = opened.enter_context(a_station(hall, port.port))
        kiosk = KioskProcess(hall.address, hall.command(*ANOTHER_KIOSK).split()[-1])
        opened.callback(kiosk.close)
        wall = opened.enter_context(a_caller(hall.address, hall.token("caller")))
        caller = next(pid for pid in children(os.getpid()) if b"caller" in Path(f"/proc/{pid}/cmdline").read_bytes())
        for act, address in ((watch_wall, wall), (touch_kiosk, kiosk.address)):
            threading.Thread(target=act, args=(address, stop), daemon=True).start()
        hall.check_in(*(f"先{number}" for number in range(WAITING)))
        programs = {"server": hall.worker, "kiosk": kiosk.process.pid, "caller": caller, "station": station.pid}
        began = time.monotonic()
        with Visits(hall, given.visits) as visits:
            while time.monotonic() - began < given.minutes * 60:
                time.sleep(given.every)
                samples.append({name: figures(pid) for name, pid in programs.items()})
                told = ", ".join(f"{name} {m:.0f} MB {t} threads {f} files" for name, (m, t, f) in samples[-1].items())
                print(f"{(time.monotonic() - began) / 60:.1f} min, {visits.finished} visits: {told}", flush=True)
        stop.set()
        seconds = time.monotonic() - began
    result(
        "full_hall_visits_a_second", visits.finished / seconds, f"of {given.visits:g} wanted, {visits.refused} refused"
    )
    return 0 if kept(samples) else 1


if __name__ == "__main__":
    sys.exit(main())
