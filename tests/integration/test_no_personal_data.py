"""Every program through success and failure with made-up patients; then a search for them where nobody belongs."""

import contextlib
import sqlite3
from datetime import UTC, datetime

from sqlalchemy import create_engine, insert

from hardware.virtual.device import VirtualPrinter
from hardware.virtual.server import PrinterPort
from server.store.tables import Base, DoctorRow, PatientRow
from tests.support import canary
from tests.support.canary import CARD, IDENTITY, NAME, PHONE, WORDS
from tests.support.canary_day import a_day, failures, metrics, refusals
from tests.support.canary_programs import Kiosk, programs
from tests.support.hall import a_hall, until

PATIENTS_LIVE_IN = r"hall\.db(-wal|-shm)?"
"""Files where a patient may be found: the database, whose columns are looked at one by one."""


@contextlib.contextmanager
def a_day_with_every_program():
    """A hall whose day is over, with every program still running; its folder holds all that they wrote."""
    with a_hall() as hall:
        for role in ("kiosk", "station", "service"):
            hall.token(role)
        device = VirtualPrinter(576, lambda: datetime.now(UTC))
        port = PrinterPort(device, "127.0.0.1", 0)
        port.start()
        try:
            with programs(hall, port.port) as running:
                a_day(hall)
                until(lambda: device.paper.count >= 2, within=60)
                refusals(hall)
                _at_the_kiosk(Kiosk(running["kiosk"].address))
                _that_cannot_be_printed(hall, running)
                with sqlite3.connect(hall.database, timeout=30, isolation_level=None) as db:
                    failures(hall, lambda statement: db.execute(statement))
                yield hall, running
        finally:
            port.stop()


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


def _that_cannot_be_printed(hall, running):
    """Drawing raises with the text in its message, as libraries do: at the kiosk, and at the station."""
    for program in running.values():
        program.breaks()
    kiosk = Kiosk(running["kiosk"].address)
    kiosk.touch("home")
    kiosk.touch("task", "check_in")
    kiosk.touch("scan", CARD)
    kiosk.arrives("proof")
    kiosk.touch("prove", f"phone_tail:{PHONE[-4:]}")
    kiosk.checks_in()
    desk = hall.client("console")
    desk.check_in("H1", queue="IM", patient={"name": NAME})
    until(lambda: "cannot be drawn" in running["station"].log.read_text(encoding="utf-8"), within=60)


def test_nothing_of_a_patient_stands_where_it_does_not_belong():
    """S9: any database error wrote identity number and name into the log, a printing exception the whole job; S10: free
    words of holds and triages stood in journal, receipts and audit, and hall.db was open to every user."""
    with a_day_with_every_program() as (hall, running):
        logs = {name: program.log.read_text(encoding="utf-8") for name, program in running.items()}
        written = [hall.database, *hall.folder.glob("hall.db-*"), *(hall.folder / "state").rglob("*")]
        written += [path for name in ("kiosk", "station", "voice") for path in (hall.folder / name).rglob("*")]

        assert "SQLITE_ERROR no such table: patient" in hall.log()  # it did go wrong
        assert ("RuntimeError" in logs["kiosk"], "cannot be drawn" in logs["station"]) == (True, True)
        assert {} == canary.in_files(hall.folder, but=PATIENTS_LIVE_IN)
        assert {} == canary.in_processes({hall.process.pid, *(program.pid for program in running.values())})
        assert {} == canary.in_tables(f"sqlite:///{hall.database}")
        assert set() == canary.found(metrics(hall))
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
    Base.metadata.create_all(engine)
    with engine.begin() as db:
        db.execute(insert(DoctorRow).values(id="D1", name=WORDS))
        db.execute(insert(PatientRow).values(id="p", name=NAME, created_at=datetime.now(UTC)))
    engine.dispose()

    assert set(planted) == set(canary.in_files(tmp_path, but=PATIENTS_LIVE_IN))
    assert {"doctor.name": {WORDS}} == canary.in_tables(f"sqlite:///{tmp_path / 'hall.db'}")
