"""Owns rendered sentences on disk: found by text, voice and speed; bounded in size and age. Knows no engine.

A sentence may hold a name, so a rendering is kept two hours at most, in a folder that only its owner reads, under a
name made with a key of the folder's own: without it nobody can ask whether a name was called.
"""

import hashlib
import hmac
import logging
import os
import secrets
import shutil
import tempfile
import threading
import time
import wave
from collections.abc import Callable
from pathlib import Path

from hardware.errors import NotAvailable
from hardware.voice.audio import sound
from hardware.voice.audio.sound import Sound
from server.protocol import durable_files, private_files

log = logging.getLogger(__name__)

LIMIT = 200 * 1024 * 1024
OLDEST = 2 * 3600.0
"""Seconds from rendering, however often it was spoken since: longer than a patient waits after being called."""
KEY_FILE = ".key"
FILES = "hall-voice-"
"""Folders of sounds for one announcement begin so, then names their process: `sweep` finds what a crash left."""


def scratch() -> Path:
    """A folder of this user for what may be lost."""
    owner = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    folder = Path(tempfile.gettempdir()) / f"outpatient-hall-voice-{owner}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if hasattr(os, "getuid") and folder.stat().st_uid != os.getuid():
        raise NotAvailable("voice", f"{folder} belongs to somebody else")
    return folder


class Cache:
    """A folder of renderings. `now` gives seconds since the epoch, as file times do."""

    def __init__(
        self, folder: Path, *, limit: int = LIMIT, oldest: float = OLDEST, now: Callable[[], float] = time.time
    ) -> None:
        """Open or make the folder; raises OSError when that cannot be."""
        private_files.folder(folder, r".*\.wav|\.key")
        self._key = _key(folder / KEY_FILE)
        self.folder, self._limit, self._oldest, self._now = folder, limit, oldest, now
        self._lock = threading.Lock()
        self.prune()

    def find(self, engine: str, voice: str, speed: float, text: str) -> Sound | None:
        """The rendering of these, if there is one."""
        path = self._path(engine, voice, speed, text)
        try:
            found = sound.read(path)
        except (OSError, EOFError, wave.Error):
            return None
        return found

    def has(self, engine: str, voice: str, speed: float, text: str) -> bool:
        """Whether there is a rendering of these."""
        return self._path(engine, voice, speed, text).is_file()

    def keep(self, engine: str, voice: str, speed: float, text: str, rendered: Sound) -> None:
        """Keep a rendering; a full disk costs only the keeping."""
        try:
            sound.write(self._path(engine, voice, speed, text), rendered)
        except OSError:
            log.warning("a rendering could not be kept in %s", self.folder, exc_info=True)
        self.prune()

    def prune(self) -> None:
        """Remove what is too old, then the oldest until the rest fits."""
        with self._lock:
            files = sorted(((*_age(path), path) for path in self.folder.glob("*.wav")), reverse=True)
            total = 0
            for used, size, path in files:
                total += size
                if total > self._limit or self._now() - used > self._oldest:
                    path.unlink(missing_ok=True)

    def _path(self, engine: str, voice: str, speed: float, text: str) -> Path:
        named = "\x1f".join((engine, voice, f"{speed:.3f}", text)).encode()
        return self.folder / f"{hmac.new(self._key, named, hashlib.sha256).hexdigest()[:40]}.wav"


def _key(file: Path) -> bytes:
    """The folder's key, made when it is missing; two programs that share the folder share the key."""
    if file.exists() and not file.stat().st_size:  # a power cut in an older version
        file.unlink(missing_ok=True)
    durable_files.create(file, secrets.token_bytes(32))
    return file.read_bytes()


def sweep(prefix: str, root: Path | None = None) -> None:
    """Remove folders `prefix…` that a program which ended without cleaning left; each names its process."""
    for folder in (root or Path(tempfile.gettempdir())).glob(f"{prefix}*"):
        process = folder.name.removeprefix(prefix).partition("-")[0]
        if process.isdecimal() and not _lives(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it lives and is somebody else's
        return True
    return True


def _age(path: Path) -> tuple[float, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return 0.0, 0
    return status.st_mtime, status.st_size
