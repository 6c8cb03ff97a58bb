"""Nurse, doctor, board and login pages: shells by Jinja, live views by ES modules. Knows no rule of the hall."""

from flask import Flask, Response, send_from_directory

from server.console.api import api
from server.console.pages import pages
from server.protocol.assets import shared_assets


def install(app: Flask) -> None:
    """Serve the shared front-end files, the pages, and what the pages ask beyond the public contract."""

    @app.get("/shared/<path:name>")
    def shared(name: str) -> Response:
        return send_from_directory(shared_assets(), name, max_age=3600)

    app.register_blueprint(pages())
    app.register_blueprint(api())
