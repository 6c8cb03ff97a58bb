"""Old snapshot + event = new snapshot: the pure reducer every follower may use. Knows no transport and no screen."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar

from server.protocol.messages import AnnouncementView, Event, Snapshot, TicketView
from server.protocol.terms import ENDED, EventKind, PrintJobState, TicketState


class Identified(Protocol):
    """A view with an id."""

    @property
    def id(self) -> str: ...


View = TypeVar("View", bound=Identified)

LISTS = ("tickets", "stations", "alerts", "print_jobs", "devices", "announcements")


def replaced(views: Sequence[View], view: View, *, stays: bool = True) -> list[View]:
    """Return `views` with `view` in the place of the one with its id, or at the end if new; or without it."""
    if not stays:
        return without(views, view.id)
    for index, other in enumerate(views):
        if other.id == view.id:
            return [*views[:index], view, *views[index + 1 :]]
    return [*views, view]


def without(views: Sequence[View], gone: str) -> list[View]:
    """Return `views` without the one whose id is `gone`."""
    return [other for other in views if other.id != gone]


def apply(snapshot: Snapshot, event: Event) -> Snapshot:
    """Return the snapshot after `event`, which must be the very next event of the same journal.

    Each frame holds the whole view of the thing it changed, so this is replace by id; what ended leaves, what the
    audience may no longer see (`removed`) leaves, and `hidden` only moves the number. An old event changes nothing.
    Raises ValueError on a gap or another epoch, which are the cursor's to settle before anybody reduces.
    """
    if event.epoch != snapshot.epoch or event.seq > snapshot.seq + 1:
        raise ValueError(f"event {event.epoch}/{event.seq} does not follow snapshot {snapshot.epoch}/{snapshot.seq}")
    if event.seq <= snapshot.seq:
        return snapshot
    return snapshot.model_copy(update={"seq": event.seq, **_changes(snapshot, event)})


def _changes(snapshot: Snapshot, event: Event) -> Mapping[str, Sequence[Identified]]:
    """Return the lists of the snapshot that `event` changes."""
    if event.kind is EventKind.HIDDEN:
        return {}
    if event.kind is EventKind.REMOVED:
        gone = event.id or ""
        lists = {name: getattr(snapshot, name) for name in LISTS}
        kept = {name: without(views, gone) for name, views in lists.items() if any(v.id == gone for v in views)}
        return {**kept, "announcements": [a for a in snapshot.announcements if a.ticket != gone]}
    changes: dict[str, Sequence[Identified]] = {}
    if event.ticket is not None:
        changes["tickets"] = replaced(snapshot.tickets, event.ticket, stays=event.ticket.state not in ENDED)
    if event.station is not None:
        changes["stations"] = replaced(snapshot.stations, event.station)
    if event.alert is not None:
        open_alert = event.alert.closed_at is None
        changes["alerts"] = replaced(snapshot.alerts, event.alert, stays=open_alert)
    if event.print_job is not None:
        unsettled = event.print_job.state not in {PrintJobState.PRINTED, PrintJobState.SENT}
        changes["print_jobs"] = replaced(snapshot.print_jobs, event.print_job, stays=unsettled)
    if event.device is not None:
        enrolled = event.kind is not EventKind.DEVICE_REVOKED
        changes["devices"] = replaced(snapshot.devices, event.device, stays=enrolled)
    if event.ticket is not None:
        changes["announcements"] = _last_calls(snapshot.announcements, event.ticket, event.announcement)
    return changes


def _last_calls(
    announcements: Sequence[AnnouncementView], ticket: TicketView, announcement: AnnouncementView | None
) -> list[AnnouncementView]:
    """The last announcement of each ticket that is called: one of `ticket` goes when it is called no more."""
    others = [other for other in announcements if other.ticket != ticket.id]
    if ticket.state is not TicketState.CALLED:
        return others
    own = [other for other in announcements if other.ticket == ticket.id][-1:]
    return others + ([announcement] if announcement is not None else own)
