import contextlib
import csv
import os
import re
import signal
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random

import pytest

from server.process_supervisor import answers, eventually
from tests.support.hall import free_port

ROOT = Path(__file__).resolve().parents[2]
REAL_DAY = ROOT.parent / "shared" / "data" / "outpatient_day_2019-11-09.csv"


def environment(folder):
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HALL_")}
    state = {"HALL_DATABASE_URL": f"sqlite:///{folder}/hall.db", "HALL_STATE_DIR": str(folder / "state")}
    return {**clean, **state, "HALL_PORT": str(free_port()), "PYTHONPATH": str(ROOT)}


def replay(folder, day, *more, **settings):
    command = [sys.executable, "-m", "server", "replay", str(day), "--hall", "H1", *more]
    return subprocess.run(
        command, cwd=folder, env={**environment(folder), **settings}, capture_output=True, text=True, timeout=1800
    )


def summary(done):
    last = done.stdout.strip().splitlines()[-1]
    assert last.startswith("SUMMARY "), done.stderr[-2000:]
    return dict(re.findall(r"(\w+)=(\S+)", last))


def made_up_day(path, visits):
    """A recorded day nobody lived: bursts, ties, stays of seconds and of an hour, and a few dirty rows."""
    random = Random(7)
    at = datetime.fromisoformat("2026-05-04T08:00:00")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["visit", "arrived_at", "entered_room_at", "left_at", "doctor_type"])
        for number in range(visits):
            at += timedelta(seconds=random.choice((0, 0, 20, 40, 90)))
            entered = at + timedelta(minutes=5)
            left = entered + timedelta(seconds=random.choice((6, 120, 400, 3600)))
            stay = [entered.isoformat(), "" if number % 29 == 28 else left.isoformat()]
            writer.writerow([f"V{number}", at.isoformat(), *stay, random.choice(("anchor", "locum"))])
    return path


FAULTLESS = {"double_numbers": "0", "double_calls": "0", "journal_holes": "0", "folds_wrong": "0"}


@pytest.mark.slow
@pytest.mark.skipif(not REAL_DAY.exists(), reason="the recorded days of ../shared/data are not here")
def test_the_first_60_visits_of_a_real_day_are_checked_in_called_seen_and_finished(tmp_path):
    """`make bench` plays the whole day of 1,539 visits."""
    with REAL_DAY.open(encoding="utf-8") as whole, (tmp_path / "morning.csv").open("w", encoding="utf-8") as morning:
        morning.writelines(islice(whole, 1 + 60))
    done = replay(tmp_path, tmp_path / "morning.csv", "--stations", "12", "--speed", "max")
    said = summary(done)

    assert {"visits": "60", "checked_in": "60", "finished": "60", **FAULTLESS}.items() <= said.items()
    assert 4 * 60 <= int(said["commands"])
    assert done.returncode == 0


@pytest.mark.slow
def test_a_made_up_day_with_paper_hands_every_patient_a_slip(tmp_path):
    day = made_up_day(tmp_path / "day.csv", 30)
    done = replay(tmp_path, day, "--stations", "9", "--speed", "max", "--slips")
    said = summary(done)

    assert {"visits": "30", "checked_in": "30", "finished": "30", "slips": "30", **FAULTLESS}.items() <= said.items()
    assert "stays blank or negative, taken as none: 1" in done.stdout
    assert done.returncode == 0


def test_a_day_can_be_played_many_times_faster_than_life_without_simulated_time(tmp_path):
    day = made_up_day(tmp_path / "day.csv", 6)
    done = replay(tmp_path, day, "--stations", "6", "--speed", "1500")

    assert {"visits": "6", "finished": "6", **FAULTLESS}.items() <= summary(done).items()
    assert done.returncode == 0


def test_in_a_hall_that_is_open_already_it_plays_twice_and_refuses_too_few_stations(tmp_path, own_hall):
    day = made_up_day(tmp_path / "day.csv", 6)
    hall = own_hall(stations=3, HALL_REPLAY="1")
    settings = {name: value for name, value in hall.environment.items() if name.startswith("HALL_")}
    first = replay(tmp_path, day, "--stations", "3", "--speed", "max", **settings)
    again = replay(tmp_path, day, "--stations", "3", "--speed", "max", **settings)
    short = replay(tmp_path, day, "--stations", "9", "--speed", "max", **settings)

    assert (first.returncode, again.returncode, short.returncode) == (0, 0, 2)
    assert {"finished": "6", **FAULTLESS}.items() <= summary(again).items()
    assert "too few stations: hall H1 has 3 open rooms with a woven queue, not 9" in short.stderr
    written = "".join([hall.log(), *(done.stdout + done.stderr for done in (first, again, short))])
    with contextlib.closing(sqlite3.connect(hall.database)) as db:
        names = [name for (name,) in db.execute("SELECT name FROM patient")]
    assert len(names) == 12
    assert [] == [name for name in names if name in written], "S9: nobody stands in what it says"
    assert answers("127.0.0.1", hall.port)


def test_a_missing_file_is_said_before_anything_starts(tmp_path):
    absent = replay(tmp_path, tmp_path / "none.csv", "--stations", "2")

    assert absent.returncode == 2
    assert "none.csv: no such file" in absent.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_replay_told_to_end_takes_its_server_with_it(tmp_path):
    day = made_up_day(tmp_path / "day.csv", 40)
    settings = environment(tmp_path)
    command = [sys.executable, "-m", "server", "replay", str(day), "--hall", "H1", "--stations", "9", "--speed", "1"]
    running = subprocess.Popen(command, cwd=tmp_path, env=settings, stderr=subprocess.PIPE, start_new_session=True)
    try:
        port = int(settings["HALL_PORT"])
        assert eventually(lambda: answers("127.0.0.1", port), 240)
        running.terminate()
        assert b"stopped by SIGTERM" in running.communicate(timeout=120)[1]
        assert running.returncode == 1
        assert eventually(lambda: not answers("127.0.0.1", port), 60)
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
