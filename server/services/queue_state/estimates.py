"""Owns the expected waits of queues: learnt from finished consultations, played by the real rule, kept for a while.

Nothing here is ever computed under a hall's lock: a check-in takes what is known already and asks for it to be renewed.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.queueing import placement, position
from server.domain.queueing.discipline import Head
from server.domain.queueing.simulation import PROBE_PREFIX
from server.domain.queueing.wait_estimate import Expected, WaitingLine, ranges_for, shown
from server.domain.triage import Scale
from server.protocol.terms import TicketState
from server.services.core.hall_config import HallConfig, config_of
from server.services.core.wait_cache import QueueEstimates, WaitCache
from server.services.queue_state.booked_slots import begun_slot
from server.services.queue_state.lineup import Lineup, lineup_of, streams_of
from server.store.engine import Engines
from server.store.models import HallRow, TicketRow

MOST_SAMPLES = 300
LONGEST = 240.0
FARTHEST = 480
"""Minutes ahead of which nothing honest can be told: rooms close, doctors go home."""
EARLIER_DAYS = 14
"""How many days are looked back where today and yesterday had too few consultations: over a holiday, not a season."""


def renew_wanted(engines: Engines, scales: Mapping[str, Scale], waits: WaitCache, now: datetime) -> bool:
    """Simulate one queue that somebody asked for; whether there was one."""
    wanted = waits.take_wanted()
    if wanted is None:
        return False
    hall, queue = wanted
    with Session(engines.read) as db:
        row = db.get(HallRow, hall)
        if row is not None:
            renew(db, row, queue, scales, waits, now)
    return True


def renew(
    db: Session, hall: HallRow, queue: str, scales: Mapping[str, Scale], waits: WaitCache, now: datetime
) -> QueueEstimates | None:
    """Play the line-up of a queue and keep the waits of every queue in it; those of the queue itself."""
    began = time.thread_time()
    config = config_of(db, hall)
    found = lineup_of(db, config, queue, now)
    estimates = {queue: QueueEstimates(now, hall.seq)} if found is None else _simulated(db, hall, config, found, scales)
    waits.keep(hall.id, estimates, time.thread_time() - began)
    return estimates.get(queue)


def _simulated(
    db: Session, hall: HallRow, config: HallConfig, found: Lineup, scales: Mapping[str, Scale]
) -> dict[str, QueueEstimates]:
    line = found.calling
    queues = list(line.rules)
    wanted = max(rules.wait_min_samples for rules in line.rules.values())
    samples, planned = samples_of(db, config, queues, line.now, wanted), _planned(line)
    if not line.rooms or (planned is None and len(samples) < min(r.wait_min_samples for r in line.rules.values())):
        return {queue: QueueEstimates(line.now, hall.seq) for queue in queues}
    newcomers = [
        _newcomer(db, config, queue, scales, line.now, doctor)
        for queue in queues
        if line.modes[queue] == "woven"
        for doctor in [None, *_doctors(line, queue)]
    ]
    line = replace(line, tickets=[*line.tickets, *newcomers], streams=streams_of(db, config, line))
    ranges = ranges_for(line, samples=samples, random=Random(f"{hall.id} {hall.seq}"), planned=planned)
    sent_ahead = (head for heads in line.staged.values() for head in heads)
    heads = {head.ticket: head for head in (*line.tickets, *sent_ahead)}
    return {
        queue: _queue_estimates(
            line, hall.seq, [(heads[id], one) for id, one in ranges.items() if heads[id].queue == queue]
        )
        for queue in queues
    }


def _planned(line: WaitingLine) -> float | None:
    """The planned minutes of a consultation of the queues that are called together; None unless each says its own."""
    planned = [rules.planned_minutes for rules in line.rules.values()]
    return None if None in planned else sum(minutes or 0 for minutes in planned) / len(planned)


def _doctors(line: WaitingLine, queue: str) -> list[str]:
    """The doctors whose open rooms serve a queue."""
    return sorted({room.caller.doctor for room in line.rooms if room.caller.doctor and queue in room.caller.queues})


def _queue_estimates(line: WaitingLine, seq: int, ranges: Sequence[tuple[Head, Expected]]) -> QueueEstimates:
    near = [(head, one) for head, one in ranges if one.high <= FARTHEST]
    doctors = {head.doctor for head, _ in near if head.doctor}
    imagined = [head.ticket for head, _ in near if head.ticket.startswith(PROBE_PREFIX) and head.doctor]
    return QueueEstimates(
        line.now,
        seq,
        {head.ticket: one for head, one in near if not head.ticket.startswith(PROBE_PREFIX)},
        _by_place([one for head, one in near if head.ticket not in imagined]),
        {doctor: _by_place([one for head, one in near if head.doctor == doctor]) for doctor in doctors},
    )


def _by_place(ranges: Sequence[Expected]) -> list[Expected]:
    """The ranges in order of place: each quantile by itself, for a later place never waits less."""
    ordered = (sorted(some) for some in zip(*((e.p20, e.p30, e.p80, e.p90) for e in ranges), strict=True))
    return [Expected(p20, p30, p80, p90, *shown(p30, p80)) for p20, p30, p80, p90 in zip(*ordered, strict=True)]


def _newcomer(
    db: Session, config: HallConfig, queue: str, scales: Mapping[str, Scale], now: datetime, doctor: str | None
) -> Head:
    """Somebody who walks in now, for a doctor by name or for any: the last place, so that the next slip can tell a
    wait."""
    own = config.queues[queue]
    level = scales[own.scale].last
    place = placement.on_check_in(
        rules=own.rules,
        now=now,
        slot_start=None,
        slot_end=None,
        seq=position.LAST,
        zone=own.timezone,
        begun=begun_slot(db, own, now),
    )
    return Head(
        ticket=f"{PROBE_PREFIX}{queue} {doctor or ''}",
        queue=queue,
        lane=place.lane,
        rank=level.rank,
        grade=level.code,
        credit=place.credit,
        doctor=doctor,
        order=place.order,
        since=place.since,
        due_call=place.due_call,
        target_minutes=level.target_minutes,
        waiting=1,
    )


def samples_of(db: Session, config: HallConfig, queues: Sequence[str], now: datetime, wanted: int = 0) -> list[float]:
    """Minutes that each of the latest patients occupied a room, from the call to the end: today's, then yesterday's;
    those of the days before only while there are fewer than `wanted`."""
    today = config.day(now)
    found: list[tuple[datetime, float]] = []
    for back in range(EARLIER_DAYS + 1):
        if len(found) < (MOST_SAMPLES if back <= 1 else wanted):
            found += _samples_of_day(db, config.id, queues, today - timedelta(days=back))
    found.sort(reverse=True)
    return [minutes for _, minutes in found[:MOST_SAMPLES]]


def _samples_of_day(db: Session, hall: str, queues: Sequence[str], day: date) -> list[tuple[datetime, float]]:
    rows = db.scalars(
        select(TicketRow.times)
        .where(
            TicketRow.hall_id == hall,
            TicketRow.issued_by.in_(queues),
            TicketRow.business_day == day,
            TicketRow.queue_id.in_(queues),
            TicketRow.state == TicketState.DONE.value,
        )
        .order_by(TicketRow.number_seq.desc())
        .limit(MOST_SAMPLES)
    )
    found = []
    for times in rows:
        if "called" not in times or "finished" not in times:
            continue
        ended = datetime.fromisoformat(times["finished"])
        minutes = (ended - datetime.fromisoformat(times["called"])).total_seconds() / 60
        if 0 < minutes <= LONGEST:
            found.append((ended, minutes))
    return found
