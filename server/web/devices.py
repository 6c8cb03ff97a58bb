"""Devices over HTTP."""

from flask import Blueprint
from sqlalchemy.orm import Session

from server.protocol.answers import DeviceIdentity
from server.services.access import devices, identification_attempts
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.core.requests import EmptyBody, HeartbeatBody
from server.services.core.views import View
from server.services.readmodel import machines
from server.store.models import DeviceRow
from server.web.routes import command_route, read


def blueprint() -> Blueprint:
    """Routes of devices and of those who look after them."""
    routes = Blueprint("devices", __name__, url_prefix="/api/v1")
    read(
        routes,
        "/devices/me",
        _me,
        operation="get_own_device",
        tag="devices",
        answer=DeviceIdentity,
    )
    command_route(
        routes,
        "/devices/me/heartbeat",
        lambda work, context, body: devices.heartbeat(work, context, body),
        operation="heartbeat",
        tag="devices",
        body=HeartbeatBody,
        key=False,
    )
    read(routes, "/devices", machines.listed, operation="list_devices", tag="devices")
    command_route(
        routes,
        "/devices/<id>/revoke",
        lambda work, _, _body, id: devices.revoke(work, id),
        operation="revoke_device",
        tag="devices",
        body=EmptyBody,
    )
    command_route(
        routes,
        "/devices/<id>/unlock",
        lambda work, _, _body, id: identification_attempts.unlock(work, id),
        operation="unlock_device",
        tag="devices",
        body=EmptyBody,
    )
    return routes


def _me(context: Context, who: Principal) -> View:
    with Session(context.engines.read) as db:
        place = db.get_one(DeviceRow, who.id).place or {}
    return {"id": who.id, "role": who.role, "hall": who.hall, "name": who.name, "place": place, "zone": who.zone}
