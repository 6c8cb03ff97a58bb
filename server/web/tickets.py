"""A ticket's life over HTTP."""

from flask import Blueprint, Response
from pydantic import BaseModel

from server.protocol.answers import Explained, FeelsWorse, TicketAnswer
from server.services.calling import consultation, staging
from server.services.core.context import Context
from server.services.core.hall_scope import hall_of_command, named_hall
from server.services.core.principal import SYSTEM, Principal
from server.services.core.requests import (
    HoldBody,
    PlainBody,
    PrioritiseBody,
    StageBody,
    StartBody,
    SuggestBody,
    TransferBody,
    TriageBody,
    VisitBody,
)
from server.services.core.unit_of_work import Answer, Work
from server.services.tickets import transfer
from server.services.triage.assessment import confirmed, history, suggest, triage
from server.services.waiting import explanation
from server.web.authorise import asking
from server.web.routes import (
    Given,
    HallsOf,
    PathParts,
    Prepare,
    Reader,
    UseCase,
    command_route,
    declare,
    parsed_body,
    read,
    rendered,
    web,
)


def blueprint() -> Blueprint:
    """Routes of tickets."""
    routes = Blueprint("tickets", __name__, url_prefix="/api/v1")
    _reads(routes)

    _add(
        routes,
        "triage",
        lambda work, context, body, id: triage(work, context, id, body),
        TriageBody,
        prepare=confirmed,
    )
    for name, plain in consultation.PLAIN.items():
        _add(routes, name, _plain(plain), PlainBody)
    _add(routes, "return", lambda work, context, body, id: consultation.give_back(work, context, id, body), VisitBody)
    _add(
        routes,
        "worse",
        lambda work, context, body, id: consultation.worse(work, context, id, body),
        VisitBody,
        FeelsWorse,
    )
    _add(routes, "start", lambda work, _, body, id: consultation.start(work, id, body), StartBody)
    _add(routes, "hold", lambda work, _, body, id: consultation.hold(work, id, body), HoldBody)
    _add(routes, "stage", lambda work, _, body, id: staging.stage(work, id, body), StageBody)
    _add(routes, "prioritise", lambda work, _, body, id: consultation.prioritise(work, id, body), PrioritiseBody)
    _add(
        routes,
        "transfer",
        lambda work, context, body, id: transfer.transfer(work, context, id, body),
        TransferBody,
        halls=_halls,
    )
    return routes


def _add(
    routes: Blueprint,
    name: str,
    use_case: UseCase,
    body: type[Given],
    answer: type[BaseModel] = TicketAnswer,
    *,
    halls: HallsOf[Given] | None = None,
    prepare: Prepare[Given] | None = None,
) -> None:
    """A command on one ticket."""
    command_route(
        routes,
        f"/tickets/<id>/{name}",
        use_case,
        operation=f"{name}_ticket",
        tag="tickets",
        body=body,
        answer=answer,
        halls=halls,
        prepare=prepare,
    )


def _reads(routes: Blueprint) -> None:
    """What changes nothing: a ticket, why it stands where it stands, its triages, a suggested grade."""
    for path, reader, operation, answer in READINGS:
        read(routes, path, reader, operation=operation, tag="tickets", answer=answer)
    declare(
        routes,
        "POST",
        "/triage-suggestions",
        _suggest,
        operation="suggest_grade",
        tag="tickets",
        body=SuggestBody,
    )


READINGS: tuple[tuple[str, Reader, str, type[BaseModel] | None], ...] = (
    (
        "/tickets/<id>",
        lambda context, who, id: explanation.ticket(context, id, who),
        "get_ticket",
        TicketAnswer,
    ),
    (
        "/tickets/<id>/explanation",
        lambda context, who, id: explanation.explanation(context, id, who),
        "explain_ticket",
        Explained,
    ),
    ("/tickets/<id>/triages", history, "get_triages", None),
)


def _suggest() -> Response:
    """The live suggestion of the triage form: writes nothing, needs no key."""
    _, body = parsed_body(SuggestBody)
    return rendered(suggest(web().context, asking(), body))


def _plain(use_case: consultation.Plain) -> UseCase:
    def run(work: Work, _context: Context, body: PlainBody, id: str) -> Answer:
        return use_case(work, id, body)

    return run


def _halls(context: Context, who: Principal, body: TransferBody, parts: PathParts) -> list[str]:
    here = hall_of_command(context, who, "transfer_ticket", body, parts)
    if body.hall is not None and body.hall != here:
        named_hall(context, SYSTEM, body.hall)
    return transfer.halls_of_transfer(here, body)
