"""Print jobs: who may print what until when, and what became of it. Never `printed` without a device's evidence."""

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from server.domain import lease
from server.domain.errors import HallError
from server.domain.privacy.recorded_reasons import ServerReason, code_of
from server.protocol.terms import NOBODY_WAITS, AlertKind, DeviceRole, ErrorCode, EventKind, PrintJobState
from server.services.alerts import alerts
from server.services.core import paper_routing
from server.services.core.requests import ClaimBody, JobReportBody
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import View, job_view, stamp
from server.services.reports.judging import must_still_print
from server.store.models import DeviceRow, PrintJobRow, ReportRow

log = logging.getLogger(__name__)
KIOSK_LEASE_SECONDS = 120
STATION_LEASE_SECONDS = 60
KINDS = {
    PrintJobState.QUEUED: EventKind.PRINT_JOB_QUEUED,
    PrintJobState.LEASED: EventKind.PRINT_JOB_LEASED,
    PrintJobState.PRINTED: EventKind.PRINT_JOB_PRINTED,
    PrintJobState.SENT: EventKind.PRINT_JOB_SENT,
    PrintJobState.FAILED: EventKind.PRINT_JOB_FAILED,
    PrintJobState.UNKNOWN: EventKind.PRINT_JOB_UNKNOWN,
}


ON_PAPER = frozenset({PrintJobState.PRINTED, PrintJobState.SENT})
"""What a copy is counted from; `sent` is as much as a printer that confirms nothing can give."""


def new_job(
    work: Work,
    kind: str,
    content: View,
    *,
    ticket: str | None = None,
    report: str | None = None,
    lease_to_kiosk: bool,
    copy_number: int = 0,
    reprint_of: str | None = None,
    reason: str | None = None,
) -> View | None:
    """A job leased to the kiosk that asks, or queued for the hall's stations; None where nobody could print it.

    What is on the paper is told to the kiosk that prints it and to nobody else who asked for it.
    """
    if not lease_to_kiosk and not paper_routing.can_print(work, kind):
        return None
    job = PrintJobRow(
        id=secrets.token_hex(8),
        hall_id=work.hall.id,
        kind=kind,
        state=PrintJobState.QUEUED.value,
        ticket_id=ticket,
        report_id=report,
        content=content,
        copy_number=copy_number,
        reprint_of=reprint_of,
        reason=reason,
        created_at=work.real_now,
        seq=0,
        device_id=None,
        lease=None,
        lease_until=None,
        evidence=None,
    )
    if lease_to_kiosk:
        _lease(work, job, KIOSK_LEASE_SECONDS)
    else:
        work.record(EventKind.PRINT_JOB_QUEUED, job, reason=reason)
    return job_view(job, content=lease_to_kiosk)


def claim(work: Work, body: ClaimBody) -> Answer:
    """The job this station already holds, else the oldest queued one of a kind it takes, else none. Raises invalid.

    A job that the station names as ended is not given to it again.
    """
    kinds = paper_routing.kinds_of(work, body.printer)
    mine = work.principal.id
    job = work.db.scalars(
        select(PrintJobRow)
        .where(PrintJobRow.hall_id == work.hall.id, PrintJobRow.state == "leased", PrintJobRow.device_id == mine)
        .where(PrintJobRow.id.not_in(body.besides))
        .order_by(PrintJobRow.created_at)
        .limit(1)
    ).first()
    if job is None:
        job = _next_queued(work, kinds)
        if job is None:
            return Answer({"print_job": None})
        _lease(work, job, STATION_LEASE_SECONDS)
    view = job_view(job, content=True)
    if job.kind == "list":  # who waits now, not when the list was asked for: its document is made from this time
        view["document"] = {**job.content, "at": stamp(work.now)}
    return Answer({"print_job": view})


def _next_queued(work: Work, kinds: Sequence[str]) -> PrintJobRow | None:
    """The oldest queued job of these kinds that may still be printed; those that may not are failed on the way."""
    queued = (
        select(PrintJobRow)
        .where(PrintJobRow.hall_id == work.hall.id, PrintJobRow.state == "queued", PrintJobRow.kind.in_(kinds))
        .order_by(PrintJobRow.created_at)
        .limit(1)
    )
    while (job := work.db.scalars(queued).first()) is not None:
        reason = _why_not_printed(work, job)
        if reason is None:
            return job
        job.state, job.evidence = PrintJobState.FAILED.value, reason
        work.record(EventKind.PRINT_JOB_FAILED, job, reason=reason)
        alerts.raise_alert(work, AlertKind.PRINT, text=reason)
        work.db.flush()
    return None


def _why_not_printed(work: Work, job: PrintJobRow) -> str | None:
    """The code of why a job may not be printed any more; one that cannot even be judged holds up no other."""
    try:
        must_still_be_printed(work.db, job, work.now)
    except HallError as error:
        return error.code.value
    except SQLAlchemyError:
        raise
    except Exception:
        log.exception("print job %s cannot be judged", job.id)
        return ErrorCode.INTERNAL.value
    return None


def must_still_be_printed(db: Session, job: PrintJobRow, now: datetime) -> None:
    """Raises report_unavailable, report_at_desk for a report that was withdrawn or may not be printed any more."""
    row = db.get(ReportRow, job.report_id) if job.report_id else None
    if row is not None:
        must_still_print(db, row, handed_over=bool(job.content.get("handed_over")), now=now)


def _lease(work: Work, job: PrintJobRow, seconds: int) -> None:
    job.state, job.device_id, job.lease = PrintJobState.LEASED.value, work.principal.id, secrets.token_hex(8)
    job.lease_until = lease.lease_until(work.real_now, seconds)
    work.schedule(f"lease:{job.id}", "lease", job.id, job.lease_until, clock="real")
    work.record(EventKind.PRINT_JOB_LEASED, job)


def job_of(work: Work, id: str) -> PrintJobRow:
    """A print job of the hall. Raises not_found."""
    job = work.db.get(PrintJobRow, id)
    if job is None or job.hall_id != work.hall.id:
        raise HallError(ErrorCode.NOT_FOUND, "no such print job")
    return job


def report(work: Work, id: str, body: JobReportBody) -> Answer:
    """How printing ended, from the device that holds the job. Raises lease_lost, not_found, evidence_needed."""
    job = job_of(work, id)
    before = PrintJobState(job.state)
    if job.device_id != work.principal.id or lease.is_lost(before, job.lease, body.lease or job.lease):
        raise HallError(ErrorCode.LEASE_LOST, f"the job is {before}")
    after = lease.after_report(before, PrintJobState(body.state))
    if after is PrintJobState.PRINTED and not (body.evidence or "").strip():
        raise HallError(ErrorCode.EVIDENCE_NEEDED)
    if after is PrintJobState.QUEUED and work.principal.role != DeviceRole.STATION:
        after = PrintJobState.FAILED  # a kiosk's patient stands there: nobody else's printer is any use to them
    if after is before and (job.evidence or body.evidence is None):  # nothing new is said of it
        return Answer({"print_job": {**job_view(job), "moved_to": {}}})
    job.state, job.evidence = after.value, body.evidence
    work.unschedule(f"lease:{job.id}")
    if after is PrintJobState.QUEUED:
        job.device_id = job.lease = job.lease_until = None
    work.record(KINDS[after], job, reason=body.evidence)
    if after in ON_PAPER and job.report_id and (printed := work.db.get(ReportRow, job.report_id)):
        printed.prints += 1
    view = job_view(job)
    if after in {PrintJobState.FAILED, PrintJobState.UNKNOWN}:
        _back_to_desk(work, job)
        moved = _move(work, job) if after is PrintJobState.FAILED and body.evidence != NOBODY_WAITS else None
        _alarm(work, job, code_of(body.evidence) or after.value, moved, note=body.evidence)
        view["moved_to"] = _place_of(moved) if moved is not None else {}
    return Answer({"print_job": view})


def _alarm(work: Work, job: PrintJobRow, text: str, moved: DeviceRow | None, note: str | None = None) -> None:
    """Tell staff of paper that did not certainly come out, and where its copy does."""
    if moved is not None:
        text, note = f"{ServerReason.MOVED}: {moved.name}", None
    alerts.raise_alert(work, AlertKind.PRINT, ticket=job.ticket_id, device=job.device_id, text=text, note=note)


def _move(work: Work, job: PrintJobRow) -> DeviceRow | None:
    """Let a station print a marked copy of what a kiosk did not print; where, or None where nothing is to be moved.

    Part of the paper may be out, so it is a copy (补打) like any other, made once for each job.
    """
    kiosk = work.db.get(DeviceRow, job.device_id) if job.device_id else None
    station = paper_routing.fallback(work, job.kind)
    if kiosk is None or kiosk.role != DeviceRole.KIOSK or station is None or job.content.get("handed_over"):
        return None
    same = (PrintJobRow.ticket_id == job.ticket_id) if job.ticket_id else (PrintJobRow.report_id == job.report_id)
    if work.db.scalars(select(PrintJobRow.id).where(same, PrintJobRow.reprint_of == job.id).limit(1)).first():
        return None
    try:
        must_still_be_printed(work.db, job, work.now)
    except HallError:
        return None
    copy(work, job, ServerReason.MOVED.value, lease_to_kiosk=False)
    return station


def copy(work: Work, job: PrintJobRow, reason: str, *, lease_to_kiosk: bool) -> View | None:
    """The same paper again, marked 补打; None where nobody can print it."""
    return new_job(
        work,
        job.kind,
        job.content,
        ticket=job.ticket_id,
        report=job.report_id,
        lease_to_kiosk=lease_to_kiosk,
        copy_number=job.copy_number + 1,
        reprint_of=job.id,
        reason=reason,
    )


def _place_of(station: DeviceRow) -> dict[str, str]:
    """Where a station stands, by language; its name where nobody said."""
    return dict(station.place) if station.place else {"zh": station.name, "en": station.name}


def _back_to_desk(work: Work, job: PrintJobRow) -> None:
    """A report whose hand-over ended without paper, or with nobody knowing, waits at the desk again."""
    row = work.db.get(ReportRow, job.report_id) if job.content.get("handed_over") else None
    if row is not None:
        row.at_desk = not row.superseded


def expire(work: Work, id: str) -> None:
    """The lease ran out unreported: paper may be out or not, so a person must look."""
    job = work.db.get(PrintJobRow, id)
    if job is None or PrintJobState(job.state) is not PrintJobState.LEASED:
        return
    if not lease.is_expired(job.lease_until, work.real_now):
        return
    job.state = lease.after_expiry(PrintJobState.LEASED).value
    _back_to_desk(work, job)
    work.record(EventKind.PRINT_JOB_UNKNOWN, job, reason="lease_expired")
    _alarm(work, job, "lease_expired", _move(work, job))
