"""Doctors as screens and slips name them: kept with an account or an import, and told to the halls where they sit."""

import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.lifecycle import EVENT_OF_STATE
from server.domain.privacy.recorded_reasons import ServerReason
from server.protocol.terms import StationState
from server.services.core.unit_of_work import Work
from server.store.models import DoctorRow, StationRow
from server.store.queries import scheduled_tasks

KIND = "doctor"
"""The task by which a hall hears that a doctor of one of its rooms has another name."""


def keep_doctor(
    db: Session, id: str, name: str | None, now: datetime, *, title: str = "", queue: str = "", otherwise: str = ""
) -> None:
    """Make or change a doctor; what is not given stays, and a new one without a name is called `otherwise`.

    Screens of every hall with a room of the doctor are told the name within a second. Called inside a transaction.
    """
    row = db.get(DoctorRow, id)
    before = row.name if row is not None else None
    if row is None:
        row = DoctorRow(id=id, name=name or otherwise or id)
        db.add(row)
    row.name = name or row.name
    row.title, row.queue_id = title or row.title, queue or row.queue_id
    if row.name == before:
        return
    rooms = select(StationRow.hall_id).where(StationRow.doctor_id == id, StationRow.active).distinct()
    for hall in db.scalars(rooms):
        task = {"id": f"{KIND}:{secrets.token_hex(8)}", "hall_id": hall, "clock": "real", "due_at": now}
        scheduled_tasks.put(db.connection(), {**task, "kind": KIND, "subject": id, "data": {}})


def tell_name(work: Work, id: str) -> None:
    """Record the doctor's rooms anew, as they are, so that every screen reads the name."""
    rooms = select(StationRow).where(StationRow.hall_id == work.hall.id, StationRow.doctor_id == id, StationRow.active)
    for station in work.db.scalars(rooms):
        work.record(EVENT_OF_STATE[StationState(station.state)], station, reason=ServerReason.DOCTOR_NAMED.value)
