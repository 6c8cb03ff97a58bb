"""Owns the look ahead of a doctor's station: who would be called now, and after that. Reads only, holds no rule."""

from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.discipline import Caller, Choice, Head, Recent, choose_next, remember
from server.domain.errors import HallError
from server.domain.explaining import reason_text
from server.domain.numbering import business_day
from server.protocol.terms import ErrorCode, Lane
from server.services.calling import head_of, recent_of
from server.services.config import HallConfig, Queue, config_of
from server.services.context import Context
from server.services.principal import Principal
from server.services.reading import hall_row
from server.services.views import View
from server.store.tables import LaneRow, QueueDayRow, StationRow, TicketRow

LOOKS_AHEAD = 3


def coming(context: Context, who: Principal, station_id: str) -> View:
    """{coming: [{ticket, reason, reason_text}]}: the next three if nobody else comes and nobody else calls.

    Raises unknown_station, forbidden for another hall's.
    """
    with Session(context.engines.read) as db:
        station = db.get(StationRow, station_id)
        if station is None or not station.active:
            raise HallError(ErrorCode.UNKNOWN_STATION, station_id)
        who.must_be_in(station.hall_id)
        look = _Look(context, db, station, config_of(db, hall_row(db, station.hall_id)))
        return {
            "coming": [
                {
                    "ticket": choice.ticket,
                    "reason": choice.reason.code,
                    "reason_text": {language: reason_text(choice.reason, language) for language in ("zh", "en")},
                }
                for choice in look.choices()
            ]
        }


class _Look:
    """One look ahead: what stands in each line, what each queue called lately, and what is chosen in thought."""

    def __init__(self, context: Context, db: Session, station: StationRow, config: HallConfig) -> None:
        self._now = context.clock.hall()
        self._config = config
        self._queues = [config.queues[id] for id in station.queues if id in config.queues and config.queues[id].active]
        self._recent = {queue.id: self._recent_of(db, queue) for queue in self._queues}
        self._staged = [head_of(row, 1) for row in _staged(db, station)]
        self._lines = [line for queue in self._queues for line in _lines(db, queue)]
        self._caller = Caller(
            station=station.id,
            queues=tuple(queue.id for queue in self._queues),
            doctor=station.doctor_id,
            levels=frozenset(station.levels) or None,
            last_queue=station.last_queue,
        )

    def _recent_of(self, db: Session, queue: Queue) -> Recent:
        day = business_day(self._now, self._config.timezone)
        row = db.get(QueueDayRow, (queue.hall_id, queue.id, day))
        return Recent() if row is None else recent_of(row)

    def choices(self) -> Iterator[Choice]:
        """Choose, take away what was chosen, choose again."""
        for _ in range(LOOKS_AHEAD):
            choice = self._choose()
            if choice is None:
                return
            yield choice
            self._take(choice.ticket)

    def _choose(self) -> Choice | None:
        heads = [line[0] for line in self._lines if line]
        if self._staged:
            heads = [*(head for head in heads if head.lane is Lane.URGENT), *self._staged]
        return choose_next(
            heads,
            station=self._caller,
            rules={queue.id: queue.rules for queue in self._queues},
            modes={queue.id: queue.mode for queue in self._queues},
            recent=self._recent,
            now=self._now,
        )

    def _take(self, ticket: str) -> None:
        for line in [*self._lines, self._staged]:
            taken = next((head for head in line if head.ticket == ticket), None)
            if taken is not None:
                line.remove(taken)
                self._recent[taken.queue] = remember(self._recent[taken.queue], taken.lane)
                self._caller = replace(self._caller, last_queue=taken.queue)


def _staged(db: Session, station: StationRow) -> list[TicketRow]:
    return list(
        db.scalars(
            select(TicketRow).where(
                TicketRow.hall_id == station.hall_id, TicketRow.state == "staged", TicketRow.station_id == station.id
            )
        )
    )


def _lines(db: Session, queue: Queue) -> Iterator[list[Head]]:
    """The first few tickets under each key of choosing."""
    lanes = db.scalars(
        select(LaneRow).where(LaneRow.hall_id == queue.hall_id, LaneRow.queue_id == queue.id, LaneRow.waiting > 0)
    )
    for lane in lanes.all():
        tickets = db.scalars(
            select(TicketRow)
            .where(
                TicketRow.hall_id == queue.hall_id,
                TicketRow.queue_id == queue.id,
                TicketRow.state == "waiting",
                TicketRow.lane == lane.lane,
                TicketRow.rank == lane.rank,
                TicketRow.credit == lane.credit,
                TicketRow.doctor == lane.doctor,
            )
            .order_by(TicketRow.sort)
            .limit(LOOKS_AHEAD)
        )
        yield [head_of(ticket, max(1, lane.waiting - place)) for place, ticket in enumerate(tickets)]
