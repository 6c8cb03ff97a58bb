"""Owns what a print station must remember over a power cut: which job was begun, and which end was not yet told.

One small file a job, without names or content. A job that was begun and has no end in its file is `unknown`: the
paper may lie in the tray or not, and only a person can tell (faults.md row 50).
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from hardware.ports import Outcome, Reason
from server.protocol import private_files
from server.protocol.messages import PrintJob
from server.protocol.terms import PrintJobState


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
        private_files.folder(folder, r".*\.(json|new)")

    def begin(self, job: PrintJob, key: str) -> None:
        """Remember, on disk, that the first byte may be sent now."""
        self._write(job.id, {"job": job.id, "lease": job.lease, "key": key})

    def end(self, job: PrintJob, key: str, outcome: Outcome) -> Spooled:
        """Remember how it ended, until the server knows."""
        told = {
            "job": job.id,
            "lease": job.lease,
            "key": key,
            "state": outcome.state.value,
            "evidence": outcome.told,
        }
        self._write(job.id, told)
        return _spooled(told)

    def forget(self, job: str) -> None:
        """The server knows, or will never want to."""
        self._path(job).unlink(missing_ok=True)

    def left(self) -> list[Spooled]:
        """What is not told yet, oldest first. A file that cannot be read is a begun job named by its file."""
        found = []
        for path in sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime_ns):
            try:
                found.append(_spooled(json.loads(path.read_text("utf-8"))))
            except (ValueError, KeyError):
                found.append(_spooled({"job": path.stem, "key": f"spool-{path.stem}"}))
        return found

    def _path(self, job: str) -> Path:
        return self._folder / (re.sub(r"[^A-Za-z0-9_.-]", "_", job) + ".json")

    def _write(self, job: str, content: dict[str, str | None]) -> None:
        """Write whole or not at all: beside, to the disk, then renamed."""
        path = self._path(job)
        beside = path.with_suffix(".new")
        beside.unlink(missing_ok=True)
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, private_files.FILE)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


def _spooled(content: dict[str, str | None]) -> Spooled:
    state = content.get("state")
    return Spooled(
        job=str(content["job"]),
        lease=content.get("lease"),
        key=str(content["key"]),
        state=PrintJobState(state) if state else PrintJobState.UNKNOWN,
        evidence=content.get("evidence") or f"{Reason.INTERRUPTED.value}: the station stopped while printing",
        begun_only=not state,
    )
