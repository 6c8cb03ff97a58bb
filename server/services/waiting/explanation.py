"""Owns the answer to "why not me?": how many go before, who they are by category, the rule; for staff the numbers.

The order is the domain's, the texts are the catalogue's; nobody is ever named.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.queueing.discipline import Recent
from server.domain.queueing.discipline.graded import credit, score
from server.domain.queueing.discipline.targets import wait_target
from server.domain.queueing.discipline.values import minutes_waited
from server.domain.queueing.explanation import (
    DOCTOR_AWAY,
    HELD_BY_STAFF,
    HELD_ELSEWHERE,
    TRANSFERRED,
    explain,
    out_of_line,
    paused,
    rule_of,
    those_ahead,
)
from server.domain.queueing.wait_estimate import Ahead, Expected, ahead_of
from server.protocol.terms import EndReason, Lane, TicketState
from server.protocol.texts import Message
from server.services.core.authority import readable_ticket
from server.services.core.context import Context
from server.services.core.hall_config import Queue, config_of
from server.services.core.principal import Principal
from server.services.core.views import View, stamp, ticket_view
from server.services.core.wait_cache import QueueEstimates
from server.services.queue_state.estimates import renew
from server.services.queue_state.heads import head_of
from server.services.queue_state.lineup import Lineup, lineup_of
from server.services.readmodel.audience import AudiencePresenter
from server.services.readmodel.snapshot import hall_row, position
from server.services.tickets import stated_waits
from server.services.tickets.requeue import is_away
from server.services.tickets.transitions import ELSEWHERE, IN_LINE
from server.store.models import HallRow, LaneRow, TicketRow

LISTED = 20
"""How many of those ahead a nurse sees one by one."""
PLAYED_AT_ONCE = 100
"""A reader waits for the play of so many tickets (some 40 ms); longer lines are played in the background."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a ticket stands: who goes before, the line-up it was seen in, and whether an open room may call it."""

    ahead: Ahead
    found: Lineup | None
    callable_now: bool


def ticket(context: Context, id: str, who: Principal) -> View:
    """One ticket with {position, wait_low, wait_high, wait_reason}: people called before it, minutes, why later.

    Raises unknown_ticket, also for another hall's, and to the public for one out of its sight.
    """
    with Session(context.engines.read) as db:
        row = readable_ticket(db, who, "get_ticket", id)
        hall = hall_row(db, row.hall_id)
        presenter = AudiencePresenter(db, hall, who.audience, scales=context.scales)
        view = ticket_view(row)
        presenter.learn([view])
        standing = _standing(context, db, hall, row)
        queue = config_of(db, hall).queues[row.queue_id]
        place = standing.ahead.count if standing is not None else position(db, row, queue)
        return {
            "ticket": {**presenter.ticket(view, own=True)},
            "position": place,
            **_wait(context, db, hall, row, standing),
        }


def explanation(context: Context, id: str, who: Principal) -> View:
    """Why not me: {position, categories, rule, text, wait_low, wait_high, wait_reason}; staff: {numbers, ahead}.

    Raises unknown_ticket, also for another hall's, and to the public for one out of its sight.
    """
    with Session(context.engines.read) as db:
        row = readable_ticket(db, who, "explain_ticket", id)
        hall = hall_row(db, row.hall_id)
        queue = config_of(db, hall).queues[row.queue_id]
        standing = _standing(context, db, hall, row)
        view = {**_ticket_view(queue, row, standing), **_wait(context, db, hall, row, standing)}
        if who.is_staff:
            view["numbers"] = _numbers(queue, row, standing, context.clock.hall())
            view["ahead"] = _listed(db, standing)
        return view


def _standing(context: Context, db: Session, hall: HallRow, row: TicketRow) -> Standing | None:
    """None for a ticket that is not in line."""
    if TicketState(row.state) not in IN_LINE:
        return None
    config = config_of(db, hall)
    queue = config.queues[row.queue_id]
    found = lineup_of(db, config, queue.id, context.clock.hall())
    if found is None:
        return Standing(_counted(db, row, queue), None, callable_now=False)
    ahead = ahead_of(row.id, found.line)
    paused = len(found.open_rooms) < len(found.line.rooms)
    callable_now = ahead is not None and (not paused or ahead_of(row.id, found.calling) is not None)
    return Standing(ahead or _counted(db, row, queue), found, callable_now)


def _counted(db: Session, row: TicketRow, queue: Queue) -> Ahead:
    """Who goes before by the counts of lanes, where no room calls the ticket or the line is too long to play."""
    count, urgent = position(db, row, queue) or 0, 0
    if row.lane != Lane.URGENT:
        here = (LaneRow.hall_id == row.hall_id, LaneRow.queue_id == row.queue_id, LaneRow.lane == Lane.URGENT)
        urgent = min(count, int(db.scalar(select(func.coalesce(func.sum(LaneRow.waiting), 0)).where(*here)) or 0))
    return Ahead(count, {"urgent": urgent, "in_order": count - urgent})


def _wait(context: Context, db: Session, hall: HallRow, row: TicketRow, standing: Standing | None) -> View:
    """{wait_low, wait_high, wait_reason}: minutes, and why they end later than the slip said if they do.

    None where nobody who is open may call the ticket or too little is known.
    """
    found = _range(context, db, hall, row, standing) if standing is not None and standing.callable_now else None
    if standing is None or found is None:
        return {"wait_low": None, "wait_high": None, "wait_reason": None}
    reason = stated_waits.reason(db, row, found.high, context.clock.hall(), standing.ahead, standing.found)
    return {"wait_low": found.low, "wait_high": found.high, "wait_reason": reason}


def _range(context: Context, db: Session, hall: HallRow, row: TicketRow, standing: Standing) -> Expected | None:
    now, waits = context.clock.hall(), context.waits
    estimates: QueueEstimates | None = waits.of(hall.id, row.queue_id, now, hall.seq)
    short = standing.found is not None and len(standing.found.line.tickets) <= PLAYED_AT_ONCE
    if estimates is None and short and waits.may_simulate():
        estimates = renew(db, hall, row.queue_id, context.scales, waits, now)
    if estimates is None:
        return None
    place = standing.ahead.count
    return estimates.tickets.get(row.id) or (estimates.places[place] if place < len(estimates.places) else None)


def _ticket_view(queue: Queue, row: TicketRow, standing: Standing | None) -> View:
    rule = rule_of(queue.rules, queue.mode)
    base: View = {"ticket": row.id, "number": row.number, "state": row.state, "queue": queue.id, "rule": rule.names()}
    if standing is None:
        return {**base, "position": None, "categories": [], "text": _instead_of_place(row).names()}
    ahead = standing.ahead
    text = explain(ahead.count + 1, ahead.reasons, rule)
    if _waits_for_absent_doctor(queue, row, standing):
        text = DOCTOR_AWAY
    elif (standing.found is not None or not queue.active) and not standing.callable_now:
        text = paused(text)
    counted = [(code, count, category.names()) for code, count, category in those_ahead(ahead.reasons)]
    categories = [{"reason": code, "count": count, "text": names} for code, count, names in counted]
    return {**base, "position": ahead.count, "categories": categories, "text": text.names()}


def _waits_for_absent_doctor(queue: Queue, row: TicketRow, standing: Standing) -> bool:
    """Whether rooms call, but not the doctor whom the ticket waits for."""
    found = standing.found
    if not row.doctor or not queue.rules.named_doctor_strict or found is None or not found.open_rooms:
        return False
    calling = [room.caller for room in found.line.rooms if room.caller.station in found.open_rooms]
    return all(caller.doctor != row.doctor for caller in calling) and row.lane != Lane.URGENT


def _instead_of_place(row: TicketRow) -> Message:
    """What who is not in line has to do."""
    if row.end_reason == EndReason.TRANSFERRED:
        return TRANSFERRED
    if row.state != TicketState.HELD or is_away(row):
        return out_of_line(TicketState(row.state))
    return HELD_ELSEWHERE if row.hold_reason == ELSEWHERE else HELD_BY_STAFF


def _numbers(queue: Queue, row: TicketRow, standing: Standing | None, now: datetime) -> View:
    """What the rule reckons with, for the nurse: minutes, credits, calls."""
    head = head_of(row)
    known = standing.found.line.recent if standing is not None and standing.found is not None else {}
    recent = known.get(queue.id, Recent())
    minutes = wait_target(queue.mode, head.lane, head.target_minutes, queue.rules)
    numbers: View = {
        "mode": queue.mode,
        "lane": row.lane,
        "grade": row.grade,
        "rank": row.rank,
        "since": stamp(row.since),
        "waited_minutes": max(0, int(minutes_waited(head, now))),
        "target_minutes": minutes,
        "credit_minutes": credit(head, queue.rules, guarded=False),
        "due_call": row.due_call,
        "queue_calls": recent.calls,
        "recent_lanes": [lane.value for lane in recent.lanes],
        "passes": row.passes,
        "doctor": row.doctor or None,
        "order": row.sort,
    }
    if queue.mode == "graded":
        numbers["score"] = round(score(head, queue.rules, now, guarded=False), 3)
    return numbers


def _listed(db: Session, standing: Standing | None) -> list[View]:
    """The first of those ahead, by number, with the reason of each: for staff."""
    calls = standing.ahead.calls[:LISTED] if standing is not None else ()
    rows = db.execute(select(TicketRow.id, TicketRow.number).where(TicketRow.id.in_([id for id, _ in calls])))
    numbers: Mapping[str, str] = {row.id: row.number for row in rows}
    return [{"ticket": id, "number": numbers[id], "reason": reason} for id, reason in calls]
