"""A one-time code for a patient whose card the desk has looked at: ten minutes, one use, this hall; audited."""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode
from server.services.core.codes import new_code
from server.services.core.context import Context
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.core.views import stamp
from server.services.patients.patient_requests import DeskCodeBody
from server.services.tickets.transitions import ticket_of
from server.store.models import DeskCodeRow, PatientRow

VALID = timedelta(minutes=10)


def hand_out(work: Work, context: Context, body: DeskCodeBody) -> Answer:
    """A code for the patient of a ticket, or of a visit token that this desk got.

    `document_seen` says which card was looked at. The code itself is answered once: a repeated key gets its end only.
    Raises visit_token_invalid, unknown_ticket, forbidden for another hall's ticket.
    """
    patient = _patient_of(work, context, body)
    code = new_code()
    row = DeskCodeRow(
        code_hash=context.token_hash(code),
        hall_id=work.hall.id,
        patient_id=patient.id,
        made_at=work.real_now,
        expires_at=work.real_now + VALID,
        used_at=None,
    )
    work.db.add(row)
    work.audit("identify.desk_code", patient.id, body.document_seen)
    return Answer({"code": code, "expires_at": stamp(row.expires_at)}, Outcome.CREATED, once=frozenset({"code"}))


def _patient_of(work: Work, context: Context, body: DeskCodeBody) -> PatientRow:
    if body.ticket is not None:
        return work.db.get_one(PatientRow, ticket_of(work, body.ticket).patient_id)
    visit = context.read_visit(body.visit_token or "")
    patient = work.db.get(PatientRow, visit["patient"])
    if patient is None or visit["hall"] != work.hall.id or visit["device"] != work.principal.id:
        raise HallError(ErrorCode.VISIT_TOKEN_INVALID)
    return patient


def valid(work: Work, context: Context, code: str) -> str | None:
    """The patient of a code that is unused, of this hall and young enough."""
    row = work.db.get(DeskCodeRow, context.token_hash(code))
    good = row is not None and row.used_at is None and row.hall_id == work.hall.id and work.real_now < row.expires_at
    return row.patient_id if row is not None and good else None


def use(work: Work, context: Context, code: str) -> None:
    """The code has done its work."""
    row = work.db.get_one(DeskCodeRow, context.token_hash(code))
    row.used_at = work.real_now


def forget_old(db: Session, now: datetime) -> None:
    """Drop codes that opened something long ago, or never."""
    db.execute(delete(DeskCodeRow).where(DeskCodeRow.expires_at < now))
