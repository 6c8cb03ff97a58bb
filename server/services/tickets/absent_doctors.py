"""Who waits for nobody: for a doctor who is gone, or in a queue that no station serves. Nobody waits so in silence."""

from datetime import timedelta

from sqlalchemy import select

from server.protocol.terms import Action, AlertKind, TicketState
from server.services.alerts import alerts
from server.services.core.hall_config import Queue
from server.services.core.unit_of_work import Work
from server.services.queue_state.bookable import is_here, is_served, sees
from server.services.tickets import transitions
from server.store.models import AlertRow, LaneRow, TicketRow

DOCTOR_GONE, DOCTOR_AWAY, NOBODY_SERVES = "doctor_gone", "doctor_away", "nobody_serves"
"""What staff is told: the doctor left the hospital or the queue, is not calling, or no station serves the queue."""


def look(work: Work, queue: Queue) -> None:
    """One round over a queue: who waits for a doctor that sees nobody of it any more waits for any; staff is told.

    A doctor who has no room now may come; when somebody has waited so for `pause_reassign_minutes`, staff is told once.
    """
    waiting = select(LaneRow.doctor).where(
        LaneRow.hall_id == queue.hall_id, LaneRow.queue_id == queue.id, LaneRow.waiting > 0
    )
    named = set(work.db.scalars(waiting))
    if named and not is_served(work.db, queue.hall_id, queue.id):
        _tell(work, queue, _waiting(work, queue)[0], NOBODY_SERVES)
        return
    for doctor in sorted(named - {""}):
        if not sees(work.db, queue.hall_id, queue.id, doctor):
            _free(work, queue, doctor)
        elif not is_here(work.db, queue.hall_id, queue.id, doctor):
            first = _waiting(work, queue, doctor)[0]
            if work.now - first.checked_in_at >= timedelta(minutes=queue.rules.pause_reassign_minutes):
                _tell(work, queue, first, DOCTOR_AWAY)


def _free(work: Work, queue: Queue, doctor: str) -> None:
    waiting = _waiting(work, queue, doctor)
    for ticket in waiting:
        transitions.apply(work, ticket, Action.TRANSFER, reason=DOCTOR_GONE, by_itself=True, doctor="")
    _tell(work, queue, waiting[0], DOCTOR_GONE)


def _waiting(work: Work, queue: Queue, doctor: str | None = None) -> list[TicketRow]:
    """Who waits in a queue, for this doctor if one is named; the first to come first."""
    rows = select(TicketRow).where(
        TicketRow.hall_id == queue.hall_id,
        TicketRow.queue_id == queue.id,
        TicketRow.state == TicketState.WAITING.value,
    )
    rows = rows if doctor is None else rows.where(TicketRow.doctor == doctor)
    return list(work.db.scalars(rows.order_by(TicketRow.checked_in_at)))


def _tell(work: Work, queue: Queue, ticket: TicketRow, text: str) -> None:
    """One alert of a kind for a queue and doctor until somebody looked, and none again for the same ticket."""
    alerted = (
        select(AlertRow.id)
        .join(TicketRow, TicketRow.id == AlertRow.ticket_id)
        .where(
            AlertRow.hall_id == queue.hall_id,
            AlertRow.kind == AlertKind.BOOKING.value,
            AlertRow.text == text,
            TicketRow.queue_id == queue.id,
            TicketRow.doctor == ticket.doctor,
            AlertRow.acknowledged_at.is_(None) | (AlertRow.ticket_id == ticket.id),
        )
    )
    if work.db.scalars(alerted.limit(1)).first() is None:
        alerts.raise_alert(work, AlertKind.BOOKING, ticket=ticket.id, text=text)
