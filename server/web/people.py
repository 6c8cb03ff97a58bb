"""Staff session, devices, imports and the hall file over HTTP."""

from collections.abc import Callable
from typing import Any, get_args

from flask import Blueprint, Response, request
from spectree import SpecTree
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.protocol.answers import DeviceIdentity, HallFileAnswer
from server.protocol.terms import ErrorCode
from server.services.access import devices, identification_attempts, login_attempts, sessions, staff
from server.services.access.accounts import Importer
from server.services.access.tokens import COOKIE, SECURE_COOKIE
from server.services.core.context import Context
from server.services.core.hall_scope import own_hall
from server.services.core.principal import SYSTEM, Principal
from server.services.core.requests import (
    EmptyBody,
    HallFileBody,
    HeartbeatBody,
    ImportBody,
    SessionBody,
    StaffImportBody,
)
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import View
from server.services.halls import edit, parts
from server.services.patients import imports
from server.services.readmodel import machines
from server.store.models import DeviceRow, HospitalRow, StaffRow
from server.web.authorise import is_encrypted, same_site, session_cookie
from server.web.routes import command_route, declare, parsed_body, read, rendered, web


def blueprint(spec: SpecTree) -> Blueprint:
    """Routes of those who work here, people or machines."""
    routes = Blueprint("people", __name__, url_prefix="/api/v1")
    declare(routes, spec, "POST", "/session", _sign_in, operation="sign_in", tag="staff", body=SessionBody)
    declare(routes, spec, "DELETE", "/session", _sign_out, operation="sign_out", tag="staff")
    read(routes, spec, "/session", _who, operation="get_session", tag="staff")
    _device_routes(routes, spec)
    _import_routes(routes, spec)
    _hall_file_routes(routes, spec)
    return routes


def _import_routes(routes: Blueprint, spec: SpecTree) -> None:
    for kind in get_args(imports.Kind):
        accounts = kind == "staff"
        command_route(
            routes,
            spec,
            f"/imports/{kind}",
            _import(kind),
            operation=f"import_{kind}",
            tag="imports",
            body=StaffImportBody if accounts else ImportBody,
            identify=_prepared(kind),
        )


def _device_routes(routes: Blueprint, spec: SpecTree) -> None:
    read(
        routes,
        spec,
        "/devices/me",
        _me,
        operation="get_own_device",
        tag="devices",
        answer=DeviceIdentity,
    )
    command_route(
        routes,
        spec,
        "/devices/me/heartbeat",
        lambda work, context, body: devices.heartbeat(work, context, body),
        operation="heartbeat",
        tag="devices",
        body=HeartbeatBody,
        key=False,
    )
    read(routes, spec, "/devices", machines.listed, operation="list_devices", tag="devices")
    command_route(
        routes,
        spec,
        "/devices/<id>/revoke",
        lambda work, _, _body, id: devices.revoke(work, id),
        operation="revoke_device",
        tag="devices",
        body=EmptyBody,
    )
    command_route(
        routes,
        spec,
        "/devices/<id>/unlock",
        lambda work, _, _body, id: identification_attempts.unlock(work, id),
        operation="unlock_device",
        tag="devices",
        body=EmptyBody,
    )


def _hall_file_routes(routes: Blueprint, spec: SpecTree) -> None:
    read(routes, spec, "/hall-file", _hall_file, operation="get_hall_file", tag="operations")
    command_route(
        routes,
        spec,
        "/hall-file",
        lambda work, _context, edited: edit.edit(work, edited),
        operation="edit_hall_file",
        tag="operations",
        body=HallFileBody,
        answer=HallFileAnswer,
        halls=lambda context, who, _body, _parts: _locked_halls(context, who),
        identify=_confirmed_file,
    )


def _sign_in() -> Response:
    """A new session in a cookie; every failure looks the same."""
    here = web()
    same_site()
    _, body = parsed_body(SessionBody)
    place = login_attempts.place_of(request.remote_addr or "")
    found, right = staff.check_password(here.context, body.username, body.password, place)
    token: str | None = None

    def run(work: Work) -> Answer:
        nonlocal token
        answer, token = staff.sign_in(work, here.context, found, body.username, place, right=right)
        return answer

    answer = here.context.transactions.system(own_hall(here.context, SYSTEM), run)
    if token is None:
        raise HallError(ErrorCode.WRONG_CREDENTIALS)
    response = rendered(answer.body)
    response.set_cookie(
        SECURE_COOKIE if is_encrypted() else COOKIE,
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
    token = session_cookie()
    if token:
        here.context.transactions.system(
            own_hall(here.context, SYSTEM), lambda work: sessions.sign_out(work, here.context, token)
        )
        here.tokens.forget(token)
    response = rendered({})
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    for name in (COOKIE, SECURE_COOKIE):
        response.delete_cookie(name, path="/", samesite="Strict", secure=name == SECURE_COOKIE)
    return response


def _who(context: Context, who: Principal) -> View:
    with Session(context.engines.read) as db:
        row = db.get(StaffRow, who.id)
        if row is None:
            raise HallError(ErrorCode.UNAUTHENTICATED)
        halls = [hall for hall in context.hall_ids() if who.reach in {None, hall}]
        return {"staff": staff.staff_view(row), "halls": halls, "at": context.clock.real().timestamp()}


def _me(context: Context, who: Principal) -> View:
    with Session(context.engines.read) as db:
        place = db.get_one(DeviceRow, who.id).place or {}
    return {"id": who.id, "role": who.role, "hall": who.hall, "name": who.name, "place": place, "zone": who.zone}


def _prepared(kind: imports.Kind) -> Callable[[Context, Principal, Any], list[imports.Prepared]]:
    """Rows made ready before the lock; a person who sends accounts is asked for the own password first."""

    def prepare(context: Context, who: Principal, body: ImportBody) -> list[imports.Prepared]:
        if isinstance(body, StaffImportBody):
            staff.must_confirm(context, who, body.password)
        return imports.prepare(kind, body.rows)

    return prepare


def _import(kind: imports.Kind) -> Any:
    def run(work: Work, _context: Context, rows: list[imports.Prepared]) -> Answer:
        by = Importer(work.principal, work.audit)
        counts = imports.load(work.db, kind, rows, work.real_now, by)
        work.audit(f"import.{kind}", str(len(rows)))
        return Answer(200, dict(counts))

    return run


def _hall_file(context: Context, who: Principal) -> View:
    with Session(context.engines.read) as db:
        return parts.shown(db.get_one(HospitalRow, 1).file, who.reach)


def _confirmed_file(context: Context, who: Principal, body: HallFileBody) -> edit.Edited:
    """The file to apply, after the administrator's own password was asked again; a rehearsal asks for none."""
    edited = edit.parsed(context, who, body)
    if not body.check:
        staff.must_confirm(context, who, body.password)
    return edited


def _locked_halls(context: Context, who: Principal) -> list[str]:
    """Every hall, the administrator's own first: the trail of the change stands there."""
    halls = context.hall_ids()
    return [hall for hall in halls if hall == who.reach] + [hall for hall in halls if hall != who.reach]
