"""Named queries over the audit trail. Knows no key."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.domain.access.audit_chain import Entry
from server.store.models import AuditRow, HallRow, PrintJobRow, ReportRow, TicketRow

_ROW = tuple(AuditRow.__table__.c[name] for name in Entry._fields)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows are looked for; what is None asks for all. `objects`: any of these ids."""

    hall: str | None = None
    actor: str | None = None
    action: str | None = None
    objects: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime | None = None


def chain(db: Session, hall: str) -> Iterator[tuple[Entry, str]]:
    """All rows of a hall with their digests, in the order of their numbers; a few thousand in memory at a time."""
    found = select(*_ROW, AuditRow.digest).where(AuditRow.hall_id == hall).order_by(AuditRow.seq)
    for *entry, digest in db.execute(found.execution_options(yield_per=2000)):
        yield Entry(*entry), digest


def search(db: Session, wanted: Wanted, limit: int | None = None) -> Iterator[Entry]:
    """Rows that fit, by time; at most `limit`."""
    found = select(*_ROW).where(*_conditions(wanted)).order_by(AuditRow.at, AuditRow.hall_id, AuditRow.seq)
    for entry in db.execute(found.limit(limit).execution_options(yield_per=2000)):
        yield Entry(*entry)


def ends(db: Session) -> list[tuple[str, str, int, str]]:
    """(hall, epoch, number, digest) of the end of every hall's trail."""
    found = select(HallRow.id, HallRow.epoch, HallRow.audit_seq, HallRow.audit_digest).order_by(HallRow.id)
    return [(hall, epoch, seq, digest) for hall, epoch, seq, digest in db.execute(found)]


def objects_of(db: Session, patient: str) -> frozenset[str]:
    """The ids under which the trail speaks of a patient: their own, and those of their tickets, paper and reports."""
    tickets = set(db.scalars(select(TicketRow.id).where(TicketRow.patient_id == patient)))
    reports = set(db.scalars(select(ReportRow.id).where(ReportRow.patient_id == patient)))
    jobs = set(db.scalars(select(PrintJobRow.id).where(PrintJobRow.ticket_id.in_(tickets))))
    return frozenset({patient, *tickets, *reports, *jobs})


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.hall is not None:
        yield AuditRow.hall_id == wanted.hall
    if wanted.actor is not None:
        yield AuditRow.actor == wanted.actor
    if wanted.action is not None:
        yield AuditRow.action == wanted.action
    if wanted.objects is not None:
        yield AuditRow.object.in_(wanted.objects)
    if wanted.since is not None:
        yield AuditRow.at >= wanted.since
    if wanted.until is not None:
        yield AuditRow.at < wanted.until
