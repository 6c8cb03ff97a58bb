"""Rooms and windows: open, pause, stop. What waits for a stopped room's doctor goes back to the pool."""

from datetime import timedelta

from sqlalchemy import select

from server.protocol.terms import Action, EventKind, StaffRole, StationState
from server.services import moves
from server.services.calling import only_own_station
from server.services.views import station_view
from server.services.wishes import StationBody
from server.services.work import Answer, Work
from server.store.tables import StationRow, TicketRow

FACTS = {
    StationState.OPEN: EventKind.STATION_OPENED,
    StationState.PAUSED: EventKind.STATION_PAUSED,
    StationState.STOPPED: EventKind.STATION_STOPPED,
}


def set_state(work: Work, id: str, state: StationState, body: StationBody) -> Answer:
    """开诊 / 暂停 / 停诊. `minutes` is how long a pause is expected to last; `doctor` who sits there from now on."""
    station = moves.station_of(work, id)
    only_own_station(work, station.id)
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
    work.record(FACTS[state], station, reason=body.reason)
    if state is StationState.STOPPED:
        _unstage(work, station)
        _free(work, station)
    return Answer(200, {"station": station_view(station)})


def _unstage(work: Work, station: StationRow) -> None:
    staged = work.db.scalars(
        select(TicketRow).where(
            TicketRow.hall_id == work.hall.id, TicketRow.station_id == station.id, TicketRow.state == "staged"
        )
    ).all()
    for ticket in staged:
        moves.apply(work, ticket, Action.RETURN, reason="station_stopped", station_id=None)


def _free(work: Work, station: StationRow) -> None:
    """Who waits for this doctor by name may be seen by any other, unless the doctor also sits elsewhere."""
    doctor = station.doctor_id
    if doctor is None or moves.open_station_of_doctor(work, doctor) is not None:
        return
    named = work.db.scalars(
        select(TicketRow).where(
            TicketRow.hall_id == work.hall.id,
            TicketRow.doctor == doctor,
            TicketRow.state.in_(["waiting", "checked_in"]),
        )
    ).all()
    for ticket in named:
        moves.apply(work, ticket, Action.TRANSFER, reason="station_stopped", doctor="")
