"""Room kept on the database's disk: when that is full, staff goes on with who is there. Knows no database."""

import contextlib
import errno
import logging
import os
import shutil
import threading
from pathlib import Path

SIZE = 8 * 1024 * 1024
"""Bytes: some hundreds of calls, at about eight pages of SQLite's log each."""
PAGE = 64 * 1024
"""Bytes: less is no room; SQLite lets its index of the log grow by 32 KiB at a time."""
log = logging.getLogger(__name__)


class Reserve:
    """A file beside the database that is removed when the disk is full, and made again when there is room twice over.

    `low`: it is gone, and only staff and the server itself may write; `told`: staff knows. Without a folder there is
    never any.
    """

    def __init__(self, folder: Path | None) -> None:
        self._file = folder / "hall.reserve" if folder is not None else None
        self._lock = threading.Lock()
        self.low, self.alerted = False, True

    def nothing_free(self) -> bool:
        """Whether the disk has no room for another page of the database's log."""
        try:
            return self._file is not None and shutil.disk_usage(self._file.parent).free < PAGE
        except OSError:
            return False

    def free(self) -> bool:
        """Give the room away; whether there was any to give."""
        with self._lock:
            if self._file is None:
                return False
            try:
                self._file.unlink()
            except OSError:  # gone already, or the disk is read-only
                return False
            self.low, self.alerted = True, False
            log.error("the disk of %s is full: the reserve is given to staff", self._file.parent)
            return True

    def keep(self) -> None:
        """Make the file when it is missing and there is room twice over."""
        with self._lock:
            if self._file is None or (self._file.exists() and not self.low):
                return
            with contextlib.suppress(OSError):  # no room after all, or the disk is read-only: the next round asks again
                if shutil.disk_usage(self._file.parent).free < 2 * SIZE:
                    return
                beside = self._file.with_suffix(".new")
                self._allocate(beside)
                self.low = False
                beside.replace(self._file)  # whoever sees the file sees that everybody may write again

    def _allocate(self, file: Path) -> None:
        try:
            with file.open("wb") as room:
                os.posix_fallocate(room.fileno(), 0, SIZE)
        except OSError as error:
            file.unlink(missing_ok=True)
            if error.errno != errno.ENOSPC:
                log.warning("no reserve on the disk of %s: %s", file.parent, error)
            raise
