"""Check-in 报到: from a patient and a command to a ticket, its slip and its print job. The domain places it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.identity.identification import phone_tail, reading
from server.domain.identity.same_person import may_be_one
from server.domain.monitoring.overuse import Action
from server.domain.triage import screen
from server.protocol.terms import ENDED, AlertOutcome, DeviceRole, ErrorCode, Evidence, Proof, TicketState
from server.services.alerts import alerts, overuse
from server.services.calling.stations import reassign
from server.services.checkin import age_priority
from server.services.checkin.danger_alerts import alarm
from server.services.checkin.eligibility import admit
from server.services.checkin.slip import slip_of, with_slip
from server.services.core.authority import must_serve
from server.services.core.context import Context
from server.services.core.hall_config import Queue, config_of
from server.services.core.principal import Principal
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.core.views import stamp, ticket_view
from server.services.patients.identification import prove
from server.services.patients.patient_requests import CheckInBody
from server.services.patients.records import choices_of, described_by, description_of, document_of, find_or_make
from server.services.readmodel.snapshot import hall_row
from server.services.tickets import transitions
from server.services.tickets.issue import Asked as AskedTicket
from server.services.tickets.issue import issue
from server.services.tickets.requeue import AGAIN, is_away, put_back
from server.store.models import AppointmentRow, PatientRow, TicketRow
from server.store.queries import people


@dataclass(frozen=True, slots=True)
class Asked:
    """A check-in, and whom a kiosk proved to stand there before the hall was locked; None where nobody had to be."""

    body: CheckInBody
    proven: str | None = None


def identified(context: Context, who: Principal, body: CheckInBody) -> Asked:
    """At a kiosk a patient with more than a name is an identification: by the same rules, with the same one answer.

    The queue is looked at first. A patient in danger is never refused for it. Raises unknown_queue,
    contradicting_data, identity_number_invalid, proof_needed, not_identified, too_many_attempts.
    """
    patient = body.patient
    if who.role is not DeviceRole.KIOSK or body.visit_token or patient is None or patient.is_name_only:
        return Asked(body)
    try:
        _queue_must_be_known(context, body)
        document = document_of(patient)
        proofs = {Proof.PHONE_TAIL: phone_tail(patient.phone)}
        proofs[Proof.BIRTH_DATE] = patient.birth_date.isoformat() if patient.birth_date else ""
        if patient.record_number and document is not None:
            proofs[Proof.IDENTITY_TAIL] = document.number[-4:]
        number = patient.record_number or (document.number if document else "")
        asked = reading(number, Evidence.TYPED, proofs, patient.name) if number else None
        return Asked(body, prove(context, who, body.hall, asked, described_by(patient, document)).patient)
    except HallError:
        if screen(body.flags or ()) is not None:
            return Asked(body)
        raise


def _queue_must_be_known(context: Context, body: CheckInBody) -> None:
    with Session(context.engines.read) as db:
        queue = config_of(db, hall_row(db, body.hall)).queues.get(body.queue) if body.queue else None
    if body.queue and (queue is None or not queue.active):
        raise HallError(ErrorCode.UNKNOWN_QUEUE, body.queue)


def check_in(work: Work, context: Context, asked: Asked) -> Answer:
    """Give a ticket: `created` new, `done` the one already held, `alerted` an alert instead of a ticket.

    Staff may check in the patient of an `alert`, which ends as not urgent, or as escorted where danger is confirmed.
    Raises choose (several possible), queue_closed, too_early, visit_token_invalid, appointment_unusable,
    desk_only, unknown_queue, identity_number_invalid, station_closed; not_found for an alert that is over;
    contradicting_data where the alert is about somebody else; too_many for a kiosk's nameless patient.
    """
    body = asked.body
    found = screen(body.flags or ())
    if found is not None and not (work.principal.is_staff and body.override_reason):
        return alarm(work, context, found, body, asked.proven)
    patient, stranger, own_ticket = _patient(work, context, body, asked.proven, _called_for(work, body))
    if own_ticket is not None:
        body = _with_own_ticket(work, own_ticket, body)
    day = work.business_day
    today = [] if stranger else people.tickets_today(work.db, patient.id, work.hall.id, day)
    held = _held(work, body, today)
    if held is not None:
        return _again(work, context, held, body)
    booked = None if stranger and not body.appointment else _appointment(work, patient, body, day)
    queue = _queue(work, context, patient, body, booked)
    must_serve(work, "check_in", queue.id)
    already = next((row for row in today if row.queue_id == queue.id and row.state not in ENDED), None)
    if already is not None:
        return _again(work, context, already, body)
    if work.principal.role is DeviceRole.KIOSK and not stranger and people.is_escorted(work.db, patient.id, day):
        raise HallError(ErrorCode.DESK_ONLY)
    done = next((row for row in reversed(today) if row.queue_id == queue.id and row.state == TicketState.DONE), None)
    if stranger:
        overuse.must_have_room(work, context, Action.NUMBERS)
    if done is None:
        admit(work, queue, None if stranger else patient.id, booked=booked, override=body.override_reason)
    asked_ticket = _ticket_asked(work, queue, body, booked=booked, before=done, stranger=stranger)
    ticket = issue(work, context, queue, patient, asked_ticket)
    if stranger:
        overuse.count(work, context, Action.NUMBERS)
    age_priority.give(work, context, queue, ticket, patient, body.visit_token)
    if body.alert:
        outcome = AlertOutcome.NOT_URGENT if found is None else AlertOutcome.ESCORTED
        alerts.end(work, alerts.alert_of(work, body.alert), outcome)
    return Answer(with_slip(work, ticket, queue, context.waits, print_it=body.print), Outcome.CREATED)


def _ticket_asked(
    work: Work,
    queue: Queue,
    body: CheckInBody,
    *,
    booked: AppointmentRow | None,
    before: TicketRow | None,
    stranger: bool,
) -> AskedTicket:
    """What the check-in asks of the new ticket."""
    return AskedTicket(
        booked=booked,
        tags=tuple(_tags(work, queue, body)),
        before=before,
        doctor=body.doctor,
        language=body.language,
        flags=tuple(body.flags or ()),
        stranger=stranger,
    )


def _called_for(work: Work, body: CheckInBody) -> PatientRow | None:
    """The patient of the open alert that staff checks in from; None where none is named, or the alert knows nobody."""
    if not body.alert:
        return None
    if not work.principal.is_staff:
        raise HallError(ErrorCode.FORBIDDEN, "alerts are closed by staff")
    alert = alerts.alert_of(work, body.alert)
    if alert.closed_at is not None:
        raise HallError(ErrorCode.NOT_FOUND, "the alert is closed")
    return work.db.get(PatientRow, alert.patient_id) if alert.patient_id else None


def _patient(
    work: Work, context: Context, body: CheckInBody, proven: str | None, called: PatientRow | None
) -> tuple[PatientRow, bool, TicketRow | None]:
    """Who is checked in, whether they are new here, and the one ticket that a slip alone proved.

    `called` is the patient of the alert: nobody else is checked in from it.
    """
    if called is None:
        return _named(work, context, body, proven)
    if not body.visit_token and body.patient is None:
        return called, False, None
    patient, stranger, own_ticket = _named(work, context, body, proven)
    if patient.id != called.id and not may_be_one(description_of(patient), description_of(called)):
        raise HallError(ErrorCode.CONTRADICTING_DATA, "the alert is about somebody else", fields=["alert"])
    return patient, stranger, own_ticket


def _named(
    work: Work, context: Context, body: CheckInBody, proven: str | None
) -> tuple[PatientRow, bool, TicketRow | None]:
    """Whom the body names, whether they are new here, and the one ticket that a slip alone proved."""
    if body.visit_token:
        visit = context.read_visit(body.visit_token)
        row = work.db.get(PatientRow, visit["patient"])
        if row is None or visit["hall"] != work.hall.id or visit["device"] != work.principal.id:
            raise HallError(ErrorCode.VISIT_TOKEN_INVALID)
        return row, False, work.db.get(TicketRow, visit["ticket"]) if visit.get("ticket") else None
    if proven is not None:
        return work.db.get_one(PatientRow, proven), False, None
    if body.appointment and body.patient is None:
        if not work.principal.is_staff:
            raise HallError(ErrorCode.NOT_IDENTIFIED)
        booked = work.db.get(AppointmentRow, body.appointment)
        if booked is None:
            raise HallError(ErrorCode.APPOINTMENT_UNUSABLE)
        return work.db.get_one(PatientRow, booked.patient_id), False, None
    if body.patient is None:
        raise HallError(ErrorCode.INVALID, "give a visit_token or a patient")
    return *find_or_make(work.db, body.patient, work.real_now, body.same_as), None


def _with_own_ticket(work: Work, ticket: TicketRow, body: CheckInBody) -> CheckInBody:
    """A slip alone checks in to the queue of its own ticket, in its hall, and only while it lives or is done.

    Raises proof_needed for anything else: that takes the patient, not the paper.
    """
    elsewhere = body.queue not in {None, ticket.queue_id} or body.appointment not in {None, ticket.appointment_id}
    elsewhere = elsewhere or ticket.hall_id != work.hall.id
    if elsewhere or ticket.state in {TicketState.CANCELLED, TicketState.NO_SHOW}:
        raise HallError(ErrorCode.PROOF_NEEDED, proofs=[Proof.PHONE_TAIL.value, Proof.IDENTITY_TAIL.value])
    return body.model_copy(update={"queue": ticket.queue_id, "appointment": None})


def _held(work: Work, body: CheckInBody, today: Sequence[TicketRow]) -> TicketRow | None:
    """The live ticket the same person holds, where the command names no other queue."""
    live = [row for row in today if row.state not in ENDED]
    if body.queue or body.appointment or not live:
        return next((row for row in live if row.appointment_id and row.appointment_id == body.appointment), None)
    if len(live) > 1:
        back = [row for row in live if row.state in {TicketState.PASSED, TicketState.HELD}]
        if len(back) == 1:
            return back[0]
        raise HallError(ErrorCode.CHOOSE, choices={"queues": [{"id": row.queue_id} for row in live]})
    start, end = work.config.bounds(live[0].business_day)
    booked = work.db.scalars(
        select(AppointmentRow.id).where(
            AppointmentRow.patient_id == live[0].patient_id,
            AppointmentRow.hall_id == work.hall.id,
            AppointmentRow.state == "booked",
            AppointmentRow.queue_id != live[0].queue_id,
            AppointmentRow.slot_start >= start,
            AppointmentRow.slot_start < end,
        )
    ).first()
    return None if booked and live[0].state not in {TicketState.PASSED, TicketState.HELD} else live[0]


def _again(work: Work, context: Context, ticket: TicketRow, body: CheckInBody) -> Answer:
    """The ticket already held; a passed one, or one held for an examination, goes back in line by the rules."""
    must_serve(work, "check_in", ticket.queue_id)
    if ticket.state == TicketState.PASSED or is_away(ticket):
        put_back(work, ticket, reason=AGAIN)
    if body.doctor and ticket.doctor not in {"", body.doctor}:
        reassign(work, ticket, body.doctor)
    queue = transitions.queue_of(work, ticket.queue_id)
    return Answer({"ticket": ticket_view(ticket), "slip": slip_of(work, ticket, queue, context.waits)})


def _appointment(work: Work, patient: PatientRow, body: CheckInBody, day: date) -> AppointmentRow | None:
    start, end = work.config.bounds(day)
    if body.appointment:
        row = work.db.get(AppointmentRow, body.appointment)
        usable = (
            row is not None
            and row.patient_id == patient.id
            and row.hall_id == work.hall.id
            and row.state in people.USABLE
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
        queue = work.config.queues.get(booked.queue_id)
        if queue is None or not queue.active:
            raise HallError(ErrorCode.DESK_ONLY, "the queue of the appointment is closed")
        return queue
    if body.queue is not None:
        return transitions.queue_of(work, body.queue)
    queues = [queue for queue in work.config.queues.values() if queue.active]
    if len(queues) == 1:
        return queues[0]
    raise HallError(
        ErrorCode.CHOOSE,
        choices=choices_of(context, work.db, patient.id, work.hall.id, work.principal, work.now, level=1),
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
