"""Calls for staff: raised by patients, devices and rules; acknowledged by who goes, closed with an outcome."""

import re
import secrets
from collections.abc import Sequence

from sqlalchemy import select

from server.domain.access.reach import Reach
from server.domain.access.rights import reach_of
from server.domain.errors import HallError
from server.domain.monitoring import alerts
from server.protocol.terms import AlertKind, AlertOutcome, ErrorCode, EventKind
from server.services.core.authority import is_visitor
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.core.requests import AcknowledgeBody, AlertBody, CloseAlertBody
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.core.views import View, alert_view
from server.store.models import AlertRow, PatientRow, TicketRow

CODE = re.compile(r"[a-z][a-z0-9_.]*", re.ASCII)


def raise_alert(
    work: Work,
    kind: AlertKind,
    *,
    ticket: str | None = None,
    device: str | None = None,
    text: str | None = None,
    note: str | None = None,
    patient: str | None = None,
    queue: str | None = None,
    flags: Sequence[str] = (),
) -> View:
    """Record an alert, or count it on the open line it belongs to, and give its view.

    A ticket says the patient and the queue where they are not given. `text` is the server's own, `note` what somebody
    typed: it stays in the alert's row and is shown to staff while the alert is open.
    """
    held = work.db.get(TicketRow, ticket) if ticket else None
    if held is not None:
        patient, queue = patient or held.patient_id, queue or held.queue_id
    line = _line_of(work, kind, device=device, patient=patient)
    if line is not None:
        _repeat(work, line, device=device, queue=queue, ticket=ticket, text=text, note=note, flags=flags)
        return alert_view(line)
    row = AlertRow(
        id=secrets.token_hex(8),
        hall_id=work.hall.id,
        kind=kind.value,
        ticket_id=ticket,
        device_id=device,
        patient_id=patient,
        queue_id=queue,
        flags=list(flags),
        text=text,
        note=note,
        raised_at=work.now,
        last_at=work.now,
        count=1,
        seq=0,
        **_OPEN,
    )
    work.db.add(row)
    work.record(EventKind.ALERT_RAISED, row)
    return alert_view(row)


_OPEN: dict[str, None] = {
    "acknowledged_at": None,
    "acknowledged_by": None,
    "going": None,
    "closed_at": None,
    "closed_by": None,
    "outcome": None,
}
"""The columns of an alert that nobody has answered yet."""


def _repeat(
    work: Work,
    line: AlertRow,
    *,
    device: str | None,
    queue: str | None,
    ticket: str | None,
    text: str | None,
    note: str | None,
    flags: Sequence[str],
) -> None:
    """Count an alert on an open line, which takes what is newer; recorded where it says more or comes often."""
    before, since = _said(line), work.now - line.last_at
    line.count, line.last_at = line.count + 1, work.now
    line.device_id = device or line.device_id  # who comes must go where the patient stands now
    line.queue_id, line.ticket_id = queue or line.queue_id, ticket or line.ticket_id
    line.text, line.note = text or line.text, note or line.note
    line.flags = [*line.flags, *(flag for flag in flags if flag not in line.flags)]
    if before != _said(line) or alerts.is_repeated(line.count, since):
        work.record(EventKind.ALERT_REPEATED, line)


def _said(line: AlertRow) -> tuple[object, ...]:
    """What a line says beside how often: whom, where, what."""
    return line.device_id, line.queue_id, line.ticket_id, line.text, line.note, line.flags


def _nameless_line(work: Work, kind: AlertKind, device: str) -> AlertRow | None:
    """The newest of too many open dangers of one machine that name nobody and that nobody goes to."""
    rows = work.db.scalars(
        select(AlertRow)
        .where(
            AlertRow.hall_id == work.hall.id,
            AlertRow.closed_at.is_(None),
            AlertRow.acknowledged_at.is_(None),
            AlertRow.kind == kind.value,
            AlertRow.device_id == device,
            AlertRow.patient_id.is_(None),
        )
        .order_by(AlertRow.raised_at.desc())
        .limit(alerts.MOST_NAMELESS)
    ).all()
    return rows[0] if alerts.shares_nameless(kind, len(rows)) else None


def _line_of(work: Work, kind: AlertKind, *, device: str | None, patient: str | None) -> AlertRow | None:
    """The open alert that a new one joins; who is known never joins the line of somebody else at the same machine."""
    if not alerts.may_share(kind, device=device, patient=patient):
        return _nameless_line(work, kind, device) if device is not None and patient is None else None
    same = AlertRow.device_id == device if kind in alerts.PER_MACHINE else AlertRow.patient_id == patient
    rows = work.db.scalars(
        select(AlertRow)
        .where(
            AlertRow.hall_id == work.hall.id,
            AlertRow.closed_at.is_(None),
            AlertRow.kind == kind.value,
            same,
        )
        .order_by(AlertRow.last_at.desc())
    )
    return next(
        (
            row
            for row in rows
            if (patient is None or row.patient_id == patient)
            and alerts.belongs_to(kind, acknowledged=row.acknowledged_at is not None, last_at=row.last_at, now=work.now)
        ),
        None,
    )


def ask_for_help(work: Work, context: Context, body: AlertBody) -> Answer:
    """A patient or a member of staff asks for help, or says a patient feels worse. Raises unknown_ticket.

    A visit token that is too old or of another device, or one that is not the ticket's, leaves a kiosk's call nameless;
    it is never refused for that. What a kiosk says the call is about is a code such as `desk_only`; any other text may
    name somebody and is not kept.
    """
    ticket = work.db.get(TicketRow, body.ticket) if body.ticket is not None else None
    if Reach.NAMELESS in reach_of("raise_alert", work.principal.role):
        ticket = ticket if ticket is not None and is_visitor(work, context, ticket, body.visit_token) else None
    elif body.ticket is not None and (ticket is None or ticket.hall_id != work.hall.id):
        raise HallError(ErrorCode.UNKNOWN_TICKET)
    patient, about = visitor(work, context, body.visit_token), body.about
    view = raise_alert(
        work,
        AlertKind(body.kind),
        ticket=ticket.id if ticket is not None else None,
        device=machine(work),
        patient=patient.id if patient is not None else None,
        text=about if CODE.fullmatch(about or "") else None,
        note=about if work.principal.is_staff and not CODE.fullmatch(about or "") else None,
    )
    return Answer({"alert": view}, Outcome.CREATED)


def machine(work: Work) -> str | None:
    """The device that speaks: where somebody stands."""
    return work.principal.id if work.principal.kind == "device" else None


def visitor(work: Work, context: Context, token: str | None) -> PatientRow | None:
    """The patient a visit token names; None without one, or for one that does not hold here and now."""
    if not token:
        return None
    try:
        visit = context.read_visit(token)
    except HallError:
        return None
    if visit["hall"] != work.hall.id or visit["device"] != work.principal.id:
        return None
    return work.db.get(PatientRow, visit["patient"])


def alert_of(work: Work, id: str) -> AlertRow:
    """An alert of the hall. Raises not_found."""
    row = work.db.get(AlertRow, id)
    if row is None or row.hall_id != work.hall.id:
        raise HallError(ErrorCode.NOT_FOUND, "no such alert")
    return row


def acknowledge(work: Work, id: str, body: AcknowledgeBody) -> Answer:
    """Somebody goes. Acknowledging twice keeps the first, but who goes may be said later. Raises not_found.

    What only had to be read is over with it.
    """
    row = alert_of(work, id)
    if row.closed_at is not None:
        return Answer({"alert": alert_view(row)})
    first = row.acknowledged_at is None
    if first:
        row.acknowledged_at, row.acknowledged_by = work.now, work.actor
    if not alerts.is_line(AlertKind(row.kind)):
        row.closed_at, row.closed_by, row.outcome = work.now, work.actor, AlertOutcome.NOTED.value
    if first or (body.going and body.going != row.going):
        row.going = body.going or row.going
        work.record(EventKind.ALERT_ACKNOWLEDGED, row)
    return Answer({"alert": alert_view(row)})


def close(work: Work, id: str, body: CloseAlertBody) -> Answer:
    """It is over. Closing twice keeps the first outcome. Raises not_found."""
    row = alert_of(work, id)
    end(work, row, body.outcome)
    return Answer({"alert": alert_view(row)})


def end(work: Work, row: AlertRow, outcome: AlertOutcome) -> None:
    """Close an open alert; who closes what nobody acknowledged has acknowledged it with that."""
    if row.closed_at is not None:
        return
    if row.acknowledged_at is None:
        row.acknowledged_at, row.acknowledged_by = work.now, work.actor
    row.closed_at, row.closed_by, row.outcome = work.now, work.actor, outcome.value
    work.record(EventKind.ALERT_CLOSED, row, reason=outcome.value)


def end_of_ticket(work: Work, ticket: str, outcome: AlertOutcome) -> None:
    """Close the open alerts of a ticket whose patient has been seen."""
    rows = work.db.scalars(
        select(AlertRow).where(
            AlertRow.hall_id == work.hall.id, AlertRow.closed_at.is_(None), AlertRow.ticket_id == ticket
        )
    ).all()
    for row in rows:
        end(work, row, outcome)


def end_of_silence(work: Work, device: str) -> None:
    """Close the open alert of a loudspeaker that is heard again."""
    rows = work.db.scalars(
        select(AlertRow).where(
            AlertRow.hall_id == work.hall.id,
            AlertRow.closed_at.is_(None),
            AlertRow.kind == AlertKind.SILENT.value,
            AlertRow.device_id == device,
        )
    ).all()
    for row in rows:
        end(work, row, AlertOutcome.DEVICE_OK)


def must_be_own(principal: Principal, row: AlertRow) -> None:
    """A kiosk follows only the calls it raised itself. Raises not_found."""
    of_others = Reach.OWN in reach_of("read_alert", principal.role) and row.device_id != principal.id
    if of_others or principal.hall not in {None, row.hall_id}:
        raise HallError(ErrorCode.NOT_FOUND, "no such alert")
