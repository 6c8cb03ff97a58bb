"""What each audience reads of the journal and of a view: which kinds of events, which fields. The rest is withheld.

A field that is added to a view is staff's until it is written down here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from server.domain.access.reach import CALLER, CARE, Role
from server.protocol.terms import Audience, EventKind

AUDIENCES: Mapping[Role, Audience] = MappingProxyType({**dict.fromkeys(CARE, Audience.STAFF), CALLER: Audience.CALLER})
"""Who reads as what; every other role reads what the public may see."""
PUBLIC_EVENTS = frozenset(
    {kind for kind in EventKind if kind.value.startswith(("ticket.", "station."))} | {EventKind.DAY_CLOSED}
)
EVENTS: Mapping[Audience, frozenset[EventKind]] = MappingProxyType(
    {
        Audience.STAFF: frozenset(EventKind) - {EventKind.HIDDEN, EventKind.REMOVED},
        Audience.CALLER: PUBLIC_EVENTS,
        Audience.PUBLIC: PUBLIC_EVENTS,
    }
)
"""Kinds that are told whole; of any other an audience learns only that its number is taken."""
FRAME = ("epoch", "seq", "kind", "at")
PUBLIC_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "frame": (*FRAME, "ticket", "station", "announcement"),
        "ticket": (
            *("id", "number", "state", "queue", "lane", "grade", "rank", "tags", "display_name", "station", "order"),
            *("seq", "times", "doctor", "calls", "end_reason"),
        ),
        "station": (*("id", "name", "place", "queues", "state", "doctor", "doctor_name", "reason", "until", "seq"),),
        "announcement": ("id", "zone", "kind", "number", "ticket", "station", "outcome", "texts"),
        "alert": ("id", "kind", "raised_at", "count", "acknowledged_at", "closed_at", "seq"),
    }
)
"""What the public reads of each thing; the caller reads the same, with names in `texts` as the hall's voice says them.
Tags are one neutral word, the urgent lane is told as priority, and grades are told to nobody."""


def audience_of(role: Role | None) -> Audience:
    """Which events and fields a role reads."""
    return Audience.PUBLIC if role is None else AUDIENCES.get(role, Audience.PUBLIC)


def shown(audience: Audience, thing: str, view: Mapping[str, object]) -> dict[str, object]:
    """The fields of a view that an audience may read; staff reads all."""
    if audience is Audience.STAFF:
        return dict(view)
    return {field: view[field] for field in PUBLIC_FIELDS.get(thing, ()) if field in view}
