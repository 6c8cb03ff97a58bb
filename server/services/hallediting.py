"""The hall file as an administrator's wish: rehearsed or applied, refused when somebody else changed it meanwhile."""

import hashlib
from dataclasses import dataclass

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode
from server.services import hallfile
from server.services.context import Context
from server.services.hallmodel import HallFile
from server.services.transaction import rehearsed
from server.services.wishes import HallFileBody
from server.services.work import Answer, Work
from server.store.tables import HospitalRow


def version_of(text: str) -> str:
    """What names this very text of a hall file."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Edited:
    """What an administrator sent, and the file that is in it."""

    body: HallFileBody
    file: HallFile


def parsed(context: Context, body: HallFileBody) -> Edited:
    """The file, read before any hall is locked. Raises hall_file_rejected."""
    return Edited(body, hallfile.read(body.toml, context))


def edit(work: Work, edited: Edited) -> Answer:
    """What the file changes; with `check` only what it would. Raises reload."""
    body, file = edited.body, edited.file
    if body.version not in {None, version_of(work.db.get_one(HospitalRow, 1).file)}:
        raise HallError(ErrorCode.RELOAD, "the hall file was changed meanwhile")
    if body.check:
        changes = rehearsed(work.db, lambda db: hallfile.write(db, file, body.toml))
        return Answer(200, {"changes": changes, "applied": False})
    changes = hallfile.write(work.db, file, body.toml)
    work.audit("hall_file.applied", version_of(body.toml), "; ".join(changes)[:200])
    return Answer(200, {"changes": changes, "applied": True})
