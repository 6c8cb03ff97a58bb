"""Triage 分诊: a nurse sets grade and queue; each act is an immutable record. The rules are server.domain.triage's."""

import secrets
from datetime import timedelta

from server.domain import placing
from server.domain.errors import HallError
from server.domain.lifecycle import next_state
from server.domain.triage import Level
from server.protocol.terms import Action, AlertKind, ErrorCode, TicketState
from server.services import alerts, moves
from server.services.config import Queue
from server.services.context import Context
from server.services.views import ticket_view
from server.services.wishes import TriageBody
from server.services.work import Answer, Work
from server.store.tables import TicketRow, TriageRow


def triage(work: Work, context: Context, id: str, body: TriageBody) -> Answer:
    """Set the grade (and the queue). Without a grade the present one is confirmed.

    Raises unknown_level, unknown_queue, reason_needed, second_needed, illegal_move.
    """
    ticket = moves.ticket_of(work, id)
    next_state(TicketState(ticket.state), Action.TRIAGE)
    queue = moves.queue_of(work, body.queue or ticket.queue_id)
    if queue.id != ticket.queue_id and ticket.state not in {
        TicketState.CHECKED_IN,
        TicketState.WAITING,
        TicketState.HELD,
    }:
        raise HallError(ErrorCode.ILLEGAL_MOVE, "transfer a ticket that is at a station", state=ticket.state)
    scale = context.scale(queue.scale)
    level = scale.level(body.grade or ticket.grade or scale.last.code)
    _record(work, ticket, level, body)
    if level.bypasses_queue:
        _escort(work, ticket, queue, level, body)
    else:
        _place(work, ticket, queue, level, body)
    return Answer(200, {"ticket": ticket_view(ticket), "suggestion": None})


def _place(work: Work, ticket: TicketRow, queue: Queue, level: Level, body: TriageBody) -> None:
    rules, mode = queue.rules, queue.mode
    here = moves.where(ticket)
    if queue.id != ticket.queue_id:
        here = placing.on_transfer(
            rules=rules,
            checked_in_at=ticket.checked_in_at,
            seq=ticket.number_seq,
            tags=ticket.tags,
            now=work.now,
            mode=mode,
            calls=moves.day_of(work, queue).calls,
        )
    to = placing.on_triage(
        here,
        rules=rules,
        mode=mode,
        grade_urgent=level.urgent,
        tags=ticket.tags,
        checked_in_at=ticket.checked_in_at,
        seq=ticket.number_seq,
        slot_start=ticket.slot_start,
        slot_end=ticket.slot_end,
    )
    moves.apply(
        work,
        ticket,
        Action.TRIAGE,
        reason=body.reason,
        to=to,
        queue_id=queue.id,
        grade=level.code,
        rank=level.rank,
        target_minutes=level.target_minutes,
        triaged=True,
        bypass=False,
    )
    _reassess_later(work, ticket, level)


def _escort(work: Work, ticket: TicketRow, queue: Queue, level: Level, body: TriageBody) -> None:
    """Level R / Ⅰ is not queued: held for escort, staff alarmed, gone from every public list."""
    moves.apply(
        work,
        ticket,
        Action.TRIAGE,
        reason=body.reason,
        queue_id=queue.id,
        grade=level.code,
        rank=level.rank,
        target_minutes=level.target_minutes,
        triaged=True,
        bypass=True,
    )
    if ticket.state in {TicketState.WAITING, TicketState.STAGED, TicketState.CHECKED_IN}:
        moves.apply(work, ticket, Action.HOLD, reason="escort", hold_reason="escort", station_id=None)
    alerts.raise_alert(work, AlertKind.ESCORT, ticket=ticket.id)


def _record(work: Work, ticket: TicketRow, level: Level, body: TriageBody) -> None:
    work.db.add(
        TriageRow(
            id=secrets.token_hex(8),
            ticket_id=ticket.id,
            at=work.now,
            actor=work.actor,
            second=None,
            from_grade=ticket.grade,
            grade=level.code,
            vitals=body.vitals or {},
            findings=list(body.findings or []),
            suggestion={},
            reason=body.reason,
        )
    )


def _reassess_later(work: Work, ticket: TicketRow, level: Level) -> None:
    if level.reassess_after_minutes:
        work.schedule(
            f"reassess:{ticket.id}", "reassess", ticket.id, work.now + timedelta(minutes=level.reassess_after_minutes)
        )


def reassess_due(work: Work, id: str) -> None:
    """The level's time is over and the patient still waits: staff is asked to look again."""
    ticket = work.db.get(TicketRow, id)
    if ticket is not None and ticket.state in {TicketState.WAITING, TicketState.STAGED, TicketState.HELD}:
        alerts.raise_alert(work, AlertKind.REASSESS, ticket=ticket.id)
