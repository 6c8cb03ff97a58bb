"""Owns what a print station must remember over a power cut: which job was begun, and which end was not yet told.

One small file a job, without names or content. A job that was begun and has no end in its file is `unknown`: the
paper may lie in the tray or not, and only a person can tell (docs/faults.md, row 50).
"""

import contextlib
import itertools
import json
import logging
import re
from dataclasses import dataclass
from pathlib import Path

from hardware.ports import EVIDENCE_LENGTH, Outcome, Reason
from server.protocol import durable_files, private_files
from server.protocol.messages import PrintJob
from server.protocol.terms import PrintJobState

INTERRUPTED = f"{Reason.INTERRUPTED.value}: the station stopped while printing"
KEPT_ASIDE = 200
_JOB = re.compile(r"[A-Za-z0-9_.-]{1,64}")
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Spooled:
    """A job that was begun: id, lease, the key its end is told under, and the end, if there was one."""

    job: str
    lease: str | None
    key: str
    state: PrintJobState
    evidence: str
    begun_only: bool


class Spool:
    """The folder of begun jobs. One process at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        private_files.folder(folder, r".*\.(json|new|unreadable|refused)")
        for unfinished in folder.glob(f"*{durable_files.UNFINISHED}"):  # its job was not begun, or its end not kept
            unfinished.unlink(missing_ok=True)

    def begin(self, job: PrintJob, key: str) -> None:
        """Remember, on disk, that the first byte may be sent now."""
        self._write(job.id, {"job": job.id, "lease": job.lease, "key": key})

    def end(self, job: PrintJob, key: str, outcome: Outcome) -> Spooled:
        """Remember how it ended, until the server knows."""
        record: dict[str, str | None] = {
            "job": job.id,
            "lease": job.lease,
            "key": key,
            "state": outcome.state.value,
            "evidence": outcome.evidence_text,
        }
        try:
            self._write(job.id, record)
        except OSError as error:  # it is printed all the same, and told from memory
            log.error("spool: the end of job %s is not on the disk: %s", job.id, error)
        return _spooled(record)

    def forget(self, job: str) -> None:
        """The server knows how the job ended. Raises OSError."""
        durable_files.remove(self._path(job))

    def set_refused_aside(self, job: str) -> None:
        """The server will never take this end: its record is kept as `JOB.json.refused`, the newest 200 of them.

        Raises OSError.
        """
        path = self._path(job)
        if path.exists():
            aside = durable_files.rename(path, path.with_name(f"{path.name}.refused"))
            log.error("spool: the record of job %s is set aside as %s", job, aside.name)
        for old in itertools.islice(sorted(self._folder.glob("*.refused"), key=_age, reverse=True), KEPT_ASIDE, None):
            old.unlink(missing_ok=True)

    def has_refused(self) -> bool:
        """Whether the record of an end that the server refused lies here, for a person to look at and remove."""
        return next(self._folder.glob("*.refused"), None) is not None

    def record_of(self, job: str) -> Spooled | None:
        """What is not told yet of a job."""
        path = self._path(job)
        return self._read(path) if path.exists() else None

    def left(self) -> list[Spooled]:
        """What is not told yet, oldest first. A file that cannot be read is a begun job named by its file."""
        found = []
        for path in sorted(self._folder.glob("*.json"), key=_age):
            spooled = self._read(path)
            if spooled is not None:
                found.append(spooled)
        return found

    def _read(self, path: Path) -> Spooled | None:
        """What a file says. One that says nothing is a begun job, named by its file; a stranger's is put aside."""
        try:
            spooled = _spooled(json.loads(path.read_text("utf-8")))
            if self._path(spooled.job) == path and _is_plain(spooled.key) and _is_plain(spooled.job):
                return spooled
        except (ValueError, KeyError, TypeError, AttributeError, OSError, RecursionError):
            log.warning("spool: %s cannot be read", path.name)
        if _JOB.fullmatch(path.stem) and path.is_file():
            return _spooled({"job": path.stem, "key": f"spool-{path.stem}"})
        log.error("spool: %s is none of ours and put aside", path.name)
        with contextlib.suppress(OSError):
            durable_files.rename(path, path.with_name(f"{path.name}.unreadable"))
        return None

    def _path(self, job: str) -> Path:
        return self._folder / (re.sub(r"[^A-Za-z0-9_.-]", "_", job) + ".json")

    def _write(self, job: str, content: dict[str, str | None]) -> None:
        """Write whole or not at all; on the disk when it returns. Raises OSError."""
        durable_files.write(self._path(job), json.dumps(content).encode())


def _age(path: Path) -> int:
    with contextlib.suppress(OSError):
        return path.stat().st_mtime_ns
    return 0


def _is_plain(key: str) -> bool:
    """Whether a key or an id can be sent."""
    return 1 <= len(key) <= 255 and key.isascii() and key.isprintable()


def _printable(text: str) -> str:
    """A text that can be sent, whatever a driver or a damaged file made of it, such as half a surrogate pair."""
    return "".join(one if one.isprintable() else "?" for one in text)


def _spooled(content: dict[str, str | None]) -> Spooled:
    state = content.get("state")
    return Spooled(
        job=str(content["job"]),
        lease=str(lease) if (lease := content.get("lease")) else None,
        key=str(content["key"]),
        state=PrintJobState(state) if state else PrintJobState.UNKNOWN,
        evidence=_printable(str(content.get("evidence") or ""))[:EVIDENCE_LENGTH] or INTERRUPTED,
        begun_only=not state,
    )
