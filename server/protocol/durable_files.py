"""Files that must survive a power cut: content and name are on the disk when a call returns. Standard library only.

Syncing a file does not sync its name: that is an entry of its folder, which is synced too (fsync(2)). Everything that
the programs must not forget goes through here, but for databases, which do the same themselves.
"""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

FILE, FOLDER = 0o600, 0o700
UNFINISHED = ".new"
"""Names of files that are being written end so; a power cut may leave one, and it means nothing."""


def write(path: Path, content: bytes) -> None:
    """Put `content` into `path`, readable by its owner only: the old content or the new one, whole, at any time.

    Raises OSError where the disk refuses; then `path` holds the old content, or the new one that is not certain yet.
    """
    with _beside(path, content) as beside:
        beside.replace(path)
    sync_folder(path.parent)


def create(path: Path, content: bytes) -> bool:
    """Make `path` with `content`; False where it is there already, which then stays as it is. Raises OSError."""
    if path.exists():
        return False
    try:
        with _beside(path, content) as beside:
            os.link(beside, path)
    except FileExistsError:
        return False
    sync_folder(path.parent)
    return True


def append(path: Path, content: bytes) -> None:
    """Add `content` to the end of `path`, which is made where it is missing, readable by its owner only.

    A power cut may leave a part of it. Raises OSError.
    """
    anew = not path.exists()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if anew:
        sync_folder(path.parent)


def rename(path: Path, new: Path) -> Path:
    """Give a file of a folder another name in it, in place of what has that name. Raises OSError."""
    path.replace(new)
    sync_folder(new.parent)
    return new


def remove(path: Path) -> None:
    """Remove a file where it is there. Raises OSError."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def make_folder(path: Path) -> Path:
    """The folder, made with its parents where they are missing, each named on the disk. Raises OSError."""
    missing = [one for one in (path, *path.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=FOLDER, exist_ok=True)
        sync_folder(one.parent)
    return path


def sync_folder(path: Path) -> None:
    """Put the names of a folder on the disk. Raises OSError. Does nothing on Windows, which cannot."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _beside(path: Path, content: bytes) -> Iterator[Path]:
    """A file of `content` in the same folder, synced; it is gone afterwards where it did not get its name."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield beside
    finally:
        beside.unlink(missing_ok=True)
