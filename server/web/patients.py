"""Identify and check in."""

from flask import Blueprint, Response
from spectree import SpecTree

from server.protocol.answers import CheckIn, DeskCode, Identification
from server.services import desk_codes
from server.services.checkin import check_in, identified
from server.services.finding import named_hall
from server.services.identifying import identify
from server.services.patient_bodies import CheckInBody, DeskCodeBody, IdentifyBody
from server.services.roles import DESK, KIOSK, Roles
from server.web.authorise import must_be, principal_of
from server.web.routes import declare, given_body, hear_hall_time, rendered, web, wish


def blueprint(spec: SpecTree) -> Blueprint:
    """Routes of patients at kiosks and desks."""
    routes = Blueprint("patients", __name__, url_prefix="/api/v1")
    may: Roles = DESK | {KIOSK}

    def identification() -> Response:
        """Who is this: needs no key; one answer for every failure."""
        who = principal_of(web().tokens)
        must_be(who, may)
        _, body = given_body(IdentifyBody)
        named_hall(web().context, who, body.hall)
        hear_hall_time()
        return rendered(identify(web().context, who, body))

    declare(
        routes,
        spec,
        "POST",
        "/identifications",
        identification,
        operation="identify",
        tag="patients",
        roles=may,
        body=IdentifyBody,
        answer=Identification,
    )
    wish(
        routes,
        spec,
        "/check-ins",
        check_in,
        operation="check_in",
        tag="patients",
        roles=may,
        body=CheckInBody,
        answer=CheckIn,
        status=(200, 201, 202),
        halls=lambda context, who, body, _: [named_hall(context, who, body.hall)],
        identify=identified,
    )
    wish(
        routes,
        spec,
        "/desk-codes",
        desk_codes.hand_out,
        operation="hand_out_desk_code",
        tag="patients",
        roles=DESK,
        body=DeskCodeBody,
        answer=DeskCode,
        status=(201,),
        halls=lambda context, who, body, _: [named_hall(context, who, body.hall)],
    )
    return routes
