"""Owns the routes that only our own pages call: what a page knows of its hall, who comes next, paper."""

from flask import Blueprint, Response

from server.console.paper import recent_paper
from server.console.reference_data import reference_data
from server.services.core.hall_scope import named_hall
from server.services.waiting.preview import coming
from server.web.authorise import asking
from server.web.routes import rendered, web


def api() -> Blueprint:
    """The pages' own routes; they change nothing."""
    routes = Blueprint("console_reads", __name__, url_prefix="/console")
    routes.add_url_rule("/halls/<hall>", "knowledge", _reference)
    routes.add_url_rule("/halls/<hall>/paper", "paper", _paper)
    routes.add_url_rule("/stations/<station>/coming", "coming", _coming)
    return routes


def _reference(hall: str) -> Response:
    context = web().context
    return rendered(reference_data(context, named_hall(context, asking(), hall)))


def _paper(hall: str) -> Response:
    context = web().context
    return rendered(recent_paper(context, named_hall(context, asking(), hall)))


def _coming(station: str) -> Response:
    return rendered(coming(web().context, asking(), station))
