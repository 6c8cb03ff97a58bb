"""Triage 分诊: a nurse sets grade and queue; each act is an immutable record. The rules are server.domain.triage's."""

import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.lifecycle import next_state
from server.domain.queueing import placement
from server.domain.queueing.position import QueuePosition
from server.domain.triage import (
    WITHOUT_CRITERIA,
    Level,
    OverrideNeeds,
    Scale,
    Suggestion,
    check_vitals,
    find_findings,
    override_needs,
    reassess_at,
    suggest_grade,
    suggestion_view,
    unlikely,
)
from server.protocol.terms import Action, AlertKind, ErrorCode, Lane, TicketState
from server.services.access import staff
from server.services.alerts import alerts
from server.services.core.authority import readable_ticket
from server.services.core.context import Context
from server.services.core.hall_config import Queue
from server.services.core.hall_scope import named_hall
from server.services.core.principal import Principal
from server.services.core.requests import SuggestBody, TriageBody
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import View, stamp, ticket_view
from server.services.queue_state.booked_slots import begun_slot
from server.services.tickets import transitions
from server.services.tickets.transfer import must_be_open
from server.store.models import PatientRow, QueueRow, TicketRow, TriageRow
from server.store.models.ticket_columns import TicketColumns
from server.store.queries.announcements import last_calls

DEFAULT_SCALE = "CN-OPD"
LOOK_AGAIN = timedelta(minutes=5)
QUEUE_MAY_CHANGE = frozenset({TicketState.CHECKED_IN, TicketState.WAITING, TicketState.HELD})


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, on what suggestion, and who confirmed it."""

    level: Level
    suggestion: Suggestion | None
    second: str | None


def triage(work: Work, context: Context, id: str, body: TriageBody) -> Answer:
    """Set the grade (and the queue). Without a grade the suggestion is taken, or the present grade confirmed.

    Raises unknown_level, unknown_queue, reason_needed, second_needed, illegal_move, invalid for impossible vitals.
    """
    ticket = transitions.ticket_of(work, id)
    next_state(TicketState(ticket.state), Action.TRIAGE)
    queue = transitions.queue_of(work, body.queue or ticket.queue_id)
    if queue.id != ticket.queue_id and TicketState(ticket.state) not in QUEUE_MAY_CHANGE:
        raise HallError(ErrorCode.ILLEGAL_MOVE, "transfer a ticket that is at a station", state=ticket.state)
    if queue.id != ticket.queue_id:
        must_be_open(work, queue.hall_id, queue.id)
    decision = _decide(work, context, ticket, context.scale(queue.scale), body)
    _record(work, ticket, decision, body)
    if decision.level.bypasses_queue:
        _escort(work, ticket, queue, decision.level, body)
    else:
        _place(work, ticket, queue, decision.level, body)
    view = suggestion_view(decision.suggestion) if decision.suggestion else None
    return Answer({"ticket": ticket_view(ticket), "suggestion": view})


def confirmed(context: Context, who: Principal, hall: str, body: TriageBody) -> TriageBody:
    """The body with the second person's password checked, before the hall's lock is taken: checking takes long."""
    if body.second is None:
        return body
    found = staff.confirm(context, who, hall, body.second.get("username", ""), body.second.get("password", ""))
    return body.model_copy(update={"second": {"confirmed": found} if found else {}})


def suggest(context: Context, who: Principal, body: SuggestBody) -> View:
    """What the rules suggest for these vitals and findings, and questions about unlikely values; nothing is written."""
    with Session(context.engines.read) as db:
        ticket = readable_ticket(db, who, "suggest_grade", body.ticket) if body.ticket else None
        named_hall(context, who, ticket.hall_id if ticket else body.hall or who.hall or "")
        patient = db.get(PatientRow, ticket.patient_id) if ticket else None
        queue = db.get(QueueRow, (ticket.hall_id, ticket.queue_id)) if ticket else None
    scale_id = body.scale or (queue.scale if queue else DEFAULT_SCALE)
    if scale_id not in context.scales:
        known = sorted(context.scales)
        raise HallError(ErrorCode.INVALID, f"no scale {scale_id!r}; known: {', '.join(known)}", field="scale")
    now = context.clock.hall()
    age = age_on(patient.birth_date if patient else body.birth_date, now.date())
    vitals = check_vitals(body.vitals or {})
    findings = [*(body.findings or []), *(find_findings(body.complaint, context.findings) if body.complaint else [])]
    chosen = context.findings.pick(findings)
    found = suggest_grade(vitals, chosen, age, body.pregnant, context.scale(scale_id), now=now)
    questions = [{"vital": q.vital, "value": q.value, "names": q.message.names()} for q in unlikely(vitals, age)]
    return {"suggestion": suggestion_view(found), "questions": questions, "findings": list(dict.fromkeys(findings))}


def history(context: Context, who: Principal, id: str) -> View:
    """The triages of a ticket, oldest first. Raises unknown_ticket, not_your_station."""
    with Session(context.engines.read) as db:
        readable_ticket(db, who, "get_triages", id)
        rows = db.scalars(select(TriageRow).where(TriageRow.ticket_id == id).order_by(TriageRow.at))
        words = ("from_grade", "grade", "actor", "second", "vitals", "findings", "suggestion", "reason")
        return {"triages": [{"at": stamp(row.at), **{name: getattr(row, name) for name in words}} for row in rows]}


def age_on(born: date | None, day: date) -> float | None:
    """Age in years with months as fractions, or None when the birth date is not known."""
    return None if born is None else max(0.0, (day - born).days / 365.25)


def _decide(work: Work, context: Context, ticket: TicketRow, scale: Scale, body: TriageBody) -> Decision:
    suggestion, present = _suggestion(work, context, ticket, scale, body), _present(work, context, ticket, scale)
    if body.grade:
        level = scale.level(body.grade)
    elif suggestion:
        level = scale.level(suggestion.grade)
    else:
        level = present or scale.covering(WITHOUT_CRITERIA)
    ranks = [suggestion.rank] if suggestion else []
    if present is not None:
        ranks.append(present.rank)
    needs = override_needs(min(ranks), level.rank) if ranks else OverrideNeeds.NOTHING
    if needs is not OverrideNeeds.NOTHING and not body.reason:
        raise HallError(ErrorCode.REASON_NEEDED, f"down from rank {min(ranks)} to {level.rank}")
    second = _second(work, body) if body.second is not None or needs is OverrideNeeds.SECOND else None
    return Decision(level, suggestion, second)


def _present(work: Work, context: Context, ticket: TicketRow, scale: Scale) -> Level | None:
    """The level a nurse gave before, in this scale: moving to a queue of another one is no way round a reason."""
    if not ticket.triaged or ticket.grade is None:
        return None
    given_in = context.scale(transitions.queue_of(work, ticket.queue_id).scale)
    level = given_in.level(ticket.grade)
    return level if given_in.id == scale.id else scale.equal_to(level)


def _suggestion(work: Work, context: Context, ticket: TicketRow, scale: Scale, body: TriageBody) -> Suggestion | None:
    if body.vitals is None and body.findings is None:
        return None
    patient = work.db.get_one(PatientRow, ticket.patient_id)
    vitals, findings = check_vitals(body.vitals or {}), context.findings.pick(body.findings or [])
    return suggest_grade(
        vitals, findings, age_on(patient.birth_date, work.now.date()), body.pregnant, scale, now=work.now
    )


def _second(work: Work, body: TriageBody) -> str:
    """The other person who confirms a fall of two levels. Raises second_needed."""
    found = (body.second or {}).get("confirmed")
    if found is None or found == work.principal.name:
        raise HallError(ErrorCode.SECOND_NEEDED)
    return found


def _place(work: Work, ticket: TicketRow, queue: Queue, level: Level, body: TriageBody) -> None:
    calls = transitions.day_of(work, queue).calls
    begun = begun_slot(work.db, queue, ticket.checked_in_at)
    to = placement.on_triage(
        _place_before(work, ticket, queue, calls),
        rules=queue.rules,
        mode=queue.mode,
        grade_urgent=level.goes_first(queue.mode),
        tags=ticket.tags,
        checked_in_at=ticket.checked_in_at,
        seq=ticket.number_seq,
        slot_start=ticket.slot_start,
        slot_end=ticket.slot_end,
        calls=calls,
        zone=queue.timezone,
        begun=begun,
    )
    transitions.apply(
        work,
        ticket,
        Action.TRIAGE,
        reason=body.reason,
        to=to,
        announcement=_shown_again(work, ticket),
        **_graded(ticket, queue, level, bypass=_is_at_rescue(ticket)),
    )
    if ticket.lane == Lane.URGENT and ticket.state == TicketState.STAGED:  # any room calls the urgent next
        transitions.apply(work, ticket, Action.RETURN, reason="urgent", by_itself=True, station_id=None)
    _schedule_reassessment(work, ticket, level)


def _place_before(work: Work, ticket: TicketRow, queue: Queue, calls: int) -> QueuePosition:
    """Where the ticket stands before the level counts: its place, or the one a transfer to `queue` gives."""
    if queue.id == ticket.queue_id:
        return transitions.where(ticket)
    return placement.on_transfer(
        rules=queue.rules,
        checked_in_at=ticket.checked_in_at,
        seq=ticket.number_seq,
        tags=ticket.tags,
        now=work.now,
        mode=queue.mode,
        calls=calls,
        zone=queue.timezone,
        begun=begun_slot(work.db, queue, placement.transfer_reference(queue.rules, ticket.checked_in_at, work.now)),
    )


def _schedule_reassessment(work: Work, ticket: TicketRow, level: Level) -> None:
    """Let the patient be looked at again when the level says so; a level without a time ends an earlier one."""
    due_at = reassess_at(level, work.now)
    if due_at is not None:
        work.schedule(f"reassess:{ticket.id}", "reassess", ticket.id, due_at)
    else:
        work.unschedule(f"reassess:{ticket.id}")


def _is_at_rescue(ticket: TicketRow) -> bool:
    """Whether the ticket is treated at a rescue place: it stays out of the public's sight whatever its level now."""
    return ticket.bypass and ticket.state == TicketState.SERVING and ticket.station_id is None


def _shown_again(work: Work, ticket: TicketRow) -> View | None:
    """The call of a ticket that comes back into the public's sight while it is called."""
    if not ticket.bypass or ticket.state != TicketState.CALLED:
        return None
    call = last_calls(work.db, work.hall.id, [ticket.id]).get(ticket.id)
    return call.content if call is not None else None


def _escort(work: Work, ticket: TicketRow, queue: Queue, level: Level, body: TriageBody) -> None:
    """Level R / Ⅰ is not queued: held for escort, staff alarmed, gone from every public list."""
    changes = _graded(ticket, queue, level, bypass=True)
    if ticket.state == TicketState.HELD:  # whatever the patient was away for: the escort comes first
        changes["hold_reason"] = transitions.ESCORT
    transitions.apply(work, ticket, Action.TRIAGE, reason=body.reason, **changes)
    if ticket.state in {TicketState.WAITING, TicketState.STAGED, TicketState.CHECKED_IN}:
        undo = ticket.undo  # of the whole triage: undoing the hold alone would put the patient back in line
        transitions.apply(
            work, ticket, Action.HOLD, reason=transitions.ESCORT, hold_reason=transitions.ESCORT, station_id=None
        )
        ticket.undo = undo
    work.unschedule(f"reassess:{ticket.id}")
    alerts.raise_alert(work, AlertKind.ESCORT, ticket=ticket.id)


def _graded(ticket: TicketRow, queue: Queue, level: Level, *, bypass: bool) -> TicketColumns:
    """The columns a grade sets; a doctor is named for one queue only."""
    return {
        "grade": level.code,
        "rank": level.rank,
        "target_minutes": level.target_minutes,
        "queue_id": queue.id,
        "doctor": ticket.doctor if queue.id == ticket.queue_id else "",
        "triaged": True,
        "bypass": bypass,
    }


def _record(work: Work, ticket: TicketRow, decision: Decision, body: TriageBody) -> None:
    work.db.add(
        TriageRow(
            id=secrets.token_hex(8),
            ticket_id=ticket.id,
            at=work.now,
            actor=work.actor,
            second=decision.second,
            from_grade=ticket.grade,
            grade=decision.level.code,
            vitals=body.vitals or {},
            findings=list(body.findings or []),
            suggestion=suggestion_view(decision.suggestion) if decision.suggestion else {},
            reason=body.reason,
        )
    )


def reassess_due(work: Work, id: str) -> None:
    """The level's time is over and the patient still waits: staff is asked to look again.

    Who is called or passed at that moment may yet come back to the line: the timer looks again soon.
    """
    ticket = work.db.get(TicketRow, id)
    if ticket is None:
        return
    if ticket.state in {TicketState.WAITING, TicketState.STAGED, TicketState.HELD}:
        alerts.raise_alert(work, AlertKind.REASSESS, ticket=ticket.id)
    elif ticket.state in {TicketState.CALLED, TicketState.PASSED}:
        work.schedule(f"reassess:{ticket.id}", "reassess", ticket.id, work.now + LOOK_AGAIN)
