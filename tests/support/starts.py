"""A small installation that was at work, what can be missing or damaged of it, and the table of what a start says."""

import contextlib
import shutil
import sqlite3
from itertools import product
from pathlib import Path

from server.services.bootstrap.examination import NotServable, must_be_servable
from server.services.bootstrap.startup import build_context
from server.settings import Settings
from tests.support.hall import RunningHall

SERVES = "serves"
FIRST = "serves: a first start"
DATABASE = {
    "whole": lambda file: None,
    "missing": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "damaged": lambda file: file.write_bytes(b"not SQLite at all" + file.read_bytes()[17:]),
}
KEY = {
    "whole": lambda file: None,
    "missing": lambda file: file.unlink(),
    "empty": lambda file: file.write_bytes(b""),
    "short": lambda file: file.write_bytes(b"abc"),
    "another": lambda file: file.write_bytes(b"another key of this length" * 2),
}
MARKS = {
    "whole": lambda folder: None,
    "missing": shutil.rmtree,
    "empty": lambda folder: [path.write_bytes(b"") for path in folder.iterdir()],
}


def settings_of(folder: Path) -> Settings:
    """The settings of an installation in a folder."""
    return Settings(database_url=f"sqlite:///{folder / 'hall.db'}", state_dir=folder / "state", secret_key="")


def at_work(folder: Path) -> Path:
    """An installation with a hall, devices and a mark, as a server leaves it."""
    hall = RunningHall()
    shutil.copytree(hall.folder, folder, dirs_exist_ok=True)
    hall.close()
    with contextlib.closing(sqlite3.connect(folder / "hall.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode=DELETE")  # one file, which a test can copy
    return folder


def said_at_start(folder: Path) -> str:
    """What a start of the installation in a folder says; a first start is not made, which takes seconds."""
    had = (folder / "hall.db").exists() and (folder / "hall.db").stat().st_size > 0
    try:
        must_be_servable(settings_of(folder))
        if had:
            build_context(settings_of(folder)).close()
    except NotServable as error:
        return f"`{error.trouble}`"
    return SERVES if had else FIRST


def starts(template: Path, folder: Path) -> list[tuple[str, str, str, str]]:
    """For every way in which database, key and marks may be found: what a start says."""
    found = []
    for number, (database, key, marks) in enumerate(product(DATABASE, KEY, MARKS)):
        here = shutil.copytree(template, folder / str(number))
        DATABASE[database](here / "hall.db")
        KEY[key](here / "state" / "secret.key")
        MARKS[marks](here / "state" / "marks")
        found.append((database, key, marks, said_at_start(here)))
    return found


def table(found: list[tuple[str, str, str, str]]) -> str:
    """The starts as a table of Markdown; neighbours that say the same share a line."""
    lines = ["| database | `secret.key` | marks | at start |", "|---|---|---|---|"]
    groups: dict[tuple[str, str], dict[str, list[str]]] = {}
    for database, key, marks, said in found:
        groups.setdefault((database, marks), {}).setdefault(said, []).append(key)
    merged: dict[tuple[str, tuple[tuple[str, tuple[str, ...]], ...]], list[str]] = {}
    for (database, marks), said in groups.items():
        merged.setdefault((database, tuple((what, tuple(keys)) for what, keys in said.items())), []).append(marks)
    for (database, said), marks in merged.items():
        for what, keys in said:
            lines.append(f"| {database} | {' or '.join(keys)} | {' or '.join(marks)} | {what} |")
    return "\n".join(lines)
