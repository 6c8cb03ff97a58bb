"""Hall time kept in HALL_STATE_DIR, so that a server that restarts on a running machine goes on counting seconds."""

import json
import logging
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypedDict

from server.domain.installation.clock_steps import HallTime, Step
from server.protocol.durable_files import FILE

NAME = "clock"
WIDTH = 384
"""Bytes of the record: it lies within one sector, so it is the old one or the new one."""
BOOT = Path("/proc/sys/kernel/random/boot_id")
log = logging.getLogger(__name__)


class ClockRecord:
    """The last hall time of this installation on this machine, with the name of the machine's start.

    It is not synced: the seconds it counts in begin anew with the machine, so it has to survive no power cut. Where a
    system does not name its starts nothing is kept, and a start believes the wall clock.
    """

    def __init__(self, folder: Path, *, boot: Path = BOOT) -> None:
        self._path = folder / NAME
        self._boot = _read(boot)
        self._failed = False

    def read(self) -> HallTime | None:
        """Hall time as it was kept since the machine started, or None."""
        try:
            kept = json.loads(_read(self._path))
            return _from_json(kept) if self._boot and kept["boot"] == self._boot else None
        except (ValueError, KeyError, TypeError, OverflowError):
            return None

    def write(self, time: HallTime) -> None:
        """Keep this hall time in place of the last. A disk that refuses is logged once."""
        if not self._boot:
            return
        content = json.dumps({"boot": self._boot, **_to_json(time)}).ljust(WIDTH).encode("ascii")
        try:
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT, FILE)
            try:
                os.pwrite(handle, content, 0)
            finally:
                os.close(handle)
            self._failed = False
        except OSError as error:
            if not self._failed:
                log.error("hall time could not be kept for a restart: %s", error)
            self._failed = True


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


class _StepRecord(TypedDict):
    by: float
    against: str
    seen: float


class _Record(TypedDict):
    """The time as the file has it; a step is what the clock did, None where it did nothing."""

    now: str
    seconds: float
    closes_from: float
    step: _StepRecord | None


def _to_json(time: HallTime) -> _Record:
    step = time.step
    return {
        "now": time.now.isoformat(),
        "seconds": time.seconds,
        "closes_from": time.closes_from,
        "step": None
        if step is None
        else {"by": step.by.total_seconds(), "against": step.against.isoformat(), "seen": step.seen},
    }


def _from_json(kept: _Record) -> HallTime:
    step = kept["step"]
    return HallTime(
        _aware(kept["now"]),
        float(kept["seconds"]),
        step and Step(timedelta(seconds=step["by"]), _aware(step["against"]), float(step["seen"])),
        float(kept["closes_from"]),
    )


def _aware(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(text)
    return at
