import logging
import sqlite3
import sys
from pathlib import Path

import pytest

from hardware.errors import FailedInUse, failures_of
from server.domain.errors import HallError
from server.protocol.logs import HOME, LogFormatter, describe, escaped
from server.protocol.messages import TicketView
from server.protocol.terms import ErrorCode
from server.protocol.transport import HallProblem

NAME, NUMBER = "龘靐齉", "11010519491231002X"


OURS = str(HOME / "server/web/problems.py")


def entry(message, *args, error=None, pathname=OURS):
    """A record as our own code makes it, formatted."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("server.web", logging.ERROR, pathname, 7, message, args, exc_info)
    return LogFormatter().format(record)


def raised(act):
    """What `act` raises, with its traceback."""
    try:
        act()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_an_entry_says_when_in_utc_and_stays_on_its_line():
    """S9: a name of a device or a user with a line break forged log lines; times had no zone."""
    said = entry("%s signed in", f"nurse\n2026-01-01T00:00:00Z WARNING server {NAME}\x1b[31m\u2028\u202e")

    assert "\n" not in said
    assert "\x1b" not in said
    assert "\\n2026" in said
    assert "\\u2028\\u202e" in said
    assert said.split(" ")[0].endswith("Z")


@pytest.mark.parametrize(
    "fail",
    [
        lambda: int(f"{NAME}{NUMBER}"),
        lambda: {}[NAME],
        lambda: NAME.encode("ascii"),
        lambda: TicketView.model_validate({"id": {NAME: NUMBER}, NUMBER: NAME}),
        lambda: Path(f"/nowhere/{NAME}{NUMBER}").read_bytes(),
    ],
)
def test_a_traceback_says_where_and_what_kind_but_not_with_which_value(fail):
    """S9: libraries put the value that displeased them into their message."""

    def inside():
        name = NAME  # a local of the frame
        try:
            fail()
        except Exception as error:
            raise RuntimeError(f"cannot handle {name} {NUMBER}") from error

    said = entry("it failed", error=raised(inside))

    assert NAME not in said
    assert NUMBER not in said
    assert "RuntimeError" in said
    assert "test_logs.py" in said
    assert "inside" in said


def test_a_database_error_is_told_without_statement_and_values():
    """S9: SQLAlchemy's message is the statement with its parameters."""
    db = sqlite3.connect(":memory:")
    error = raised(lambda: db.execute("SELECT * FROM patient WHERE name = ?", (NAME,)))

    assert describe(error) == "OperationalError: SQLITE_ERROR no such table: patient"


UNREADABLE = f"SELECT CAST(X'{NAME.encode().hex()}FF' AS TEXT)"


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (UNREADABLE, "OperationalError"),
        (f"SELECT json_extract('{{}}', '{NAME}')", "OperationalError: SQLITE_ERROR"),
        (f"{NAME}", "OperationalError: SQLITE_ERROR"),
    ],
)
def test_what_a_database_quotes_is_left_out(statement, said):
    """S9: of a damaged file Python's driver says "Could not decode to UTF-8 column 'name' with text '龘靐齉'"."""
    db = sqlite3.connect(":memory:")

    assert said == describe(raised(lambda: db.execute(statement).fetchall()))


class Diagnosis:
    """What psycopg tells of a refusal."""

    message_primary = f'invalid input syntax for type integer: "{NUMBER}"'
    constraint_name = "patient_identity_number_key"


class PostgresError(Exception):
    """Shaped like psycopg's own."""

    def __init__(self, sqlstate, message):
        super().__init__(message)
        self.sqlstate, self.diag = sqlstate, Diagnosis()


def test_a_postgresql_error_names_its_constraint_and_not_the_key_that_broke_it():
    """S9: PostgreSQL repeats the value in DETAIL and in messages about data."""
    error = PostgresError("23505", f"duplicate key\nDETAIL: Key (identity_number)=({NUMBER}) already exists.")

    assert describe(error) == "PostgresError: 23505 patient_identity_number_key"


def test_our_own_errors_are_told_by_their_code():
    """S9: a refusal's detail may repeat what was typed; its code does not."""
    assert describe(HallError(ErrorCode.NOT_IDENTIFIED, f"{NAME} is unknown")) == "HallError: not_identified"
    assert describe(HallProblem(ErrorCode.CHOOSE, 409, {"detail": NAME})) == "HallProblem: 409 choose"


def test_a_device_failure_does_not_repeat_what_a_library_said():
    """S9: evidence of a print job and the log took the message of whatever library failed."""
    with pytest.raises(FailedInUse) as failed, failures_of("tcp://printer:9100", FailedInUse, ValueError):
        raise ValueError(f"cannot encode {NAME}")

    assert describe(failed.value) == "FailedInUse: tcp://printer:9100: ValueError"


@pytest.mark.parametrize("value", [{"name": NAME}, [NAME], NAME.encode(), object()])
def test_only_plain_values_stand_in_an_entry(value):
    """S9: an object, a body or a view in a log call is described by its type."""
    said = entry("given %s", value)

    assert NAME not in said
    assert f"<{type(value).__name__}>" in said


def test_a_library_tells_numbers_and_errors_and_no_texts():
    """S9: gunicorn logs addresses and headers, werkzeug tracebacks with messages."""
    foreign = sys.modules["sqlite3"].__file__

    said = entry("Error handling request %s by %d: %s", f"/patients/{NAME}", 7, KeyError(NAME), pathname=foreign)
    assert said.endswith("Error handling request … by 7: KeyError")
    assert NAME not in entry(f"Invalid request: {NAME}", pathname=foreign)


def test_long_texts_are_cut_and_a_wrong_call_is_no_second_error():
    """S9: the length of a line is bounded; what cannot be formatted is withheld, not shown raw."""
    assert len(entry("%s", "x" * 10_000)) < 400
    assert len(escaped("\x00" * 10_000, 50)) < 300
    assert NAME not in entry("%d apples", NAME)
