"""Identify and check in."""

from flask import Blueprint, Response
from spectree import SpecTree

from server.domain.triage import screen
from server.protocol.answers import CheckIn, Identification
from server.services.checkin import check_in
from server.services.context import Context
from server.services.finding import named_hall
from server.services.patients import Attempts, identify, must_fit
from server.services.roles import DESK, KIOSK, Roles
from server.services.wishes import CheckInBody, IdentifyBody
from server.services.work import Answer, Work
from server.web.authorise import must_be, principal_of
from server.web.routes import declare, given_body, hear_hall_time, rendered, web, wish


def blueprint(spec: SpecTree) -> Blueprint:
    """Routes of patients at kiosks and desks."""
    routes = Blueprint("patients", __name__, url_prefix="/api/v1")
    attempts = Attempts()
    may: Roles = DESK | {KIOSK}

    def identification() -> Response:
        """Who is this: needs no key, takes no lock, one answer for every failure."""
        who = principal_of(web().tokens)
        must_be(who, may)
        _, body = given_body(IdentifyBody)
        named_hall(web().context, who, body.hall)
        hear_hall_time()
        return rendered(identify(web().context, attempts, who, body))

    def checked_in(work: Work, context: Context, body: CheckInBody) -> Answer:
        """A check-in; one that says who the patient is fits that patient, or counts as a failed identification."""
        if screen(body.flags or ()) is None:
            must_fit(attempts, work.db, work.principal, body.patient, work.real_now)
        return check_in(work, context, body)

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
        checked_in,
        operation="check_in",
        tag="patients",
        roles=may,
        body=CheckInBody,
        answer=CheckIn,
        status=(200, 201, 202),
        halls=lambda context, who, body, _: [named_hall(context, who, body.hall)],
    )
    return routes
