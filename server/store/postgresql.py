"""Connections to PostgreSQL and every time-out on them. Each wait ends, and a lock ends with its holder (L1).

A node that is cut off, suspended or dead cannot let go of a lock; the database does it for the node, because each
connection asks for that when it opens. The time-outs nest, from the inside outwards:

    connect ≤ pool < lock < patience of a command < idle in transaction ≤ statement < silence

- `lock`: a command waits so long for its hall and is then refused with 503. It is shorter than `idle in transaction`,
  so that whoever of a dead node stands in the line has left it when the lock is free; otherwise each of them would get
  the lock, one after the other.
- `patience` (services/core/transaction.py): a command that has waited so long is dropped before it begins.
- `idle in transaction`: a transaction whose node says nothing for so long is ended, with its locks.
- `statement`: the database ends a statement; every wait for a lock is part of one.
- `silence`: the node ends a connection on which the database says nothing, later than the database would have.

The longest gap for the others is one idle transaction. A refusal reaches the client within pool + connect + lock, or,
on a connection that died unnoticed, within pool + silence + connect.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.rows import TupleRow
from sqlalchemy import URL, Connection, Dialect, Engine, ExceptionContext, create_engine, event, text
from sqlalchemy.pool import NullPool

from server.store.failures import drop_failing_connections

CONNECT_SECONDS = 2
"""libpq knows nothing shorter."""
POOL_SECONDS = 2.0
LOCK_SECONDS = 3.0
IDLE_IN_TRANSACTION_SECONDS = 5.0
STATEMENT_SECONDS = 5.0
SILENCE_SECONDS = 6.0
READING_IDLE_SECONDS = 60.0
"""A transaction that only reads holds up nobody; an expected wait is simulated inside one, for seconds."""
MIGRATION_IDLE_SECONDS = 60.0
KEEPALIVE = {"idle": 2, "interval": 1, "count": 3}
"""Seconds, seconds and tries, on both sides: an end that is gone is noticed after five seconds without traffic."""
UNTAKEN_SECONDS = 3.0
"""Sent bytes that the other end's system does not confirm for so long end a connection, on both sides."""
IDLE_IN_TRANSACTION_STATE = "25P03"
ENDED_STATES = frozenset({IDLE_IN_TRANSACTION_STATE, "57P01", "57P02", "57P03", "57P05"})
"""SQLSTATEs with which the database ends a connection: by a time-out, an administrator, a crash or a shutdown."""

Result = TypeVar("Result")


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)


def server_options(idle_in_transaction: float) -> str:
    """What a connection asks of the database when it opens, as libpq's `options`."""
    settings = {
        "statement_timeout": _milliseconds(STATEMENT_SECONDS),
        "lock_timeout": _milliseconds(LOCK_SECONDS),
        "idle_in_transaction_session_timeout": _milliseconds(idle_in_transaction),
        "tcp_user_timeout": _milliseconds(UNTAKEN_SECONDS),
        **{f"tcp_keepalives_{name}": value for name, value in KEEPALIVE.items()},
    }
    return " ".join(f"-c {name}={value}" for name, value in settings.items())


class BoundedConnection(psycopg.Connection[TupleRow]):
    """A connection that is closed when the database says nothing for `silence` seconds; None waits for ever.

    TCP notices an end that is gone, and neither a suspended server nor a proxy that confirms and passes nothing on.
    """

    silence: float | None = SILENCE_SECONDS

    def wait(self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None) -> Result:
        """As psycopg's. Raises OperationalError, the connection closed, when the silence has lasted too long."""
        if timeout is not None or self.silence is None:
            return super().wait(gen, interval, timeout)
        until = time.monotonic() + self.silence
        try:
            return super().wait(gen, interval, self.silence)
        except psycopg.OperationalError:
            if time.monotonic() < until:
                raise
            self.close()
            raise psycopg.OperationalError("the database says nothing") from None


def _connected(
    idle: float, _dialect: Dialect, _record: object, arguments: Sequence[str], named: dict[str, Any]
) -> BoundedConnection:
    """Open a connection as the time-outs say; `options` of the URL stay, and ours come behind them."""
    options = f"{named.get('options', '')} {server_options(idle)}".strip()
    ours = {
        "connect_timeout": CONNECT_SECONDS,
        "options": options,
        "tcp_user_timeout": _milliseconds(UNTAKEN_SECONDS),
        "keepalives": 1,
        **{f"keepalives_{name}": value for name, value in KEEPALIVE.items()},
    }
    return BoundedConnection.connect(*arguments, **{**named, **ours})


def engine_for(url: URL, *, idle: float | None = None, **options: Any) -> Engine:
    """An engine whose connections have every time-out, `idle` in seconds. Errors do not repeat what was written."""
    driver = url.set(drivername="postgresql+psycopg")
    engine = create_engine(driver, hide_parameters=True, **options)
    event.listen(engine, "do_connect", partial(_connected, idle or IDLE_IN_TRANSACTION_SECONDS))
    event.listen(engine, "handle_error", _note_ended)
    drop_failing_connections(engine)
    return engine


def _note_ended(context: ExceptionContext) -> None:
    """Say that a connection is over when the database says so: libpq notices it one question later only."""
    state = getattr(context.original_exception, "sqlstate", None)
    if state in ENDED_STATES:
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = state != IDLE_IN_TRANSACTION_STATE  # others are asked before use


def open_postgresql(url: URL, readers: int, **options: Any) -> tuple[Engine, Engine]:
    """The engine that writes and the one that reads whole snapshots, with pools of `readers` to twice as many."""
    pool = {"pool_pre_ping": True, "pool_size": readers, "max_overflow": readers, "pool_timeout": POOL_SECONDS}
    write = engine_for(url, isolation_level="READ COMMITTED", **pool, **options)
    read = engine_for(
        url,
        idle=READING_IDLE_SECONDS,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        **pool,
        **options,
    )
    return write, read


def lone_engine(url: URL) -> Engine:
    """An engine without a pool, in autocommit: for a connection that somebody keeps, to be told of or to tell news."""
    return engine_for(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")


@contextmanager
def taking_time(connection: Connection) -> Iterator[None]:
    """Let the present transaction of a migration take as long as its statements need; it still waits for no lock."""
    driver = connection.connection.driver_connection
    if not isinstance(driver, BoundedConnection):
        yield
        return
    idle = _milliseconds(MIGRATION_IDLE_SECONDS)
    connection.execute(text("SET LOCAL statement_timeout = 0"))
    connection.execute(text(f"SET LOCAL idle_in_transaction_session_timeout = {idle}"))
    driver.silence = None
    try:
        yield
    finally:
        driver.silence = SILENCE_SECONDS
