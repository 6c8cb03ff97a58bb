"""Bookings over HTTP: cancelled and moved, also after check-in."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint

from server.domain.errors import HallError
from server.protocol.answers import AppointmentAnswer
from server.protocol.terms import ErrorCode
from server.services.core.authority import must_reach_hall
from server.services.core.context import Context
from server.services.core.requests import MoveAppointmentBody, PlainBody
from server.services.core.unit_of_work import Answer, Work
from server.services.queue_state.bookable import Booking, must_be_to_come
from server.services.tickets import bookings
from server.web.routes import command_route


def blueprint() -> Blueprint:
    """Routes of bookings."""
    routes = Blueprint("appointments", __name__, url_prefix="/api/v1")
    command_route(
        routes,
        "/appointments/<id>/cancel",
        _cancel,
        operation="cancel_appointment",
        tag="patients",
        body=PlainBody,
        answer=AppointmentAnswer,
    )
    command_route(
        routes,
        "/appointments/<id>/move",
        _move,
        operation="move_appointment",
        tag="patients",
        body=MoveAppointmentBody,
        answer=AppointmentAnswer,
    )
    return routes


def _cancel(work: Work, _context: Context, body: PlainBody, id: str) -> Answer:
    return bookings.cancel(work, bookings.booking_of(work, id), reason=body.reason)


def _move(work: Work, _context: Context, body: MoveAppointmentBody, id: str) -> Answer:
    must_reach_hall(work, "move_appointment", body.hall)
    row = bookings.booking_of(work, id)
    timezone = work.config.timezone
    to = Booking(
        hall=body.hall or row.hall_id,
        queue=body.queue or row.queue_id,
        doctor=body.doctor if "doctor" in body.model_fields_set else row.doctor_id,
        start=_moment("slot_start", body.slot_start, timezone),
        end=_moment("slot_end", body.slot_end, timezone),
        registration=row.registration,
    )
    must_be_to_come(to, work.config, work.now)
    return bookings.move(work, row, to, reason=body.reason)


def _moment(name: str, at: datetime, timezone: ZoneInfo) -> datetime:
    """A time in UTC; without a zone it is the hospital's. Raises invalid where no calendar has it."""
    try:
        return (at if at.tzinfo else at.replace(tzinfo=timezone)).astimezone(UTC)
    except OverflowError:
        raise HallError(ErrorCode.INVALID, f"{name}: no day of bookings") from None
