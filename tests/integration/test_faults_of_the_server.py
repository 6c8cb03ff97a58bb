"""Faults of the server and its disk that take a while to inject (docs/faults.md, rows 1 to 14), judged as a whole."""

import contextlib
import os
import random
import signal
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from server.protocol.stream.follower import Follower, Pace
from server.protocol.transport import HallProblem, HallUnreachable
from server.store.engine import open_engines
from server.store.schema import NEWEST, migrate
from tests.support.crowd import Crowd
from tests.support.disks import an_ext4, injected, make_read_only
from tests.support.dying import SWITCH, run_dying
from tests.support.hall import FORKS, RunningHall, a_hall, hall_file, run_command, until
from tests.support.invariants import Call, Seen, Ticket, judge, stored_of

KILLS = 40


@pytest.fixture
def hall():
    with a_hall(stations=2) as running:
        yield running


def whole(database):
    with contextlib.closing(sqlite3.connect(database)) as db:
        return [("ok",)] == db.execute("PRAGMA integrity_check").fetchall()


@pytest.mark.faults
def test_forty_kills_under_load_lose_nothing(hall):
    """Fault 1."""
    with Crowd(hall) as crowd:
        for _ in range(KILLS):
            crowd.more(random.randrange(1, 8))
            hall.kill()
            hall.start()
        crowd.more(2)
    assert [] == judge(stored_of(hall), crowd.seen)
    assert whole(hall.database)


@pytest.mark.faults
def test_killed_between_commit_and_answer_the_same_key_is_answered_and_a_screen_gets_the_call_once():
    """Faults 2, 3 and 55: what is committed is told, though the process that did it said nothing to anybody."""
    dying = RunningHall(stations=1)
    dying.entry = run_dying
    called, snapshots = [], []
    try:
        dying.start()
        kiosk, desk = dying.client("kiosk", budget=0.0), dying.client("console", budget=0.0)
        seen = Seen()
        for number in range(3):
            key = f"in {number}"
            (dying.folder / SWITCH).touch()
            with pytest.raises(HallUnreachable):
                kiosk.check_in("H1", queue="IM", patient={"name": "断"}, key=key)
            dying.start()
            ticket = kiosk.check_in("H1", queue="IM", patient={"name": "断"}, key=key).ticket
            seen.tickets.append(Ticket(key, ticket.id, ticket.number))
        follower = Follower(
            dying.client("caller"), "H1", on_snapshot=snapshots.append, pace=Pace(wake=0.3, quiet=0.5, lost=1.5),
            on_event=lambda event: called.append(event.ticket.number) if event.kind == "ticket.called" else None,
        ).start()  # fmt: skip
        until(lambda: snapshots)
        (dying.folder / SWITCH).touch()
        with pytest.raises(HallUnreachable):
            desk.call_next("R1", key="call")
        dying.start()
        until(lambda: called)
        ticket = desk.call_next("R1", key="call").ticket
        seen.calls.append(Call("call", ticket.id, "R1"))
        position = desk.snapshot("H1").seq
        until(lambda: follower.position and follower.position.seq >= position)
        follower.stop()

        assert ["A001"] == called
        assert ["A001", "A002", "A003"] == [told.number for told in seen.tickets]
        assert [] == judge(stored_of(dying), seen)
    finally:
        dying.close()


@pytest.mark.faults
def test_a_worker_that_the_system_kills_is_started_anew(hall):
    """Fault 12: short of memory, the system kills the process that serves and not the one that watches it."""
    with Crowd(hall) as crowd:
        for _ in range(3):
            crowd.more(3)
            killed = hall.worker
            os.kill(killed, signal.SIGKILL)
            until(lambda killed=killed: new_worker(hall, killed))
        crowd.more(3)
    assert [] == judge(stored_of(hall), crowd.seen)


def new_worker(hall, killed):
    with contextlib.suppress(IndexError):
        return hall.worker != killed
    return False


@pytest.mark.faults
def test_a_disk_that_becomes_read_only_stops_writing_and_nothing_else(tmp_path):
    """Fault 7: refused by name, reads go on, /readyz says so, and what was acknowledged is there after the repair."""
    with an_ext4(tmp_path) as disk:
        running = RunningHall(
            hall_file(1), database=f"sqlite:///{disk / 'hall.db'}", HALL_STATE_DIR=str(tmp_path / "s")
        )
        try:
            running.start()
            kiosk, desk = running.client("kiosk", budget=0.0), running.client("console", budget=0.0)
            seen = Seen()
            for number in range(5):
                ticket = kiosk.check_in("H1", queue="IM", patient={"name": "只读"}, key=f"in {number}").ticket
                seen.tickets.append(Ticket(f"in {number}", ticket.id, ticket.number))
            make_read_only(disk)
            refused = set()
            for number in range(6):
                with pytest.raises(HallProblem) as problem:
                    desk.check_in("H1", queue="IM", patient={"name": "只读"}, key=f"after {number}")
                refused.add((problem.value.code, problem.value.status))
                assert 5 == len(desk.snapshot("H1").tickets)
            assert {("storage_failed", 503)} == refused
            ready = desk.transport.http.get("/readyz")
            assert (503, False) == (ready.status_code, ready.json()["checks"]["writing"])
            assert [] == judge(stored_of(running), seen), "also read by another process"
        finally:
            running.close()


@pytest.mark.faults
def test_an_fsync_that_fails_now_and_then_refuses_that_command_alone(hall, tmp_path):
    """Fault 8, L10: every seventh fails; the rest is done, nothing is given from the reserve, staff is told once."""
    with injected(hall.worker, "fdatasync,fsync", "error=EIO:when=7+7", tmp_path / "strace"), Crowd(hall) as crowd:
        crowd.more(60)
    assert {"storage_failed"} == set(crowd.refused)
    assert len(crowd.refused) < len(crowd.seen.tickets) / 2
    alerts = [alert.kind for alert in hall.client("console").snapshot("H1").alerts]
    assert 1 == alerts.count("storage_failed")
    assert 0 == alerts.count("storage")
    hall.kill()
    hall.start()
    assert [] == judge(stored_of(hall), crowd.seen)
    assert whole(hall.database)


@pytest.mark.faults
def test_a_slow_disk_makes_all_wait_and_nobody_lose(hall, tmp_path):
    """Fault 9: each fsync takes half a second; whom the queue of writers cannot serve in time is told so unbegun."""
    with injected(hall.worker, "fdatasync,fsync", "delay_enter=500000", tmp_path / "strace"), Crowd(hall, 8) as crowd:
        crowd.more(24)
        began = time.monotonic()
        hall.client("console").snapshot("H1")
        assert time.monotonic() - began < 5.0, "reads wait for no fsync"
    assert set(crowd.refused) <= {"too_late", "busy"}
    assert crowd.longest < 10.0
    assert [] == judge(stored_of(hall), crowd.seen)


@pytest.mark.faults
def test_a_writer_of_another_process_for_twenty_seconds_is_told_in_time_and_changes_nothing_later(hall):
    """Fault 13: others are told within the busy time, reads go on, and nothing that was refused happens afterwards."""
    hall.token("kiosk")
    before = hall.client("console").snapshot("H1").seq

    def press(number):
        """Commands without patience, until the lock is away: code and seconds of each refusal."""
        client, refused = hall.client("kiosk", budget=0.0), []
        for turn in range(1000):
            began = time.monotonic()
            if began > end - 8.0:
                return refused
            with pytest.raises(HallProblem) as problem:
                client.check_in("H1", queue="IM", patient={"name": "等"}, key=f"{number} {turn}")
            refused.append((problem.value.code, time.monotonic() - began))
        return refused

    with contextlib.closing(sqlite3.connect(hall.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        end = time.monotonic() + 20.0
        with ThreadPoolExecutor(6) as pool:
            pressed = [pool.submit(press, number) for number in range(6)]
            reads = []
            while time.monotonic() < end:
                began = time.monotonic()
                hall.client("console").snapshot("H1")
                reads.append(time.monotonic() - began)
                time.sleep(0.5)
            refused = [one for done in pressed for one in done.result(60)]
        other.execute("ROLLBACK")
    assert {"busy", "too_late"} >= {code for code, _ in refused}
    assert max(seconds for _, seconds in refused) < 10.0
    assert max(reads) < 3.0
    ticket = until(lambda: checked_in(hall))
    assert "A001" == ticket.number
    assert [ticket.id] == [
        event.ticket.id for event in hall.client("console").events("H1", before).events if event.ticket is not None
    ]
    assert [] == judge(stored_of(hall), Seen())


def checked_in(hall):
    with contextlib.suppress(HallProblem):
        return hall.client("kiosk", budget=0.0).check_in("H1", queue="IM", patient={"name": "后"}).ticket
    return None


def schema_of(database):
    with contextlib.closing(sqlite3.connect(database)) as db:
        rows = db.execute("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name").fetchall()
        versions = db.execute("SELECT version_num FROM alembic_version").fetchall()
        return (versions[0][0] if versions else None), rows


def migrated(database, revision):
    engines = open_engines(f"sqlite:///{database}")
    migrate(engines.write, revision)
    engines.dispose()
    return schema_of(database)


@pytest.mark.faults
def test_a_migration_that_is_killed_at_any_instant_leaves_one_schema_or_another(tmp_path):
    """Fault 14: from the first schema to the newest, killed again and again; what it leaves is one of the steps."""
    versions = [f"{number:04d}" for number in range(1, int(NEWEST) + 1)]
    steps = {version: migrated(tmp_path / f"{version}.db", version) for version in versions}
    migrated(tmp_path / "hall.db", "0001")
    (tmp_path / "hall.toml").write_text(hall_file(1), encoding="utf-8")
    settings = {
        "HALL_DATABASE_URL": f"sqlite:///{tmp_path / 'hall.db'}",
        "HALL_STATE_DIR": str(tmp_path / "state"),
    }
    seen = set()
    for number in range(60):
        before = schema_of(tmp_path / "hall.db")[0]
        command = FORKS.Process(target=run_command, args=(tmp_path, settings, "apply", str(tmp_path / "hall.toml")))
        command.start()
        command.join(0.02 * (number % 40))
        command.kill()
        command.join()
        version, schema = schema_of(tmp_path / "hall.db")
        assert steps[version] == (version, schema), f"half a step after {before}"
        seen.add(version)
        if version == NEWEST:
            break
    command = FORKS.Process(target=run_command, args=(tmp_path, settings, "apply", str(tmp_path / "hall.toml")))
    command.start()
    command.join(120)
    assert 0 == command.exitcode
    assert NEWEST == schema_of(tmp_path / "hall.db")[0]
    assert len(seen) >= 1
