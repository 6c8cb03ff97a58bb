"""Sending ahead 二次候诊: the room's own short list, asked for or filled by the rule up to its cap."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from server.domain.errors import HallError
from server.domain.lifecycle import next_state
from server.domain.queueing.discipline import Caller, Choice, ReasonCode, Recent, choose_next, remember
from server.protocol.terms import Action, ErrorCode, Lane, StationState, TicketState
from server.services.calling.selection import heads_of, sent_to
from server.services.core.authority import must_reach_station
from server.services.core.requests import StageBody
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import ticket_view
from server.services.queue_state.heads import caller_of, in_order_sent, queues_of, recent_of
from server.services.tickets import announcements, transitions
from server.store.models import StationRow, TicketRow


def stage(work: Work, id: str, body: StageBody) -> Answer:
    """二次候诊: send ahead to a station's short list. Raises stage_full, station_closed, not_callable."""
    ticket = transitions.ticket_of(work, id)
    next_state(TicketState(ticket.state), Action.STAGE)
    station = transitions.station_of(work, body.station)
    must_reach_station(work.db, work.principal, "stage_at_station", station)
    if station.state == StationState.STOPPED:
        raise HallError(ErrorCode.STATION_CLOSED)
    if ticket.queue_id not in station.queues:
        raise HallError(ErrorCode.NOT_CALLABLE, "the station does not serve this queue")
    rules = transitions.queue_of(work, ticket.queue_id).rules
    if rules.staging == "off":
        raise HallError(ErrorCode.NOT_CALLABLE, "this queue sends nobody ahead")
    if len([one for one in sent_to(work, station) if one.id != ticket.id]) >= rules.stage_cap:
        raise HallError(ErrorCode.STAGE_FULL, cap=rules.stage_cap)
    choice = choose_ahead(work, station)
    by_rule = choice is not None and choice.ticket == ticket.id
    send_ahead(work, ticket, station, choice.reason.code if choice is not None and by_rule else ReasonCode.MANUAL)
    return Answer({"ticket": ticket_view(ticket)})


def fill(work: Work, station: StationRow | None) -> None:
    """Fill the short list of a room by the rule, as far as its queues are staged automatically; the urgent wait for no
    room's list: any room calls them next."""
    if station is None or not station.active or station.state != StationState.OPEN:
        return
    queues = [queue for queue in queues_of(work.config, station) if queue.rules.staging == "automatic"]
    room = max((queue.rules.stage_cap for queue in queues), default=0) - (len(sent_to(work, station)) if queues else 0)
    for _ in range(room):
        choice = choose_ahead(work, station, automatic=True)
        if choice is None:
            return
        send_ahead(work, work.db.get_one(TicketRow, choice.ticket), station, choice.reason.code)


def choose_ahead(work: Work, station: StationRow, *, automatic: bool = False) -> Choice | None:
    """Whom the rule would send ahead: as if all who were sent ahead already had been called, in that order."""
    here = sent_to(work, station)
    queues = [
        queue
        for queue in queues_of(work.config, station)
        if not automatic or (queue.rules.staging == "automatic" and len(here) < queue.rules.stage_cap)
    ]
    caller: Caller = caller_of(station, queues)
    if here:
        caller = replace(caller, last_queue=here[-1].queue_id)
    recent = {queue.id: recent_of(transitions.day_of(work, queue)) for queue in queues}
    for ticket in _sent(work, [queue.id for queue in queues]):
        recent[ticket.queue_id] = remember(recent.get(ticket.queue_id, Recent()), Lane(ticket.lane))
    return choose_next(
        [head for head in heads_of(work, queues) if head.lane is not Lane.URGENT],
        station=caller,
        rules={queue.id: queue.rules for queue in queues},
        modes={queue.id: queue.mode for queue in queues},
        recent=recent,
        now=work.now,
    )


def send_ahead(work: Work, ticket: TicketRow, station: StationRow, reason: str) -> None:
    """The event, its announcement, and the alarm for one who then stands there too long."""
    rules = transitions.queue_of(work, ticket.queue_id).rules
    announcement = announcements.announce(work, ticket, "stage", station)
    transitions.apply(work, ticket, Action.STAGE, reason=reason, announcement=announcement, station_id=station.id)
    work.schedule(
        f"staged:{ticket.id}", "staged_long", ticket.id, work.now + timedelta(minutes=rules.staged_long_minutes)
    )


def _sent(work: Work, queues: list[str]) -> list[TicketRow]:
    """All of these queues who were sent ahead, in that order."""
    rows = work.db.scalars(
        select(TicketRow).where(
            TicketRow.hall_id == work.hall.id,
            TicketRow.queue_id.in_(queues),
            TicketRow.state == TicketState.STAGED.value,
        )
    )
    return in_order_sent(rows)
