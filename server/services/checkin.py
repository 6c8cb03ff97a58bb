"""Check-in 报到: from a patient and a wish to a ticket, its slip and its print job. Rules of place are the domain's."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select

from server.domain import placing
from server.domain.errors import HallError
from server.domain.numbering import day_bounds, format_number
from server.domain.triage import screen
from server.protocol.terms import ENDED, Action, AlertKind, DeviceRole, ErrorCode, EventKind, Lane, TicketState
from server.services import alerts, moves, printing
from server.services.config import Queue
from server.services.context import Context
from server.services.patients import choices_of, find_or_make
from server.services.reading import position
from server.services.sessions import session_bounds
from server.services.transaction import Answer, Work
from server.services.views import View, stamp, ticket_view
from server.services.wishes import CheckInBody
from server.store import people
from server.store.rows import insert_now
from server.store.tables import AppointmentRow, PatientRow, TicketRow, VisitRow

EXAMINATION = "examination"
"""Hold reasons that begin so mean: away for an examination, comes back by checking in again."""

RED_FLAG_TEXT = {"zh": "请不要离开,工作人员马上到。", "en": "Please stay here. A member of staff is coming to you now."}
SLIP_HINT = {
    "zh": "过号请到自助机或分诊台重新报到",
    "en": "If you miss your call, check in again at a kiosk or the desk",
}
FEVER_TEXT = {
    "zh": "请佩戴口罩,前往发热门诊,工作人员会为您引路。",
    "en": "Please put on a mask and go to the fever clinic. A member of staff will show you the way.",
}


def check_in(work: Work, context: Context, body: CheckInBody) -> Answer:
    """Give a ticket: 201 new, 200 the one already held, 202 an alert instead of a ticket.

    Raises choose (several possible), queue_closed, too_early, visit_token_invalid, appointment_unusable,
    desk_only, unknown_queue, identity_number_invalid.
    """
    found = screen(body.flags or ())
    if found is not None and not (work.principal.is_staff and body.override_reason):
        return _alarm(work, str(found))
    patient, stranger = _patient(work, context, body)
    day = work.business_day
    today = [] if stranger else people.tickets_today(work.db, patient.id, work.hall.id, day)
    held = _held(work, body, today)
    if held is not None:
        return _again(work, held, body)
    booked = None if stranger and not body.appointment else _appointment(work, patient, body, day)
    queue = _queue(work, context, patient, body, booked)
    already = next((row for row in today if row.queue_id == queue.id and row.state not in ENDED), None)
    if already is not None:
        return _again(work, already, body)
    done = next((row for row in reversed(today) if row.queue_id == queue.id and row.state == TicketState.DONE), None)
    ticket = issue(
        work,
        context,
        queue,
        patient,
        day,
        booked=booked,
        tags=_tags(work, queue, body),
        before=done,
        doctor=body.doctor,
        language=body.language,
        flags=body.flags,
        stranger=stranger,
    )
    return Answer(201, with_slip(work, ticket, queue, print_it=body.print))


def _alarm(work: Work, found: str) -> Answer:
    kind = AlertKind.FEVER if found == "fever" else AlertKind.RED_FLAG
    text = FEVER_TEXT if kind is AlertKind.FEVER else RED_FLAG_TEXT
    alert = alerts.raise_alert(work, kind, device=work.principal.id if work.principal.kind == "device" else None)
    return Answer(202, {"alert": alert, "text": text})


def _patient(work: Work, context: Context, body: CheckInBody) -> tuple[PatientRow, bool]:
    if body.visit_token:
        visit = context.read_visit(body.visit_token)
        row = work.db.get(PatientRow, visit["patient"])
        if row is None or visit["hall"] != work.hall.id or visit["device"] != work.principal.id:
            raise HallError(ErrorCode.VISIT_TOKEN_INVALID)
        return row, False
    if body.appointment and body.patient is None:
        if not work.principal.is_staff:
            raise HallError(ErrorCode.NOT_IDENTIFIED)
        booked = work.db.get(AppointmentRow, body.appointment)
        if booked is None:
            raise HallError(ErrorCode.APPOINTMENT_UNUSABLE)
        return work.db.get_one(PatientRow, booked.patient_id), False
    if body.patient is None:
        raise HallError(ErrorCode.INVALID, "give a visit_token or a patient")
    return find_or_make(work.db, body.patient, work.real_now)


def _held(work: Work, body: CheckInBody, today: Sequence[TicketRow]) -> TicketRow | None:
    """The live ticket the same person holds, where the wish names no other queue."""
    live = [row for row in today if row.state not in ENDED]
    if body.queue or body.appointment or not live:
        return next((row for row in live if row.appointment_id and row.appointment_id == body.appointment), None)
    if len(live) > 1:
        back = [row for row in live if row.state in {TicketState.PASSED, TicketState.HELD}]
        if len(back) == 1:
            return back[0]
        raise HallError(ErrorCode.CHOOSE, choices={"queues": [{"id": row.queue_id} for row in live]})
    booked = work.db.scalars(
        select(AppointmentRow.id).where(
            AppointmentRow.patient_id == live[0].patient_id,
            AppointmentRow.hall_id == work.hall.id,
            AppointmentRow.state == "booked",
            AppointmentRow.queue_id != live[0].queue_id,
            AppointmentRow.slot_start >= day_bounds(live[0].business_day, work.config.timezone)[0],
            AppointmentRow.slot_start < day_bounds(live[0].business_day, work.config.timezone)[1],
        )
    ).first()
    return None if booked and live[0].state not in {TicketState.PASSED, TicketState.HELD} else live[0]


def _again(work: Work, ticket: TicketRow, body: CheckInBody) -> Answer:
    """The ticket already held; a passed one, or one held for an examination, goes back in line by the rules."""
    if ticket.state == TicketState.PASSED or is_away(ticket):
        put_back(work, ticket, reason="checked_in_again")
    queue = moves.queue_of(work, ticket.queue_id)
    return Answer(200, {"ticket": ticket_view(ticket), "slip": slip_of(work, ticket, queue)})


def is_away(ticket: TicketRow) -> bool:
    """Whether the ticket is held for an examination: then checking in again brings it back."""
    return ticket.state == TicketState.HELD and (ticket.hold_reason or "").startswith(EXAMINATION)


def put_back(work: Work, ticket: TicketRow, *, reason: str | None = None) -> None:
    """Back to its line from passed, held or staged. Raises illegal_move; desk_only, unless staff gives a reason."""
    queue = moves.queue_of(work, ticket.queue_id)
    rules, state = queue.rules, TicketState(ticket.state)
    urgent = ticket.lane == Lane.URGENT
    _, session_end = session_bounds(work, queue)
    mode = queue.mode
    to: placing.Place | None = None
    if state is TicketState.PASSED:
        passes = ticket.passes
        if work.principal.is_staff and reason and reason != "checked_in_again":
            passes = min(passes, max(1, len(rules.passed_steps) - 1))
        to = placing.on_passed_return(
            rules=rules,
            now=work.now,
            seq=ticket.number_seq,
            passes=passes,
            calls=moves.day_of(work, queue).calls,
            session_end=session_end,
            slot_end=ticket.slot_end,
            mode=mode,
            urgent=urgent,
            waiting=moves.waiting_in(work, queue),
        )
    elif is_away(ticket):
        to = placing.on_return(
            rules=rules,
            now=work.now,
            seq=ticket.number_seq,
            session_end=session_end,
            urgent=urgent,
            calls=moves.day_of(work, queue).calls,
        )
    moves.apply(work, ticket, Action.RETURN, reason=reason, to=to, hold_reason=None, station_id=None)


def _appointment(work: Work, patient: PatientRow, body: CheckInBody, day: date) -> AppointmentRow | None:
    start, end = day_bounds(day, work.config.timezone)
    if body.appointment:
        row = work.db.get(AppointmentRow, body.appointment)
        usable = (
            row is not None and row.patient_id == patient.id and row.hall_id == work.hall.id and row.state == "booked"
        )
        if row is None or not usable or not start <= row.slot_start < end:
            raise HallError(ErrorCode.APPOINTMENT_UNUSABLE)
        return row
    open_ones = people.appointments(work.db, patient.id, work.hall.id, start, end)
    fitting = [row for row in open_ones if body.queue in {None, row.queue_id}]
    if len(fitting) > 1 and body.queue is None:
        raise HallError(
            ErrorCode.CHOOSE,
            choices={
                "appointments": [
                    {"id": row.id, "queue": row.queue_id, "slot_start": stamp(row.slot_start)} for row in fitting
                ]
            },
        )
    return fitting[0] if fitting else None


def _queue(
    work: Work, context: Context, patient: PatientRow, body: CheckInBody, booked: AppointmentRow | None
) -> Queue:
    if booked is not None:
        return moves.queue_of(work, booked.queue_id)
    if body.queue is not None:
        return moves.queue_of(work, body.queue)
    queues = [queue for queue in work.config.queues.values() if queue.active]
    if len(queues) == 1:
        return queues[0]
    level = 1
    raise HallError(
        ErrorCode.CHOOSE,
        choices=choices_of(context, work.db, patient.id, work.hall.id, work.principal, work.now, level),
    )


def _tags(work: Work, queue: Queue, body: CheckInBody) -> list[str]:
    """Policy tags only staff may give, and only with the evidence that was shown."""
    if not body.tags:
        return []
    if not work.principal.is_staff:
        raise HallError(ErrorCode.FORBIDDEN, "tags are given by staff")
    rules = queue.rules
    unknown = [tag for tag in body.tags if tag not in rules.policy_tags]
    if unknown:
        raise HallError(ErrorCode.INVALID, f"unknown tags {unknown}; known: {' '.join(rules.policy_tags)}")
    if rules.policy_evidence and not body.evidence:
        raise HallError(ErrorCode.EVIDENCE_NEEDED)
    return list(body.tags)


def issue(
    work: Work,
    context: Context,
    queue: Queue,
    patient: PatientRow,
    day: date,
    *,
    booked: AppointmentRow | None = None,
    tags: list[str],
    before: TicketRow | None = None,
    doctor: str | None = None,
    language: str | None = None,
    flags: list[str] | None = None,
    visit: str | None = None,
    since: datetime | None = None,
    stranger: bool = False,
) -> TicketRow:
    """Make a ticket in `queue` with the next number of the day. Raises queue_closed, too_early."""
    _, end = session_bounds(work, queue)
    rules, scale, mode = queue.rules, context.scale(queue.scale), queue.mode
    today = moves.day_of(work, queue)
    today.last += 1
    seq = today.last
    if before is not None:
        to = placing.on_return(rules=rules, now=work.now, seq=seq, session_end=end, calls=today.calls)
    else:
        to = placing.on_check_in(
            rules=rules,
            now=since or work.now,
            slot_start=booked.slot_start if booked else None,
            slot_end=booked.slot_end if booked else None,
            seq=seq,
            tags=tags,
            session_end=end,
            mode=mode,
            calls=moves.day_of(work, queue).calls,
        )
    graded = mode == "graded"
    level = scale.last
    ticket = TicketRow(
        id=secrets.token_hex(8),
        hall_id=work.hall.id,
        visit_id=visit or _visit(work, patient, day, stranger=stranger),
        patient_id=patient.id,
        queue_id=queue.id,
        issued_by=queue.id,
        business_day=day,
        number=format_number(queue.prefix, seq),
        number_seq=seq,
        code=secrets.token_urlsafe(12),
        state=TicketState.CHECKED_IN if graded else TicketState.WAITING,
        lane=to.lane.value,
        sort=to.order,
        since=to.since,
        credit=to.credit,
        due_call=to.due_call,
        grade=None if graded else level.code,
        rank=99 if graded else level.rank,
        target_minutes=level.target_minutes,
        doctor=_doctor(work, booked, before, doctor),
        tags=tags,
        checked_in_at=since or work.now,
        appointment_id=booked.id if booked else None,
        slot_start=booked.slot_start if booked else None,
        slot_end=booked.slot_end if booked else None,
        language=language or patient.language or "zh",
        flags=list(flags or []),
        station_id=None,
        hold_reason=None,
        bypass=False,
        triaged=False,
        calls=0,
        passes=0,
        undo={},
        seq=0,
        times={"checked_in": str(stamp(work.now))},
    )
    work.db.add(ticket)
    moves.enter(work, ticket)
    if booked is not None:
        booked.state = "checked_in"
    work.record(EventKind.TICKET_CHECKED_IN, ticket)
    return ticket


def _doctor(work: Work, booked: AppointmentRow | None, before: TicketRow | None, wished: str | None) -> str:
    """The named doctor: booked, wished, or for a return the one who saw the patient, while their room is open."""
    if booked is not None and booked.doctor_id:
        return booked.doctor_id
    if wished:
        return wished
    if before is not None and before.doctor and moves.open_station_of_doctor(work, before.doctor):
        return before.doctor
    return ""


def _visit(work: Work, patient: PatientRow, day: date, *, stranger: bool) -> str:
    row = None if stranger else people.visit(work.db, patient.id, day)
    if row is None:
        row = insert_now(work.db, VisitRow(id=secrets.token_hex(8), patient_id=patient.id, business_day=day))
    return row.id


def with_slip(work: Work, ticket: TicketRow, queue: Queue, *, print_it: bool) -> View:
    """The answer of a check-in: ticket, slip, and the print job if paper is wanted and somebody can print it."""
    slip = slip_of(work, ticket, queue)
    body: View = {"ticket": ticket_view(ticket), "slip": slip}
    if print_it:
        job = printing.new_job(
            work, "slip", slip, ticket=ticket.id, lease_to_kiosk=work.principal.role == DeviceRole.KIOSK
        )
        if job is not None:
            body["print_job"] = job
            body["ticket"] = ticket_view(ticket)
    return body


def slip_of(work: Work, ticket: TicketRow, queue: Queue) -> View:
    """What the slip says, without the name."""
    config = work.config
    return {
        "ticket": ticket.id,
        "hospital": config.hospital,
        "hall": config.name,
        "queue": queue.name,
        "queue_id": queue.id,
        "number": ticket.number,
        "display_name": None,
        "ahead": position(work.db, ticket),
        "place": config.name,
        "doctor": ticket.doctor or None,
        "slot": stamp(ticket.slot_start),
        "checked_in_at": stamp(ticket.checked_in_at),
        "timezone": config.timezone.key,
        "code": ticket.code,
        "language": ticket.language,
        "copy_number": 0,
        "hint": SLIP_HINT,
    }
