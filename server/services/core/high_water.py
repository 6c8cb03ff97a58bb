"""High-water marks of the journals in HALL_STATE_DIR, written after each commit. Knows no database."""

import contextlib
import fcntl
import logging
import os
import threading
from pathlib import Path

from server.protocol import durable_files

WIDTH = 96
"""Bytes of a mark: it lies within one sector, so a power cut leaves the old one or the new one."""
log = logging.getLogger(__name__)


class InUse(OSError):
    """The state folder is being used: by a server or a command, or by a restore."""


class Marks:
    """One small file per hall: `epoch seq`. A mark is never ahead of what the database keeps.

    It survives kill -9 at once, a power cut from the next `sync` on, and a database swapped for an older copy. It is
    made durably, so that a hall that had events is never forgotten. Whoever has Marks open holds a shared lock on the
    folder, a restore the whole of it. Raises InUse where a restore is under way.
    """

    def __init__(self, folder: Path, *, alone: bool = False) -> None:
        self._folder = folder / "marks"
        self._handles: dict[str, int] = {}
        self._written: dict[str, tuple[str, int]] = {}
        self._unsynced: set[str] = set()
        self._lock = threading.Lock()
        self._holding: int | None = os.open(durable_files.make_folder(folder), os.O_RDONLY)
        try:
            fcntl.flock(self._holding, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.close()
            raise InUse("a server or a command uses HALL_STATE_DIR" if alone else "a restore is under way") from error
        except OSError as error:  # a network's file system without locks
            log.warning("%s cannot be locked: %s", folder, error)

    def write(self, hall: str, epoch: str, seq: int) -> None:
        """Remember that the journal of `hall` reached `seq` in `epoch`; less than was written before is nothing new.

        What is committed stays committed where the folder cannot be written: the mark then stays behind, and is logged.
        """
        try:
            with self._lock:
                before = self._written.get(hall)
                if before is not None and before[0] == epoch and before[1] >= seq:
                    return
                os.pwrite(self._handle(hall), _text(epoch, seq), 0)
                self._written[hall] = (epoch, seq)
                self._unsynced.add(hall)
        except OSError as error:
            log.error("the high-water mark of hall %s could not be written: %s", hall, error)

    def sync(self) -> None:
        """Put on the disk what was written since the last call. Raises OSError."""
        with self._lock:
            waiting = [self._handles[hall] for hall in self._unsynced]
            self._unsynced.clear()
        for handle in waiting:
            os.fsync(handle)

    def read(self, hall: str) -> tuple[str, int] | None:
        """The last (epoch, seq) of `hall`, or None when there is none or it cannot be read."""
        try:
            epoch, _, seq = (self._folder / _name(hall)).read_text(encoding="ascii").strip().rpartition(" ")
            return (epoch, int(seq)) if epoch else None
        except (OSError, ValueError):
            return None

    def halls(self) -> frozenset[str]:
        """The halls that have a mark, whole or not."""
        return marked(self._folder.parent)

    def forget(self, hall: str) -> None:
        """Remove the mark of a hall that is no more; another of its name begins with a new one. Raises OSError."""
        with self._lock:
            self._written.pop(hall, None)
            self._unsynced.discard(hall)
            if (handle := self._handles.pop(hall, None)) is not None:
                os.close(handle)
            durable_files.remove(self._folder / _name(hall))

    def close(self) -> None:
        """Sync, and let the folder go; may be called twice."""
        with contextlib.suppress(OSError):
            self.sync()
        with self._lock:
            for handle in (*self._handles.values(), *([self._holding] if self._holding is not None else [])):
                os.close(handle)
            self._handles.clear()
            self._unsynced.clear()
            self._written.clear()
            self._holding = None

    def _handle(self, hall: str) -> int:
        if hall not in self._handles:
            path = self._folder / _name(hall)
            if not path.exists():
                durable_files.make_folder(self._folder)
                durable_files.create(path, b"")
            self._handles[hall] = os.open(path, os.O_RDWR)
        return self._handles[hall]


def marked(state_dir: Path) -> frozenset[str]:
    """The halls that a state folder has a mark of, whole or not; none where there is no folder."""
    found = set()
    with contextlib.suppress(OSError):
        for path in (state_dir / "marks").iterdir():
            with contextlib.suppress(ValueError):
                found.add(bytes.fromhex(path.name).decode())
    return frozenset(found)


def _name(hall: str) -> str:
    return hall.encode().hex()


def _text(epoch: str, seq: int) -> bytes:
    return f"{epoch} {seq}".ljust(WIDTH).encode("ascii")
