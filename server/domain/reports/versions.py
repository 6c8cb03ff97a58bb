"""Which of two versions of a report is the newer one: by the source's own order, never by arrival alone. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from server.domain.reports.dates import latest
from server.domain.reports.received import Order

FINAL = frozenset({"final", "amended", "corrected", "appended"})
CORRECTED = frozenset({"amended", "corrected"})
"""Statuses of a final report that says something else than before; `appended` only says more."""
WAITING = frozenset({"registered"})
PARTIAL = frozenset({"partial", "preliminary"})
WITHDRAWN = frozenset({"cancelled", "entered-in-error"})
STATUSES = FINAL | WAITING | PARTIAL | WITHDRAWN | {"unknown"}
"""The statuses of a FHIR R4 DiagnosticReport."""
_STAGE = {"unknown": 0, "registered": 0, "partial": 1, "preliminary": 2, "final": 3}
_LAST_STAGE = dict.fromkeys(FINAL - {"final"}, 4) | dict.fromkeys(WITHDRAWN, 5)


class Newer(StrEnum):
    """What is known of a version that comes beside the one in force."""

    YES = "yes"
    NO = "no"
    DOUBTFUL = "doubtful"
    """Both are final, they differ, and nothing says which came first."""


@dataclass(frozen=True, slots=True)
class Version:
    """What decides: the resource's own id at its source, the source's order, and the status."""

    source_id: str
    order: Order
    status: str
    readable: bool = True
    """Whether what it says is still known; older servers lost parts of what they kept."""


def is_newer(new: Version, current: Version) -> Newer:
    """Whether `new` takes the place of `current`, the version in force.

    `meta.versionId` decides between two of one resource, then `meta.lastUpdated`, then `issued`. Where these are equal
    or missing, the later stage of a report's life wins; of two finals of one stage neither is known to be newer, since
    the order in which they come says nothing. A withdrawn report stays withdrawn unless the new version is known
    to be newer. Both are taken to differ in content; one that is no longer readable gives way to its equal.
    """
    order = compared(new, current)
    if order != 0:
        return Newer.YES if order > 0 else Newer.NO
    if current.status in WITHDRAWN:
        return Newer.NO
    before, after = stage(current.status), stage(new.status)
    if after > before or (after == before and not (new.status in FINAL and current.readable)):
        return Newer.YES
    return Newer.DOUBTFUL if new.status in FINAL else Newer.NO


def compared(new: Version, current: Version) -> int:
    """1 when the source says that `new` is newer, -1 when older, 0 when it does not say."""
    pairs: list[tuple[object, object]] = []
    if new.source_id and new.source_id == current.source_id:
        pairs.append((_whole(new.order.version), _whole(current.order.version)))
    pairs += [
        (latest(new.order.updated), latest(current.order.updated)),
        (latest(new.order.issued), latest(current.order.issued)),
    ]
    for ours, theirs in pairs:
        if ours is not None and theirs is not None and ours != theirs:
            return 1 if ours > theirs else -1  # type: ignore[operator]  # both of a pair are of one type
    return 0


def stage(status: str) -> int:
    """How far in its life a report of this status is; withdrawn is the last."""
    return _STAGE.get(status, _LAST_STAGE.get(status, 0))


def _whole(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
