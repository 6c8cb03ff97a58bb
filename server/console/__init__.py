"""Nurse, doctor, board and login pages: shells by Jinja, live views by ES modules. Knows no rule of the hall."""

from flask import Flask, Response, send_from_directory

from server.console.reads import reads
from server.console.shells import shells
from server.protocol.assets import shared_assets


def install(app: Flask) -> None:
    """Serve the shared front-end files, the pages, and what the pages ask beyond the public contract."""

    @app.get("/shared/<path:name>")
    def shared(name: str) -> Response:
        return send_from_directory(shared_assets(), name, max_age=3600)

    app.register_blueprint(shells())
    app.register_blueprint(reads())
