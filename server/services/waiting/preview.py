"""Owns looking ahead: whom a station would call now and next, and what would be said. Reads only, holds no rule."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.queueing import explanation
from server.domain.queueing.discipline import Choice, Recent, remember
from server.protocol.terms import Audience, ErrorCode, StationState, TicketState
from server.services.calling.passing import refusal
from server.services.calling.selection import among
from server.services.core.context import Context
from server.services.core.hall_config import HallConfig, Queue, config_of
from server.services.core.principal import Principal
from server.services.core.views import View
from server.services.queue_state.heads import caller_of, head_of, in_order_sent, lines_of, queues_of, recent_of
from server.services.readmodel.audience import AudiencePresenter
from server.services.readmodel.snapshot import hall_row
from server.services.tickets.announcements import content_of
from server.store.models import HallRow, QueueDayRow, StationRow, TicketRow

COMING = 3
"""How many a doctor sees coming."""
MOST_ROOMS = 8
"""Rooms whose next call is told: a sentence takes some two seconds to render, so more would not be ready in time."""


def coming(context: Context, who: Principal, station_id: str) -> View:
    """{coming: [{ticket, reason, reason_text}], passing}: the next three if nobody else comes and nobody else calls.

    `passing` is {ticket, code} of who is called to the station: why they may not be passed yet, with the values of
    the refusal; its code is None where they may, and all of it where nobody is called.

    Raises unknown_station, also for another hall's.
    """
    with Session(context.engines.read) as db:
        station = db.get(StationRow, station_id)
        if station is None or not station.active or who.hall not in {None, station.hall_id}:
            raise HallError(ErrorCode.UNKNOWN_STATION, station_id)
        hall = hall_row(db, station.hall_id)
        config, now = config_of(db, hall), context.clock.hall()
        return {
            "passing": _passing(db, hall, config, station, now),
            "coming": [
                {
                    "ticket": choice.ticket,
                    "reason": choice.reason.code,
                    "reason_text": explanation.reason(choice.reason).names(),
                }
                for choice in choices(db, config, station, now, COMING)
            ],
        }


def _passing(db: Session, hall: HallRow, config: HallConfig, station: StationRow, now: datetime) -> View | None:
    """Whether who is called to the station may be passed now."""
    called = TicketRow.station_id == station.id, TicketRow.state == TicketState.CALLED
    ticket = db.scalars(select(TicketRow).where(TicketRow.hall_id == hall.id, *called)).first()
    if ticket is None:
        return None
    refused = refusal(db, hall, ticket, config.queues[ticket.queue_id].rules, now)
    if refused is None:
        return {"ticket": ticket.id, "code": None}
    return {"ticket": ticket.id, "code": refused.code.value, **refused.extra}


def likely_calls(context: Context, hall: str) -> View:
    """{seq, calls: [{ticket, number, station, zone, texts}]}: what would be spoken if each open room called now.

    Free rooms first, then those that serve longest; at most MOST_ROOMS. Texts by language, with no more of a name than
    the hall's voice may say. Raises unknown_hall.
    """
    with Session(context.engines.read) as db:
        row = hall_row(db, hall)
        config, now = config_of(db, row), context.clock.hall()
        contents = []
        for station in _soonest(db, hall)[:MOST_ROOMS]:
            choice = next(choices(db, config, station, now, 1), None)
            if choice is not None:
                ticket = db.get_one(TicketRow, choice.ticket)
                contents.append(content_of(config, config.queues[ticket.queue_id], ticket, "call", station))
        presenter = AudiencePresenter(db, row, Audience.CALLER)
        presenter.learn(contents)
        keep = ("ticket", "number", "station", "zone", "texts")
        said = [presenter.announcement(content) for content in contents]
        return {"seq": row.seq, "calls": [{name: one[name] for name in keep} for one in said]}


def choices(db: Session, config: HallConfig, station: StationRow, now: datetime, count: int) -> Iterator[Choice]:
    """Whom a station would call one after the other, at most `count`: choose, take away what was chosen, again."""
    look = _Look(db, config, station, now, count)
    for _ in range(count):
        choice = look.choose()
        if choice is None:
            return
        yield choice
        look.take(choice.ticket)


class _Look:
    """One look ahead: what stands in each line, what each queue called lately, and what is chosen in thought."""

    def __init__(self, db: Session, config: HallConfig, station: StationRow, now: datetime, depth: int) -> None:
        self._now = now
        self._queues = queues_of(config, station)
        self._recent = {queue.id: _recent_of(db, config, queue, now) for queue in self._queues}
        self._staged = [head_of(row) for row in _staged(db, station)]
        self._lines = [line for queue in self._queues for line in lines_of(db, db.connection(), queue, depth)]
        self._caller = caller_of(station, self._queues)

    def choose(self) -> Choice | None:
        """Ask as calling does."""
        heads = [line[0] for line in self._lines if line]
        return among(heads, self._staged, self._caller, self._queues, self._recent, self._now)

    def take(self, ticket: str) -> None:
        """Let a ticket be called in thought."""
        for line in [*self._lines, self._staged]:
            taken = next((head for head in line if head.ticket == ticket), None)
            if taken is not None:
                line.remove(taken)
                self._recent[taken.queue] = remember(self._recent[taken.queue], taken.lane)
                self._caller = replace(self._caller, last_queue=taken.queue)


def _soonest(db: Session, hall: str) -> Sequence[StationRow]:
    """The open rooms of a hall, in the order in which they will probably call: free, then by when they called."""
    rooms = db.scalars(
        select(StationRow)
        .where(StationRow.hall_id == hall, StationRow.active, StationRow.state == StationState.OPEN)
        .order_by(StationRow.position)
    ).all()
    held = db.execute(
        select(TicketRow.station_id, TicketRow.times).where(
            TicketRow.hall_id == hall, TicketRow.state.in_([TicketState.CALLED, TicketState.SERVING])
        )
    )
    called = {station: times.get("called", "") for station, times in held}
    return sorted(rooms, key=lambda room: str(called.get(room.id, "")))


def _recent_of(db: Session, config: HallConfig, queue: Queue, now: datetime) -> Recent:
    row = db.get(QueueDayRow, (queue.hall_id, queue.id, config.day(now)))
    return Recent() if row is None else recent_of(row)


def _staged(db: Session, station: StationRow) -> list[TicketRow]:
    return in_order_sent(
        db.scalars(
            select(TicketRow).where(
                TicketRow.hall_id == station.hall_id,
                TicketRow.state == TicketState.STAGED,
                TicketRow.station_id == station.id,
            )
        )
    )
