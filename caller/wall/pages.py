"""The wall page over HTTP: files, the picture as a stream, sound for the browser. Knows no hall; it asks the agent."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from flask import Flask, Response, abort, request, send_from_directory
from werkzeug.wrappers import Response as AnyResponse

from caller.agent import Agent
from caller.speech.speakers import BrowserSpeaker
from caller.wall.hub import HEARTBEAT
from caller.wall.stream_places import MOST, Screen, Screens
from server.protocol import texts
from server.protocol.addresses import OwnAddresses
from server.protocol.assets import shared_assets
from server.protocol.terms import AnnouncementOutcome
from server.serving.limits import Limits

WEB = Path(__file__).parent.parent / "web"
PAGE_SECRET = "X-Wall-Secret"
LIMITS = Limits(
    threads=1, stranger_threads=8, staying=b"/stream", staying_threads=MOST + 16, staying_a_second=1000, known=1
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; media-src 'self'; img-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)


def create_app(agent: Agent, addresses: OwnAddresses) -> Flask:
    """Return the app of the wall page; all it shows is what the public may see, under the names of `addresses`."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 4096
    screens, entering = Screens(), threading.Lock()
    app.before_request(lambda: _only_known_hosts(addresses))

    @app.get("/state.json")
    def state() -> AnyResponse:
        text = f'{{"time":{_time(agent)},"sound":{_sound(agent)},"picture":{agent.hub.frame().text}}}'
        return Response(text, mimetype="application/json")

    @app.get("/stream")
    def stream() -> AnyResponse:
        with entering:
            screen = screens.enter(request.remote_addr or "", time.monotonic())
        if screen is None:
            return Response("no place for another screen", 503, headers={"Retry-After": "5"}, mimetype="text/plain")
        speaker = agent.speaker
        wants_sound = request.args.get("sound") == "1"
        loud = speaker.listening() if wants_sound and isinstance(speaker, BrowserSpeaker) else nullcontext(None)
        answer = Response(
            _frames(agent, loud, screen), mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"}
        )

        @answer.call_on_close
        def left() -> None:
            with entering:
                screens.leave(screen, time.monotonic())

        return answer

    @app.get("/healthz")
    def health() -> AnyResponse:
        return Response(json.dumps({"ok": True, **agent.health()}), mimetype="application/json")

    _file_routes(app)
    _sound_routes(app, agent)
    app.after_request(_guarded)
    return app


def _file_routes(app: Flask) -> None:
    """The page itself, its own files and those it shares with other pages."""

    @app.get("/")
    def wall() -> AnyResponse:
        return send_from_directory(WEB, "wall.html")

    @app.get("/assets/<path:name>")
    def asset(name: str) -> AnyResponse:
        return send_from_directory(WEB, name)

    @app.get("/shared/<path:name>")
    def shared(name: str) -> AnyResponse:
        return send_from_directory(shared_assets(), name)

    @app.get("/shared/texts/<topic>.json")
    def texts_of(topic: str) -> AnyResponse:
        if topic not in texts.topics():
            abort(404)
        return Response(texts.page(topic), mimetype="application/json")


def _sound_routes(app: Flask, agent: Agent) -> None:
    @app.get("/audio/<name>.wav")
    def audio(name: str) -> AnyResponse:
        path = agent.speaker.clip(name) if isinstance(agent.speaker, BrowserSpeaker) else None
        if path is None:
            abort(404)
        return send_from_directory(path.parent, path.name, mimetype="audio/wav")

    @app.post("/audio/<name>/outcome")
    def outcome(name: str) -> AnyResponse:
        speaker, page = agent.speaker, request.headers.get(PAGE_SECRET, "")
        if request.headers.get("Origin") != request.host_url.rstrip("/"):
            abort(403)
        if not isinstance(speaker, BrowserSpeaker) or not speaker.knows(page):
            abort(403)
        said = request.get_json(silent=True)
        known = said.get("outcome") if isinstance(said, dict) else None
        if known not in ("spoken", "failed"):
            abort(400)
        speaker.played(name, AnnouncementOutcome(known))
        return Response(status=204)


def _only_known_hosts(addresses: OwnAddresses) -> None:
    """Refuse the names of others: a foreign page that points its own name at this address still sends that name."""
    if "Host" in request.headers and not addresses.knows_host(request.headers["Host"]):
        abort(421)


def _frames(agent: Agent, listening: AbstractContextManager[str | None], screen: Screen) -> Iterator[str]:
    """Server-sent events: the picture when it changed, the sound to play, the time at least once a second.

    A page that plays is told its secret first, with which it says how playing went; no other page can read it.
    They end when the place is given to another screen.
    """
    with agent.hub.watched(), listening as secret:
        if secret is not None:
            yield f"event: secret\ndata: {json.dumps(secret)}\n\n"
        shown = sound = ""
        while not screen.cut:
            frame = agent.hub.frame()
            if frame.text != shown:
                shown = frame.text
                yield f"event: picture\ndata: {shown}\n\n"
            if (playing := _sound(agent)) != sound:
                sound = playing
                yield f"event: sound\ndata: {sound}\n\n"
            yield f"event: time\ndata: {_time(agent)}\n\n"
            agent.hub.wait(frame.version)


def _time(agent: Agent) -> str:
    updated = agent.updated_at()
    times = {"now": agent.server_time().isoformat(), "updated": updated.isoformat() if updated else None}
    return json.dumps({**times, "every": HEARTBEAT})


def _sound(agent: Agent) -> str:
    return json.dumps(agent.speaker.playing() if isinstance(agent.speaker, BrowserSpeaker) else None)


def _guarded(response: Response) -> Response:
    """Add the headers that keep the page to itself."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response
