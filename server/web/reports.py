"""Reports over HTTP: hospital systems send them, kiosks print them."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from pydantic import ConfigDict
from spectree import SpecTree

from server.protocol.answers import PrintJobAnswer
from server.services import reports
from server.services.context import Context
from server.services.finding import own_hall
from server.services.roles import KIOSK, SERVICE
from server.services.wishes import Body, PrintReportBody
from server.services.work import Answer, Work
from server.web.routes import wish


class BundleBody(Body):
    """A FHIR R4 bundle; its own reader checks it."""

    model_config = ConfigDict(extra="allow", frozen=True)


ReadBundle = Callable[[dict[str, Any]], list[reports.Received]]


def blueprint(spec: SpecTree, read_bundle: ReadBundle) -> Blueprint:
    """Routes of reports; `read_bundle` comes from the room that speaks FHIR."""
    routes = Blueprint("reports", __name__, url_prefix="/api/v1")

    def receive(work: Work, _context: Context, body: BundleBody) -> Answer:
        return reports.receive(work, read_bundle(body.model_dump()))

    wish(
        routes,
        spec,
        "/reports",
        receive,
        operation="receive_reports",
        tag="reports",
        roles=frozenset({SERVICE}),
        body=BundleBody,
        status=(201,),
        halls=lambda context, who, _body, _parts: [own_hall(context, who)],
    )
    wish(
        routes,
        spec,
        "/reports/<id>/print",
        lambda work, context, body, id: reports.print_report(work, context, id, body),
        operation="print_report",
        tag="reports",
        roles=frozenset({KIOSK}),
        body=PrintReportBody,
        answer=PrintJobAnswer,
        status=(201,),
        halls=lambda context, who, _body, _parts: [own_hall(context, who)],
    )
    return routes
