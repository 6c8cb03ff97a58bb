"""What a database says of its disk: full, failing, damaged or locked; and that a connection which met it is dropped.

SQLite's result codes: https://www.sqlite.org/rescode.html. PostgreSQL's: its manual, appendix A.
"""

import contextlib
import sqlite3
from enum import StrEnum

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class Failure(StrEnum):
    """Why the database did not do as it was told."""

    FULL = "full"
    DISK = "disk"
    DAMAGED = "damaged"
    AWAY = "away"


_SQLITE = {
    sqlite3.SQLITE_FULL: Failure.FULL,
    sqlite3.SQLITE_IOERR: Failure.DISK,
    sqlite3.SQLITE_READONLY: Failure.DISK,
    sqlite3.SQLITE_CANTOPEN: Failure.DISK,
    sqlite3.SQLITE_PERM: Failure.DISK,
    sqlite3.SQLITE_CORRUPT: Failure.DAMAGED,
    sqlite3.SQLITE_NOTADB: Failure.DAMAGED,
    sqlite3.SQLITE_BUSY: Failure.AWAY,
    sqlite3.SQLITE_LOCKED: Failure.AWAY,
}
_PRIMARY = 0xFF
"""The low byte of an extended result code is the code itself."""
_POSTGRESQL = {
    "53100": Failure.FULL,  # disk_full
    "58030": Failure.DISK,  # io_error
    "58P01": Failure.DISK,  # undefined_file
    "25006": Failure.DISK,  # read_only_sql_transaction
    "XX001": Failure.DAMAGED,  # data_corrupted
    "XX002": Failure.DAMAGED,  # index_corrupted
}
_AWAY_CLASSES = ("08", "53", "57")
"""Classes of SQLSTATE: connection exceptions, too few resources, ended by an administrator or a time-out."""


def failure_of(error: DBAPIError) -> Failure | None:
    """What the database said; None for what is no matter of storage or reach: a constraint, a wrong statement."""
    failure = _failure_of(error.orig)
    if failure is not None:
        return failure
    away = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    return Failure.AWAY if away else None


def is_away(error: BaseException | None) -> bool:
    """Whether this says that the database is away, restarting, held up or overwhelmed: trying again may help."""
    if isinstance(error, DBAPIError):
        return failure_of(error) is Failure.AWAY
    state = getattr(error, "sqlstate", "")  # of psycopg's own errors; None where no server said anything
    return isinstance(error, PoolTimeout) or state is None or state.startswith(_AWAY_CLASSES)


def drop_failing_connections(engine: Engine) -> None:
    """Let no connection live on that met a failing or damaged disk.

    What fsync could not write, the system may have forgotten: asking it again on the same file succeeds and proves
    nothing. The command fails, and the next one opens the database anew.
    """
    event.listen(engine, "handle_error", _drop)


def _drop(context: ExceptionContext) -> None:
    if _failure_of(context.original_exception) not in {Failure.DISK, Failure.DAMAGED}:
        return
    context.is_disconnect = True
    context.invalidate_pool_on_disconnect = False
    connection = context.connection.connection.dbapi_connection if context.connection is not None else None
    if isinstance(connection, sqlite3.Connection):
        with contextlib.suppress(sqlite3.Error):  # one that is closed with a cursor open would keep the writer's lock
            connection.rollback()


def _failure_of(error: BaseException | None) -> Failure | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return _SQLITE.get(code & _PRIMARY)
    return _POSTGRESQL.get(getattr(error, "sqlstate", None) or "")
