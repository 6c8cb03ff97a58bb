"""Alerts and announcement outcomes over HTTP."""

from typing import Any

from flask import Blueprint
from spectree import SpecTree

from server.domain.errors import HallError
from server.protocol.answers import AlertAnswer
from server.protocol.terms import ErrorCode
from server.services import alerts, announcements
from server.services.alert_presenter import read_alert
from server.services.context import Context
from server.services.finding import hall_of, own_hall
from server.services.principal import Principal
from server.services.roles import CALLER, CARE, KIOSK
from server.services.wishes import AcknowledgeBody, AlertBody, CloseAlertBody, OutcomeBody
from server.store.tables import AlertRow, AnnouncementRow, TicketRow
from server.web.routes import read, wish


def blueprint(spec: SpecTree) -> Blueprint:
    """Routes of alerts and announcements."""
    routes = Blueprint("alerts", __name__, url_prefix="/api/v1")
    wish(
        routes,
        spec,
        "/alerts",
        lambda work, context, body: alerts.ask_for_help(work, context, body),
        operation="raise_alert",
        tag="alerts",
        roles=CARE | {KIOSK},
        body=AlertBody,
        answer=AlertAnswer,
        status=(201,),
        halls=_alert_hall,
    )
    wish(
        routes,
        spec,
        "/alerts/<id>/acknowledge",
        lambda work, _, body, id: alerts.acknowledge(work, id, body),
        operation="acknowledge_alert",
        tag="alerts",
        roles=CARE,
        body=AcknowledgeBody,
        answer=AlertAnswer,
        halls=lambda context, who, _, parts: [hall_of(context, who, AlertRow, parts["id"])],
    )
    wish(
        routes,
        spec,
        "/alerts/<id>/close",
        lambda work, _, body, id: alerts.close(work, id, body),
        operation="close_alert",
        tag="alerts",
        roles=CARE,
        body=CloseAlertBody,
        answer=AlertAnswer,
        halls=lambda context, who, _, parts: [hall_of(context, who, AlertRow, parts["id"])],
    )
    read(
        routes,
        spec,
        "/alerts/<id>",
        lambda context, who, id: read_alert(context, who, id),
        operation="read_alert",
        tag="alerts",
        roles=CARE | {KIOSK},
        answer=AlertAnswer,
    )
    _announcements(routes, spec)
    return routes


def _announcements(routes: Blueprint, spec: SpecTree) -> None:
    wish(
        routes,
        spec,
        "/announcements/<id>/outcome",
        lambda work, _, body, id: announcements.outcome(work, id, body),
        operation="report_announcement",
        tag="alerts",
        roles=frozenset({CALLER}),
        body=OutcomeBody,
        halls=lambda context, who, _, parts: [hall_of(context, who, AnnouncementRow, parts["id"])],
    )


def _alert_hall(context: Context, who: Principal, body: Any, _parts: dict[str, Any]) -> list[str]:
    if body.ticket is not None:
        return [hall_of(context, who, TicketRow, body.ticket)]
    if who.hall is None:
        raise HallError(ErrorCode.INVALID, "name a ticket: you belong to no hall")
    return [own_hall(context, who)]
