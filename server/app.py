"""Composition root: settings → engines → context → Flask app, sockets, relay, timers. Everything is built here."""

from dataclasses import dataclass
from functools import partial

from flask import Flask, Response, request
from flask_socketio import SocketIO

from server import console
from server.domain.errors import HallError
from server.domain.reports.received import Received
from server.integrations.couriers import Couriers
from server.live import relay, sockets
from server.live.gate import Gate
from server.protocol.json_values import JsonObject
from server.protocol.terms import ErrorCode
from server.services.access.audit_anchors import Anchors
from server.services.access.tokens import Tokens
from server.services.bootstrap.startup import build_context
from server.services.core.context import Context
from server.services.schedule.runner import DueRunner
from server.settings import Settings
from server.web import (
    accounts,
    alerts,
    appointments,
    authorise,
    devices,
    guard,
    hall_file,
    halls,
    imports,
    login_sessions,
    openapi,
    operations,
    patients,
    printing,
    problems,
    reports,
    stations,
    tickets,
)
from server.web.bodies import is_text
from server.web.cookies import session_token
from server.web.routes import Web
from server.web.sign_ins import SignInLimit

RESOURCES = (
    patients,
    appointments,
    tickets,
    stations,
    halls,
    printing,
    alerts,
    login_sessions,
    accounts,
    devices,
    imports,
    hall_file,
    operations,
)


@dataclass
class Server:
    """A composed server; `start` begins its threads, `stop` ends them."""

    app: Flask
    sockets: SocketIO
    context: Context
    relay: relay.Relay
    due: DueRunner
    couriers: Couriers
    connections: sockets.Connections
    gate: Gate

    def start(self) -> None:
        """Begin to emit, to keep time and to look after tokens."""
        self.relay.start()
        self.due.start()
        self.couriers.start()
        self.connections.start()
        self.gate.start()

    def stop(self) -> None:
        """End the threads and close the database."""
        self.gate.stop()
        self.connections.stop()
        self.couriers.stop()
        self.due.stop()
        self.relay.stop()
        self.context.close()


def create(settings: Settings) -> Server:
    """The whole server, not yet started."""
    context = build_context(settings)
    app = Flask("server", static_folder=None, template_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 8 * 1024 * 1024
    app.url_map.merge_slashes = False
    app.before_request(_plain_address)
    app.after_request(partial(_tell_time, context))
    tokens = Tokens(context)
    app.extensions["hall"] = Web(context, tokens)
    problems.install(app, context.transactions.storage)
    authorise.install(app, tokens)
    for resource in RESOURCES:
        app.register_blueprint(resource.blueprint())
    app.register_blueprint(reports.blueprint(_read_bundle))
    app.register_blueprint(openapi.blueprint())
    console.install(app)
    addresses = settings.own_addresses()
    sockets_server = sockets.build(app, addresses)
    app.wsgi_app = SignInLimit(app.wsgi_app)  # type: ignore[method-assign]  # as below
    gate = Gate(app.wsgi_app, sockets_server, tokens, settings.max_sockets, session_token)
    app.wsgi_app = gate  # type: ignore[method-assign]  # Flask's way to put something before an application
    guard.install(app, addresses)
    connections = sockets.install(sockets_server, context, tokens, gate, session_token)
    outbound = relay.Relay(context, sockets_server)
    due = DueRunner(context, also=[Anchors(settings.anchor_file()).note_when_due])
    return Server(app, sockets_server, context, outbound, due, Couriers(context), connections, gate)


def _read_bundle(raw: JsonObject) -> list[Received]:
    from server.integrations.fhir import read_bundle

    return read_bundle(raw)


def _tell_time(context: Context, answer: Response) -> Response:
    """Every answer tells the server's time: devices go by it, and `Date` is a clock that anybody may set."""
    answer.headers["X-Hall-Now"] = context.clock.real().isoformat()
    return answer


def _plain_address() -> None:
    """No thing has an identity that a database could not even look up."""
    if not is_text(request.path):
        raise HallError(ErrorCode.NOT_FOUND)
