"""Looking at database, key and marks before anything of them is opened, made or served. Changes nothing."""

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from server.domain.wholeness import ADVICE, Found, Part, Trouble, trouble_of
from server.services.marks import marked
from server.settings import Settings
from server.store.engine import open_engines

_HALLS = "SELECT id FROM hall"
_SIGNED = "SELECT EXISTS (SELECT 1 FROM device) OR EXISTS (SELECT 1 FROM audit)"
LOCKED_SECONDS = 10.0


class NotServable(RuntimeError):
    """The installation is not whole: nothing of it may be served. Its text is one line that says what to do."""

    def __init__(self, trouble: Trouble, detail: str = "") -> None:
        super().__init__(ADVICE[trouble] + (f" ({detail})" if detail else ""))
        self.trouble = trouble


@dataclass(frozen=True)
class Looked:
    """What was found, and a word about what is damaged."""

    found: Found
    damage: str = ""


def must_be_servable(settings: Settings) -> None:
    """Raises NotServable for an installation of which something is missing or damaged, OSError, sqlalchemy's errors."""
    looked = look(settings)
    if (trouble := trouble_of(looked.found)) is not None:
        raise NotServable(trouble, looked.damage)


def look(settings: Settings, *, thoroughly: bool = False) -> Looked:
    """How database, key and marks are. `thoroughly` compares each index with its table, which takes long.

    Raises OSError and sqlalchemy's errors where a database cannot be reached.
    """
    state, halls, signed, damage = _database(settings.database_url, thoroughly)
    found = Found(
        database=state,
        key=Part.WHOLE if settings.kept_key() is not None else Part.MISSING,
        key_is_set=bool(settings.secret_key),
        halls=halls,
        marked=marked(settings.state_dir),
        signed=signed,
    )
    return Looked(found, damage)


_Database = tuple[Part, frozenset[str], bool, str]
_NOTHING: _Database = (Part.MISSING, frozenset(), False, "")


def _database(url: str, thoroughly: bool) -> _Database:
    if make_url(url).get_backend_name() != "sqlite":
        return _server_database(url)
    file = sqlite_file(url)
    if file is None or not file.exists() or not file.stat().st_size:
        return _NOTHING
    try:
        return look_into(file, thoroughly=thoroughly)
    except sqlite3.OperationalError as error:
        if not str(error).startswith("no such"):  # locked, read-only, not to be opened: nothing is known of the file
            raise
        return Part.DAMAGED, frozenset(), False, "it is none of this program's"
    except sqlite3.DatabaseError as error:
        return Part.DAMAGED, frozenset(), False, str(error)


def look_into(file: Path, *, thoroughly: bool = False) -> _Database:
    """How an SQLite file is. Raises sqlite3.Error."""
    address = f"file:{quote(str(file.resolve()))}?mode=rw"
    with contextlib.closing(sqlite3.connect(address, uri=True, timeout=LOCKED_SECONDS)) as db:
        said = str(db.execute("PRAGMA integrity_check(1)" if thoroughly else "PRAGMA quick_check(1)").fetchone()[0])
        if said != "ok":
            return Part.DAMAGED, frozenset(), False, " ".join(said.split())
        if not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            return _NOTHING
        halls = frozenset(str(row[0]) for row in db.execute(_HALLS))
        return Part.WHOLE, halls, bool(db.execute(_SIGNED).fetchone()[0]), ""


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None for one in memory, and for any other database."""
    parsed = make_url(url)
    name = parsed.database if parsed.get_backend_name() == "sqlite" else None
    return Path(name) if name and name != ":memory:" and not name.startswith("file:") else None


def _server_database(url: str) -> _Database:
    engines = open_engines(url)
    try:
        with engines.read.connect() as db:
            if not inspect(db).has_table("hall"):
                return _NOTHING
            halls = frozenset(str(row[0]) for row in db.execute(text(_HALLS)))
            return Part.WHOLE, halls, bool(db.execute(text(_SIGNED)).scalar_one()), ""
    finally:
        engines.dispose()
