"""Making a ticket: number, visit, place, named doctor."""

import secrets
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from server.domain.errors import HallError
from server.domain.lifecycle import settle
from server.domain.numbering import format_number
from server.domain.queueing import placement, position
from server.protocol.json_values import JsonDict
from server.protocol.terms import AlertKind, AppointmentState, ErrorCode, EventKind, Lane, TicketState
from server.services.alerts import alerts
from server.services.core.codes import new_code
from server.services.core.context import Context
from server.services.core.hall_config import Queue
from server.services.core.unit_of_work import Work
from server.services.core.views import stamp
from server.services.queue_state.bookable import sees
from server.services.queue_state.booked_slots import begun_slot
from server.services.tickets import absent_doctors, bookings, transitions
from server.services.tickets.rooms import open_station_of_doctor
from server.store.models import AppointmentRow, PatientRow, QueueDayRow, TicketRow, VisitRow
from server.store.models.ticket_columns import TicketColumns
from server.store.queries import people
from server.store.rows import insert_now, write_now


@dataclass(frozen=True, slots=True)
class Asked:
    """What a check-in asks of a ticket: slot, tags, an earlier ticket of the day, doctor, language, the visit it joins.

    `sent` is the ticket of a patient sent from another hall, `graded_there` whether its triage holds here too;
    `stranger` is true for a person made just now.
    """

    booked: AppointmentRow | None = None
    tags: tuple[str, ...] = ()
    before: TicketRow | None = None
    doctor: str | None = None
    language: str | None = None
    flags: tuple[str, ...] = ()
    visit: str | None = None
    sent: TicketRow | None = None
    graded_there: bool = False
    stranger: bool = False


def issue(work: Work, context: Context, queue: Queue, patient: PatientRow, asked: Asked) -> TicketRow:
    """Make a ticket in `queue` with the next number of the day. Raises queue_closed, too_early, unknown_doctor."""
    must_be_known(work, queue.hall_id, queue.id, asked.doctor)
    if asked.booked is not None:
        _take(work, asked.booked)
    today = transitions.day_of(work, queue)
    place = _place(work, queue, today, asked)
    write_now(work.db, today, last=today.last + 1)
    booked, grade = asked.booked, _grade(context, queue, asked)
    ticket = TicketRow(
        **_STARTING,
        id=secrets.token_hex(8),
        hall_id=work.hall.id,
        visit_id=asked.visit or _visit(work, patient, today.business_day, stranger=asked.stranger),
        patient_id=patient.id,
        queue_id=queue.id,
        issued_by=queue.id,
        business_day=today.business_day,
        number=format_number(queue.prefix, today.last),
        number_seq=today.last,
        code=new_code(),
        **grade,
        state=settle(TicketState.WAITING, queue.mode, triaged=grade["triaged"]),
        doctor=_doctor(work, queue, asked),
        tags=list(asked.tags),
        flags=list(asked.flags),
        checked_in_at=asked.sent.checked_in_at if asked.sent is not None else work.now,
        **_booked_slot(booked),
        language=asked.language or patient.language or "zh",
        undo={},
        promise=None,
        times={"checked_in": str(stamp(work.now))},
    )
    transitions.place(ticket, place)
    work.record(EventKind.TICKET_CHECKED_IN, ticket)
    transitions.enter(work, ticket)
    if booked is not None:
        booked.state = AppointmentState.CHECKED_IN.value
        if booked.doctor_id and not ticket.doctor:
            alerts.raise_alert(work, AlertKind.BOOKING, ticket=ticket.id, text=absent_doctors.DOCTOR_GONE)
    if not asked.stranger:
        bookings.use_up(work, ticket)
        transitions.hold_if_elsewhere(work, ticket)
    return ticket


_STARTING: JsonDict = {
    "station_id": None,
    "hold_reason": None,
    "rescue_place": None,
    "bypass": False,
    "end_reason": None,
    "remarks": {},
    "calls": 0,
    "passes": 0,
    "seq": 0,
}


def _booked_slot(booked: AppointmentRow | None) -> JsonDict:
    """The columns of the appointment a ticket is made for."""
    return {
        "appointment_id": booked.id if booked else None,
        "slot_start": booked.slot_start if booked else None,
        "slot_end": booked.slot_end if booked else None,
    }


def _grade(context: Context, queue: Queue, asked: Asked) -> TicketColumns:
    """The columns of a grade: that of the ticket sent where it holds, else the scale's last or none yet."""
    if asked.sent is not None and asked.graded_there:
        sent = asked.sent
        return {
            "grade": sent.grade,
            "rank": sent.rank,
            "target_minutes": sent.target_minutes,
            "triaged": sent.triaged,
        }
    level, graded = context.scale(queue.scale).last, queue.mode == "graded"
    return {
        "grade": None if graded else level.code,
        "rank": None if graded else level.rank,
        "target_minutes": level.target_minutes,
        "triaged": False,
    }


def _place(work: Work, queue: Queue, today: QueueDayRow, asked: Asked) -> position.QueuePosition:
    """Where the next number of the queue stands. Raises queue_closed, too_early."""
    seq, booked = today.last + 1, asked.booked
    if asked.before is not None:
        queue.hours.must_go_on(work.now, *work.config_of(queue.hall_id).bounds(today.business_day))
        return placement.on_return(rules=queue.rules, now=work.now, seq=seq, calls=today.calls)
    session = queue.hours.present(work.now)
    if asked.sent is not None:
        return placement.on_transfer(
            rules=queue.rules,
            checked_in_at=asked.sent.checked_in_at,
            seq=seq,
            tags=asked.tags,
            now=work.now,
            mode=queue.mode,
            urgent=asked.graded_there and asked.sent.lane == Lane.URGENT,
            calls=today.calls,
            zone=queue.timezone,
            begun=begun_slot(
                work.db, queue, placement.transfer_reference(queue.rules, asked.sent.checked_in_at, work.now)
            ),
        )
    return placement.on_check_in(
        rules=queue.rules,
        now=work.now,
        slot_start=booked.slot_start if booked else None,
        slot_end=booked.slot_end if booked else None,
        seq=seq,
        tags=asked.tags,
        session_end=session.end if session is not None else None,
        mode=queue.mode,
        registration=booked.registration if booked else None,
        calls=today.calls,
        last_late_due=_last_late_due(work, queue) if booked is not None and queue.rules.late == "every_nth" else 0,
        zone=queue.timezone,
        begun=begun_slot(work.db, queue, work.now) if queue.mode == "woven" else None,
    )


def _last_late_due(work: Work, queue: Queue) -> int:
    """The call from which the last late patient who still waits may be woven in; the next one stands after."""
    found = work.db.scalar(
        select(func.max(TicketRow.due_call)).where(
            TicketRow.hall_id == queue.hall_id,
            TicketRow.queue_id == queue.id,
            TicketRow.state == TicketState.WAITING.value,
            TicketRow.lane == Lane.PASSED.value,
            TicketRow.passes == 0,
            TicketRow.due_call < position.LAST,
        )
    )
    return int(found or 0)


def _take(work: Work, booked: AppointmentRow) -> None:
    """Read the booking again, locked: an import may have cancelled it this moment. Raises appointment_unusable."""
    work.db.refresh(booked, with_for_update=True)
    if booked.state not in people.USABLE:
        raise HallError(ErrorCode.APPOINTMENT_UNUSABLE)


def _doctor(work: Work, queue: Queue, asked: Asked) -> str:
    """The named doctor: booked, wanted, or for a return the one who saw the patient, while their room is open.

    A booked doctor who sees nobody of this queue any more is anybody's: the patient would wait for ever.
    """
    before, named = asked.before, asked.booked.doctor_id if asked.booked is not None else None
    if named:
        return named if sees(work.db, queue.hall_id, queue.id, named) else ""
    if asked.doctor:
        return asked.doctor
    if before is not None and before.doctor and open_station_of_doctor(work, before.doctor):
        return before.doctor
    return ""


def must_be_known(work: Work, hall: str, queue: str, doctor: str | None) -> None:
    """Raises unknown_doctor for one who has neither a room of the queue nor a name in the hospital: nobody would call
    the ticket."""
    if doctor is None:
        return
    if not sees(work.db, hall, queue, doctor):
        raise HallError(ErrorCode.UNKNOWN_DOCTOR, doctor)


def _visit(work: Work, patient: PatientRow, day: date, *, stranger: bool) -> str:
    row = None if stranger else people.visit(work.db, patient.id, day)
    if row is None:
        row = insert_now(work.db, VisitRow(id=secrets.token_hex(8), patient_id=patient.id, business_day=day))
    return row.id
