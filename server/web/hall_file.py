"""The hall file over HTTP."""

from flask import Blueprint
from sqlalchemy.orm import Session

from server.protocol.answers import HallFileAnswer
from server.services.access import staff
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.core.requests import HallFileBody
from server.services.core.views import View
from server.services.halls import edit, parts
from server.store.models import HospitalRow
from server.web.routes import command_route, read


def blueprint() -> Blueprint:
    """Routes that show the hall file and change it."""
    routes = Blueprint("hall_file", __name__, url_prefix="/api/v1")
    read(routes, "/hall-file", _hall_file, operation="get_hall_file", tag="operations")
    command_route(
        routes,
        "/hall-file",
        lambda work, _context, edited: edit.edit(work, edited),
        operation="edit_hall_file",
        tag="operations",
        body=HallFileBody,
        answer=HallFileAnswer,
        halls=lambda context, who, _body, _parts: _locked_halls(context, who),
        identify=_confirmed_file,
    )
    return routes


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
