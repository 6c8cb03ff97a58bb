"""Every program through success and failure with made-up patients; then a search for them where nobody belongs."""

import contextlib
import sqlite3
import subprocess
from datetime import UTC, datetime

from sqlalchemy import create_engine, insert

from server.store.models import Base, DoctorRow, PatientRow
from tests.support import canary
from tests.support.canary import CARD, IDENTITY, NAME, PHONE, WORDS
from tests.support.canary_day import a_day, failures, metrics, refusals
from tests.support.canary_programs import Kiosk, VirtualPrinter, programs
from tests.support.hall import a_hall, until

PATIENTS_LIVE_IN = r"hall\.db(-wal|-shm)?"
"""Files where a patient may be found: the database, whose columns are looked at one by one."""


@contextlib.contextmanager
def a_day_with_every_program():
    """A hall whose day is over, with every program still running; its folder holds all that they wrote."""
    with a_hall() as hall:
        for role in ("kiosk", "station", "service"):
            hall.token(role)
        with programs(hall) as running:
            printer = VirtualPrinter(hall, running["printer"].address)
            a_day(hall)
            until(lambda: printer.has_cut(2), within=60, every=0.2)
            refusals(hall)
            _at_the_kiosk(Kiosk(hall, running["kiosk"].address))
            _that_cannot_be_printed(hall, running, printer)
            with contextlib.closing(sqlite3.connect(hall.database, timeout=30, isolation_level=None)) as db:
                failures(hall, lambda statement: db.execute(statement))
            yield hall, running


def _at_the_kiosk(kiosk):
    """Somebody identifies with a card and a proof, with a number that is nobody's, and asks for help."""
    kiosk.touch("task", "check_in")
    kiosk.touch("scan", CARD)
    assert "proof" == kiosk.arrives("proof")
    kiosk.touch("prove", f"phone_tail:{PHONE[-4:]}")
    kiosk.arrives("choose", "confirm", "direction", "health", "notice")
    kiosk.touch("help")
    kiosk.arrives("staff", "notice")
    kiosk.touch("home")
    kiosk.touch("task", "check_in")
    kiosk.touch("typed", NAME, proof=f"phone_tail:{IDENTITY}")


def _that_cannot_be_printed(hall, running, printer):
    """The printer goes away in the middle of a slip; then drawing raises with the text in its message, as libraries do:
    at the kiosk, and at the station."""
    desk, station = hall.client("console"), running["station"]
    printer.breaks(rst_after=3000)
    desk.check_in("H1", queue="IM", patient={"name": NAME})
    until(lambda: "torn" in station.said(), within=60)
    for program in running.values():
        program.breaks()
    kiosk = Kiosk(hall, running["kiosk"].address)
    kiosk.touch("home")
    kiosk.touch("task", "check_in")
    kiosk.touch("scan", CARD)
    kiosk.arrives("proof")
    kiosk.touch("prove", f"phone_tail:{PHONE[-4:]}")
    kiosk.checks_in()
    desk.check_in("H1", queue="IM", patient={"name": NAME})
    until(lambda: "cannot be drawn" in station.said(), within=60)


def test_nothing_of_a_patient_stands_where_it_does_not_belong():
    """S9: any database error wrote identity number and name into the log, a printing exception the whole job; S10: free
    words of holds and triages stood in journal, receipts and audit, and hall.db was open to every user."""
    with a_day_with_every_program() as (hall, running):
        assert {} == canary.in_processes({hall.process.pid, *(program.pid for program in running.values())})
        assert set() == canary.found(metrics(hall))
        logs = {name: program.said() for name, program in running.items()}
        written = [hall.database, *hall.folder.glob("hall.db-*"), *(hall.folder / "state").rglob("*")]
        written += [
            path for name in ("kiosk", "station", "printer", "voice") for path in (hall.folder / name).rglob("*")
        ]

        assert "SQLITE_ERROR no such table: patient" in hall.log()  # it did go wrong
        assert ("RuntimeError" in logs["kiosk"], "cannot be drawn" in logs["station"]) == (True, True)
        assert {} == canary.in_files(hall.folder, but=PATIENTS_LIVE_IN)
        assert {} == canary.in_tables(f"sqlite:///{hall.database}")
        assert len(written) > 6
        assert [] == [path.name for path in written if canary.mode_of(path) & 0o077]


def test_a_leak_that_is_planted_is_found(tmp_path):
    """The search itself: in every form, in a file's name, in a table, and not where a patient belongs."""
    planted = {
        "plain.log": f"x {NAME}".encode(),
        "json.log": b"\\u9f98",
        "url.log": b"GET /%E9%BE%98",
        "gb.log": NAME.encode("gb18030"),
        f"{IDENTITY}.png": b"",
    }
    for name, content in planted.items():
        (tmp_path / name).write_bytes(content)
    engine = create_engine(f"sqlite:///{tmp_path / 'hall.db'}")
    with engine.begin() as db:
        db.exec_driver_sql("PRAGMA synchronous = OFF")
        Base.metadata.create_all(db)
        db.execute(insert(DoctorRow).values(id="D1", name=WORDS))
        db.execute(insert(PatientRow).values(id="p", name=NAME, created_at=datetime.now(UTC)))
    engine.dispose()

    shown = subprocess.Popen(["sh", "-c", "read wait", NAME], stdin=subprocess.PIPE, start_new_session=True)

    assert {f"{shown.pid} cmdline"} == set(until(lambda: canary.in_processes({shown.pid})))
    shown.communicate()
    assert set(planted) == set(canary.in_files(tmp_path, but=PATIENTS_LIVE_IN))
    assert {"doctor.name": {WORDS}} == canary.in_tables(f"sqlite:///{tmp_path / 'hall.db'}")
