"""A real print station as a process. Knows no test."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator

from tests.support.hall import ROOT, RunningHall


def start_station(hall: RunningHall, port: int) -> "subprocess.Popen[bytes]":
    """Start `python -m hardware station run` at the printer of a port; its log goes to the hall's folder."""
    settings = {
        "STATION_SERVER": hall.address,
        "STATION_TOKEN": hall.token("station"),
        "STATION_PRINTER": f"tcp://127.0.0.1:{port}?stall_timeout=20",
        "STATION_STATE_DIR": str(hall.folder / "station"),
        "PYTHONPATH": str(ROOT),
    }
    with (hall.folder / "station.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "hardware", "station", "run"],
            cwd=hall.folder, env={**os.environ, **settings}, stdout=log, stderr=log,
        )  # fmt: skip


@contextlib.contextmanager
def a_station(hall: RunningHall, port: int) -> "Iterator[subprocess.Popen[bytes]]":
    """A print station for the length of a block."""
    station = start_station(hall, port)
    try:
        yield station
    finally:
        station.terminate()
        try:
            station.wait(60)
        except subprocess.TimeoutExpired:
            station.kill()
            station.wait(30)
