"""High-water marks of the journals in HALL_STATE_DIR, written after each commit. Knows no database."""

import logging
import os
import threading
from pathlib import Path

log = logging.getLogger(__name__)


class Marks:
    """One small file per hall: `epoch seq`. Survives kill -9 (page cache) and a database swapped for an older copy."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "marks"
        self._handles: dict[str, int] = {}
        self._lock = threading.Lock()

    def write(self, hall: str, epoch: str, seq: int) -> None:
        """Remember that the journal of `hall` reached `seq` in `epoch`.

        What is committed stays committed where the folder cannot be written: the mark then stays behind, and is logged.
        """
        try:
            with self._lock:
                os.pwrite(self._handle(hall), f"{epoch} {seq}".ljust(96).encode("ascii"), 0)
        except OSError as error:
            log.error("the high-water mark of hall %s could not be written: %s", hall, error)

    def _handle(self, hall: str) -> int:
        if hall not in self._handles:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._handles[hall] = os.open(self._folder / hall.encode().hex(), os.O_RDWR | os.O_CREAT, 0o600)
        return self._handles[hall]

    def read(self, hall: str) -> tuple[str, int] | None:
        """The last (epoch, seq) of `hall`, or None when there is none or it cannot be read."""
        try:
            words = (self._folder / hall.encode().hex()).read_text(encoding="ascii").split()
            return words[0], int(words[1])
        except (OSError, ValueError, IndexError):
            return None
