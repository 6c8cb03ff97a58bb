"""Owns the kiosk's memory of effects that are not settled yet, on disk before they are sent. Knows no server."""

import json
import logging
import re
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.protocol import durable_files, private_files

TABLE = """
CREATE TABLE IF NOT EXISTS command (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at REAL NOT NULL,
    printing TEXT
) STRICT
"""
COLUMNS = ["key", "kind", "body", "made_at", "printing"]

log = logging.getLogger(__name__)


class _OtherVersion(Exception):
    """The file has a table of another form."""


def _opened(path: Path) -> sqlite3.Connection:
    """The file, ready to be written. Raises sqlite3.Error and _OtherVersion."""
    db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode=DELETE")
        db.execute("PRAGMA synchronous=EXTRA")  # FULL leaves the deleted journal's name in the folder: undone by a cut
        db.execute("PRAGMA secure_delete=ON")  # a settled effect must not be readable in free pages
        db.execute(TABLE)
        if [row[1] for row in db.execute("PRAGMA table_info(command)")] != COLUMNS:
            raise _OtherVersion("it is another version's")
        damage = str(db.execute("PRAGMA quick_check").fetchone()[0])
        if damage != "ok":
            raise sqlite3.DatabaseError("it is torn")
    except BaseException:
        db.close()
        raise
    return db


@dataclass(frozen=True)
class Entry:
    """One open effect: its Idempotency-Key, kind, body, when it was made (seconds of the epoch).

    `printing` is the id of the print job whose paper was being made when the entry was last written, else None.
    """

    key: str
    kind: str
    body: Mapping[str, Any]
    made_at: float
    printing: str | None = None


class Journal:
    """Open effects in one SQLite file: each write is on disk when the method returns; settled ones are overwritten.

    A file that is none, is torn, or is another version's is put aside beside the new one, and `put_aside` names it.
    Raises sqlite3.Error when the disk refuses: then nothing may be sent.
    """

    def __init__(self, path: Path) -> None:
        private_files.folder(path.parent, re.escape(path.name) + r"(-journal|\.unreadable)?")
        private_files.database(path)
        self._lock = threading.Lock()
        self.put_aside: Path | None = None
        try:
            self._db = _opened(path)
        except sqlite3.OperationalError:  # a full disk, a folder without permission: nothing is wrong with the file
            raise
        except (sqlite3.DatabaseError, _OtherVersion) as error:
            self.put_aside = path.with_name(f"{path.name}.unreadable")
            log.error("the memory of open commands is put aside as %s: %s", self.put_aside.name, error)
            durable_files.rename(path, self.put_aside)
            durable_files.remove(path.with_name(f"{path.name}-journal"))
            private_files.database(path)
            self._db = _opened(path)

    def keep(self, entry: Entry) -> None:
        """Write an effect down before it is sent; the same key again replaces it."""
        with self._lock:
            self._db.execute(
                "INSERT OR REPLACE INTO command (key, kind, body, made_at) VALUES (?, ?, ?, ?)",
                (entry.key, entry.kind, json.dumps(entry.body), entry.made_at),
            )

    def printing(self, key: str, job: str) -> None:
        """Write down that the paper of an effect begins now, never to come out twice, and forget who asked for it."""
        with self._lock:
            self._db.execute("UPDATE command SET printing = ?, body = '{}' WHERE key = ?", (job, key))

    def settle(self, key: str) -> None:
        """Forget an effect whose outcome is known and acted upon."""
        with self._lock:
            self._db.execute("DELETE FROM command WHERE key = ?", (key,))

    def open(self) -> list[Entry]:
        """Return what is not settled, oldest first; what cannot be read any more is settled."""
        with self._lock:
            rows = self._db.execute(
                "SELECT key, kind, body, made_at, printing FROM command ORDER BY made_at"
            ).fetchall()
        found = []
        for key, kind, body, made_at, printing in rows:
            try:
                kept = json.loads(body)
            except (ValueError, RecursionError):
                kept = None
            if isinstance(kept, dict):
                found.append(Entry(key, kind, kept, made_at, printing))
            else:
                log.error("the open command %s %s cannot be read and is forgotten", kind, key)
                self.settle(key)
        return found

    def close(self) -> None:
        """Close the file; may be called twice."""
        with self._lock:
            self._db.close()
