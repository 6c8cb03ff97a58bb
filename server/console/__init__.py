"""Nurse, doctor, desk and admin pages."""

from flask import Flask, Response, send_from_directory

from server.protocol.assets import shared_assets


def install(app: Flask) -> None:
    """Serve the shared front-end files; the pages themselves are blueprints of this package."""

    @app.get("/shared/<path:name>")
    def shared(name: str) -> Response:
        return send_from_directory(shared_assets(), name, max_age=3600)
