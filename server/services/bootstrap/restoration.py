"""Putting a copy of the database in its place, as a new life of every hall. Nothing else may use the installation."""

import contextlib
import logging
import sqlite3
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.access.keys import Purpose, derived, name_of
from server.domain.installation.wholeness import Part, Trouble
from server.protocol import durable_files, private_files
from server.services.bootstrap import journal_epochs
from server.services.bootstrap.examination import NotServable, look_into, sqlite_file
from server.services.bootstrap.startup import STATE_FILES
from server.services.core.clock import Clock
from server.services.core.disk_reserve import Reserve
from server.services.core.high_water import Marks
from server.services.core.transaction import Transactions
from server.settings import Settings
from server.store.engine import open_engines
from server.store.models import HallRow
from server.store.queries import key_name
from server.store.schema import migrate

REPLACED = ".replaced"
PARTS = ("", "-wal", "-shm", "-journal")
log = logging.getLogger(__name__)


class CannotRestore(RuntimeError):
    """The copy cannot be put in its place; nothing changed. Its text is one line."""


def restore(settings: Settings, copy: Path | None, *, new_key: bool = False) -> list[str]:
    """Put `copy` (None: what is in its place already) where the database is, as a new life; the halls.

    Raises CannotRestore, NotServable for a key that is missing or another one, InUse while a server or a command is at
    work, OSError.
    """
    private_files.folder(settings.state_dir, STATE_FILES)
    marks = Marks(settings.state_dir, alone=True)
    try:
        file = sqlite_file(settings.database_url)
        if file is None:
            if copy is not None:
                raise CannotRestore("a file is restored into SQLite only; put a PostgreSQL dump back with pg_restore")
            return _begin_lives(settings, settings.database_url, marks, [], new_key=new_key)
        draft = _copied(copy or file, file)
        halls = _begin_lives(settings, f"sqlite:///{draft}", marks, _witnesses(file), new_key=new_key)
        _put_in_place(draft, file)
        return halls
    finally:
        marks.close()


def _copied(copy: Path, file: Path) -> Path:
    """A whole copy beside the database. Raises CannotRestore."""
    draft = file.resolve().with_name(f"{file.name}.restoring")
    for part in PARTS:
        draft.with_name(draft.name + part).unlink(missing_ok=True)
    if not copy.is_file() or not copy.stat().st_size:
        raise CannotRestore(f"{copy} is missing or empty")
    durable_files.make_folder(draft.parent)
    private_files.database(draft)
    try:
        with (
            contextlib.closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro", uri=True)) as source,
            contextlib.closing(sqlite3.connect(draft)) as target,
        ):
            source.backup(target)
        found = look_into(draft, thoroughly=True)
    except sqlite3.Error as error:
        raise CannotRestore(f"{copy} cannot be read: {error}") from error
    if found.state is not Part.WHOLE:
        raise CannotRestore(f"{copy} is damaged: {found.damage or 'it holds nothing'}")
    return draft


def _witnesses(file: Path) -> list[tuple[str, str, int]]:
    """How far the database that is replaced got: (hall, epoch, seq), as far as it can still be read."""
    with contextlib.suppress(sqlite3.Error, OSError), contextlib.closing(sqlite3.connect(file)) as db:
        return [(str(hall), str(epoch), int(seq)) for hall, epoch, seq in db.execute("SELECT id, epoch, seq FROM hall")]
    return []


def _begin_lives(
    settings: Settings, url: str, marks: Marks, witnesses: list[tuple[str, str, int]], *, new_key: bool
) -> list[str]:
    """Begin a new life of every hall in a database that nobody uses; marks of halls it does not know are forgotten."""
    if settings.kept_key() is None and not new_key:
        raise NotServable(Trouble.KEY_MISSING)
    engines = open_engines(url)
    try:
        migrate(engines.write)
        secret = settings.key()
        if key_name.keep(engines, name_of(secret), anew=new_key) != name_of(secret):
            raise NotServable(Trouble.KEY_OTHER)
        transactions = Transactions(engines, Clock(), marks, Reserve(None), derived(secret, Purpose.AUDIT))
        with Session(engines.read) as db:
            halls = [(row.id, row.epoch, row.seq) for row in db.scalars(select(HallRow))]
        for hall, epoch, seq in halls:
            said = [(seen, at) for name, seen, at in witnesses if name == hall]
            said += [mark] if (mark := marks.read(hall)) is not None else []
            lost = max((at - seq for _, at in said), default=0)
            later = tuple({seen for seen, _ in said} - {epoch})
            journal_epochs.begin_of(transactions, hall, epoch, lost=lost if lost > 0 else None, also_former=later)
        for hall in marks.halls() - {hall for hall, _, _ in halls}:
            marks.forget(hall)
        if engines.is_sqlite:
            with engines.write.connect() as connection:
                connection.exec_driver_sql("COMMIT")
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.exec_driver_sql("BEGIN")
    finally:
        engines.dispose()
    return [hall for hall, _, _ in halls]


def _put_in_place(draft: Path, file: Path) -> None:
    """The draft becomes the database; what was there stays beside it. Cut at any point, nothing is served."""
    old = file.with_name(file.name + REPLACED)
    for part in PARTS:
        durable_files.remove(old.with_name(old.name + part))
    for part in reversed(PARTS):  # the database last: without it nothing is served, with a foreign log it is spoilt
        mine = file.with_name(file.name + part)
        if mine.exists():
            durable_files.rename(mine, old.with_name(old.name + part))
    durable_files.rename(draft, file)
