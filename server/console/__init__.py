"""Nurse, doctor, board and login pages: shells by Jinja, live views by ES modules. Knows no rule of the hall."""

from flask import Flask, Response, abort, send_from_directory

from server.console.api import api
from server.console.pages import pages
from server.protocol import texts
from server.protocol.assets import shared_assets


def install(app: Flask) -> None:
    """Serve the shared front-end files, the pages, and what the pages ask beyond the public contract."""

    @app.get("/shared/<path:name>")
    def shared(name: str) -> Response:
        return send_from_directory(shared_assets(), name, max_age=3600)

    @app.get("/shared/texts/<topic>.json", endpoint="texts")
    def texts_of(topic: str) -> Response:
        if topic not in texts.topics():
            abort(404)
        return Response(texts.page(topic), mimetype="application/json")

    app.register_blueprint(pages())
    app.register_blueprint(api())
