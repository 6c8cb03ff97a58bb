"""Notes the end of each hall's audit trail outside of the database, each hour: what was cut off is missed there.

An anchor is one line of a file: time, hall, epoch, number and digest of the last row, separated by tabs. The file is
only appended to. It stands in HALL_STATE_DIR unless HALL_AUDIT_ANCHORS names a place that an administrator of this
machine cannot change; each anchor is also a line of the server's log.
"""

import logging
import re
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from server.domain.access.audit_chain import Anchor
from server.protocol import durable_files
from server.services.core.context import Context
from server.store.queries import audit

WHOLE = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+\+00:00)\t([^\t]+)\t([^\t]*)\t(\d+)\t([0-9a-f]{64})")
EVERY_SECONDS, AGAIN_SECONDS = 3600.0, 60.0
log = logging.getLogger(__name__)


class Anchors:
    """The file, and when it was last written to by this process."""

    def __init__(self, path: Path, every: float = EVERY_SECONDS) -> None:
        self.path = path
        self._every = every
        self._due = 0.0
        self._noted: dict[str, int] = {}

    def note_when_due(self, context: Context) -> None:
        """Note the ends of all halls, once an hour and at a start. Raises OSError where the file cannot be written."""
        if (now := time.monotonic()) < self._due:
            return
        self._due = now + AGAIN_SECONDS  # where the file cannot be written: the place may come back
        self.note(context)
        self._due = now + self._every

    def note(self, context: Context) -> None:
        """Note the ends of the halls whose trail has grown since. Raises OSError."""
        with Session(context.engines.read) as db:
            ends = [one for one in audit.ends(db) if one[2] > self._noted.get(one[0], 0)]
        at = context.clock.real()
        lines = [_line(Anchor(at, hall, epoch, seq, digest)) for hall, epoch, seq, digest in ends]
        if not lines:
            return
        durable_files.append(self.path, "".join(f"{line}\n" for line in lines).encode())
        self._noted = {**self._noted, **{hall: seq for hall, _, seq, _ in ends}}
        for line in lines:
            log.info("audit trail\t%s", line)


def read(path: Path) -> Iterator[Anchor]:
    """The anchors of a file, oldest first; a line that a power cut left half is none. Raises OSError."""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if (found := WHOLE.fullmatch(line)) is not None:
            at, hall, epoch, seq, digest = found.groups()
            yield Anchor(datetime.fromisoformat(at), hall, epoch, int(seq), digest)


def _line(anchor: Anchor) -> str:
    return "\t".join((anchor.at.isoformat(), anchor.hall_id, anchor.epoch, str(anchor.seq), anchor.digest))
