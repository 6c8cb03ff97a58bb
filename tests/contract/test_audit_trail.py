"""The audit trail of a real server: it only grows, its ends are noted outside, and commands read and judge it."""

import csv
import io
import json

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from server.services.access import audit_anchors
from server.store.engine import open_engines
from server.store.schema import migrate
from tests.support.hall import a_hall, until

PATIENT = {"record_number": "MR-0007", "name": "欧阳小明", "sex": "male", "birth_date": "1958-03-12"}


@pytest.fixture
def hall():
    """A hall with one patient who was checked in, called and looked at."""
    with a_hall() as running:
        running.client("service").import_rows("patients", [PATIENT])
        desk = running.client("console")
        found = desk.identify("H1", typed={"code": "MR-0007"})
        ticket = desk.check_in("H1", queue="IM", visit_token=found.visit_token).ticket
        desk.call_next("R1")
        desk.finish(ticket.id)
        yield running


@pytest.mark.parametrize(
    "statement", ["UPDATE audit SET actor = 'nobody'", "DELETE FROM audit WHERE seq = 1", "TRUNCATE audit"]
)
def test_the_database_refuses_to_change_or_remove_a_row(database, statement):
    engines = open_engines(database)
    if engines.is_sqlite and statement.startswith("TRUNCATE"):
        statement = "DELETE FROM audit"
    migrate(engines.write)
    add = (
        "INSERT INTO audit (hall_id, seq, at, actor, action, object, digest) VALUES ('H1', 1, :at, 'a', 'b', 'c', 'd')"
    )
    try:
        with engines.write.begin() as connection:
            connection.execute(text(add), {"at": "2026-03-02 08:00:00"})
        with pytest.raises(DBAPIError, match="never changed or removed"), engines.write.begin() as connection:
            connection.execute(text(statement))
        with engines.read.connect() as connection:
            assert [("H1", 1, "a")] == connection.execute(text("SELECT hall_id, seq, actor FROM audit")).all()
    finally:
        engines.dispose()


def test_the_ends_are_noted_at_the_start_and_what_is_cut_off_is_missed_by_them(hall):
    path = hall.folder / "state" / "audit-anchors"
    anchors = until(lambda: path.exists() and list(audit_anchors.read(path)))
    assert 0o600 == path.stat().st_mode & 0o777
    assert hall.command("audit", "verify").startswith("H1: whole, ")
    hall.stop()
    hall.start()
    later = until(lambda: len(found := list(audit_anchors.read(path))) > len(anchors) and found)[-1]
    hall.stop()

    cut = later.seq - 3
    engines = open_engines(hall.environment["HALL_DATABASE_URL"])
    with engines.write.begin() as db:  # as somebody does who may do everything with the database
        trigger = "audit_refuses_delete" if engines.is_sqlite else "audit_only_grows ON audit"
        db.execute(text(f"DROP TRIGGER {trigger}"))
        db.execute(text("DELETE FROM audit WHERE seq > :cut"), {"cut": cut})
        digest = "(SELECT digest FROM audit WHERE seq = :cut)"
        db.execute(text(f"UPDATE hall SET audit_seq = :cut, audit_digest = {digest}"), {"cut": cut})
    engines.dispose()
    said = hall.refused("audit", "verify")
    assert f"H1: row {cut + 1} is missing; {cut} rows before it are whole" in said


@pytest.mark.parametrize("kept", [5, 30, 60, 100])
def test_a_line_that_a_power_cut_left_half_is_no_noted_end_nor_is_one_behind_it(tmp_path, kept):
    line = f"2026-03-02T08:00:00+00:00\tH1\tab12\t7\t{'a' * 64}"
    whole = f"{line}\n"
    for torn in (line[:kept], f"{line[:kept]}{line}"):
        (tmp_path / "anchors").write_text(f"{whole}{torn}\n{whole}" if torn != line[:kept] else f"{whole}{torn}")
        found = list(audit_anchors.read(tmp_path / "anchors"))
        assert {("H1", "ab12", 7, "a" * 64)} == {(one.hall_id, one.epoch, one.seq, one.digest) for one in found}


def test_one_list_says_who_saw_a_patient_and_reading_it_is_in_it(hall):
    rows = list(csv.DictReader(io.StringIO(hall.command("audit", "export", "--patient", "MR-0007"))))
    actions = [row["action"] for row in rows]

    assert {"patient.viewed", "ticket.checked_in", "ticket.called", "ticket.finished", "audit.read"} <= set(actions)
    assert 1 == len({row["object"] for row in rows if row["action"] in {"patient.viewed", "audit.read"}})
    assert "欧阳" not in str(rows)
    assert "MR-0007" not in str(rows)


def test_rows_are_found_by_action_and_time_and_written_as_json_lines(hall):
    found = hall.command("audit", "search", "--hall", "H1", "--action", "ticket.called")
    assert 1 == len(found.splitlines())
    assert "" == hall.command("audit", "search", "--action", "ticket.called", "--until", "2026-01-01")
    line = json.loads(hall.command("audit", "export", "--action", "ticket.called", "--format", "jsonl"))
    assert ("H1", "ticket.called") == (line["hall"], line["action"])


@pytest.mark.parametrize(("given", "code"), [(("--hall", "H9"), "unknown_hall"), (("--patient", "x"), "not_found")])
def test_what_nobody_knows_is_refused_with_its_code(hall, given, code):
    assert code in hall.refused("audit", "search", *given)
