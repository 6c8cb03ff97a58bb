"""Failures of every kind with a patient in hand: what the server and its commands write, and what they answer."""

import contextlib
import io
import logging
import sqlite3

import pytest

from server import cli
from server.protocol.logs import HOME, StderrHandler
from server.services.checkin import check_in
from server.services.core.unit_of_work import Work
from server.store import engine
from tests.support import canary
from tests.support.canary import BORN, IDENTITY, NAME, PHONE, RECORD, WORDS

PATIENT = {"name": NAME, "record_number": RECORD, "identity_number": IDENTITY, "phone": PHONE}
CSV = f"record_number,name,birth_date,identity_number,phone\n{RECORD},{NAME},{BORN},{IDENTITY},{PHONE}\n"


@pytest.fixture
def log():
    """What the programs' own handler writes."""
    said, root = io.StringIO(), logging.getLogger()
    handler = StderrHandler(said)
    root.addHandler(handler)
    yield said
    root.removeHandler(handler)


@contextlib.contextmanager
def locked(api, patch):
    """Another process holds the database."""
    patch.setattr(engine, "BUSY_MILLISECONDS", 10)
    api.context.engines.dispose()  # new connections wait as long
    with contextlib.closing(sqlite3.connect(api.database, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        yield "database is locked"
    api.context.engines.dispose()


@contextlib.contextmanager
def unreadable(api, _patch):
    """A disk that turned a bit in a name."""
    with contextlib.closing(sqlite3.connect(api.database)) as db, db:
        db.execute(f"UPDATE patient SET name = CAST(X'{NAME.encode().hex()}FF' AS TEXT)")
    yield "OperationalError"


@contextlib.contextmanager
def malformed(api, _patch):
    """A disk that lost pages."""
    api.context.engines.dispose()
    file = api.database
    with contextlib.closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = file.stat().st_size
    with file.open("r+b") as raw:
        raw.seek(4096)
        raw.write(f"{NAME}{IDENTITY}".encode() * (size // 40 - 4096 // 40))
    yield "SQLITE_CORRUPT"


@contextlib.contextmanager
def broken(_api, patch):
    """A fault of our own, or of a library, that repeats what it had in hand; in a request and in a timer."""

    def fail(*_given, **_more):
        body = {"patient": PATIENT}
        try:
            return {}[NAME]
        except KeyError as error:
            error.add_note(f"{body}")
            raise ValueError(f"cannot handle {body}") from error

    patch.setattr(Work, "write_events", fail)
    patch.setattr(check_in, "check_in", fail)
    yield "ValueError"


@pytest.mark.parametrize("failing", [locked, unreadable, malformed, broken])
def test_a_failure_says_what_failed_and_not_with_whom(api, log, monkeypatch, tmp_path, capsys, failing):
    """S9: whatever a library has in hand stands in its message, and a traceback may show the locals of its frames."""
    ticket = api.check_in(NAME, patient={"record_number": RECORD})
    api.post("/stations/R1/pause", {"reason": WORDS, "minutes": 5})
    api.token("service")
    file = tmp_path / "patients.csv"
    file.write_text(CSV, encoding="utf-8")
    capsys.readouterr()
    with failing(api, monkeypatch) as reason:
        answers = [
            api.send("POST", "/check-ins", {"hall": "H1", "queue": "IM", "patient": PATIENT}),
            api.send("POST", "/identifications", {"hall": "H1", "scan": {"text": IDENTITY, "how": "chip"}}),
            api.send("POST", f"/tickets/{ticket['id']}/hold", {"reason": f"{NAME} {WORDS}"}),
            api.send("POST", "/imports/patients", {"rows": [{"name": NAME, "record_number": RECORD}]}, role="service"),
            api.send("GET", "/halls/H1/snapshot"),
        ]
        with contextlib.suppress(Exception):  # a thread's own loop logs it
            api.later("2026-03-02T10:00:00+08:00")
        for name in ("database_url", "state_dir", "secret_key"):
            monkeypatch.setenv(f"HALL_{name.upper()}", str(getattr(api.settings, name)))
        with contextlib.suppress(Exception):
            cli.main(["import", "patients", str(file)])

    failed = [answer.get_data() for answer in answers if answer.status_code >= 500]
    assert failed
    assert reason in log.getvalue()
    assert set() == canary.found(b"".join(failed))
    assert set() == canary.found(log.getvalue().encode())
    assert set() == canary.found("".join(capsys.readouterr()).encode())


def test_a_value_that_a_line_of_ours_logs_is_found(log):
    """A planted leak: the search sees a name that a call of ours writes into the log, and each of its characters."""
    ours = compile("log.warning('checked in %s', name)", str(HOME / "server/planted.py"), "exec")
    exec(ours, {"log": logging.getLogger("server.planted"), "name": NAME})

    assert {NAME, *NAME} == canary.found(log.getvalue().encode())
