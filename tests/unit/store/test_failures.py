"""L10: what SQLite and PostgreSQL say of a disk, told apart by their codes and not by their texts."""

import sqlite3

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError, InterfaceError, OperationalError

from server.protocol.terms import AlertKind, ErrorCode
from server.services.core.disk_reserve import Reserve
from server.services.core.storage import QUIET_SECONDS, REST_SECONDS, Storage
from server.store.failures import Failure, failure_of


def sqlite_error(code, kind=sqlite3.OperationalError):
    error = kind("whatever it says")
    error.sqlite_errorcode = code
    return error


def postgresql_error(state):
    error = Exception("whatever it says")
    error.sqlstate = state
    return error


@pytest.mark.parametrize(
    ("wrapper", "original", "expected"),
    [
        (OperationalError, sqlite_error(sqlite3.SQLITE_FULL), Failure.FULL),
        (OperationalError, sqlite_error(sqlite3.SQLITE_IOERR_FSYNC), Failure.DISK),
        (OperationalError, sqlite_error(sqlite3.SQLITE_IOERR_WRITE), Failure.DISK),
        (OperationalError, sqlite_error(sqlite3.SQLITE_READONLY), Failure.DISK),
        (OperationalError, sqlite_error(sqlite3.SQLITE_CANTOPEN), Failure.DISK),
        (DatabaseError, sqlite_error(sqlite3.SQLITE_CORRUPT, sqlite3.DatabaseError), Failure.DAMAGED),
        (DatabaseError, sqlite_error(sqlite3.SQLITE_CORRUPT_INDEX, sqlite3.DatabaseError), Failure.DAMAGED),
        (DatabaseError, sqlite_error(sqlite3.SQLITE_NOTADB, sqlite3.DatabaseError), Failure.DAMAGED),
        (OperationalError, sqlite_error(sqlite3.SQLITE_BUSY_SNAPSHOT), Failure.AWAY),
        (OperationalError, sqlite_error(sqlite3.SQLITE_LOCKED), Failure.AWAY),
        (OperationalError, postgresql_error("53100"), Failure.FULL),
        (OperationalError, postgresql_error("58030"), Failure.DISK),
        (OperationalError, postgresql_error("25006"), Failure.DISK),
        (DatabaseError, postgresql_error("XX001"), Failure.DAMAGED),
        (OperationalError, postgresql_error("57P01"), Failure.AWAY),
        (InterfaceError, Exception("the connection is closed"), Failure.AWAY),
        (IntegrityError, sqlite_error(sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.IntegrityError), None),
        (DatabaseError, Exception("something else"), None),
    ],
)  # fmt: skip
def test_a_failure_is_named_by_its_code(wrapper, original, expected):
    assert expected == failure_of(wrapper("INSERT", {}, original))


def storage(now):
    return Storage(Reserve(None), clock=lambda: now[0])


def test_a_disk_that_fails_now_and_then_is_told_once_in_ten_minutes_and_damage_once_for_ever():
    now = [0.0]
    seen = storage(now)
    for _ in range(50):
        seen.note(ErrorCode.STORAGE_FAILED)
        seen.note(ErrorCode.STORAGE_DAMAGED)
        for kind, hall in seen.owed(["H1"]):
            seen.alerted(kind, hall)
            now[0] += 1
    assert 2 == now[0]

    now[0] += QUIET_SECONDS
    seen.note(ErrorCode.STORAGE_FAILED)
    seen.note(ErrorCode.STORAGE_DAMAGED)
    assert [(AlertKind.STORAGE_FAILED, "H1")] == seen.owed(["H1"])


def test_a_hall_whose_alert_could_not_be_written_is_told_later_and_the_others_not_again():
    now = [0.0]
    seen = storage(now)
    seen.note(ErrorCode.STORAGE_DAMAGED)
    seen.alerted(AlertKind.STORAGE_DAMAGED, "H1")
    seen.rest()

    assert [] == seen.owed(["H1", "H2"])
    now[0] += REST_SECONDS
    assert [(AlertKind.STORAGE_DAMAGED, "H2")] == seen.owed(["H1", "H2"])


def test_a_write_that_succeeds_ends_the_failing_and_mends_no_damage():
    seen = storage([0.0])
    seen.note(ErrorCode.STORAGE_FAILED)
    seen.note(ErrorCode.STORAGE_DAMAGED)
    seen.wrote()
    assert (False, True) == (seen.failing, seen.damaged)
