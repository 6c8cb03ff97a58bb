"""Print jobs over HTTP."""

from flask import Blueprint

from server.protocol.answers import PrintJobAnswer
from server.services.core.requests import ClaimBody, JobReportBody, ReprintBody
from server.services.paper import print_jobs, reprint
from server.web.routes import command_route


def blueprint() -> Blueprint:
    """Routes of paper."""
    routes = Blueprint("printing", __name__, url_prefix="/api/v1")
    command_route(
        routes,
        "/print-jobs/claim",
        lambda work, _, body: print_jobs.claim(work, body),
        operation="claim_print_job",
        tag="paper",
        body=ClaimBody,
        answer=PrintJobAnswer,
        key=False,
    )
    command_route(
        routes,
        "/print-jobs/<id>/report",
        lambda work, _, body, id: print_jobs.report(work, id, body),
        operation="report_print_job",
        tag="paper",
        body=JobReportBody,
        answer=PrintJobAnswer,
    )
    command_route(
        routes,
        "/print-jobs/<id>/reprint",
        lambda work, context, body, id: reprint.reprint(work, context, id, body),
        operation="reprint",
        tag="paper",
        body=ReprintBody,
        answer=PrintJobAnswer,
        status=(201,),
    )
    return routes
