"""Engines: one that writes (BEGIN IMMEDIATE on SQLite) and one that reads whole snapshots. Knows no tables."""

import json
import sqlite3
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import NoSuchModuleError
from sqlalchemy.pool import ConnectionPoolEntry

from server.protocol import private_files
from server.store.failures import drop_failing_connections

BUSY_MILLISECONDS = 5000
POSTGRESQL = frozenset({"postgresql", "postgres"})
WRITER_CACHE_KIB = 4 * 1024
READER_CACHE_KIB = 2 * 1024
"""Pages that a connection keeps: with 4 writers and 32 readers at most 80 MiB together. The operating system's own
cache of the file serves the rest."""


class Reading(SQLiteDialect_pysqlite):
    """SQLite whose transactions begin when we say so, not at the first change: a read sees one state throughout."""

    supports_statement_cache = True
    begin: ClassVar[str] = "BEGIN"

    def do_begin(self, dbapi_connection: Any) -> None:
        """Begin on the connection itself: an event for it would cost every statement a look for listeners."""
        dbapi_connection.execute(self.begin)


class Writing(Reading):
    """SQLite whose transactions take the one writer's place before they read anything."""

    supports_statement_cache = True
    begin: ClassVar[str] = "BEGIN IMMEDIATE"


for dialect in (Reading, Writing):
    registry.register(f"sqlite.{dialect.__name__.lower()}", __name__, dialect.__name__)


class UnsafeStorage(RuntimeError):
    """SQLite does not keep what it acknowledges (synchronous is not FULL or the journal is not WAL), or its file
    cannot be opened."""


@dataclass(frozen=True)
class Engines:
    """The write engine and the read engine of one database; `opened` is the file of an embedded one (device, inode)."""

    write: Engine
    read: Engine
    opened: tuple[int, int] | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.write.dialect.name == "sqlite"

    @property
    def folder(self) -> Path | None:
        """Where the embedded database's file stands; None for any other."""
        file = self.write.url.database
        return Path(file).resolve().parent if self.is_sqlite and file and file != ":memory:" else None

    @property
    def is_in_place(self) -> bool:
        """Whether the file that was opened still has its name: what is written to a removed one is lost at the end."""
        try:
            return self.opened is None or self.opened == _identity(Path(self.write.url.database or ""))
        except OSError:
            return False

    def dispose(self) -> None:
        """Close all connections."""
        self.write.dispose()
        self.read.dispose()


def _identity(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_dev, found.st_ino


def _make_private(path: Path) -> None:
    try:
        private_files.database(path)
    except OSError as error:
        raise UnsafeStorage(f"unable to open database file: {error.strerror}") from error


def open_engines(url: str, *, readers: int = 16) -> Engines:
    """Both engines for a database URL. Raises UnsafeStorage when SQLite has no file or refuses WAL or FULL,
    NoSuchModuleError for any other database than SQLite and PostgreSQL.
    """
    dumps = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        opened = None
        if parsed.database and parsed.database != ":memory:" and not parsed.database.startswith("file:"):
            _make_private(Path(parsed.database))
            opened = _identity(Path(parsed.database))
        to_write, to_read = parsed.set(drivername="sqlite+writing"), parsed.set(drivername="sqlite+reading")
        write = create_engine(to_write, json_serializer=dumps, hide_parameters=True, pool_size=2, max_overflow=2)
        read = create_engine(
            to_read, json_serializer=dumps, hide_parameters=True, pool_size=readers, max_overflow=readers
        )
        for engine, pages in ((write, WRITER_CACHE_KIB), (read, READER_CACHE_KIB)):
            event.listen(engine, "connect", partial(_prepare_sqlite, cache_kib=pages))
            drop_failing_connections(engine)
        return Engines(write, read, opened)
    if parsed.get_backend_name() not in POSTGRESQL:
        raise NoSuchModuleError(f"no {parsed.get_backend_name()} here, but SQLite and PostgreSQL")
    from server.store.postgresql import open_postgresql  # an embedded database starts without its driver

    return Engines(*open_postgresql(parsed, readers, json_serializer=dumps))


def _prepare_sqlite(connection: object, _entry: ConnectionPoolEntry, *, cache_kib: int) -> None:
    """Set the PRAGMAs and assert them: SQLite reports a refusal only by returning the old value."""
    assert isinstance(connection, sqlite3.Connection)
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    journal = cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0]
    cursor.execute("PRAGMA synchronous = FULL")
    synchronous = cursor.execute("PRAGMA synchronous").fetchone()[0]
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute(f"PRAGMA cache_size = -{cache_kib}")
    cursor.execute("PRAGMA wal_autocheckpoint = 4000")
    cursor.close()
    if journal not in {"wal", "memory"} or synchronous != 2:
        raise UnsafeStorage(f"journal_mode={journal}, synchronous={synchronous}")
