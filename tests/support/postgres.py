"""A PostgreSQL of the tests' own: a server in a temporary folder, a fresh database whenever one is asked for."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg

from tests.support.hall import free_port, until

SYSTEM_USER = "postgres"
OPTIONS = [
    word
    for setting in ("fsync=off", "max_connections=400", "log_error_verbosity=terse", "log_parameter_max_length=0")
    for word in ("-c", setting)
]
"""Fast, and with a log as docs/privacy.md wants it."""


class NoPostgres(RuntimeError):
    """There is none on this machine; the message says what is missing."""


def binaries() -> Path:
    """The folder of the newest PostgreSQL server programs. Raises NoPostgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    if not found and on_path is None:
        raise NoPostgres("no PostgreSQL server programs here (Debian: apt-get install postgresql)")
    return found[-1].parent if found else Path(str(on_path)).parent


def _user() -> str | None:
    """PostgreSQL refuses to run as root: then it runs as its system user. Raises NoPostgres when there is none."""
    if os.geteuid() != 0:
        return None
    try:
        pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        raise NoPostgres(f"root here, and no system user {SYSTEM_USER} to run PostgreSQL as") from None
    return SYSTEM_USER


class Postgres:
    """A running server. `database()` makes a fresh database and gives its URL; `restart()` ends it as a crash does."""

    def __init__(self, also_at: str | None = None) -> None:
        """`also_at` is an address of this machine from whose network of four addresses it is reached besides."""
        self._addresses = ",".join(filter(None, ["127.0.0.1", also_at]))
        self._bin, self._user = binaries(), _user()
        self.folder = Path(tempfile.mkdtemp(prefix="hall-postgres-"))
        if self._user is not None:
            shutil.chown(self.folder, self._user)
        self.port = free_port()
        self._names = count(1)
        self._process: subprocess.Popen[bytes] | None = None
        options = ["-D", self.folder / "data", "-U", "hall", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-locale"]
        subprocess.run(
            [self._bin / "initdb", *options], user=self._user, cwd=self.folder, capture_output=True, check=True
        )
        if also_at is not None:
            with (self.folder / "data" / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {also_at}/30 trust\n")
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        where = ["-D", self.folder / "data", "-k", self.folder, "-h", self._addresses, "-p", str(self.port)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", *where, *OPTIONS], user=self._user,
                cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        until(self._answers, within=90)

    def restart(self) -> None:
        """End it at once, as `pg_ctl -m immediate` does, and start it again."""
        self._end(signal.SIGQUIT)
        self.start()

    def stop(self) -> None:
        """End it and forget its folder."""
        self._end(signal.SIGINT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _end(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(30)

    def _answers(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError), self.connect():
            return True
        return False

    def log(self) -> bytes:
        """What the server has written into its own log so far."""
        return (self.folder / "log").read_bytes()

    def connect(self, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
        """A connection of an administrator, in autocommit."""
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user="hall", dbname=database, autocommit=True, connect_timeout=10
        )

    def database(self, *, template: str = "template1") -> str:
        """The URL of a fresh database: an empty one, or a copy of another."""
        name = f"hall_{next(self._names)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
        return f"postgresql://hall@127.0.0.1:{self.port}/{name}"


@contextlib.contextmanager
def a_postgres(also_at: str | None = None) -> Iterator[Postgres]:
    """A running PostgreSQL for the length of a block. Raises NoPostgres."""
    server = Postgres(also_at)
    try:
        yield server
    finally:
        server.stop()
