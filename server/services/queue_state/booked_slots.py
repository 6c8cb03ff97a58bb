"""The booked slots of a queue: which of them has begun. Reads only, holds no rule."""

from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from server.domain.queueing.position import slot_of
from server.protocol.terms import AppointmentState
from server.services.core.hall_config import Queue
from server.store.models import AppointmentRow

BEGUN = select(func.max(AppointmentRow.slot_start)).where(
    AppointmentRow.hall_id == bindparam("hall"),
    AppointmentRow.queue_id == bindparam("queue"),
    AppointmentRow.slot_start > bindparam("after", type_=AppointmentRow.slot_start.type),
    AppointmentRow.slot_start <= bindparam("until", type_=AppointmentRow.slot_start.type),
    AppointmentRow.state != AppointmentState.CANCELLED.value,
)


def begun_slot(db: Session, queue: Queue, moment: datetime) -> datetime | None:
    """The latest start of a booked slot of the queue that is not after `moment`; None where the grid's slot is later.

    A slot that was cancelled is nobody's.
    """
    grid = slot_of(queue.rules.slot_minutes, moment, queue.timezone)
    given = {"hall": queue.hall_id, "queue": queue.id, "after": grid, "until": moment}
    found: datetime | None = db.connection().execute(BEGUN, given).scalar()
    return found
