"""A whole real day through a server of its own: `python -m tests.bench.day [DAY.csv]` (make bench). 1 when it failed.

Plays every visit of a recorded day with simulated time and prints the summary of the replay: no number twice, no call
twice, no hole in the journal. The suite plays only the first hours of it.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.hall import free_port

ROOT = Path(__file__).resolve().parents[2]
DAY = ROOT.parent / "shared" / "data" / "outpatient_day_2019-11-09.csv"
STATIONS = 12


def main() -> int:
    """Play the day; the exit code is the replay's, 0 without a day to play."""
    day = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else DAY
    if not day.exists():
        print(f"SKIPPED the whole day: no {day.name} here")
        return 0
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HALL_")}
    with tempfile.TemporaryDirectory() as folder:
        state = {"HALL_DATABASE_URL": f"sqlite:///{folder}/hall.db", "HALL_STATE_DIR": f"{folder}/state"}
        settings = {**clean, **state, "HALL_PORT": str(free_port()), "PYTHONPATH": str(ROOT)}
        command = ["-m", "server", "replay", str(day), "--hall", "H1", "--stations", str(STATIONS), "--speed", "max"]
        return subprocess.run([sys.executable, *command], cwd=folder, env=settings, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
