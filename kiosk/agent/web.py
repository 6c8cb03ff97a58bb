"""Owns the kiosk's local page: who may speak to it, which verbs there are, its headers. Knows no rule and no server."""

import json
import secrets
from pathlib import Path

from flask import Flask, Response, abort, jsonify, render_template, request, send_from_directory
from werkzeug.exceptions import HTTPException

from kiosk.agent.runtime import Runtime
from kiosk.machine.events import Touch
from kiosk.machine.state import Verb
from server.protocol import texts
from server.protocol.assets import shared_assets
from server.serving import KNOWN
from server.serving.limits import Limits

WEB = Path(__file__).parents[1] / "web"
WAIT_SECONDS = 20.0
LIMITS = Limits(staying=b"/page/wait", staying_threads=16, staying_a_second=1000)
BOOT_SECRET = "X-Kiosk-Secret"
PLAIN_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
POLICY = (
    "default-src 'none'; script-src 'self'{nonce}; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def create_agent(runtime: Runtime, port: int) -> Flask:
    """Make the app of the local page for 127.0.0.1:`port`. Every verb needs the secret the page got at boot."""
    app = Flask("kiosk", static_folder=None, template_folder=str(WEB))
    app.config.update(MAX_CONTENT_LENGTH=8192, TRAP_HTTP_EXCEPTIONS=False)
    secret = secrets.token_urlsafe(32)
    hosts = frozenset({f"127.0.0.1:{port}", f"localhost:{port}"})
    app.before_request(lambda: _only_from_here(hosts, secret))
    app.after_request(_headers)
    app.register_error_handler(HTTPException, _refusal)
    _page_routes(app, secret)
    _verb_routes(app, runtime)
    return app


def _only_from_here(hosts: frozenset[str], secret: str) -> None:
    """Refuse other origins, names that somebody bound to loopback from outside, and verbs without the secret."""
    origins = {f"http://{host}" for host in hosts}
    origin = request.headers.get("Origin")
    if request.host not in hosts or (origin is not None and origin not in origins):
        abort(403)
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        abort(403)
    if request.method == "POST":
        shown = request.headers.get(BOOT_SECRET, "")
        if origin is None or not secrets.compare_digest(shown.encode(), secret.encode()):
            abort(403)
        request.environ[KNOWN] = True


def _headers(response: Response) -> Response:
    response.headers.update(PLAIN_HEADERS)
    response.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=""))
    return response


def _refusal(error: HTTPException) -> tuple[Response, int]:
    return jsonify(status=error.code, title=error.name), error.code or 500


def _page_routes(app: Flask, secret: str) -> None:
    @app.get("/")
    def page() -> Response:
        nonce = secrets.token_urlsafe(16)
        page = render_template("index.html", secret=secret, nonce=nonce, import_map=_import_map())
        response = Response(page, mimetype="text/html")
        response.headers["Content-Security-Policy"] = POLICY.format(nonce=f" 'nonce-{nonce}'")
        return response

    @app.get("/web/<path:name>")
    def own(name: str) -> Response:
        if name.endswith(".html"):
            abort(404)
        return send_from_directory(WEB, name)

    @app.get("/shared/<path:name>")
    def shared(name: str) -> Response:
        return send_from_directory(shared_assets(), name)

    @app.get("/shared/texts/<topic>.json")
    def texts_of(topic: str) -> Response:
        if topic not in texts.topics():
            abort(404)
        return Response(texts.page(topic), mimetype="application/json")

    @app.get("/favicon.ico")
    def icon() -> Response:
        return Response(status=204)

    @app.get("/healthz")
    def health() -> Response:
        return jsonify(status="ok")


def _import_map() -> dict[str, dict[str, str]]:
    """The names of the shared libraries and where the page finds them. Raises FileNotFoundError before `make setup`."""
    listing = json.loads((shared_assets() / "vendor" / "vendor.json").read_text(encoding="utf-8"))
    return {"imports": {name: f"/shared/vendor/{file}" for name, file in listing["imports"].items()}}


def _verb_routes(app: Flask, runtime: Runtime) -> None:
    @app.post("/page/wait")
    def wait() -> Response:
        version = _body().get("version")
        return jsonify(runtime.wait(version if isinstance(version, int) else 0, WAIT_SECONDS))

    @app.post("/page/touch")
    def touch() -> Response:
        body = _body()
        before = runtime.seen()["nonce"]
        taken = runtime.touch(_touch(body), str(body.get("nonce", "")))
        seen = runtime.seen()
        response = jsonify(seen)
        response.status_code = 200 if taken else 409
        if seen["nonce"] != before:  # another patient: nothing of the one before may stay in the browser
            response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response


def _body() -> dict[str, object]:
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        abort(400)
    return body


def _touch(body: dict[str, object]) -> Touch:
    verb, step = body.get("verb"), body.get("step")
    if not isinstance(verb, str) or verb not in set(Verb) or not (step is None or isinstance(step, int)):
        abort(400)
    return Touch(Verb(verb), str(body.get("value", "")), step, str(body.get("proof", "")))
