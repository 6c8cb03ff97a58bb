"""A repeated key: the right behind it is asked again, and what its receipt only names is read as it is now."""

from sqlalchemy.orm import Session

from server.domain import lease
from server.domain.errors import HallError
from server.protocol.terms import ErrorCode, PrintJobState
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.core.requests import Body
from server.services.core.transaction import Renew
from server.services.core.unit_of_work import Outcome
from server.services.core.views import View, job_view
from server.services.paper.print_jobs import must_still_be_printed
from server.store.models import DeviceRow, PrintJobRow, StaffRow, TicketRow


def renewal(context: Context, who: Principal, body: Body) -> Renew:
    """What makes the answer to a repeated key of a receipt, for the one who asks now."""
    token = getattr(body, "visit_token", None) if body.token_proves else None

    def renew(db: Session, hall: str, outcome: Outcome, stored: View) -> View:
        must_still_be(db, who)
        if token and outcome is not Outcome.ALERTED:  # nobody who repeats a danger is turned away
            visit = context.read_visit(token)
            if visit["hall"] != hall or visit["device"] != who.id:
                raise HallError(ErrorCode.VISIT_TOKEN_INVALID)
        return {name: _as_it_is(db, context, who, name, value) for name, value in stored.items()}

    return renew


def must_still_be(db: Session, who: Principal) -> None:
    """Raises forbidden for a device or a person whose right has ended or changed since they were looked up."""
    if who.kind == "device":
        device = db.get(DeviceRow, who.id)
        same = device is not None and device.revoked_at is None and device.hall_id == who.hall
    elif who.kind == "staff":
        row = db.get(StaffRow, who.id)
        same = row is not None and row.disabled_at is None
        same = same and row is not None and (row.role, row.hall_id, row.station_id) == (who.role, who.hall, who.station)
    else:
        same = True
    if not same:
        raise HallError(ErrorCode.FORBIDDEN, "the right to this has ended")


def _as_it_is(db: Session, context: Context, who: Principal, name: str, value: object) -> object:
    if not isinstance(value, dict):
        return value
    if name == "print_job":
        job = db.get(PrintJobRow, value["id"])
        return None if job is None else job_view(job, content=_may_print(db, context, who, job))
    if name == "slip":
        ticket = db.get(TicketRow, value["ticket"])
        return {**value, "code": ticket.code if ticket is not None else None}
    return value


def _may_print(db: Session, context: Context, who: Principal, job: PrintJobRow) -> bool:
    """Whether this is the device that holds the job now. Raises report_unavailable, report_at_desk."""
    if job.state != PrintJobState.LEASED or job.device_id != who.id:
        return False
    if lease.is_expired(job.lease_until, context.clock.real()):
        return False
    must_still_be_printed(db, job, context.clock.hall())
    return True
