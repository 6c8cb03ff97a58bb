"""Asks who may check in without the desk; the rules are server.domain.queueing.eligibility's."""

from datetime import timedelta

from sqlalchemy import func, select

from server.domain.errors import HallError
from server.domain.queueing import eligibility
from server.protocol.terms import AppointmentState, ErrorCode, TicketState
from server.services.core.hall_config import Queue
from server.services.core.unit_of_work import Work
from server.services.core.views import stamp
from server.store.models import AppointmentRow, TicketRow


def admit(
    work: Work, queue: Queue, patient: str | None, *, booked: AppointmentRow | None, override: str | None = None
) -> None:
    """Let somebody check in who has no ticket of the day yet; `patient` None is a stranger, without a past.

    Raises queue_closed when check-in for the session has closed, unless staff gives a reason; desk_only at a kiosk
    after a missed session or too many no-shows.
    """
    rules, now = queue.rules, work.now
    closed = eligibility.closed_since(rules, queue.hours.session_of(now), now)
    if closed is not None and not (work.principal.is_staff and override):
        raise HallError(ErrorCode.QUEUE_CLOSED, f"check-in closed at {closed.isoformat()}", closed_at=stamp(closed))
    if work.principal.is_staff:
        return
    session = queue.hours.session_of(booked.slot_start) if booked is not None else None
    counted = patient is not None and rules.no_show_limit is not None
    missed = no_shows(work, patient, rules.no_show_window_days) if patient is not None and counted else 0
    refused = eligibility.desk_only(rules, now, booked=session, no_shows=missed)
    if refused is not None:
        raise refused


def no_shows(work: Work, patient: str, days: int) -> int:
    """How often a patient did not come within so many days: called and gone, or booked and never there.

    Who waited and was not called before the day was closed did not fail to come; a booking that was cancelled is
    nobody's, and two for the same queue and day are one visit that did not take place.
    """
    today = work.business_day
    first = today - timedelta(days=days)
    begins, _ = work.config.bounds(first)
    _, ended = work.config.bounds(today - timedelta(days=1))
    cancelled = select(AppointmentRow.id).where(
        AppointmentRow.patient_id == patient, AppointmentRow.state == AppointmentState.CANCELLED.value
    )
    called = work.db.scalar(
        select(func.count())
        .select_from(TicketRow)
        .where(
            TicketRow.patient_id == patient,
            TicketRow.state == TicketState.NO_SHOW.value,
            TicketRow.calls > 0,
            TicketRow.business_day >= first,
            TicketRow.appointment_id.is_(None) | TicketRow.appointment_id.not_in(cancelled),
        )
    )
    never_there = work.db.execute(
        select(AppointmentRow.hall_id, AppointmentRow.queue_id, AppointmentRow.slot_start).where(
            AppointmentRow.patient_id == patient,
            AppointmentRow.state == AppointmentState.BOOKED.value,
            AppointmentRow.slot_start >= begins,
            AppointmentRow.slot_end <= ended,
        )
    )
    return int(called or 0) + len({(hall, queue, work.config.day(start)) for hall, queue, start in never_there})
