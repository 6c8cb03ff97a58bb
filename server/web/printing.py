"""Print jobs over HTTP."""

from typing import Any

from flask import Blueprint
from spectree import SpecTree

from server.protocol.answers import PrintJobAnswer
from server.services import printing
from server.services.context import Context
from server.services.finding import hall_of, own_hall
from server.services.principal import Principal
from server.services.roles import CARE, KIOSK, STATION
from server.services.wishes import ClaimBody, JobReportBody, ReprintBody
from server.store.tables import PrintJobRow
from server.web.routes import wish


def blueprint(spec: SpecTree) -> Blueprint:
    """Routes of paper."""
    routes = Blueprint("printing", __name__, url_prefix="/api/v1")
    wish(
        routes,
        spec,
        "/print-jobs/claim",
        lambda work, _, _body: printing.claim(work),
        operation="claim_print_job",
        tag="paper",
        roles=frozenset({STATION}),
        body=ClaimBody,
        answer=PrintJobAnswer,
        key=False,
        halls=lambda context, who, _body, _parts: [own_hall(context, who)],
    )
    wish(
        routes,
        spec,
        "/print-jobs/<id>/report",
        lambda work, _, body, id: printing.report(work, id, body),
        operation="report_print_job",
        tag="paper",
        roles=frozenset({STATION, KIOSK}),
        body=JobReportBody,
        answer=PrintJobAnswer,
        halls=_hall,
    )
    wish(
        routes,
        spec,
        "/print-jobs/<id>/reprint",
        lambda work, _, body, id: printing.reprint(work, id, body.reason),
        operation="reprint",
        tag="paper",
        roles=CARE | {KIOSK},
        body=ReprintBody,
        answer=PrintJobAnswer,
        status=(201,),
        halls=_hall,
    )
    return routes


def _hall(context: Context, who: Principal, _body: Any, parts: dict[str, Any]) -> list[str]:
    return [hall_of(context, who, PrintJobRow, parts["id"])]
