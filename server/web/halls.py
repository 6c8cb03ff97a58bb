"""Reading a hall over HTTP: snapshot and events."""

from flask import Blueprint, request

from server.domain.errors import HallError
from server.protocol.answers import LikelyCalls, PrintJobAnswer
from server.protocol.messages import EventPage, Snapshot
from server.protocol.terms import ErrorCode
from server.services.core.context import Context
from server.services.core.hall_scope import named_hall
from server.services.core.principal import Principal
from server.services.core.requests import ListBody
from server.services.core.views import View
from server.services.paper import waiting_list
from server.services.readmodel import snapshot
from server.services.waiting import preview
from server.web.routes import command_route, read


def blueprint() -> Blueprint:
    """Routes of halls."""
    routes = Blueprint("halls", __name__, url_prefix="/api/v1")
    read(
        routes,
        "/halls/<hall>/snapshot",
        _snapshot,
        operation="get_snapshot",
        tag="halls",
        answer=Snapshot,
    )
    read(
        routes,
        "/halls/<hall>/events",
        _events,
        operation="get_events",
        tag="halls",
        answer=EventPage,
    )
    read(
        routes,
        "/halls/<hall>/announcements/ahead",
        _ahead,
        operation="get_announcements_ahead",
        tag="announcements",
        answer=LikelyCalls,
    )
    command_route(
        routes,
        "/halls/<hall>/lists",
        lambda work, _, body, hall: waiting_list.ask_for_list(work, body),
        operation="print_list",
        tag="paper",
        body=ListBody,
        answer=PrintJobAnswer,
        status=(201,),
    )
    return routes


def _snapshot(context: Context, who: Principal, hall: str) -> View:
    return snapshot.snapshot(context, named_hall(context, who, hall), who)


def _events(context: Context, who: Principal, hall: str) -> View:
    named_hall(context, who, hall)
    after, limit = _whole("after", 0), _whole("limit", 1000)
    if not 1 <= limit <= snapshot.PAGE_LIMIT:
        raise HallError(ErrorCode.INVALID, f"limit is 1 to {snapshot.PAGE_LIMIT}")
    return snapshot.events(context, hall, who, after=after, limit=limit, epoch=request.args.get("epoch"))


def _ahead(context: Context, who: Principal, hall: str) -> View:
    return preview.likely_calls(context, named_hall(context, who, hall))


def _whole(name: str, default: int) -> int:
    text = request.args.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise HallError(ErrorCode.INVALID, f"{name} is a whole number")
    return int(text)
