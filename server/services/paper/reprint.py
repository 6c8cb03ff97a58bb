"""The same paper again, marked 补打: for a desk, and at a kiosk for who stands there."""

from datetime import timedelta

from sqlalchemy import func, select

from server.domain.access.reach import Reach
from server.domain.access.rights import reach_of
from server.domain.errors import HallError
from server.domain.monitoring.overuse import Action
from server.protocol.terms import DeviceRole, ErrorCode, PrintJobState
from server.services.alerts import overuse
from server.services.core.authority import must_be_visitor
from server.services.core.context import VISIT_SECONDS, Context
from server.services.core.requests import ReprintBody
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.paper.print_jobs import copy, job_of, must_still_be_printed
from server.store.models import PatientRow, PrintJobRow, TicketRow

AT_THE_KIOSK = timedelta(seconds=VISIT_SECONDS)
"""How long somebody without a visit token may still stand there: as long as a token lasts."""


def reprint(work: Work, context: Context, id: str, body: ReprintBody) -> Answer:
    """A marked copy, by the kiosk itself or the hall's stations.

    Raises no_printer, not_found, too_many; visit_token_invalid at a kiosk for the slip of somebody else; for a report
    that was withdrawn or replaced meanwhile report_unavailable, and report_at_desk for one that only a hand-over may
    print.
    """
    job = job_of(work, id)
    kiosk = work.principal.role == DeviceRole.KIOSK
    if kiosk:
        _must_be_theirs(work, context, job, body.visit_token)
    overuse.must_have_room(work, context, Action.REPRINTS)
    must_still_be_printed(work.db, job, work.now)
    if job.content.get("handed_over"):
        raise HallError(ErrorCode.REPORT_AT_DESK, "hand the report over again, after a look at the card")
    view = copy(work, job, body.reason, lease_to_kiosk=kiosk)
    if view is None:
        raise HallError(ErrorCode.NO_PRINTER)
    overuse.count(work, context, Action.REPRINTS)
    return Answer({"print_job": view}, Outcome.CREATED)


def _must_be_theirs(work: Work, context: Context, job: PrintJobRow, token: str | None) -> None:
    """A kiosk reprints what it printed itself, for the patient who stands there. Raises forbidden, desk_only,
    visit_token_invalid."""
    if job.device_id != work.principal.id:
        raise HallError(ErrorCode.FORBIDDEN, "a kiosk reprints its own paper only")
    ticket = work.db.get(TicketRow, job.ticket_id) if job.ticket_id else None
    if job.kind != "slip" or ticket is None:
        raise HallError(ErrorCode.DESK_ONLY)
    latest = Reach.LATEST in reach_of("reprint", work.principal.role)
    if not (latest and _is_nobodys(work, ticket) and _is_latest(work, job)):
        must_be_visitor(work, context, "reprint", ticket, token)


def _is_nobodys(work: Work, ticket: TicketRow) -> bool:
    """Whether nothing is known of a ticket's patient but a name, so that no identification can prove who it is."""
    patient = work.db.get_one(PatientRow, ticket.patient_id)
    numbers = (patient.record_number, patient.identity_number, patient.document_number)
    return not any((*numbers, patient.phone, patient.birth_date))


def _is_latest(work: Work, job: PrintJobRow) -> bool:
    """Whether a kiosk has printed for nobody else since, and no longer ago than somebody stands before it."""
    begun = work.db.scalar(select(func.min(PrintJobRow.created_at)).where(PrintJobRow.ticket_id == job.ticket_id))
    if begun is None or work.real_now - begun > AT_THE_KIOSK:
        return False
    since = select(PrintJobRow.id).where(
        PrintJobRow.hall_id == work.hall.id,
        PrintJobRow.state.in_(list(PrintJobState)),
        PrintJobRow.created_at > begun,
        PrintJobRow.device_id == job.device_id,
        PrintJobRow.ticket_id.is_distinct_from(job.ticket_id),
    )
    return work.db.scalars(since.limit(1)).first() is None
