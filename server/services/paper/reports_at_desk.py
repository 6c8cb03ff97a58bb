"""The desk's part: what waits there and why, handing over after a look at the card, answering for critical values."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.privacy.recorded_reasons import code_of
from server.domain.reports.critical import critical_lines
from server.domain.reports.decision import Printable, Reason, Verdict, has_content, is_critical_report
from server.domain.reports.person import differences
from server.domain.reports.phrases import phrase
from server.domain.reports.received import Received, loaded
from server.domain.reports.versions import CORRECTED
from server.protocol.messages import PrintJob
from server.protocol.reports import ReportAtDesk, ReportsAtDesk
from server.protocol.terms import ErrorCode, PrintJobState, StaffRole
from server.protocol.texts import Listed, Message
from server.services.core.hall_config import config_of
from server.services.core.requests import AcknowledgeReportBody, HandOverBody
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.core.views import View, stamp
from server.services.paper import print_jobs
from server.services.reports.judging import must_be_in_force, verdict
from server.services.reports.matching import fits, patient_of, person_of, subject_of
from server.store.models import HallRow, PatientRow, PrintJobRow, ReportRow, TicketRow
from server.store.queries import reports as kept

MOST = 200
"""Reports in one answer of the list."""


def at_desk(db: Session, hall: HallRow, now: datetime) -> View:
    """What waits at the desks of the hospital, the newest first.

    These are the reports marked when they came, and those of patients with a ticket in this hall today, since some
    go to the desk only later (too old, printed too often). A report belongs to no hall, so every desk sees it.
    """
    marked = kept.waiting(db, MOST + 1)
    here = kept.of_patients_here(db, hall.id, config_of(db, hall).day(now), MOST)
    rows = {row.id: row for row in [*marked[:MOST], *here]}
    found = [view for row in rows.values() if (view := _waiting(db, row, now)) is not None]
    found.sort(key=lambda view: view.received_at, reverse=True)
    answer = ReportsAtDesk(reports=found[:MOST], more=len(marked) > MOST or len(found) > MOST)
    return answer.model_dump(mode="json")


def looked_at(work: Work, count: int) -> Answer:
    """Leave an audit row: somebody looked at the list."""
    work.audit("reports.listed", work.hall.id, f"{count} reports")
    return Answer({})


def hand_over(work: Work, id: str, body: HandOverBody) -> Answer:
    """A print job for the hall's stations, after a look at the patient's card.

    `patient` (a record, identity or card number, or a ticket of this hall) names the patient of a report that nobody
    is matched with. Raises not_found, report_unavailable (withdrawn, replaced, or nothing that a slip printer can
    set), evidence_needed (the card was not looked at), patient_needed, critical_unacknowledged, no_printer,
    report_handed_over (without `again`), contradicting_data where the report fits another patient, or where it says
    something else of its patient and nobody gave `confirm`.
    """
    row = _report(work, id)
    must_be_in_force(row)
    if not body.document_seen:
        raise HallError(ErrorCode.EVIDENCE_NEEDED, "look at the patient's identity document first")
    copies = _copies(work, row, again=body.again)
    patient = _patient_of(work, row, body)
    report = loaded(row.resource)
    if report is not None and not has_content(report) and not any(line.name for line in report.lines):
        raise HallError(ErrorCode.REPORT_UNAVAILABLE, "there is nothing that a slip printer can set")
    judged = verdict(work.db, row, patient, work.now)
    if Reason.CRITICAL in judged.reasons:
        raise HallError(ErrorCode.CRITICAL_UNACKNOWLEDGED)
    content = {
        "report": row.id,
        "language": body.language or patient.language or "zh",
        "terminal": work.principal.name,
        "handed_over": True,
    }
    job = print_jobs.new_job(
        work, "report", content, report=row.id, lease_to_kiosk=False, copy_number=copies, reason=body.reason
    )
    if job is None:
        raise HallError(ErrorCode.NO_PRINTER)
    row.handed_over_at, row.at_desk = work.real_now, False
    reasons = ",".join(judged.reasons) or "none"
    confirmed = "confirmed, " if body.confirm else ""
    work.audit("report.handed_over", row.id, f"{confirmed}{reasons}: {code_of(body.reason)}"[:200])
    job = {**job, "document": None, "lease": None}
    return Answer(
        {"report": {"id": row.id}, "print_job": PrintJob.model_validate(job).model_dump(mode="json")}, Outcome.CREATED
    )


def acknowledge(work: Work, id: str, body: AcknowledgeReportBody) -> Answer:
    """Somebody who treats the patient answers for a critical value; the first to do so stays.

    A doctor answers for it; a nurse or a console says who does in `by`. Raises not_found, report_unavailable,
    evidence_needed (nobody named), not_critical.
    """
    row = _report(work, id)
    must_be_in_force(row)
    report = loaded(row.resource)
    if report is None or not is_critical_report(report):
        raise HallError(ErrorCode.NOT_CRITICAL)
    by = body.by or (work.principal.name if work.principal.role is StaffRole.DOCTOR else None)
    if by is None:
        raise HallError(ErrorCode.EVIDENCE_NEEDED, "say who answers for the critical value")
    if row.acknowledged_at is None:
        row.acknowledged_at, row.acknowledged_by, row.acknowledged_reason = work.real_now, by, body.reason
        work.audit("report.acknowledged", row.id, f"{by}: {code_of(body.reason) or ''}"[:200])
    patient = patient_of(work.db, row)
    judged = verdict(work.db, row, patient, work.now)
    row.at_desk = judged.printable is Printable.DESK and row.handed_over_at is None
    return Answer({"report": {"id": row.id}})


def described(db: Session, body: View, now: datetime) -> View:
    """An answer with the report that it names as the desk sees it now: receipts keep its id, not its patient."""
    named = body.get("report")
    row = db.get(ReportRow, named["id"]) if isinstance(named, dict) and set(named) == {"id"} else None
    if row is None:
        return body
    patient = patient_of(db, row)
    return {**body, "report": _view(row, patient, verdict(db, row, patient, now)).model_dump(mode="json")}


def _report(work: Work, id: str) -> ReportRow:
    row: ReportRow | None = work.db.get(ReportRow, id)
    if row is None:
        raise HallError(ErrorCode.NOT_FOUND, "no such report")
    return row


def _copies(work: Work, row: ReportRow, *, again: bool) -> int:
    """Which copy a hand-over prints, 0 the first; one whose printing failed is none. Raises report_handed_over."""
    jobs = work.db.scalars(select(PrintJobRow).where(PrintJobRow.report_id == row.id)).all()
    given = [job for job in jobs if job.content.get("handed_over")]
    failed = sum(job.state == PrintJobState.FAILED.value for job in given)
    if row.handed_over_at is not None and (failed < len(given) or not given) and not again:
        raise HallError(ErrorCode.REPORT_HANDED_OVER)
    return max(row.prints, len(given) - failed)


def _patient_of(work: Work, row: ReportRow, body: HandOverBody) -> PatientRow:
    """The patient a report is given to: the one who is named, else the one it may be."""
    known = patient_of(work.db, row)
    patient = _named(work, body.patient) if body.patient is not None else known
    if patient is None:
        raise HallError(ErrorCode.PATIENT_NEEDED)
    if known is not None and known.id != patient.id and fits(work.db, row, known):
        raise HallError(
            ErrorCode.CONTRADICTING_DATA,
            "the report is another patient's",
            fields=["patient"],
            reason=Message("desk", "report_of_another"),
        )
    differing = differences(subject_of(row), person_of(work.db, patient))
    if differing and not body.confirm:
        fields = Listed(tuple(Message("desk", f"field.{field}") for field in differing))
        raise HallError(
            ErrorCode.CONTRADICTING_DATA,
            f"the report says something else of its patient: {', '.join(differing)}",
            fields=differing,
            confirm=True,
            reason=Message("desk", "report_differs", {"fields": fields}),
        )
    if row.patient_id != patient.id:
        row.patient_id = patient.id
        work.audit("report.assigned", row.id)
    return patient


def _named(work: Work, named: str) -> PatientRow:
    ticket = work.db.get(TicketRow, named)
    if ticket is not None and ticket.hall_id == work.hall.id:
        return work.db.get_one(PatientRow, ticket.patient_id)
    found = kept.patients_of_numbers(work.db, {named.strip(), named.strip().upper()})
    if len(found) != 1:
        raise HallError(ErrorCode.PATIENT_NEEDED, "no patient, or more than one, has this number")
    return found[0]


def _waiting(db: Session, row: ReportRow, now: datetime) -> ReportAtDesk | None:
    patient = patient_of(db, row)
    judged = verdict(db, row, patient, now)
    return _view(row, patient, judged) if judged.printable is Printable.DESK else None


def _view(row: ReportRow, patient: PatientRow | None, judged: Verdict) -> ReportAtDesk:
    report = loaded(row.resource)
    subject = subject_of(row)
    born = patient.birth_date.isoformat() if patient is not None and patient.birth_date else subject.birth_date
    number = (patient.identity_number or patient.record_number) if patient is not None else None
    number = number or next(iter(subject.numbers), "")
    values: View = {
        "id": row.id,
        "title": row.title,
        "name": patient.name if patient is not None else next(iter(subject.names), ""),
        "name_on_report": next(iter(subject.names), ""),
        "sex": (patient.sex if patient is not None else None) or subject.sex,
        "birth_date": born,
        "id_tail": number[-4:] or None,
        "matched": patient is not None,
        "status": row.status,
        "version": row.version,
        "corrected": row.status in CORRECTED,
        "issued_at": stamp(row.issued_at),
        "received_at": row.received_at,
        "performer": (report.performer or report.verifier) if report is not None else None,
        "prints": row.prints,
        "reasons": [reason.value for reason in judged.reasons],
        "critical": _critical(report),
        "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": row.acknowledged_by,
        "handed_over_at": row.handed_over_at,
        "missing": _needed(report, patient, judged),
    }
    return ReportAtDesk.model_validate(values)


def _critical(report: Received | None) -> list[str]:
    lines = critical_lines(report.lines) if report is not None else ()
    return [
        " ".join(name for name in (line.name, line.value or phrase(line.phrase, "zh"), line.unit) if name)
        for line in lines
    ]


def _needed(report: Received | None, patient: PatientRow | None, judged: Verdict) -> list[str]:
    """What a hand-over needs before it prints."""
    needed = []
    if patient is None:
        needed.append("patient")
    if Reason.CRITICAL in judged.reasons:
        needed.append("acknowledgement")
    if report is not None and not has_content(report) and not any(line.name for line in report.lines):
        needed.append("paper")
    return needed
