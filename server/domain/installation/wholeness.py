"""Whether an installation may be served as it was found: database, secret key, high-water marks. Pure.

What is missing is no first start. A first start has nothing: no database, no key of its own, no marks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """How a part was found."""

    WHOLE = "whole"
    MISSING = "missing"
    DAMAGED = "damaged"


class Trouble(StrEnum):
    """Why nothing may be served."""

    DATABASE_MISSING = "database_missing"
    DATABASE_DAMAGED = "database_damaged"
    HALL_MISSING = "hall_missing"
    KEY_MISSING = "key_missing"
    KEY_OTHER = "key_other"


ADVICE = {
    Trouble.DATABASE_MISSING: (
        "the database of HALL_DATABASE_URL is missing or empty, but HALL_STATE_DIR is that of a hall that was at work: "
        "put the database back with `hall-server restore FILE`; a new hospital gets an empty HALL_STATE_DIR"
    ),
    Trouble.DATABASE_DAMAGED: (
        "the database of HALL_DATABASE_URL is damaged: restore a copy with `hall-server restore FILE`, "
        "which keeps the damaged file beside it"
    ),
    Trouble.HALL_MISSING: (
        "the database of HALL_DATABASE_URL does not know a hall that HALL_STATE_DIR has a mark of: it is another or an "
        "older one; put the right one in its place, or go on with this one by `hall-server restore`"
    ),
    Trouble.KEY_MISSING: (
        "HALL_STATE_DIR has no whole secret.key, but the database has devices that were enrolled under one: put "
        "secret.key back from a copy, or set HALL_SECRET_KEY; if it is lost, `hall-server restore --new-key` makes "
        "one, and every device is enrolled anew"
    ),
    Trouble.KEY_OTHER: (
        "secret.key or HALL_SECRET_KEY is another key than the one that the devices of this database were enrolled "
        "under: put that one back; if it is lost, `hall-server restore --new-key` goes on with the one that is there, "
        "and every device is enrolled anew"
    ),
}
"""What is wrong and what to do, in one line, without any name or path."""


@dataclass(frozen=True)
class Found:
    """What is there. `database` is missing when it holds no table; `key` is missing when it is too short to sign.

    `key_is_set`: it comes from the settings, not from the state folder. `halls` are those of the database, `marked`
    those that the state folder has a mark of. `signed`: the database has what was signed or enrolled under a key, and
    `key_is_its`: that is this one, as far as the database remembers.
    """

    database: Part
    key: Part
    key_is_set: bool = False
    halls: frozenset[str] = frozenset()
    marked: frozenset[str] = frozenset()
    signed: bool = False
    key_is_its: bool = True


def trouble_of(found: Found) -> Trouble | None:
    """Why this may not be served; None when it may, as what it is or as a first start."""
    if found.database is Part.DAMAGED:
        return Trouble.DATABASE_DAMAGED
    if found.database is Part.MISSING:
        has_worked = found.marked or (found.key is Part.WHOLE and not found.key_is_set)
        return Trouble.DATABASE_MISSING if has_worked else None
    if found.marked - found.halls:
        return Trouble.HALL_MISSING
    if found.key is Part.MISSING and found.signed:
        return Trouble.KEY_MISSING
    if found.signed and not found.key_is_its:
        return Trouble.KEY_OTHER
    return None


def lost_since(mark: tuple[str, int], epoch: str, seq: int, former: Sequence[str]) -> int:
    """How many events a journal at (`epoch`, `seq`) lacks that a mark (epoch, seq) has seen; 0 when it lacks none.

    `former` are the epochs this journal had before. A mark of one of those is old news; one of an epoch that the
    journal never had is of a later life of it: the database is an older copy, and at least one event is lost.
    """
    if mark[0] == epoch:
        return max(0, mark[1] - seq)
    return 0 if mark[0] in former else max(1, mark[1] - seq)
