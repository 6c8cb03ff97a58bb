"""Owns the routes that only our own pages call: what a page knows of its hall, who comes next, paper, accounts."""

from flask import Blueprint, Response

from server.console.knowledge import knowledge
from server.console.paper import recent_paper
from server.services.context import Context
from server.services.finding import hall_of, named_hall
from server.services.lookahead import coming
from server.services.principal import Principal
from server.services.roles import ADMIN, CARE, Roles
from server.services.staff import accounts
from server.store.tables import StationRow
from server.web.authorise import must_be, principal_of
from server.web.routes import rendered, web


def reads() -> Blueprint:
    """The pages' own routes; they change nothing."""
    routes = Blueprint("console_reads", __name__, url_prefix="/console")
    routes.add_url_rule("/halls/<hall>", "knowledge", _knowledge)
    routes.add_url_rule("/halls/<hall>/paper", "paper", _paper)
    routes.add_url_rule("/stations/<station>/coming", "coming", _coming)
    routes.add_url_rule("/staff", "staff", _staff)
    return routes


def _reader(roles: Roles) -> tuple[Context, Principal]:
    here = web()
    who = principal_of(here.tokens)
    must_be(who, roles)
    return here.context, who


def _knowledge(hall: str) -> Response:
    context, who = _reader(CARE)
    return rendered(knowledge(context, named_hall(context, who, hall)))


def _paper(hall: str) -> Response:
    context, who = _reader(CARE)
    return rendered(recent_paper(context, named_hall(context, who, hall)))


def _staff() -> Response:
    context, _ = _reader(frozenset({ADMIN}))
    return rendered({"staff": accounts(context)})


def _coming(station: str) -> Response:
    context, who = _reader(CARE)
    hall_of(context, who, StationRow, station)
    return rendered(coming(context, who, station))
