"""Rooms and windows: open, pause, stop. What waits for a stopped room's doctor goes back to the pool."""

from datetime import timedelta

from sqlalchemy import select

from server.domain.errors import HallError
from server.domain.lifecycle import EVENT_OF_STATE
from server.protocol.terms import Action, ErrorCode, StaffRole, StationState
from server.services.calling import staging
from server.services.core.requests import StationBody
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import station_view
from server.services.tickets import transitions
from server.services.tickets.rooms import must_be_a_doctor, open_station_of_doctor
from server.store.models import ScheduledTaskRow, StationRow, TicketRow


def set_state(work: Work, id: str, state: StationState, body: StationBody) -> Answer:
    """开诊 / 暂停 / 停诊. `minutes` is how long a pause is expected to last; `doctor` who sits there from now on.

    Raises unknown_doctor, forbidden for another doctor than the one who asks.
    """
    station = transitions.station_of(work, id)
    if body.doctor is not None:
        must_be_a_doctor(work, body.doctor)
    station.state = state.value
    station.reason = body.reason
    station.until = (
        work.now + timedelta(minutes=body.minutes) if body.minutes and state is StationState.PAUSED else None
    )
    if state is StationState.OPEN:
        station.doctor_id = (
            body.doctor
            or (work.principal.doctor if work.principal.role == StaffRole.DOCTOR else None)
            or station.doctor_id
        )
    work.record(EVENT_OF_STATE[state], station, reason=body.reason)
    _time_pause(work, station, body.minutes)
    if state is StationState.STOPPED:
        _unstage(work, station)
        _free(work, station)
    staging.fill(work, station)
    return Answer({"station": station_view(station)})


def _time_pause(work: Work, station: StationRow, minutes: int | None) -> None:
    """A pause that lasts, or is meant to last, longer than the rule lets patients ask for another doctor."""
    if station.state != StationState.PAUSED:
        work.unschedule(f"paused:{station.id}")
        return
    known = work.config.queues
    allowed = min((known[id].rules.pause_reassign_minutes for id in station.queues if id in known), default=0)
    after = 0 if minutes is not None and minutes > allowed else allowed
    work.schedule(f"paused:{station.id}", "paused_long", station.id, work.now + timedelta(minutes=after))


def reassign(work: Work, ticket: TicketRow, doctor: str) -> None:
    """Another doctor for one who waits by name, who keeps the place. Staff may at any time; at a kiosk only while the
    doctor's rooms are stopped or pause for long.

    Raises desk_only, station_closed when the other doctor's room is not open for the queue.
    """
    to = open_station_of_doctor(work, doctor)
    if to is None or ticket.queue_id not in to.queues:
        raise HallError(ErrorCode.STATION_CLOSED, "that doctor sees nobody of this queue now")
    if not work.principal.is_staff and not _is_away(work, ticket.doctor):
        raise HallError(ErrorCode.DESK_ONLY, "the doctor is expected back")
    transitions.apply(work, ticket, Action.TRANSFER, reason="another_doctor", doctor=doctor)


def _is_away(work: Work, doctor: str) -> bool:
    """Whether no room of the doctor is open or pauses for a short time only."""
    rooms = work.db.scalars(
        select(StationRow).where(StationRow.hall_id == work.hall.id, StationRow.doctor_id == doctor, StationRow.active)
    ).all()
    back_soon = [
        room
        for room in rooms
        if room.state == StationState.OPEN
        or (room.state == StationState.PAUSED and _is_ahead(work, f"paused:{room.id}"))
    ]
    return not back_soon


def _is_ahead(work: Work, id: str) -> bool:
    row = work.db.get(ScheduledTaskRow, id)
    return row is not None and row.due_at > work.now


def _unstage(work: Work, station: StationRow) -> None:
    staged = work.db.scalars(
        select(TicketRow).where(
            TicketRow.hall_id == work.hall.id, TicketRow.station_id == station.id, TicketRow.state == "staged"
        )
    ).all()
    for ticket in staged:
        transitions.apply(work, ticket, Action.RETURN, reason="station_stopped", station_id=None)


def _free(work: Work, station: StationRow) -> None:
    """Who waits for this doctor by name may be seen by any other, unless the doctor also sits elsewhere."""
    doctor = station.doctor_id
    if doctor is None or open_station_of_doctor(work, doctor) is not None:
        return
    named = work.db.scalars(
        select(TicketRow).where(
            TicketRow.hall_id == work.hall.id,
            TicketRow.doctor == doctor,
            TicketRow.state.in_(["waiting", "checked_in"]),
        )
    ).all()
    for ticket in named:
        transitions.apply(work, ticket, Action.TRANSFER, reason="station_stopped", doctor="")
