"""The keyed hash chain of the audit trail: how a row is sealed, and which row is the first that is not as it was. Pure.

Each row's digest is HMAC-SHA-256 over the digest before it and the row's canonical JSON (docs/sources.md, Audit trail).
A chain finds what was changed, taken out, put in or put in another order. Nothing in it tells that its end was cut off:
for that there are anchors, digests that were noted elsewhere.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Entry(NamedTuple):
    """A row of the trail without its digest. `device` is None where a person or the server itself acted."""

    hall_id: str
    seq: int
    at: datetime
    actor: str
    device: str | None
    action: str
    object: str
    reason: str | None


class Anchor(NamedTuple):
    """The end of a hall's trail as it was noted outside of the database."""

    at: datetime
    hall_id: str
    epoch: str
    seq: int
    digest: str


class Fault(StrEnum):
    """What is wrong with the first bad row."""

    MISSING = "is missing"
    CHANGED = "was changed, or one before it was put in or taken out"
    NOT_REMEMBERED = "is not the end that the hall remembers"
    NOT_ANCHORED = "is not the one that was noted outside"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many rows are as they were; the number of the first that is not, and what is wrong with it.

    `replaced`: anchors of former epochs whose rows are not there, as after the restore of a copy.
    """

    whole: int
    bad: int | None = None
    fault: Fault | None = None
    replaced: int = 0


def sealed(key: bytes, previous: str, entry: Entry) -> str:
    """The digest of a row behind the row with the digest `previous`; the first row has none before it."""
    row = {**entry._asdict(), "at": entry.at.isoformat()}
    text = json.dumps(row, sort_keys=True, ensure_ascii=False)
    return hmac.new(key, (previous + text).encode(), hashlib.sha256).hexdigest()


def verify(
    rows: Iterable[tuple[Entry, str]],
    keys: Sequence[bytes],
    *,
    end: tuple[int, str],
    epoch: str,
    anchors: Iterable[Anchor] = (),
) -> Verdict:
    """Judge a hall's rows, in the order of their numbers, each with its digest.

    `keys`: the keys it was sealed with, oldest first; a row is sealed by the key of the row before it or a later one.
    `end`: number and digest of the last row as the hall's own row remembers them. `epoch`: the present one.
    """
    noted: Mapping[int, list[Anchor]] = _by_number(anchors)
    number, previous, left, replaced = 0, "", list(keys), 0
    for entry, digest in rows:
        if entry.seq != number + 1:
            return Verdict(number, number + 1, Fault.MISSING)
        while left and not hmac.compare_digest(sealed(left[0], previous, entry).encode(), digest.encode()):
            left = left[1:]
        if not left:
            return Verdict(number, entry.seq, Fault.CHANGED)
        wrong = [anchor for anchor in noted.get(entry.seq, ()) if anchor.digest != digest]
        if any(anchor.epoch == epoch for anchor in wrong):
            return Verdict(number, entry.seq, Fault.NOT_ANCHORED)
        replaced += len(wrong)
        number, previous = entry.seq, digest
    beyond = [anchor for seq, several in noted.items() if seq > number for anchor in several]
    if number < end[0] or any(anchor.epoch == epoch for anchor in beyond):
        return Verdict(number, number + 1, Fault.MISSING)
    if (number, previous) != end:
        return Verdict(max(number - 1, 0), number, Fault.NOT_REMEMBERED)
    return Verdict(number, replaced=replaced + len(beyond))


def _by_number(anchors: Iterable[Anchor]) -> Mapping[int, list[Anchor]]:
    noted: dict[int, list[Anchor]] = {}
    for anchor in anchors:
        noted.setdefault(anchor.seq, []).append(anchor)
    return noted
