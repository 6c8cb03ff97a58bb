"""The hall's watch: once a minute who waits too long, whose session is over, whose slot begins. Runs as a due row."""

from datetime import date, datetime

from sqlalchemy import select

from server.domain.errors import HallError
from server.domain.queueing.discipline.graded import target
from server.domain.queueing.discipline.values import minutes_waited
from server.protocol.terms import ENDED, Action, AlertKind, StationState, TicketState
from server.services.alerts import alerts
from server.services.calling.selection import heads_of
from server.services.core.business_day import WATCH
from server.services.core.context import Context
from server.services.core.hall_config import Queue
from server.services.core.unit_of_work import Work
from server.services.tickets import absent_doctors, transitions
from server.services.tickets.issue import Asked, issue
from server.store.models import AlertRow, AppointmentRow, PatientRow, StationRow, TicketRow
from server.store.queries import people

BATCH = 100
UNFINISHED = (TicketState.WAITING, TicketState.STAGED, TicketState.PASSED, TicketState.CHECKED_IN)
"""What a session leaves behind; who is held for an examination comes back as a return."""


def watch(work: Work, context: Context, day: date) -> datetime | None:
    """One round; when the next is. None to rest: the day is over, nobody is left and no slot begins by itself."""
    queues = [queue for queue in work.config.queues.values() if queue.active]
    for queue in queues:
        _alarm_starving(work, queue)
        absent_doctors.look(work, queue)
        if not queue.rules.carry_over and context.clock.may_close():
            _close_session(work, queue)
        if queue.rules.check_in == "automatic":
            _check_in_booked(work, context, queue)
    automatic = any(queue.rules.check_in == "automatic" for queue in queues)
    return work.now + WATCH if automatic or work.business_day == day or _anybody(work) else None


def paused_long(work: Work, station_id: str) -> None:
    """A doctor's pause has lasted so long that patients may ask for another: staff is told how many wait by name."""
    station = work.db.get(StationRow, station_id)
    if station is None or station.state != StationState.PAUSED:
        return
    waiting = len(named_waiting(work, station.doctor_id)) if station.doctor_id else 0
    alerts.raise_alert(work, AlertKind.PAUSED_LONG, text=f"{station.id}: {waiting}")


def named_waiting(work: Work, doctor: str) -> list[TicketRow]:
    """Who waits for a doctor by name."""
    return list(
        work.db.scalars(
            select(TicketRow).where(
                TicketRow.hall_id == work.hall.id,
                TicketRow.doctor == doctor,
                TicketRow.state.in_([TicketState.WAITING.value, TicketState.CHECKED_IN.value]),
            )
        )
    )


def _anybody(work: Work) -> bool:
    live = select(TicketRow.id).where(
        TicketRow.hall_id == work.hall.id, TicketRow.state.not_in([state.value for state in ENDED])
    )
    return work.db.scalars(live.limit(1)).first() is not None


def _alarm_starving(work: Work, queue: Queue) -> None:
    """One alert a queue for the head of a lane who waited so many times the target, until somebody looked at it."""
    rules = queue.rules
    late = [
        (minutes_waited(head, work.now) / target(head, rules), head)
        for head in heads_of(work, [queue])
        if minutes_waited(head, work.now) > rules.starvation_alarm * target(head, rules)
    ]
    if not late:
        return
    _, head = max(late, key=lambda one: (one[0], one[1].order))
    alerted = work.db.scalars(
        select(AlertRow.ticket_id)
        .join(TicketRow, TicketRow.id == AlertRow.ticket_id)
        .where(
            AlertRow.hall_id == work.hall.id,
            AlertRow.kind == AlertKind.STARVED.value,
            TicketRow.queue_id == queue.id,
            AlertRow.closed_at.is_(None) | (AlertRow.ticket_id == head.ticket),
        )
        .limit(1)
    ).first()
    if alerted is None:
        number = work.db.get_one(TicketRow, head.ticket).number
        text = f"{number}: {int(minutes_waited(head, work.now))} / {target(head, rules)} min"
        alerts.raise_alert(work, AlertKind.STARVED, ticket=head.ticket, text=text)


def _close_session(work: Work, queue: Queue) -> None:
    """carry_over = false: who was left behind by a session that is over did not show up."""
    ended = queue.hours.last_end(work.now)
    if ended is None:
        return
    rows = work.db.scalars(
        select(TicketRow)
        .where(
            TicketRow.hall_id == work.hall.id,
            TicketRow.queue_id == queue.id,
            TicketRow.state.in_([state.value for state in UNFINISHED]),
            TicketRow.checked_in_at < ended,
            TicketRow.slot_start.is_(None) | (TicketRow.slot_start < ended),
        )
        .limit(BATCH)
    ).all()
    for ticket in rows:
        transitions.apply(work, ticket, Action.CLOSE, reason="session_closed", station_id=None, hold_reason=None)


def _check_in_booked(work: Work, context: Context, queue: Queue) -> None:
    """check_in = automatic: whose slot has begun stands in line without a check-in 非签到模式."""
    begins, _ = work.config.bounds(work.business_day)
    rows = work.db.scalars(
        select(AppointmentRow)
        .where(
            AppointmentRow.hall_id == work.hall.id,
            AppointmentRow.queue_id == queue.id,
            AppointmentRow.state == "booked",
            AppointmentRow.slot_start >= begins,
            AppointmentRow.slot_start <= work.now,
        )
        .order_by(AppointmentRow.slot_start, AppointmentRow.id)
        .limit(BATCH)
    ).all()
    for booked in rows:
        patient = work.db.get_one(PatientRow, booked.patient_id)
        here = people.tickets_today(work.db, patient.id, work.hall.id, work.business_day)
        if any(ticket.queue_id == queue.id and transitions.is_live(ticket) for ticket in here):
            continue
        try:
            issue(work, context, queue, patient, Asked(booked=booked))
        except HallError:  # between sessions: the next round of an open queue takes them
            return
