"""Alerts and announcement outcomes over HTTP."""

from flask import Blueprint

from server.domain.access.rights import Subject
from server.domain.errors import HallError
from server.protocol.answers import AlertAnswer
from server.protocol.terms import ErrorCode
from server.services.alerts import alerts, overuse
from server.services.alerts.presenter import read_alert
from server.services.core.context import Context
from server.services.core.hall_scope import hall_of, own_hall
from server.services.core.principal import Principal
from server.services.core.requests import AcknowledgeBody, AlertBody, CloseAlertBody, OutcomeBody
from server.services.tickets import announcements
from server.web.routes import PathParts, command_route, read


def blueprint() -> Blueprint:
    """Routes of alerts and announcements."""
    routes = Blueprint("alerts", __name__, url_prefix="/api/v1")
    command_route(
        routes,
        "/alerts",
        lambda work, context, body: overuse.ask_for_help(work, context, body),
        operation="raise_alert",
        tag="alerts",
        body=AlertBody,
        answer=AlertAnswer,
        status=(201,),
        halls=_alert_hall,
    )
    _staff_answers(routes)
    read(
        routes,
        "/alerts/<id>",
        lambda context, who, id: read_alert(context, who, id),
        operation="read_alert",
        tag="alerts",
        answer=AlertAnswer,
    )
    _announcements(routes)
    return routes


def _staff_answers(routes: Blueprint) -> None:
    """What staff do with an open alert: say who goes, and close it."""
    command_route(
        routes,
        "/alerts/<id>/acknowledge",
        lambda work, _, body, id: alerts.acknowledge(work, id, body),
        operation="acknowledge_alert",
        tag="alerts",
        body=AcknowledgeBody,
        answer=AlertAnswer,
    )
    command_route(
        routes,
        "/alerts/<id>/close",
        lambda work, _, body, id: alerts.close(work, id, body),
        operation="close_alert",
        tag="alerts",
        body=CloseAlertBody,
        answer=AlertAnswer,
    )


def _announcements(routes: Blueprint) -> None:
    command_route(
        routes,
        "/announcements/<id>/outcome",
        lambda work, _, body, id: announcements.outcome(work, id, body),
        operation="report_announcement",
        tag="alerts",
        body=OutcomeBody,
    )


def _alert_hall(context: Context, who: Principal, body: AlertBody, _parts: PathParts) -> list[str]:
    if body.ticket is not None:
        return [hall_of(context, who, Subject.TICKET, body.ticket, "raise_alert")]
    if who.hall is None:
        raise HallError(ErrorCode.INVALID, "name a ticket: you belong to no hall")
    return [own_hall(context, who)]
