"""Reports over HTTP: hospital systems send them, kiosks print them, the desk hands over what a kiosk may not."""

import time
from collections.abc import Callable, Sequence
from typing import ClassVar

from flask import Blueprint, Response
from pydantic import ConfigDict
from sqlalchemy.orm import Session

from server.domain.reports.received import Received
from server.protocol.answers import PrintJobAnswer
from server.protocol.json_values import JsonObject
from server.protocol.reports import HandedOver, ReportAcknowledged, ReportsAtDesk
from server.services.core.hall_scope import named_hall
from server.services.core.requests import AcknowledgeReportBody, Body, HandOverBody, PrintReportBody
from server.services.core.transaction import PATIENCE_SECONDS, Command
from server.services.paper import reports_at_desk, reports_at_kiosk
from server.services.reports import judging, receiving
from server.store.models import HallRow
from server.web.authorise import asking
from server.web.routes import accept_simulated_time, command_route, declare, rendered, web


class BundleBody(Body):
    """A FHIR R4 bundle of at most 8 MiB; its own reader checks it. Numbers keep their digits."""

    model_config = ConfigDict(extra="allow", frozen=True)
    largest: ClassVar[int] = 8 * 1024 * 1024
    exact: ClassVar[bool] = True
    most_values: ClassVar[int] = 600_000


ReadBundle = Callable[[JsonObject], Sequence[Received]]


def blueprint(read_bundle: ReadBundle) -> Blueprint:
    """Routes of reports; `read_bundle` comes from the room that speaks FHIR, and reads before the hall is locked."""
    routes = Blueprint("reports", __name__, url_prefix="/api/v1")
    command_route(
        routes,
        "/reports",
        lambda work, _context, reports: receiving.receive(work, reports),
        operation="receive_reports",
        tag="reports",
        body=BundleBody,
        status=(201,),
        prepare=lambda _context, _who, _hall, body: judging.judged(read_bundle(body.model_extra or {})),
    )
    command_route(
        routes,
        "/reports/<id>/print",
        lambda work, context, body, id: reports_at_kiosk.print_report(work, context, id, body),
        operation="print_report",
        tag="reports",
        body=PrintReportBody,
        answer=PrintJobAnswer,
        status=(201,),
    )
    _desk_routes(routes)
    return routes


def _desk_routes(routes: Blueprint) -> None:
    declare(
        routes,
        "GET",
        "/halls/<hall>/reports",
        _at_desk,
        operation="list_reports_at_desk",
        tag="reports",
        answer=ReportsAtDesk,
    )
    command_route(
        routes,
        "/reports/<id>/hand-over",
        lambda work, _context, body, id: reports_at_desk.hand_over(work, id, body),
        operation="hand_over_report",
        tag="reports",
        body=HandOverBody,
        answer=HandedOver,
        status=(201,),
    )
    command_route(
        routes,
        "/reports/<id>/acknowledge",
        lambda work, _context, body, id: reports_at_desk.acknowledge(work, id, body),
        operation="acknowledge_report",
        tag="reports",
        body=AcknowledgeReportBody,
        answer=ReportAcknowledged,
    )


def _at_desk(hall: str) -> Response:
    """The list, read without the hall's lock; then the look at it leaves an audit row."""
    here = web()
    who = asking()
    name = named_hall(here.context, who, hall)
    accept_simulated_time()
    with Session(here.context.engines.read) as db:
        listed = reports_at_desk.at_desk(db, db.get_one(HallRow, name), here.context.clock.hall())
    asked = Command(who, None, "", time.monotonic() + PATIENCE_SECONDS)
    here.context.transactions.run([name], asked, lambda work: reports_at_desk.looked_at(work, len(listed["reports"])))
    return rendered(listed)
