"""Files that nobody but this program's user reads: databases, keys, spools, renderings. Standard library only."""

import logging
import os
import re
from collections.abc import Iterable
from pathlib import Path

from server.protocol import durable_files
from server.protocol.durable_files import FILE, FOLDER

log = logging.getLogger(__name__)

_OTHERS = 0o077


def keep_private() -> None:
    """Let whatever this process and its children make be its user's alone. Called once, where a program starts."""
    os.umask(_OTHERS)


def folder(path: Path, ours: str) -> Path:
    """The folder, made where it is missing; what a program wrote there of old (names that match `ours`) is closed.

    The folder itself is closed when nothing else is in it: it may be one that the system or somebody else uses too.
    """
    durable_files.make_folder(path)
    inside = list(path.iterdir())
    written = [one for one in inside if re.fullmatch(ours, one.name)]
    mend(written)
    if len(written) == len(inside):
        mend([path])
    return path


def database(path: Path) -> None:
    """Make an SQLite file private before it is opened, and mend one of before: -wal, -shm and -journal follow it.

    The folder stays as it is: it may be somebody else's. Raises OSError where the file can neither be made nor read.
    """
    is_new = not path.exists()
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE))
    if is_new:  # SQLite syncs what is in the file, and the folder only when its journal needs a name
        durable_files.sync_folder(path.parent)
    mend(found for end in ("", "-wal", "-shm", "-journal") if (found := path.with_name(path.name + end)).exists())


def mend(paths: Iterable[Path]) -> None:
    """Take from others what they could read or write; says so in the log. What belongs to somebody else is left."""
    for path in paths:
        try:
            if path.is_symlink() or not path.stat().st_mode & _OTHERS:
                continue
            path.chmod(FOLDER if path.is_dir() else FILE)
            log.warning("%s was open to other users of this machine: closed", path)
        except OSError as error:
            log.error("%s is open to other users of this machine and cannot be closed: %s", path, error)
