"""Login sessions of staff over HTTP."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode
from server.services.access import login_attempts, sessions, staff
from server.services.core.context import Context
from server.services.core.hall_scope import own_hall
from server.services.core.principal import SYSTEM, Principal
from server.services.core.requests import SessionBody
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import View
from server.store.models import StaffRow
from server.web.authorise import is_encrypted, same_site
from server.web.cookies import SECURE_SESSION, SESSION, session_token
from server.web.routes import declare, parsed_body, read, rendered, web


def blueprint() -> Blueprint:
    """Routes by which staff sign in and out, and ask who they are."""
    routes = Blueprint("login_sessions", __name__, url_prefix="/api/v1")
    declare(routes, "POST", "/session", _sign_in, operation="sign_in", tag="staff", body=SessionBody)
    declare(routes, "DELETE", "/session", _sign_out, operation="sign_out", tag="staff")
    read(routes, "/session", _who, operation="get_session", tag="staff")
    return routes


def _sign_in() -> Response:
    """A new session in a cookie; every failure looks the same."""
    here = web()
    same_site()
    _, body = parsed_body(SessionBody)
    place = login_attempts.place_of(request.remote_addr or "")
    found, right = staff.check_password(here.context, body.username, body.password, place)
    new = staff.changed_password(body.password, body.new_password) if right and body.new_password else None
    token: str | None = None

    def run(work: Work) -> Answer:
        nonlocal token
        name = body.username
        answer, token = staff.sign_in(work, here.context, found, name, place, right=right, new_password_hash=new)
        return answer

    answer = here.context.transactions.system(own_hall(here.context, SYSTEM), run)
    if token is None:
        raise HallError(ErrorCode.WRONG_CREDENTIALS)
    response = rendered(answer.body)
    response.set_cookie(
        SECURE_SESSION if is_encrypted() else SESSION,
        token,
        httponly=True,
        samesite="Strict",
        secure=is_encrypted(),
        path="/",
    )
    return response


def _sign_out() -> Response:
    """The session ends, here and on the server."""
    here = web()
    same_site()
    token = session_token(request.environ)
    if token:
        here.context.transactions.system(
            own_hall(here.context, SYSTEM), lambda work: sessions.sign_out(work, here.context, token)
        )
        here.tokens.forget(token)
    response = rendered({})
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    for name in (SESSION, SECURE_SESSION):
        response.delete_cookie(name, path="/", samesite="Strict", secure=name == SECURE_SESSION)
    return response


def _who(context: Context, who: Principal) -> View:
    with Session(context.engines.read) as db:
        row = db.get(StaffRow, who.id)
        if row is None:
            raise HallError(ErrorCode.UNAUTHENTICATED)
        halls = [hall for hall in context.hall_ids() if who.reach in {None, hall}]
        return {"staff": staff.staff_view(row), "halls": halls, "at": context.clock.real().timestamp()}
