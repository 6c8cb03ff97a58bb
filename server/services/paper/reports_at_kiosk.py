"""A report printed by the patient at a kiosk."""

from server.domain.errors import HallError
from server.domain.reports.decision import Printable, text_of
from server.protocol.terms import ErrorCode
from server.services.core.context import Context
from server.services.core.requests import PrintReportBody
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.paper import print_jobs
from server.services.reports.judging import verdict
from server.services.reports.matching import adopt
from server.store.models import PatientRow, ReportRow


def print_report(work: Work, context: Context, id: str, body: PrintReportBody) -> Answer:
    """A print job leased to the kiosk that identified the patient by card or code.

    Raises visit_token_invalid, not_identified (level too low), report_unavailable, report_at_desk.
    """
    visit = context.read_visit(body.visit_token)
    row = work.db.get(ReportRow, id)
    if visit["hall"] != work.hall.id or visit["device"] != work.principal.id:
        raise HallError(ErrorCode.VISIT_TOKEN_INVALID)
    if visit["level"] < 2 or row is None or row.superseded:
        raise HallError(ErrorCode.REPORT_UNAVAILABLE)
    patient = adopt(work, row, work.db.get(PatientRow, visit["patient"]))
    if patient is None or patient.id != visit["patient"]:
        raise HallError(ErrorCode.REPORT_UNAVAILABLE)
    decision = verdict(work.db, row, patient, work.now).printable
    if decision is not Printable.YES:
        code = ErrorCode.REPORT_AT_DESK if decision is Printable.DESK else ErrorCode.REPORT_UNAVAILABLE
        raise HallError(code, text=text_of(decision))
    content = {"report": row.id, "language": body.language or patient.language or "zh", "terminal": work.principal.name}
    job = print_jobs.new_job(work, "report", content, report=row.id, lease_to_kiosk=True, copy_number=row.prints)
    work.audit("report.printing", row.id)
    return Answer({"print_job": job}, Outcome.CREATED)
