"""Identify and check in."""

from flask import Blueprint, Response

from server.protocol.answers import CheckIn, DeskCode, Identification
from server.services.checkin.check_in import check_in, identified
from server.services.core.hall_scope import named_hall
from server.services.patients import desk_codes
from server.services.patients.identification import identify
from server.services.patients.patient_requests import CheckInBody, DeskCodeBody, IdentifyBody
from server.web.authorise import asking
from server.web.routes import accept_simulated_time, command_route, declare, parsed_body, rendered, web


def blueprint() -> Blueprint:
    """Routes of patients at kiosks and desks."""
    routes = Blueprint("patients", __name__, url_prefix="/api/v1")

    _identification(routes)
    command_route(
        routes,
        "/check-ins",
        check_in,
        operation="check_in",
        tag="patients",
        body=CheckInBody,
        answer=CheckIn,
        status=(200, 201, 202),
        identify=identified,
    )
    command_route(
        routes,
        "/desk-codes",
        desk_codes.hand_out,
        operation="hand_out_desk_code",
        tag="patients",
        body=DeskCodeBody,
        answer=DeskCode,
        status=(201,),
    )
    return routes


def _identification(routes: Blueprint) -> None:
    """The route that finds a patient; no command, since it changes no ticket."""

    def identification() -> Response:
        """Who is this: needs no key; one answer for every failure."""
        who = asking()
        _, body = parsed_body(IdentifyBody)
        named_hall(web().context, who, body.hall)
        accept_simulated_time()
        return rendered(identify(web().context, who, body))

    declare(
        routes,
        "POST",
        "/identifications",
        identification,
        operation="identify",
        tag="patients",
        body=IdentifyBody,
        answer=Identification,
    )
