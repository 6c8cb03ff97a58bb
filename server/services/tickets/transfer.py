"""Transfer 转诊: another queue of the hall keeps the number; another hall issues a new ticket of the same visit."""

from sqlalchemy import select

from server.domain.errors import HallError
from server.domain.lifecycle import next_state
from server.domain.queueing import placement
from server.protocol.terms import (
    AT_STATION,
    Action,
    EndReason,
    ErrorCode,
    EventKind,
    Lane,
    StationState,
    TicketState,
)
from server.services.core.context import Context
from server.services.core.hall_config import Queue
from server.services.core.requests import TransferBody
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import ticket_view
from server.services.queue_state.booked_slots import begun_slot
from server.services.tickets import transitions
from server.services.tickets.issue import Asked, issue, must_be_known
from server.store.models import HallRow, PatientRow, StationRow, TicketRow
from server.store.models.ticket_columns import TicketColumns

URGENT_RANK = 2
ON_THE_LIST = transitions.IN_LINE | {TicketState.CHECKED_IN}


def transfer(work: Work, context: Context, id: str, body: TransferBody) -> Answer:
    """转诊: another queue of the hall keeps the number; another hall issues a new ticket of the same visit."""
    ticket = transitions.ticket_of(work, id)
    hall = body.hall or ticket.hall_id
    next_state(TicketState(ticket.state), Action.TRANSFER)
    queue = transitions.queue_of(work, body.queue, hall)
    must_be_open(work, hall, queue.id)
    must_be_known(work, hall, queue.id, body.doctor)
    other_scale = ticket.bypass or queue.scale != transitions.home_of(work, ticket).scale
    _must_be_allowed(work, ticket, queue, body, other_scale=other_scale)
    regraded = other_scale or (queue.mode == "graded" and not ticket.triaged)
    if hall != ticket.hall_id:
        return _to_other_hall(work, context, ticket, body, work.halls[hall], graded_there=not regraded)
    if queue.id == ticket.queue_id and TicketState(ticket.state) in ON_THE_LIST:  # another doctor, the same place
        transitions.apply(work, ticket, Action.TRANSFER, reason=body.reason, doctor=body.doctor or "", station_id=None)
        return Answer({"ticket": ticket_view(ticket)})
    to = placement.on_transfer(
        rules=queue.rules,
        checked_in_at=ticket.checked_in_at,
        seq=ticket.number_seq,
        tags=ticket.tags,
        now=work.now,
        mode=queue.mode,
        urgent=ticket.lane == Lane.URGENT and not other_scale,
        calls=transitions.day_of(work, queue).calls,
        zone=queue.timezone,
        begun=begun_slot(work.db, queue, placement.transfer_reference(queue.rules, ticket.checked_in_at, work.now)),
    )
    changes: TicketColumns = {
        "queue_id": queue.id,
        "doctor": body.doctor or "",
        "station_id": None,
        "hold_reason": None,
    }
    if regraded:
        changes |= _ungraded(context, queue)
    transitions.apply(work, ticket, Action.TRANSFER, reason=body.reason, to=to, **changes)
    return Answer({"ticket": ticket_view(ticket)})


def _must_be_allowed(work: Work, ticket: TicketRow, queue: Queue, body: TransferBody, *, other_scale: bool) -> None:
    """Raises not_callable where a level would be lost, illegal_move where the patient stands in that queue already."""
    if ticket.bypass and queue.mode != "graded":
        raise HallError(ErrorCode.NOT_CALLABLE, "this level does not queue: triage again first")
    twin = work.db.scalars(
        select(TicketRow.id).where(
            TicketRow.visit_id == ticket.visit_id,
            TicketRow.hall_id == queue.hall_id,
            TicketRow.queue_id == queue.id,
            TicketRow.id != ticket.id,
            TicketRow.state.not_in(["done", "cancelled", "no_show"]),
        )
    ).first()
    stays = queue.hall_id == ticket.hall_id and queue.id == ticket.queue_id and not body.doctor
    if twin is not None or stays:
        raise HallError(ErrorCode.ILLEGAL_MOVE, "the patient already stands in that queue", state=ticket.state)
    if other_scale and queue.mode != "graded" and _urgent_unseen(ticket):
        raise HallError(ErrorCode.NOT_CALLABLE, "another scale takes the level away: triage into that queue")


def _ungraded(context: Context, queue: Queue) -> TicketColumns:
    """The columns of a ticket whose level does not hold in `queue`: none yet where it is graded, else the last."""
    last, graded = context.scale(queue.scale).last, queue.mode == "graded"
    return {
        "grade": None if graded else last.code,
        "rank": None if graded else last.rank,
        "target_minutes": last.target_minutes,
        "triaged": False,
        "bypass": False,
    }


def _urgent_unseen(ticket: TicketRow) -> bool:
    """Graded urgent, and no doctor has the patient: only a triage, with reason and second person, takes that away."""
    seen = "started" in ticket.times or TicketState(ticket.state) in AT_STATION
    return ticket.triaged and ticket.rank is not None and ticket.rank <= URGENT_RANK and not seen


def must_be_open(work: Work, hall: str, queue: str) -> None:
    """Raises queue_closed when no station serves the queue, or every one that does has stopped."""
    stations = work.db.scalars(select(StationRow).where(StationRow.hall_id == hall, StationRow.active)).all()
    if not any(queue in station.queues and station.state != StationState.STOPPED for station in stations):
        raise HallError(ErrorCode.QUEUE_CLOSED, "no station of that queue is open")


def _to_other_hall(
    work: Work, context: Context, ticket: TicketRow, body: TransferBody, other: HallRow, *, graded_there: bool
) -> Answer:
    transitions.apply(
        work,
        ticket,
        Action.CANCEL if ticket.state != TicketState.SERVING else Action.FINISH,
        reason=body.reason,
        station_id=None,
        kind=EventKind.TICKET_TRANSFERRED,
        end_reason=EndReason.TRANSFERRED.value,
    )
    ticket.undo = {}
    home, work.hall = work.hall, other
    try:
        patient = work.db.get_one(PatientRow, ticket.patient_id)
        queue = transitions.queue_of(work, body.queue)
        asked = Asked(
            tags=tuple(ticket.tags),
            doctor=body.doctor,
            language=ticket.language,
            flags=tuple(ticket.flags),
            visit=ticket.visit_id,
            sent=ticket,
            graded_there=graded_there,
        )
        new = issue(work, context, queue, patient, asked)
        return Answer({"ticket": ticket_view(ticket), "new_ticket": ticket_view(new)})
    finally:
        work.hall = home


def halls_of_transfer(hall: str, body: TransferBody) -> list[str]:
    """The halls a transfer locks: its own, and the other one if it leaves."""
    return [hall] if body.hall in {None, hall} else [hall, str(body.hall)]
