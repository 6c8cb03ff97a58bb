"""Owns the line-up of a queue for the discipline: who waits, which rooms call, what they called. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from server.domain.queueing.discipline import Head, Recent
from server.domain.queueing.wait_estimate import Room, Stream, WaitingLine
from server.protocol.terms import Lane, StationState, TicketState
from server.services.core.hall_config import HallConfig
from server.services.queue_state import heads
from server.store.models import QueueDayRow, StationRow, TicketRow

MOST = 400
"""Longer line-ups are counted and not played: their far end is hours away, and reading them costs too much."""
LEARNT_FROM = timedelta(minutes=60)
"""Who joined lately tells who may still come."""
_IN_LINE = (TicketState.WAITING.value, TicketState.STAGED.value)
_COLUMNS = (*heads.COLUMNS, TicketRow.state, TicketRow.station_id, TicketRow.times, TicketRow.seq)


@dataclass(frozen=True, slots=True)
class Lineup:
    """A queue with all queues and rooms that touch it. `line` has every room that is not stopped, `open_rooms` are
    the stations that call now."""

    queue: str
    line: WaitingLine
    open_rooms: frozenset[str]

    @property
    def calling(self) -> WaitingLine:
        """The same line with the open rooms alone."""
        return replace(
            self.line, rooms=tuple(room for room in self.line.rooms if room.caller.station in self.open_rooms)
        )


def lineup_of(db: Session, config: HallConfig, queue: str, now: datetime) -> Lineup | None:
    """The line-up of a queue now; None where more than MOST wait or the queue is closed."""
    stations = db.scalars(
        select(StationRow)
        .where(StationRow.hall_id == config.id, StationRow.active, StationRow.state != StationState.STOPPED)
        .order_by(StationRow.position, StationRow.id)
    ).all()
    rooms, queues = _touching(stations, queue)
    known = {id: config.queues[id] for id in sorted(queues) if id in config.queues and config.queues[id].active}
    if queue not in known:
        return None
    rows = db.execute(
        select(*_COLUMNS)
        .where(TicketRow.hall_id == config.id, TicketRow.queue_id.in_(known), TicketRow.state.in_(_IN_LINE))
        .limit(MOST + 1)
    ).all()
    if len(rows) > MOST:
        return None
    line = WaitingLine(
        tickets=[heads.head_of(row) for row in rows if row.state == TicketState.WAITING],
        rooms=[
            Room(heads.caller_of(room, heads.queues_of(config, room)), busy)
            for room, busy in _busy(db, config.id, rooms, now)
        ],
        rules={id: one.rules for id, one in known.items()},
        modes={id: one.mode for id, one in known.items()},
        recent=_recent(db, config, list(known), now),
        now=now,
        staged=_staged(rows),
        zone=config.timezone,
    )
    return Lineup(queue, line, frozenset(room.id for room in rooms if room.state == StationState.OPEN))


def streams_of(db: Session, config: HallConfig, line: WaitingLine) -> Sequence[Stream]:
    """Who may still come and go first: everybody who joined in the last hour, by queue, lane and level.

    In a woven queue ordinary patients who come later stand behind, so they are not imagined.
    """
    joined = db.execute(
        select(TicketRow.queue_id, TicketRow.lane, TicketRow.rank, TicketRow.grade, TicketRow.target_minutes).where(
            TicketRow.hall_id == config.id,
            TicketRow.issued_by.in_(line.rules),
            TicketRow.business_day == config.day(line.now),
            TicketRow.checked_in_at > line.now - LEARNT_FROM,
            TicketRow.queue_id.in_(line.rules),
        )
    ).all()
    counts: dict[tuple[str, Lane, int | None, str | None, int | None], int] = {}
    for queue, lane, rank, grade, target in joined:
        kind = Lane.ORDINARY if lane == Lane.PASSED else Lane(lane)
        if kind is Lane.ORDINARY and line.modes[queue] == "woven":
            continue
        key = (queue, kind, rank, grade, target)
        counts[key] = counts.get(key, 0) + 1
    minutes = LEARNT_FROM.total_seconds() / 60
    return [
        Stream(
            queue,
            count / minutes,
            lane=lane,
            rank=rank,
            grade=grade,
            tags=line.rules[queue].policy_tags[:1] if lane is Lane.POLICY else (),
            target_minutes=target,
        )
        for (queue, lane, rank, grade, target), count in counts.items()
    ]


def _touching(stations: Sequence[StationRow], queue: str) -> tuple[list[StationRow], set[str]]:
    """The rooms and queues that touch a queue, directly or through one another."""
    queues = {queue}
    while True:
        rooms = [station for station in stations if queues.intersection(station.queues)]
        grown = queues.union(*(station.queues for station in rooms))
        if grown == queues:
            return rooms, queues
        queues = grown


def _busy(db: Session, hall: str, rooms: Sequence[StationRow], now: datetime) -> list[tuple[StationRow, float | None]]:
    """Each room with the minutes since it called whom it holds; None where it is free."""
    held = db.execute(
        select(TicketRow.station_id, TicketRow.times).where(
            TicketRow.hall_id == hall,
            TicketRow.station_id.in_([room.id for room in rooms]),
            TicketRow.state.in_([TicketState.CALLED.value, TicketState.SERVING.value]),
        )
    ).all()
    since = {station: datetime.fromisoformat(times["called"]) for station, times in held if "called" in times}
    minutes = {station: max(0.0, (now - at).total_seconds() / 60) for station, at in since.items()}
    return [(room, minutes.get(room.id)) for room in rooms]


def _recent(db: Session, config: HallConfig, queues: Sequence[str], now: datetime) -> dict[str, Recent]:
    days = db.scalars(
        select(QueueDayRow).where(
            QueueDayRow.hall_id == config.id,
            QueueDayRow.queue_id.in_(queues),
            QueueDayRow.business_day == config.day(now),
        )
    )
    return {day.queue_id: heads.recent_of(day) for day in days}


def _staged(rows: Sequence[Row[*tuple[object, ...]]]) -> dict[str, list[Head]]:
    sent: dict[str, list[Head]] = {}
    staged = [row for row in rows if row.state == TicketState.STAGED and row.station_id is not None]
    for row in heads.in_order_sent(staged):
        sent.setdefault(row.station_id, []).append(heads.head_of(row))
    return sent
