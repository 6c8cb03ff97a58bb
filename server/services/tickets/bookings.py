"""Bookings after they were made: cancelled, moved, used up by a visit, given back. The rule of it is the domain's."""

from dataclasses import replace

from sqlalchemy import select

from server.domain.errors import HallError
from server.domain.privacy.recorded_reasons import parted
from server.domain.queueing import placement
from server.domain.queueing.bookings import Effect, on_cancel, on_move
from server.protocol.json_values import View
from server.protocol.terms import ENDED, Action, AlertKind, AppointmentState, EndReason, ErrorCode, Lane, TicketState
from server.services.alerts import alerts
from server.services.core.hall_config import config_of
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import appointment_view, ticket_view
from server.services.queue_state.bookable import Booking, must_be_servable
from server.services.queue_state.booked_slots import begun_slot
from server.services.tickets import transitions
from server.store.models import AlertRow, AppointmentRow, TicketRow
from server.store.queries import people

KIND = "booking"
"""The due row by which an import reaches a ticket: tickets are touched under their hall's lock only."""


def booking_of(work: Work, id: str) -> AppointmentRow:
    """A booking, read under the lock of its hall. Raises not_found."""
    row = work.db.get(AppointmentRow, id)
    if row is None or row.hall_id not in work.halls:
        raise HallError(ErrorCode.NOT_FOUND, "no such appointment")
    return row


def cancel(work: Work, row: AppointmentRow, *, reason: str | None = None) -> Answer:
    """退号: the booking is nobody's any more; its ticket leaves the line, unless the patient was called or seen."""
    ticket = ticket_of(work, row)
    effect = on_cancel(TicketState(ticket.state) if ticket else None, escorted=bool(ticket and ticket.bypass))
    seen = ticket is not None and ticket.state in {TicketState.SERVING, TicketState.DONE}
    if not seen and row.state != AppointmentState.CANCELLED:
        row.state = AppointmentState.CANCELLED.value
        _give_reason(work, row, "appointment.cancelled", reason)
    if ticket is not None and effect is Effect.TICKET:
        _end(work, ticket, EndReason.HIS_CANCELLED)
    elif ticket is not None and effect is Effect.STAFF_ALERTED:
        _tell(work, ticket, "his_cancelled_seen" if seen else "his_cancelled_called")
    return _answer(row, effect, ticket)


def move(work: Work, row: AppointmentRow, to: Booking, *, reason: str | None = None) -> Answer:
    """改约: another slot, doctor, queue or day; a ticket in line goes with it, who is away, called or seen stays.

    Raises what must_be_servable raises, and appointment_unusable for a booking that was cancelled.
    """
    must_be_servable(work.db, to)
    if row.state == AppointmentState.CANCELLED:
        raise HallError(ErrorCode.APPOINTMENT_UNUSABLE, "the appointment was cancelled")
    ticket = ticket_of(work, row)
    if Booking.of(row) == to:
        return _answer(row, Effect.BOOKING, ticket)
    effect = _effect_of_move(work, ticket, to)
    if ticket is not None and effect is Effect.TICKET:
        _move_ticket(work, row, ticket, to)
    elif ticket is not None and effect is Effect.STAFF_ALERTED:
        _tell(work, ticket, "his_moved")
    else:
        to.write(row)
        row.state = AppointmentState.BOOKED.value
    _give_reason(work, row, "appointment.moved", reason)
    return _answer(row, effect, ticket)


def _effect_of_move(work: Work, ticket: TicketRow | None, to: Booking) -> Effect:
    if ticket is None:
        return Effect.BOOKING
    state, urgent = TicketState(ticket.state), ticket.lane == Lane.URGENT
    effect = on_move(state, urgent=urgent, escorted=ticket.bypass)
    if effect is not Effect.TICKET or to.hall != ticket.hall_id or to.queue == ticket.queue_id:
        return effect
    here, there = transitions.home_of(work, ticket), transitions.queue_of(work, to.queue)
    fits = (here.mode, here.scale) == (there.mode, there.scale) and not _twin(work, ticket, to.queue)
    return effect if fits else Effect.STAFF_ALERTED


def _move_ticket(work: Work, row: AppointmentRow, ticket: TicketRow, to: Booking) -> None:
    """A ticket in line stands where its new slot puts it; one of another hall or day ends, and its booking is open."""
    to.write(row)
    if to.hall != ticket.hall_id or work.config.day(to.start) != ticket.business_day:
        row.state = AppointmentState.BOOKED.value
        _end(work, ticket, EndReason.HIS_MOVED)
        _tell(work, ticket, "his_moved_away")
        return
    queue = transitions.queue_of(work, to.queue)
    place = placement.on_check_in(
        rules=replace(queue.rules, early_allowed="any"),
        now=ticket.checked_in_at,
        slot_start=to.start,
        slot_end=to.end,
        seq=ticket.number_seq,
        tags=ticket.tags,
        mode=queue.mode,
        registration=to.registration,
        calls=transitions.day_of(work, queue).calls,
        zone=queue.timezone,
        begun=begun_slot(work.db, queue, ticket.checked_in_at),
    )
    transitions.apply(
        work,
        ticket,
        Action.TRANSFER,
        reason=EndReason.HIS_MOVED.value,
        to=place,
        by_itself=True,
        station_id=None,
        queue_id=to.queue,
        doctor=to.doctor or "",
        slot_start=to.start,
        slot_end=to.end,
    )
    ticket.undo = {}


def settle(work: Work, id: str, data: View) -> None:
    """Do what an import asked of a booking whose patient had checked in; a later import may have asked anew."""
    row = work.db.get(AppointmentRow, id)
    if row is None:
        return
    if data["state"] == AppointmentState.CANCELLED.value:
        cancel(work, row, reason="import")
        return
    try:
        move(work, row, Booking.read(data), reason="import")
    except HallError:  # the hall file changed since: the desk sees the booking as it was
        ticket = ticket_of(work, row)
        if ticket is not None:
            _tell(work, ticket, "his_moved")


def ticket_of(work: Work, row: AppointmentRow) -> TicketRow | None:
    """The ticket a booking was checked in with: the live one, else the latest."""
    found = work.db.scalars(
        select(TicketRow)
        .where(
            TicketRow.patient_id == row.patient_id,
            TicketRow.appointment_id == row.id,
            TicketRow.hall_id.in_(work.halls),
        )
        .order_by(TicketRow.checked_in_at)
    ).all()
    live = [ticket for ticket in found if transitions.is_live(ticket)]
    return (live or found)[-1] if found else None


def use_up(work: Work, ticket: TicketRow) -> None:
    """The other bookings of the patient for the same queue and day are used by this visit, and are no no-shows."""
    for row in _others(work, ticket, *people.OPEN):
        row.state = AppointmentState.USED.value


def give_back(work: Work, ticket: TicketRow) -> None:
    """A check-in was taken back before any call: its booking, and those it used up, may be checked in again."""
    state = AppointmentState.CHECKED_IN if ticket.calls else AppointmentState.GIVEN_BACK
    _set(work, ticket, state)
    if not ticket.calls:
        for row in _others(work, ticket, AppointmentState.USED.value):
            row.state = AppointmentState.GIVEN_BACK.value


def take_again(work: Work, ticket: TicketRow) -> None:
    """The ticket lives again, and its booking with it."""
    _set(work, ticket, AppointmentState.CHECKED_IN)
    if ticket.state not in ENDED:
        use_up(work, ticket)


def _set(work: Work, ticket: TicketRow, state: AppointmentState) -> None:
    booked = work.db.get(AppointmentRow, ticket.appointment_id) if ticket.appointment_id else None
    if booked is not None and booked.state != AppointmentState.CANCELLED:
        booked.state = state.value


def _others(work: Work, ticket: TicketRow, *states: str) -> list[AppointmentRow]:
    start, end = config_of(work.db, work.halls[ticket.hall_id]).bounds(ticket.business_day)
    return list(
        work.db.scalars(
            select(AppointmentRow).where(
                AppointmentRow.patient_id == ticket.patient_id,
                AppointmentRow.hall_id == ticket.hall_id,
                AppointmentRow.queue_id == ticket.queue_id,
                AppointmentRow.id != (ticket.appointment_id or ""),
                AppointmentRow.state.in_(states),
                AppointmentRow.slot_start >= start,
                AppointmentRow.slot_start < end,
            )
        )
    )


def _end(work: Work, ticket: TicketRow, reason: EndReason) -> None:
    transitions.apply(
        work, ticket, Action.CANCEL, reason=reason.value, station_id=None, hold_reason=None, end_reason=reason.value
    )
    ticket.undo = {}


def _tell(work: Work, ticket: TicketRow, text: str) -> None:
    """Tell staff once: a hospital's system that sends its day again and again is no new alarm each time."""
    alerted = select(AlertRow.id).where(
        AlertRow.hall_id == ticket.hall_id,
        AlertRow.kind == AlertKind.BOOKING.value,
        AlertRow.ticket_id == ticket.id,
        AlertRow.text == text,
    )
    if work.db.scalars(alerted.limit(1)).first() is None:
        alerts.raise_alert(work, AlertKind.BOOKING, ticket=ticket.id, text=text)


def _twin(work: Work, ticket: TicketRow, queue: str) -> bool:
    live = select(TicketRow.id).where(
        TicketRow.visit_id == ticket.visit_id,
        TicketRow.hall_id == ticket.hall_id,
        TicketRow.queue_id == queue,
        TicketRow.id != ticket.id,
        TicketRow.state.not_in(["done", "cancelled", "no_show"]),
    )
    return work.db.scalars(live.limit(1)).first() is not None


def _answer(row: AppointmentRow, effect: Effect, ticket: TicketRow | None) -> Answer:
    view = {"appointment": appointment_view(row), "effect": effect.value}
    return Answer({**view, "ticket": ticket_view(ticket) if ticket is not None else None})


def _give_reason(work: Work, row: AppointmentRow, action: str, reason: str | None) -> None:
    """Write the reason's code into the trail; what was typed stays with the booking."""
    code, row.remark = parted(reason)
    work.audit(action, row.id, code)
