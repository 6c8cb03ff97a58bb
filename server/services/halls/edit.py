"""The hall file as an administrator's command: rehearsed or applied, refused when it was changed meanwhile."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.core.requests import HallFileBody
from server.services.core.transaction import rehearsed
from server.services.core.unit_of_work import Answer, Work
from server.services.halls import hall_file, parts
from server.services.halls.schema import HallFile
from server.store.models import HospitalRow


@dataclass(frozen=True, slots=True)
class Edited:
    """What an administrator sent, the whole file it makes, and the version of the whole file it was made from."""

    body: HallFileBody
    file: HallFile
    text: str
    basis: str | None


def parsed(context: Context, who: Principal, body: HallFileBody) -> Edited:
    """The whole file, read before any hall is locked.

    Who is bound to a hall changes that hall's part, and may send no more of the file than he sees. Raises
    hall_file_rejected, reload, forbidden.
    """
    if who.reach is None:
        return Edited(body, hall_file.read(body.toml, context), body.toml, body.version)
    with Session(context.engines.read) as db:
        current = db.get_one(HospitalRow, 1).file
    if body.version not in {None, parts.shown(current, who.reach)["version"]}:
        raise HallError(ErrorCode.RELOAD, "the hall file was changed meanwhile")
    file, text = parts.put_back(current, body.toml, who.reach, context)
    return Edited(body, file, text, hall_file.version_of(current))


def edit(work: Work, edited: Edited) -> Answer:
    """What the file changes; with `check` only what it would. Raises reload."""
    if edited.basis not in {None, hall_file.version_of(work.db.get_one(HospitalRow, 1).file)}:
        raise HallError(ErrorCode.RELOAD, "the hall file was changed meanwhile")
    if edited.body.check:
        changes = rehearsed(work.db, lambda db: hall_file.write(db, edited.file, edited.text))
        return Answer({"changes": changes, "applied": False})
    changes = hall_file.write(work.db, edited.file, edited.text)
    work.audit("hall_file.applied", hall_file.version_of(edited.text), "; ".join(changes)[:200])
    return Answer({"changes": changes, "applied": True})
