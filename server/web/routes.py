"""How a route is declared: operation, body and answer, for the running server and for its OpenAPI.

Who may use it, and in which hall, stands in the table of rights by the name of its operation.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask import Blueprint, Response, current_app, request
from pydantic import BaseModel, ValidationError
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from server.domain.access.reach import Role
from server.domain.access.rights import roles_of
from server.domain.errors import HallError
from server.protocol.json_values import JsonObject
from server.protocol.messages import Problem
from server.protocol.terms import ErrorCode
from server.services.access.tokens import Tokens
from server.services.core.authority import must_reach
from server.services.core.context import Context
from server.services.core.hall_scope import hall_of_command
from server.services.core.principal import Principal
from server.services.core.requests import Body
from server.services.core.transaction import PATIENCE_SECONDS, Command, Personalise
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.core.views import View
from server.services.paper.replayed_requests import renewal
from server.services.paper.reports_at_desk import described
from server.services.readmodel.audience import AudiencePresenter
from server.store.models import HallRow
from server.web.authorise import asking
from server.web.bodies import read_json

Given = TypeVar("Given", bound=Body)
"""The body that a route takes."""
PathParts = dict[str, str]
"""The parts of a path that its route names, such as `id`."""
STATUS = {Outcome.DONE: 200, Outcome.CREATED: 201, Outcome.ALERTED: 202}
"""The HTTP status of how a command ended."""
MOST_FAULTS = 50
"""How many faults of a body are told."""


@dataclass
class Web:
    """What routes lean on: the context and the authenticator."""

    context: Context
    tokens: Tokens


@dataclass(frozen=True)
class Route:
    """One route as declared; the role matrix and the documents are made from these.

    `answers`: the model of each status it answers with; `about`: what its view says of itself.
    """

    method: str
    path: str
    operation: str
    body: type[BaseModel] | None
    key: bool
    status: tuple[int, ...]
    tag: str
    answers: Mapping[int, type[BaseModel] | None]
    about: str | None

    @property
    def roles(self) -> frozenset[Role] | None:
        """Whom the table of rights lets in; None for anybody."""
        return roles_of(self.operation)


def web() -> Web:
    """The web part of the running app."""
    found: Web = current_app.extensions["hall"]
    return found


def rendered(body: JsonObject, status: int = 200) -> Response:
    """A JSON answer in UTF-8, never cached."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status=status, mimetype="application/json", headers={"Cache-Control": "no-store"})


def parsed_body(model: type[Given]) -> tuple[JsonObject, Given]:
    """The request's body, raw and parsed. Raises too_large, and invalid with each fault."""
    data = _read(model.largest)
    if data and request.mimetype not in {"application/json", "application/fhir+json"}:
        raise HallError(ErrorCode.INVALID, "send application/json")
    raw = read_json(data, exact=model.exact, most_values=model.most_values)
    try:
        return raw, model.model_validate(raw)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_context=False, include_input=False)[:MOST_FAULTS]
        faults = [
            {"where": ".".join(str(part) for part in fault["loc"])[:200], "reason": fault["msg"][:400]}
            for fault in errors
        ]
        raise HallError(
            ErrorCode.INVALID,
            "; ".join(f"{fault['where']}: {fault['reason']}" for fault in faults)[:400],
            errors=faults,
        ) from None


def _read(largest: int) -> bytes:
    """The bytes of the body, counted as they come, whatever the request says of its length. Raises too_large."""
    request.max_content_length = largest + 1  # a body without a length is cut there, silently
    too_large = HallError(ErrorCode.TOO_LARGE, f"at most {largest} bytes")
    try:
        data = request.get_data()
    except RequestEntityTooLarge:
        raise too_large from None
    if len(data) > largest:
        raise too_large
    return data


def given_key() -> str:
    """The request's Idempotency-Key. Raises key_missing."""
    key = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(key) <= 255 or not all(" " <= character <= "~" for character in key):
        raise HallError(ErrorCode.KEY_MISSING)
    return key


def accept_simulated_time() -> None:
    """Let a simulated time that this request carries be the hall's from here on."""
    web().context.clock.simulate(request.headers.get("X-Hall-Time"))


def personaliser(who: Principal) -> Personalise:
    """Adds the names `who` may see to an answer."""
    context = web().context

    def personalise(db: Session, hall: HallRow, body: View) -> View:
        personalised = AudiencePresenter(db, hall, who.audience, scales=context.scales).body(body)
        return described(db, personalised, context.clock.hall())

    return personalise


def declare(
    blueprint: Blueprint,
    method: str,
    path: str,
    view: Callable[..., Response],
    *,
    operation: str,
    tag: str,
    body: type[BaseModel] | None = None,
    answer: type[BaseModel] | None = None,
    status: tuple[int, ...] = (200,),
    key: bool = False,
) -> None:
    """Register a view with Flask, and what the OpenAPI document says of it."""
    view.__name__ = operation
    blueprint.add_url_rule(path, operation, view, methods=[method])
    answers: dict[int, type[BaseModel] | None] = dict.fromkeys(status, answer)
    answers |= dict.fromkeys(_problems(operation, body, key), Problem)
    _declared.append(Route(method, f"/api/v1{path}", operation, body, key, status, tag, answers, view.__doc__))


_declared: list[Route] = []


def declared() -> list[Route]:
    """All routes declared so far, one per operation."""
    return list({route.operation: route for route in _declared}.values())


def _problems(operation: str, body: type[BaseModel] | None, key: bool) -> list[int]:
    codes = [404]
    codes += [401, 403] if roles_of(operation) is not None else []
    codes += [422] if body is not None else []
    codes += [400, 409, 503] if key else []
    return codes


UseCase = Callable[..., Answer]
Reader = Callable[..., JsonObject]
HallsOf = Callable[[Context, Principal, Given, PathParts], list[str]]
Prepare = Callable[[Context, Principal, str, Given], object]
Identify = Callable[[Context, Principal, Given], object]


def command_route(
    blueprint: Blueprint,
    path: str,
    use_case: UseCase,
    *,
    operation: str,
    tag: str,
    halls: HallsOf[Given] | None = None,
    body: type[Given],
    answer: type[BaseModel] | None = None,
    status: tuple[int, ...] = (200,),
    key: bool = True,
    method: str = "POST",
    prepare: Prepare[Given] | None = None,
    identify: Identify[Given] | None = None,
) -> None:
    """Declare a command: `use_case(work, context, body, **path)` runs in the write path of its hall.

    The hall is where the row of rights says, or where `halls` does; the right is asked again there, under its lock.
    `prepare` makes of the body what the use case takes, before the lock: what takes long, such as passwords.
    `identify` does so where it depends on who asks, in a transaction of its own: what is kept when the command fails.
    """

    view = _command_view(use_case, operation, method, body, key=key, halls=halls, prepare=prepare, identify=identify)
    declare(
        blueprint,
        method,
        path,
        view,
        operation=operation,
        tag=tag,
        body=body,
        answer=answer,
        status=status,
        key=key,
    )


def _command_view(
    use_case: UseCase,
    operation: str,
    method: str,
    body: type[Given],
    *,
    key: bool,
    halls: HallsOf[Given] | None,
    prepare: Prepare[Given] | None,
    identify: Identify[Given] | None,
) -> Callable[..., Response]:
    """The view that reads one request of a command, runs it in its halls and answers as who asks may see it."""

    def view(**parts: str) -> Response:
        context, who = web().context, asking()
        given = given_key() if key else None
        raw, parsed = parsed_body(body)
        names = (
            halls(context, who, parsed, parts) if halls else [hall_of_command(context, who, operation, parsed, parts)]
        )
        accept_simulated_time()
        prepared: object = parsed
        if identify:
            prepared = identify(context, who, parsed)
        elif prepare:
            prepared = prepare(context, who, names[0], parsed)
        fingerprint = context.fingerprint(method, request.path, raw) if given else ""
        asked = Command(who, given, fingerprint, time.monotonic() + PATIENCE_SECONDS, renewal(context, who, parsed))

        def run(work: Work) -> Answer:
            must_reach(work, operation, parts.get("id"))
            return use_case(work, context, prepared, **parts)

        found = context.transactions.run(names, asked, run, personalise=personaliser(who))
        return rendered(found.body, STATUS[found.outcome])

    return view


def read(
    blueprint: Blueprint,
    path: str,
    reader: Reader,
    *,
    operation: str,
    tag: str,
    answer: type[BaseModel] | None = None,
) -> None:
    """Declare a reading: `reader(context, principal, **path)`."""

    def view(**parts: str) -> Response:
        return rendered(reader(web().context, asking(), **parts))

    declare(blueprint, "GET", path, view, operation=operation, tag=tag, answer=answer)
