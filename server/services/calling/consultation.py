"""A ticket's life after check-in: recall, arrived, start, pass, hold, return, prioritise, cancel, undo."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from server.domain.access.reach import Reach
from server.domain.access.rights import AT_ROOM, reach_of
from server.domain.errors import HallError
from server.domain.lifecycle import ACTIONS, next_state
from server.domain.privacy.recorded_reasons import as_stated
from server.domain.queueing import placement
from server.protocol.terms import (
    Action,
    AlertKind,
    AlertOutcome,
    ErrorCode,
    Lane,
    TicketState,
)
from server.services.alerts import alerts
from server.services.calling import staging
from server.services.calling.passing import refusal
from server.services.core.authority import is_in_sight, is_visitor, must_be_visitor
from server.services.core.context import Context
from server.services.core.requests import HoldBody, PlainBody, PrioritiseBody, StartBody, VisitBody
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import ticket_view
from server.services.tickets import announcements, bookings, rescue, transitions
from server.services.tickets.requeue import doctor_for, is_away, put_back
from server.services.tickets.undo import take_back
from server.store.models import StationRow, TicketRow
from server.store.queries.announcements import last_calls


def answer(ticket: TicketRow) -> Answer:
    """The ticket after a command."""
    return Answer({"ticket": ticket_view(ticket)})


def _at(work: Work, ticket: TicketRow) -> StationRow | None:
    return work.db.get(StationRow, ticket.station_id) if ticket.station_id else None


def recall(work: Work, id: str, _body: PlainBody) -> Answer:
    """The same summons again 复呼."""
    ticket = transitions.ticket_of(work, id)
    next_state(TicketState(ticket.state), Action.RECALL)
    announcement = announcements.announce(work, ticket, "recall", _at(work, ticket))
    transitions.apply(work, ticket, Action.RECALL, announcement=announcement, calls=ticket.calls + 1)
    return answer(ticket)


def arrived(work: Work, id: str, _body: PlainBody) -> Answer:
    """到场: a called patient is at the door; one just passed but standing there is seen next.

    Raises illegal_move when the pass was longer ago than the rule allows.
    """
    ticket = transitions.ticket_of(work, id)
    if ticket.state != TicketState.PASSED:
        transitions.apply(work, ticket, Action.ARRIVED)
        return answer(ticket)
    rules = transitions.home_of(work, ticket).rules
    passed_at = datetime.fromisoformat(ticket.times["passed"])
    if work.now - passed_at > timedelta(minutes=rules.passed_arrived_minutes):
        raise HallError(ErrorCode.ILLEGAL_MOVE, "passed too long ago: check in again", state=ticket.state)
    urgent = ticket.lane == Lane.URGENT
    to = None if urgent else placement.on_arrived(now=work.now, seq=ticket.number_seq)
    transitions.apply(work, ticket, Action.ARRIVED, to=to, station_id=None, doctor=doctor_for(work, ticket))
    return answer(ticket)


def start(work: Work, id: str, body: StartBody) -> Answer:
    """接诊: the consultation begins. The doctor who begins it is the ticket's doctor when it comes back.

    A level that does not queue is treated at once, at a rescue place and no station. Raises illegal_move.
    """
    ticket = transitions.ticket_of(work, id)
    next_state(TicketState(ticket.state), Action.START, escorted=ticket.bypass)
    if ticket.state == TicketState.HELD:
        rescue.start(work, ticket, body)
        return answer(ticket)
    station = _at(work, ticket)
    transitions.apply(work, ticket, Action.START, doctor=(station.doctor_id if station else None) or ticket.doctor)
    return answer(ticket)


def finish(work: Work, id: str, _body: PlainBody) -> Answer:
    """完成. The room's short list is filled where the rules say so."""
    ticket = transitions.ticket_of(work, id)
    next_state(TicketState(ticket.state), Action.FINISH)
    station = _at(work, ticket)
    transitions.apply(work, ticket, Action.FINISH, station_id=None)
    if ticket.bypass:
        alerts.end_of_ticket(work, ticket.id, AlertOutcome.SEEN)
    staging.fill(work, station)
    return answer(ticket)


def pass_over(work: Work, id: str, body: PlainBody) -> Answer:
    """过号: called and did not come.

    Raises pass_too_soon, zone_offline; staff may override both with a reason.
    """
    ticket = transitions.ticket_of(work, id)
    next_state(TicketState(ticket.state), Action.PASS)
    rules = transitions.home_of(work, ticket).rules
    refused = None if body.reason else refusal(work.db, work.hall, ticket, rules, work.now)
    if refused is not None:
        raise refused
    announcement = announcements.announce(work, ticket, "passed", _at(work, ticket))
    transitions.apply(
        work,
        ticket,
        Action.PASS,
        reason=body.reason,
        announcement=announcement,
        passes=ticket.passes + 1,
        station_id=None,
        memory={"passes": ticket.passes},
    )
    return answer(ticket)


def hold(work: Work, id: str, body: HoldBody) -> Answer:
    """挂起 / 置为检查: away for a while, for a stated reason; `examination…` comes back by checking in again."""
    ticket = transitions.ticket_of(work, id)
    transitions.apply(
        work, ticket, Action.HOLD, reason=body.reason, hold_reason=as_stated(body.reason), station_id=None
    )
    return answer(ticket)


def give_back(work: Work, context: Context, id: str, body: VisitBody) -> Answer:
    """Back in line by the rules: a passed ticket, a held one, one sent ahead, or one called by mistake.

    A kiosk gives back only what checking in again would: a passed ticket, or one held for an examination, of the
    patient it identified. Raises visit_token_invalid, illegal_move.
    """
    ticket = transitions.ticket_of(work, id)
    must_be_visitor(work, context, "return_ticket", ticket, body.visit_token)
    next_state(TicketState(ticket.state), Action.RETURN)
    if not (work.principal.is_staff or ticket.state == TicketState.PASSED or is_away(ticket)):
        raise HallError(ErrorCode.ILLEGAL_MOVE, "only staff gives this back", state=ticket.state)
    put_back(work, ticket, reason=body.reason)
    return answer(ticket)


def prioritise(work: Work, id: str, body: PrioritiseBody) -> Answer:
    """优先: policy priority with the evidence that was shown. Raises invalid for a tag the rules do not know."""
    ticket = transitions.ticket_of(work, id)
    give_priority(work, ticket, body.tag, body.evidence)
    return answer(ticket)


def give_priority(work: Work, ticket: TicketRow, tag: str, evidence: str, *, by_itself: bool = False) -> None:
    """Stand a ticket where a priority puts it. Raises illegal_move, invalid for a tag the rules do not know."""
    next_state(TicketState(ticket.state), Action.PRIORITISE)
    queue = transitions.queue_of(work, ticket.queue_id)
    to = placement.on_prioritise(
        transitions.where(ticket),
        rules=queue.rules,
        tag=tag,
        mode=queue.mode,
        calls=transitions.day_of(work, queue).calls,
        ahead=_ordinary_before(work, ticket, queue.rules.weave_ordinary),
        zone=queue.timezone,
    )
    tags = [*ticket.tags, *([] if tag in ticket.tags else [tag])]
    transitions.apply(work, ticket, Action.PRIORITISE, reason=evidence, to=to, by_itself=by_itself, tags=tags)


def _ordinary_before(work: Work, ticket: TicketRow, most: int) -> int:
    """How many ordinary patients stand before the ticket in its queue, counted to `most`."""
    rows = select(TicketRow.id).where(
        TicketRow.hall_id == ticket.hall_id,
        TicketRow.queue_id == ticket.queue_id,
        TicketRow.state == TicketState.WAITING.value,
        TicketRow.lane == Lane.ORDINARY.value,
        TicketRow.sort < ticket.sort,
    )
    return len(work.db.scalars(rows.limit(most)).all())


def worse(work: Work, context: Context, id: str, body: VisitBody) -> Answer:
    """病情加重: staff is asked to look again now; the ticket itself does not move. Raises illegal_move, but at a kiosk
    nobody is refused."""
    if Reach.NAMELESS in reach_of("worse_ticket", work.principal.role):
        return _worse_at_kiosk(work, context, work.db.get(TicketRow, id), body.visit_token)
    ticket = transitions.ticket_of(work, id)
    next_state(TicketState(ticket.state), Action.WORSE)
    alerts.raise_alert(work, AlertKind.WORSE, ticket=ticket.id, device=alerts.machine(work), note=body.reason)
    return answer(ticket)


def _worse_at_kiosk(work: Work, context: Context, ticket: TicketRow | None, token: str | None) -> Answer:
    """An alert about who was identified there; about nobody where the visit token does not prove whose ticket it is.

    Of a ticket that is not proven the answer has only what the public may see.
    """
    own = ticket is not None and is_visitor(work, context, ticket, token)
    seen = ticket is not None and ticket.hall_id == work.hall.id and is_in_sight(ticket)
    visitor = alerts.visitor(work, context, token)
    alerts.raise_alert(
        work,
        AlertKind.WORSE,
        ticket=ticket.id if ticket is not None and own else None,
        device=alerts.machine(work),
        patient=visitor.id if visitor is not None else None,
    )
    return Answer({"ticket": ticket_view(ticket) if ticket is not None and (own or seen) else None})


def cancel(work: Work, id: str, body: PlainBody) -> Answer:
    """取消: the patient leaves, or the check-in was a mistake; an appointment may then be checked in again."""
    ticket = transitions.ticket_of(work, id)
    transitions.apply(work, ticket, Action.CANCEL, reason=body.reason, station_id=None)
    bookings.give_back(work, ticket)
    return answer(ticket)


def undo(work: Work, id: str, _body: PlainBody) -> Answer:
    """撤销: the last transition of the ticket is taken back within the rule's seconds."""
    ticket = transitions.ticket_of(work, id)
    called = last_calls(work.db, work.hall.id, [ticket.id]).get(ticket.id)
    seconds = transitions.home_of(work, ticket).rules.undo_seconds
    take_back(work, ticket, seconds, announcement=called.content if called is not None else None)
    bookings.take_again(work, ticket)
    return answer(ticket)


def hold_for_other_hall(work: Work, id: str, *, held: bool) -> None:
    """A due row told this hall that the patient is called elsewhere, or free again."""
    ticket = work.db.get(TicketRow, id)
    if ticket is None:
        return
    if held:
        transitions.hold_if_elsewhere(work, ticket)
    elif (
        ticket.state == TicketState.HELD
        and ticket.hold_reason == transitions.ELSEWHERE
        and not transitions.is_elsewhere(work, ticket)
    ):
        transitions.free_from_elsewhere(work, ticket)


Plain = Callable[[Work, str, PlainBody], Answer]
_OWN: dict[Action, Plain] = {
    Action.RECALL: recall,
    Action.ARRIVED: arrived,
    Action.FINISH: finish,
    Action.PASS: pass_over,
    Action.CANCEL: cancel,
}
"""Plain actions that do more than the table of the lifecycle says."""


def _by_table(action: Action) -> Plain:
    """The use case of a plain action that only goes from state to state; outside a room it has no station."""

    def run(work: Work, id: str, body: PlainBody) -> Answer:
        ticket = transitions.ticket_of(work, id)
        target = next_state(TicketState(ticket.state), action)
        station = ticket.station_id if target in AT_ROOM else None
        transitions.apply(work, ticket, action, reason=body.reason, station_id=station)
        return answer(ticket)

    return run


PLAIN: dict[str, Plain] = {
    **{action.value: _OWN.get(action) or _by_table(action) for action, rule in ACTIONS.items() if rule.plain},
    "undo": undo,
}
"""The commands that carry at most a reason, by the last part of their path."""
