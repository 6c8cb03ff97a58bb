"""A hall file in parts: what an administrator of one hall sees of it, and his part put back into the whole text.

The text of each hall is kept as it was written, with its comments. A file whose halls do not stand one after the other
under `[[hall]]` cannot be cut so, and is edited by administrators of the whole hospital only.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from pydantic import ValidationError

from server.domain.errors import HallError
from server.domain.files import toml_text
from server.protocol.json_values import View
from server.protocol.terms import ErrorCode
from server.services.core.context import Context
from server.services.halls import hall_file
from server.services.halls.faults import Fault
from server.services.halls.schema import HallFile, HallPart

_HEADER = re.compile(r"[ \t]*\[\[[ \t]*hall[ \t]*\]\][ \t]*(#.*)?")
_ABOVE = re.compile(r"[ \t]*#.*")


@dataclass(frozen=True, slots=True)
class Parts:
    """A hall file cut up: what comes before the halls, then each hall's text by its id, in order."""

    head: str
    halls: dict[str, str]
    file: HallFile

    def of(self, hall: str) -> str:
        """The file as far as it concerns one hall."""
        return self.head + self.halls.get(hall, "")

    def lines_before(self, hall: str) -> int:
        """How many lines stand before a hall's part in the whole file."""
        ids = list(self.halls)
        before = self.head + "".join(self.halls[id] for id in ids[: ids.index(hall)])
        return before.count("\n")

    def merged(self, hall: str, text: str) -> str:
        """The whole file with another text for one hall."""
        parts = (self._ended(text if id == hall else mine) for id, mine in self.halls.items())
        return self.head + "".join(parts)

    @staticmethod
    def _ended(text: str) -> str:
        return text if text.endswith("\n") else text + "\n"


def cut(text: str) -> Parts:
    """A hall file in parts. Raises forbidden for one that cannot be cut, hall_file_rejected for one that is none."""
    lines = text.splitlines(keepends=True)
    starts = [_start(lines, at) for at, line in enumerate(lines) if _HEADER.fullmatch(line.rstrip("\r\n"))]
    file = hall_file.read(text)
    texts = ["".join(lines[begin:end]) for begin, end in pairwise([*starts, len(lines)])]
    head = "".join(lines[: starts[0]]) if starts else text
    fits = len(texts) == len(file.hall) and all(
        _read(head + part) == HallFile(hospital=file.hospital, hall=[hall])
        for part, hall in zip(texts, file.hall, strict=True)
    )
    if not fits:
        raise HallError(ErrorCode.FORBIDDEN, "the file cannot be cut by halls: an administrator of all halls edits it")
    return Parts(head, {hall.id: part for part, hall in zip(texts, file.hall, strict=True)}, file)


def _start(lines: list[str], at: int) -> int:
    """Where a hall's part begins: its header, or the comment straight above it."""
    while at > 0 and _ABOVE.fullmatch(lines[at - 1].rstrip("\r\n")):
        at -= 1
    return at


def _read(text: str) -> HallFile | None:
    try:
        return HallFile.model_validate(toml_text.load(text))
    except (toml_text.Unreadable, ValidationError):
        return None


def seen_by(text: str, hall: str | None) -> str:
    """What an administrator bound to `hall` (None: to none) sees of the file; the hospital alone where it cannot be
    cut, so that nothing of other halls is shown."""
    if hall is None or not text:
        return text
    try:
        return cut(text).of(hall)
    except HallError:
        return ""


def put_back(current: str, given: str, hall: str, context: Context) -> tuple[HallFile, str]:
    """The whole file after an administrator bound to `hall` has changed it, checked, and its text.

    Raises hall_file_rejected with the lines of what was given; forbidden, by name, when something else than the own
    hall is not as it was.
    """
    whole = cut(current)
    hall_file.read(given, context)
    edited = cut(given)
    beyond = _beyond(whole.file, edited.file, hall)
    if beyond:
        named: list[Fault] = [{"where": where, "line": None, "reason": reason} for where, reason in beyond]
        raise HallError(ErrorCode.FORBIDDEN, "; ".join(f"{where}: {reason}" for where, reason in beyond), errors=named)
    text = whole.merged(hall, edited.halls[hall])
    try:
        return hall_file.read(text, context), text
    except HallError as error:
        moved = edited.lines_before(hall) - whole.lines_before(hall)
        own = range(whole.lines_before(hall) + 1, whole.lines_before(hall) + edited.halls[hall].count("\n") + 2)
        faults = [{**fault, "line": _moved(fault["line"], own, moved)} for fault in error.extra["errors"]]
        raise HallError(error.code, error.detail, errors=faults) from None


def _moved(line: int | None, own: range, by: int) -> int | None:
    return line + by if line is not None and line in own else None


def _beyond(before: HallFile, after: HallFile, hall: str) -> Iterable[tuple[str, str]]:
    """What an administrator of `hall` would change that is not his, and why not."""
    found: list[tuple[str, str]] = []
    if before.hospital != after.hospital:
        found.append(("hospital", "only an administrator of all halls changes it"))
    known: dict[str, HallPart] = {part.id: part for part in before.hall}
    found += [
        (f"hall {part.id}", "another hall than yours")
        for part in after.hall
        if part.id != hall and part != known.get(part.id)
    ]
    if hall not in {part.id for part in after.hall}:
        found.append((f"hall {hall}", "only an administrator of all halls closes a hall"))
    return found


def shown(text: str, hall: str | None) -> View:
    """The text an administrator sees, with what names this very text."""
    mine = seen_by(text, hall)
    return {"toml": mine, "version": hall_file.version_of(mine)}
