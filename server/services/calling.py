"""Calling: a station summons the next by the rules of server.domain.discipline, or a chosen ticket with a reason."""

from sqlalchemy import bindparam, select

from server.domain.discipline import Caller, Choice, Head, Recent, choose_next, remember
from server.domain.errors import HallError
from server.domain.explaining import reason_text
from server.protocol.terms import Action, ErrorCode, Lane, StaffRole, StationState, TicketState
from server.services import announcements, moves
from server.services.config import Queue
from server.services.context import Context
from server.services.views import View, ticket_view
from server.services.wishes import CallNextBody
from server.services.work import Answer, Work
from server.store.tables import LaneRow, QueueDayRow, StationRow, TicketRow

EMPTY = "empty"
MANUAL = "manual"
_LANES = select(LaneRow.lane, LaneRow.rank, LaneRow.credit, LaneRow.doctor, LaneRow.waiting).where(
    LaneRow.hall_id == bindparam("hall"), LaneRow.queue_id == bindparam("queue"), LaneRow.waiting > 0
)
_HEAD = (
    select(TicketRow)
    .where(
        TicketRow.hall_id == bindparam("hall"),
        TicketRow.queue_id == bindparam("queue"),
        TicketRow.state == "waiting",
        TicketRow.lane == bindparam("lane"),
        TicketRow.rank == bindparam("rank"),
        TicketRow.credit == bindparam("credit"),
        TicketRow.doctor == bindparam("doctor"),
    )
    .order_by(TicketRow.sort)
    .limit(1)
)


def call_next(work: Work, context: Context, station_id: str, body: CallNextBody) -> Answer:
    """Call the next ticket to a station, or the chosen one.

    Raises station_busy (with the ticket it holds), station_closed, reason_needed, not_callable, illegal_move.
    """
    station = moves.station_of(work, station_id)
    only_own_station(work, station.id)
    if body.ticket is not None and not body.reason:
        raise HallError(ErrorCode.REASON_NEEDED)
    current = moves.at_station(work, station.id)
    if current is not None:
        if current.state == TicketState.CALLED or not body.finish_current:
            raise HallError(ErrorCode.STATION_BUSY, ticket=ticket_view(current))
        moves.apply(work, current, Action.FINISH, station_id=None)
    if station.state != StationState.OPEN:
        raise HallError(ErrorCode.STATION_CLOSED, state=station.state)
    if body.ticket is not None:
        ticket = _chosen(work, station, body.ticket)
        call(work, ticket, station, body.reason or MANUAL)
        return Answer(
            200,
            {"ticket": ticket_view(ticket), "reason": MANUAL, "reason_text": {"zh": body.reason, "en": body.reason}},
        )
    choice = choose(work, station)
    if choice is None:
        return Answer(
            200, {"ticket": None, "reason": EMPTY, "reason_text": {"zh": "没有可叫的号", "en": "Nobody is waiting"}}
        )
    ticket = work.db.get_one(TicketRow, choice.ticket)
    call(work, ticket, station, choice.reason.code)
    texts = {language: reason_text(choice.reason, language) for language in ("zh", "en")}
    return Answer(200, {"ticket": ticket_view(ticket), "reason": choice.reason.code, "reason_text": texts})


def only_own_station(work: Work, station: str | None) -> None:
    """A doctor works at the own station only. Raises not_your_station."""
    who = work.principal
    if who.role == StaffRole.DOCTOR and who.station is not None and station is not None and who.station != station:
        raise HallError(ErrorCode.NOT_YOUR_STATION)


def _chosen(work: Work, station: StationRow, id: str) -> TicketRow:
    ticket = moves.ticket_of(work, id)
    if ticket.hall_id != work.hall.id:
        raise HallError(ErrorCode.UNKNOWN_TICKET, id)
    if ticket.bypass or (ticket.state == TicketState.STAGED and ticket.station_id not in {None, station.id}):
        raise HallError(ErrorCode.NOT_CALLABLE)
    return ticket


def call(work: Work, ticket: TicketRow, station: StationRow, reason: str) -> None:
    """Summon: the fact, its announcement, the weave's memory, and the patient's other tickets held."""
    queue = moves.queue_of(work, ticket.queue_id)
    day = moves.day_of(work, queue)
    memory = {"queue": queue.id, "recent": list(day.recent), "calls": day.calls}
    before = recent_of(day)
    after = remember(before, Lane(ticket.lane))
    day.recent, day.calls = [lane.value for lane in after.lanes], after.calls
    if len(station.queues) > 1:
        station.last_queue = queue.id
    announcement = announcements.announce(work, ticket, "call", station)
    moves.apply(
        work,
        ticket,
        Action.CALL,
        reason=reason,
        announcement=announcement,
        memory=memory,
        station_id=station.id,
        calls=1,
        hold_reason=None,
    )
    moves.hold_elsewhere(work, ticket)


def recent_of(day: QueueDayRow) -> Recent:
    """What a queue remembers of its calls."""
    return Recent(lanes=tuple(Lane(lane) for lane in day.recent), calls=day.calls)


def choose(work: Work, station: StationRow) -> Choice | None:
    """Ask the domain who is next: first of those sent ahead to this room, then of the lanes' heads."""
    known = work.config.queues
    queues = [known[id] for id in station.queues if id in known and known[id].active]
    staged = staged_heads(work, station)
    waiting = heads_of(work, queues)
    heads = [*(head for head in waiting if head.lane is Lane.URGENT), *staged] if staged else waiting
    caller = Caller(
        station=station.id,
        queues=tuple(queue.id for queue in queues),
        doctor=station.doctor_id,
        levels=frozenset(station.levels) or None,
        last_queue=station.last_queue,
    )
    return choose_next(
        heads,
        station=caller,
        rules={queue.id: queue.rules for queue in queues},
        modes={queue.id: queue.mode for queue in queues},
        recent={queue.id: recent_of(moves.day_of(work, queue)) for queue in queues},
        now=work.now,
    )


def heads_of(work: Work, queues: list[Queue]) -> list[Head]:
    """The first ticket under each key that has any: one index look-up a key, however many wait."""
    found: list[Head] = []
    for queue in queues:
        for lane, rank, credit, doctor, waiting in work.db.execute(
            _LANES, {"hall": queue.hall_id, "queue": queue.id}
        ).all():
            key = {
                "hall": queue.hall_id,
                "queue": queue.id,
                "lane": lane,
                "rank": rank,
                "credit": credit,
                "doctor": doctor,
            }
            found.append(head_of(work.db.scalars(_HEAD, key).one(), waiting))
    return found


def staged_heads(work: Work, station: StationRow) -> list[Head]:
    """Tickets sent ahead to this station."""
    held = work.db.scalars(moves.AT, {"station": station.id})
    staged = [ticket for ticket in held if ticket.state == TicketState.STAGED and ticket.hall_id == work.hall.id]
    return [head_of(ticket, 1) for ticket in staged]


def head_of(ticket: TicketRow, waiting: int) -> Head:
    """A ticket as the discipline sees it."""
    return Head(
        ticket=ticket.id,
        queue=ticket.queue_id,
        lane=Lane(ticket.lane),
        rank=ticket.rank,
        grade=ticket.grade,
        credit=ticket.credit,
        doctor=ticket.doctor or None,
        order=ticket.sort,
        since=ticket.since,
        due_call=ticket.due_call,
        target_minutes=ticket.target_minutes,
        waiting=waiting,
    )


def next_after(work: Work, station: StationRow) -> View | None:
    """Who would be called now, without calling."""
    choice = choose(work, station)
    return None if choice is None else ticket_view(work.db.get_one(TicketRow, choice.ticket))
