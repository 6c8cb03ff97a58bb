"""Bookings over HTTP: cancelled and moved, also after check-in."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint
from spectree import SpecTree

from server.domain.errors import HallError
from server.protocol.answers import AppointmentAnswer
from server.protocol.terms import DeviceRole, ErrorCode
from server.services import bookings
from server.services.context import Context
from server.services.finding import hall_of
from server.services.principal import SYSTEM, Principal
from server.services.roles import DESK, SERVICE, Roles
from server.services.servable import Booking, must_be_to_come
from server.services.wishes import MoveAppointmentBody, PlainBody
from server.services.work import Answer, Work
from server.store.tables import AppointmentRow
from server.web.routes import wish

MAY: Roles = DESK | {SERVICE}


def blueprint(spec: SpecTree) -> Blueprint:
    """Routes of bookings."""
    routes = Blueprint("appointments", __name__, url_prefix="/api/v1")
    wish(
        routes,
        spec,
        "/appointments/<id>/cancel",
        _cancel,
        operation="cancel_appointment",
        tag="patients",
        roles=MAY,
        body=PlainBody,
        answer=AppointmentAnswer,
        halls=_hall,
    )
    wish(
        routes,
        spec,
        "/appointments/<id>/move",
        _move,
        operation="move_appointment",
        tag="patients",
        roles=MAY,
        body=MoveAppointmentBody,
        answer=AppointmentAnswer,
        halls=_hall,
    )
    return routes


def _cancel(work: Work, _context: Context, body: PlainBody, id: str) -> Answer:
    return bookings.cancel(work, bookings.booking_of(work, id), reason=body.reason)


def _move(work: Work, _context: Context, body: MoveAppointmentBody, id: str) -> Answer:
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


def _moment(word: str, at: datetime, timezone: ZoneInfo) -> datetime:
    """A time in UTC; without a zone it is the hospital's. Raises invalid where no calendar has it."""
    try:
        return (at if at.tzinfo else at.replace(tzinfo=timezone)).astimezone(UTC)
    except OverflowError:
        raise HallError(ErrorCode.INVALID, f"{word}: no day of bookings") from None


def _hall(context: Context, who: Principal, body: Any, parts: dict[str, Any]) -> list[str]:
    """The booking's hall; a hospital's system speaks for every hall, as in an import.

    Who is bound to a hall moves nothing out of it. Raises not_found, forbidden.
    """
    asks = SYSTEM if who.role is DeviceRole.SERVICE else who
    asks.must_be_in(getattr(body, "hall", None))
    return [hall_of(context, asks, AppointmentRow, parts["id"])]
