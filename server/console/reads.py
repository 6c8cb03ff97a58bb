"""Owns the routes that only our own pages call: what a page knows of its hall, who comes next, advice, paper."""

from typing import Annotated, Any

from flask import Blueprint, Response
from pydantic import Field

from server.console.advice import advise, triages
from server.console.coming import coming
from server.console.knowledge import knowledge
from server.console.paper import recent_paper
from server.services.context import Context
from server.services.finding import hall_of, named_hall
from server.services.principal import Principal
from server.services.roles import CARE, DESK, Roles
from server.services.views import View
from server.services.wishes import Body, Id, Word
from server.store.tables import StationRow, TicketRow
from server.web.authorise import must_be, principal_of
from server.web.routes import given_body, rendered, web


class AdviceBody(Body):
    """What a triage form holds before it is confirmed."""

    queue: Id
    vitals: dict[str, Any] = Field(default_factory=dict, max_length=30)
    findings: list[Word] = Field(default_factory=list, max_length=40)
    complaint: Annotated[str, Field(max_length=300)] = ""
    refused: list[Word] = Field(default_factory=list, max_length=40)
    pregnant: bool = False


def reads() -> Blueprint:
    """The pages' own routes; they change nothing."""
    routes = Blueprint("console_reads", __name__, url_prefix="/console")
    routes.add_url_rule("/halls/<hall>", "knowledge", _knowledge)
    routes.add_url_rule("/halls/<hall>/paper", "paper", _paper)
    routes.add_url_rule("/stations/<station>/coming", "coming", _coming)
    routes.add_url_rule("/tickets/<ticket>/triages", "triages", _triages)
    routes.add_url_rule("/tickets/<ticket>/advice", "advice", _advice, methods=["POST"])
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


def _coming(station: str) -> Response:
    context, who = _reader(CARE)
    hall_of(context, who, StationRow, station)
    return rendered(coming(context, who, station))


def _triages(ticket: str) -> Response:
    context, who = _reader(CARE)
    hall_of(context, who, TicketRow, ticket)
    return rendered(triages(context, who, ticket))


def _advice(ticket: str) -> Response:
    """A POST because vitals do not belong into an address; it changes nothing and needs no key."""
    context, who = _reader(DESK)
    _, body = given_body(AdviceBody)
    answer: View = advise(
        context,
        who,
        ticket,
        queue=body.queue,
        vitals=body.vitals,
        findings=body.findings,
        complaint=body.complaint,
        refused=body.refused,
        pregnant=body.pregnant,
    )
    return rendered(answer)
