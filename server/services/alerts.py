"""Calls for staff: raised by patients, devices and rules; stay until acknowledged."""

import secrets

from server.domain.errors import HallError
from server.protocol.terms import AlertKind, ErrorCode, EventKind
from server.services.views import View, alert_view
from server.services.wishes import AlertBody
from server.services.work import Answer, Work
from server.store.tables import AlertRow, TicketRow


def raise_alert(
    work: Work, kind: AlertKind, *, ticket: str | None = None, device: str | None = None, text: str | None = None
) -> View:
    """Record an alert and give its view."""
    row = AlertRow(
        id=secrets.token_hex(8),
        hall_id=work.hall.id,
        kind=kind.value,
        ticket_id=ticket,
        device_id=device,
        text=text,
        raised_at=work.now,
        seq=0,
        acknowledged_at=None,
        acknowledged_by=None,
    )
    work.db.add(row)
    work.record(EventKind.ALERT_RAISED, row)
    return alert_view(row)


def ask_for_help(work: Work, body: AlertBody) -> Answer:
    """A patient or a member of staff asks for help, or says a patient feels worse. Raises unknown_ticket."""
    if body.ticket is not None:
        ticket = work.db.get(TicketRow, body.ticket)
        if ticket is None or ticket.hall_id != work.hall.id:
            raise HallError(ErrorCode.UNKNOWN_TICKET)
    device = work.principal.id if work.principal.kind == "device" else None
    return Answer(201, {"alert": raise_alert(work, AlertKind(body.kind), ticket=body.ticket, device=device)})


def acknowledge(work: Work, id: str) -> Answer:
    """Somebody has seen it. Acknowledging twice keeps the first. Raises not_found."""
    row = work.db.get(AlertRow, id)
    if row is None or row.hall_id != work.hall.id:
        raise HallError(ErrorCode.NOT_FOUND, "no such alert")
    if row.acknowledged_at is None:
        row.acknowledged_at, row.acknowledged_by = work.now, work.actor
        work.record(EventKind.ALERT_ACKNOWLEDGED, row)
    return Answer(200, {"alert": alert_view(row)})
