"""Looking at database, key and marks before anything of them is opened, made or served. Changes nothing."""

import contextlib
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url

from server.domain.access.keys import name_of
from server.domain.installation.wholeness import ADVICE, Found, Part, Trouble, trouble_of
from server.services.core.high_water import marked
from server.settings import Settings
from server.store.engine import open_engines

_HALLS = "SELECT id FROM hall"
_SIGNED = "SELECT EXISTS (SELECT 1 FROM device) OR EXISTS (SELECT 1 FROM audit)"
_KEY = "SELECT value FROM mark WHERE name = 'key'"
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


def must_be_servable(settings: Settings) -> Found:
    """What there is, which may be served.

    Raises NotServable where something is missing or damaged, OSError, sqlalchemy's errors.
    """
    looked = look(settings)
    if (trouble := trouble_of(looked.found)) is not None:
        raise NotServable(trouble, looked.damage)
    return looked.found


def look(settings: Settings, *, thoroughly: bool = False) -> Looked:
    """How database, key and marks are. `thoroughly` compares each index with its table, which takes long.

    Raises OSError and sqlalchemy's errors where a database cannot be reached.
    """
    database, key = _database(settings.database_url, thoroughly), settings.kept_key()
    found = Found(
        database=database.state,
        key=Part.WHOLE if key is not None else Part.MISSING,
        key_is_set=bool(settings.secret_key),
        halls=database.halls,
        marked=marked(settings.state_dir),
        signed=database.signed,
        key_is_its=key is None or database.key in {None, name_of(key)},
    )
    return Looked(found, database.damage)


@dataclass(frozen=True)
class Database:
    """How a database was found; `key` is the name of the key that it was enrolled under, where it remembers one."""

    state: Part
    halls: frozenset[str] = frozenset()
    signed: bool = False
    key: str | None = None
    damage: str = ""


def _database(url: str, thoroughly: bool) -> Database:
    if make_url(url).get_backend_name() != "sqlite":
        return _server_database(url)
    file = sqlite_file(url)
    if file is None or not file.exists() or not file.stat().st_size:
        return Database(Part.MISSING)
    try:
        return look_into(file, thoroughly=thoroughly)
    except sqlite3.OperationalError as error:
        if not str(error).startswith("no such"):  # locked, read-only, not to be opened: nothing is known of the file
            raise
        return Database(Part.DAMAGED, damage="it is none of this program's")
    except sqlite3.DatabaseError as error:
        return Database(Part.DAMAGED, damage=str(error))


def look_into(file: Path, *, thoroughly: bool = False) -> Database:
    """How an SQLite file is. Raises sqlite3.Error."""
    address = f"file:{quote(str(file.resolve()))}?mode=rw"
    with contextlib.closing(sqlite3.connect(address, uri=True, timeout=LOCKED_SECONDS)) as db:
        said = str(db.execute("PRAGMA integrity_check(1)" if thoroughly else "PRAGMA quick_check(1)").fetchone()[0])
        if said != "ok":
            return Database(Part.DAMAGED, damage=" ".join(said.split()))
        if not db.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
            return Database(Part.MISSING)
        halls = frozenset(str(row[0]) for row in db.execute(_HALLS))
        has_mark = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'mark'").fetchone()
        key = db.execute(_KEY).fetchone() if has_mark else None
        return Database(Part.WHOLE, halls, bool(db.execute(_SIGNED).fetchone()[0]), _name(key and json.loads(key[0])))


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None for one in memory, and for any other database."""
    parsed = make_url(url)
    name = parsed.database if parsed.get_backend_name() == "sqlite" else None
    return Path(name) if name and name != ":memory:" and not name.startswith("file:") else None


def _name(kept: object) -> str | None:
    return str(kept["name"]) if isinstance(kept, dict) and "name" in kept else None


def _server_database(url: str) -> Database:
    engines = open_engines(url)
    try:
        with engines.read.connect() as db:
            tables = set(inspect(db).get_table_names())
            if "hall" not in tables:
                return Database(Part.MISSING)
            halls = frozenset(str(row[0]) for row in db.execute(text(_HALLS)))
            key = db.execute(text(_KEY)).scalar_one_or_none() if "mark" in tables else None
            kept = json.loads(key) if isinstance(key, str) else key
            return Database(Part.WHOLE, halls, bool(db.execute(text(_SIGNED)).scalar_one()), _name(kept))
    finally:
        engines.dispose()
