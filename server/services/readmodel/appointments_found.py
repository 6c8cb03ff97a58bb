"""A patient's appointments in every hall, today and the days beside it: where, when, and what may be done here."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.queueing.slot_times import CheckInTimes, opens_at, when_of
from server.protocol.slot_terms import When
from server.services.core.hall_config import HallConfig, Queue, config_of
from server.services.core.views import View, stamp
from server.store.models import AppointmentRow, DoctorRow, HallRow
from server.store.queries import people

BESIDE = timedelta(days=1)
"""How far from today an appointment is looked for: who came a day early or a day late is told so."""


def appointments_of(db: Session, patient: str, hall: HallRow, now: datetime, level: int) -> list[View]:
    """The open appointments, those that may be checked in here and now first, then by slot.

    `here` says whether it is in this hall, `when` whether now is the time (`now`, `too_early`, `too_late`), `place` and
    `hall_name` where to go, `opens_at` from when, `today` whether it is today's. At level 1 a clinic whose screens show
    numbers only is not named for another hall or another time: who has only a number learns no more than the way. At
    level 0 none is named there.
    """
    start, end = config_of(db, hall).bounds(config_of(db, hall).day(now))
    rows = db.scalars(
        select(AppointmentRow)
        .where(
            AppointmentRow.patient_id == patient,
            AppointmentRow.state.in_(people.OPEN),
            AppointmentRow.slot_start >= start - BESIDE,
            AppointmentRow.slot_start < end + BESIDE,
        )
        .order_by(AppointmentRow.slot_start, AppointmentRow.id)
    ).all()
    halls = {row.id: row for row in db.scalars(select(HallRow).where(HallRow.active))}
    wanted = {row.doctor_id for row in rows if row.doctor_id}
    doctors = {
        row.id: row.name for row in db.execute(select(DoctorRow.id, DoctorRow.name).where(DoctorRow.id.in_(wanted)))
    }
    found = []
    for row in rows:
        config = config_of(db, halls[row.hall_id]) if row.hall_id in halls else None
        queue = config.queues.get(row.queue_id) if config else None
        if config is not None and queue is not None and queue.active:
            found.append(_view(row, config, queue, here=row.hall_id == hall.id, now=now, level=level, doctors=doctors))
    return sorted(found, key=lambda one: not (one["here"] and one["when"] == When.NOW))


def around(config: HallConfig, queue: Queue, slot_start: datetime, now: datetime) -> CheckInTimes:
    """The day and the session that decide whether a slot may be checked in."""
    start, end = config.bounds(config.day(now))
    own = next((one for one in queue.hours.around(slot_start) if one.start <= slot_start < one.end), None)
    now_open = not queue.hours.sessions or any(one.opens <= now < one.end for one in queue.hours.around(now))
    return CheckInTimes(start, end, now_open, own.opens if own else None, own.end if own else None)


def _view(
    row: AppointmentRow,
    config: HallConfig,
    queue: Queue,
    *,
    here: bool,
    now: datetime,
    level: int,
    doctors: dict[str, str],
) -> View:
    near = around(config, queue, row.slot_start, now)
    when = when_of(queue.rules, row.slot_start, now, near)
    by_number = level == 1 and queue.privacy != "number_only"
    named = level >= 2 or by_number or (here and when is When.NOW)
    opens = opens_at(queue.rules, row.slot_start, near)
    return {
        "id": row.id,
        "hall": row.hall_id,
        "hall_name": config.name,
        "here": here,
        "when": when.value,
        "today": near.day_start <= row.slot_start < near.day_end,
        "place": config.place,
        "queue": row.queue_id if named else None,
        "queue_name": queue.name if named else {},
        "doctor": row.doctor_id if named else None,
        "doctor_name": doctors.get(row.doctor_id or "") if named else None,
        "slot_start": stamp(row.slot_start),
        "slot_end": stamp(row.slot_end),
        "opens_at": stamp(opens),
    }
