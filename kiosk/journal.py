"""Owns the kiosk's memory of wishes that are not settled yet, on disk before they are sent. Knows no server."""

import json
import re
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.protocol import private_files

TABLE = """
CREATE TABLE IF NOT EXISTS wish (
    key TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at REAL NOT NULL,
    printing TEXT
) STRICT
"""


@dataclass(frozen=True)
class Entry:
    """One open wish: its Idempotency-Key, kind, body, when it was made (seconds of the epoch).

    `printing` is the id of the print job whose paper was being made when the entry was last written, else None.
    """

    key: str
    kind: str
    body: Mapping[str, Any]
    made_at: float
    printing: str | None = None


class Journal:
    """Open wishes in one SQLite file: each write is on disk when the method returns; settled ones are overwritten.

    Raises sqlite3.Error when the disk refuses: then nothing may be sent.
    """

    def __init__(self, path: Path) -> None:
        private_files.folder(path.parent, re.escape(path.name) + r"(-journal)?")
        private_files.database(path)
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=DELETE")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute("PRAGMA secure_delete=ON")  # a settled wish must not be readable in free pages
        self._db.execute(TABLE)

    def keep(self, entry: Entry) -> None:
        """Write a wish down before it is sent; the same key again replaces it."""
        with self._lock:
            self._db.execute(
                "INSERT OR REPLACE INTO wish (key, kind, body, made_at) VALUES (?, ?, ?, ?)",
                (entry.key, entry.kind, json.dumps(entry.body), entry.made_at),
            )

    def printing(self, key: str, job: str) -> None:
        """Write down that the paper of a wish begins now, never to come out twice, and forget who wished it."""
        with self._lock:
            self._db.execute("UPDATE wish SET printing = ?, body = '{}' WHERE key = ?", (job, key))

    def settle(self, key: str) -> None:
        """Forget a wish whose outcome is known and acted upon."""
        with self._lock:
            self._db.execute("DELETE FROM wish WHERE key = ?", (key,))

    def open(self) -> list[Entry]:
        """Return what is not settled, oldest first."""
        with self._lock:
            rows = self._db.execute("SELECT key, kind, body, made_at, printing FROM wish ORDER BY made_at").fetchall()
        return [Entry(key, kind, json.loads(body), made_at, printing) for key, kind, body, made_at, printing in rows]

    def close(self) -> None:
        """Close the file; may be called twice."""
        with self._lock:
            self._db.close()
