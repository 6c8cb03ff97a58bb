"""The server while nothing may be served: it lives, says what to do, and looks whether that was done."""

import logging
import os
import signal
import threading

from flask import Flask, Response, request

from server.protocol.terms import ErrorCode
from server.services.bootstrap.examination import NotServable, must_be_servable
from server.services.core.high_water import InUse, Marks
from server.settings import Settings
from server.web import guard
from server.web.problems import problem
from server.web.routes import rendered

LOOK_SECONDS = 5.0
log = logging.getLogger(__name__)


class Closed:
    """An application that serves nothing of any hall. `reason` is one line for who operates the server."""

    def __init__(self, settings: Settings, reason: str) -> None:
        self._settings, self._reason = settings, reason
        self._stop = threading.Event()
        self.app = Flask("server", static_folder=None, template_folder=None)
        self.app.before_request(self._answer)
        guard.install(self.app, settings.own_addresses())

    def start(self) -> None:
        """Look now and then whether everything is whole again."""
        threading.Thread(target=self._wait, name="closed", daemon=True).start()

    def stop(self) -> None:
        """End."""
        self._stop.set()

    def _answer(self) -> Response:
        if request.path == "/healthz":
            return rendered({"status": "ok"})
        if request.path == "/readyz":
            checks = {"database": False}
            return rendered({"status": "not ready", "checks": checks, "reason": self._reason}, 503)
        return problem(ErrorCode.NOT_READY)

    def _wait(self) -> None:
        """End this worker when the installation is whole again: the next one begins with it."""
        while not self._stop.wait(LOOK_SECONDS):
            if self._is_whole():
                log.warning("everything is whole again: serving")
                os.kill(os.getpid(), signal.SIGTERM)
                return

    def _is_whole(self) -> bool:
        try:
            marks = Marks(self._settings.state_dir)
        except (InUse, OSError):
            return False
        try:
            must_be_servable(self._settings)
            return True
        except (NotServable, OSError):
            return False
        except Exception:
            log.exception("database, key and marks cannot be looked at")
            return False
        finally:
            marks.close()
