"""What staff typed about tickets, rooms and print jobs: added to views at the edge, for staff only. The journal, the
receipts and the trail have the codes."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.privacy.recorded_reasons import code_of
from server.services.core.views import View
from server.store.models import PrintJobRow, StationRow, TicketRow

TICKET = (TicketRow.hold_reason, TicketRow.rescue_place, TicketRow.remarks)


def ticket(view: View, hold_reason: str | None, rescue_place: str | None, remarks: dict[str, str]) -> View:
    """The words of a ticket; those of its hold only on a view of that same hold."""
    same = view["hold_reason"] is not None and code_of(hold_reason) == view["hold_reason"]
    return {
        "hold_reason": hold_reason if same else view["hold_reason"],
        "rescue_place": rescue_place,
        "remarks": dict(remarks),
    }


def stations(db: Session, ids: Iterable[str]) -> dict[str, str]:
    """Why rooms are paused or stopped, as it was typed."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = db.execute(
        select(StationRow.id, StationRow.reason).where(StationRow.id.in_(wanted), StationRow.reason.is_not(None))
    )
    return {id: reason for id, reason in rows if reason}


def print_jobs(db: Session, ids: Iterable[str]) -> dict[str, str]:
    """What the printers said, as their devices told it."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = db.execute(
        select(PrintJobRow.id, PrintJobRow.evidence).where(
            PrintJobRow.id.in_(wanted), PrintJobRow.evidence.is_not(None)
        )
    )
    return {id: evidence for id, evidence in rows if evidence}


def as_typed(view: View, name: str, typed: dict[str, str]) -> dict[str, str]:
    """The typed form of a view's code, where it is still that of the view."""
    full = typed.get(view["id"])
    return {name: full} if full is not None and code_of(full) == view[name] else {}


def mentioned(views: object, thing: str, name: str) -> set[str]:
    """The ids of rooms or print jobs in `views` whose field `name` is set: only those have typed text behind it."""
    found: set[str] = set()
    _look(views, thing, name, found)
    return found


MARKS = {"station": "queues", "print_job": "copy_number"}
"""What only such a view has."""


def _look(view: object, thing: str, name: str, found: set[str]) -> None:
    if isinstance(view, list):
        for item in view:
            _look(item, thing, name, found)
    if isinstance(view, dict):
        if MARKS[thing] in view and view.get(name) is not None and isinstance(view.get("id"), str):
            found.add(view["id"])
        for inner in view.values():
            if isinstance(inner, dict | list):
                _look(inner, thing, name, found)
