"""Stations over HTTP: call next, open, pause, stop."""

from flask import Blueprint

from server.protocol.answers import Called, StationAnswer
from server.protocol.terms import StationState
from server.services.calling.call_next import call_next
from server.services.calling.stations import set_state
from server.services.core.context import Context
from server.services.core.requests import CallNextBody, StationBody
from server.services.core.unit_of_work import Answer, Work
from server.web.routes import UseCase, command_route

STATES = {"open": StationState.OPEN, "pause": StationState.PAUSED, "stop": StationState.STOPPED}


def blueprint() -> Blueprint:
    """Routes of stations."""
    routes = Blueprint("stations", __name__, url_prefix="/api/v1")
    command_route(
        routes,
        "/stations/<id>/call-next",
        lambda work, context, body, id: call_next(work, context, id, body),
        operation="call_next",
        tag="stations",
        body=CallNextBody,
        answer=Called,
    )
    for name, state in STATES.items():
        command_route(
            routes,
            f"/stations/<id>/{name}",
            _set(state),
            operation=f"{name}_station",
            tag="stations",
            body=StationBody,
            answer=StationAnswer,
        )
    return routes


def _set(state: StationState) -> UseCase:
    def run(work: Work, _context: Context, body: StationBody, id: str) -> Answer:
        return set_state(work, id, state, body)

    return run
