"""Running the server: gunicorn with threads, one worker, in one process group, until SIGTERM."""

import gc
import logging
import resource
import sys
from wsgiref.types import WSGIApplication

from gunicorn.app.base import BaseApplication

from server.app import Server, create
from server.live import gate
from server.services.bootstrap.examination import NotServable
from server.serving.limits import Limits
from server.serving.quiet import OncePerMinute, QuietLogger
from server.serving.worker import GuardedWorker
from server.settings import Settings
from server.store.engine import UnsafeStorage
from server.store.failures import is_away
from server.web.closed import Closed

log = logging.getLogger(__name__)


class HallApplication(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, told everything by us: no file, no command line."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: Server | Closed | None = None
        super().__init__()

    def load_config(self) -> None:
        """Threads and connections follow from the number of sockets a node is to carry."""
        given: dict[str, object] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": 1,
            "worker_class": type("HallWorker", (GuardedWorker,), {"limits": limits(self._settings)}),
            "keepalive": 75,
            "timeout": 120,
            "graceful_timeout": 3,
            "loglevel": "warning",
            "errorlog": "-",
            "logger_class": QuietLogger,
            "accesslog": None,
            "control_socket_disable": True,
            "worker_exit": self._ended,
            "reuse_port": False,
        }
        for name, value in given.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """Compose and start the server inside the worker; what is not whole is not served, and says so."""
        try:
            self._server = create(self._settings)
        except (NotServable, UnsafeStorage, OSError) as error:  # InUse is an OSError with a text and no number
            reason = getattr(error, "strerror", None) or str(error)
            log.error("nothing is served: %s", error)
            self._server = Closed(self._settings, reason)
            self._server.start()
            return self._server.app
        gc.collect()
        gc.freeze()  # what was built at the start stays: the collector need not look at it with every command
        gc.collect()  # counts what lives from here on: a quarter of that makes a whole round, not of all that was built
        gc.set_threshold(10_000, 3, 3)  # sockets that come and go leave circles; seldom rounds kept megabytes of them
        self._server.start()
        return self._server.app

    def _ended(self, _arbiter: object, _worker: object) -> None:
        if self._server is not None:
            self._server.stop()


def limits(settings: Settings) -> Limits:
    """Threads of sockets apart from those of ordinary requests, and how many connections wait without a thread."""
    sockets = settings.max_sockets
    return Limits(
        staying=gate.PATH.encode(),
        staying_threads=sockets + gate.MOST_STRANGERS + gate.SPARE_THREADS,
        known=2 * sockets + 200,
    )


def run(settings: Settings) -> int:
    """Serve until SIGTERM; says on stderr what was set."""
    for handler in logging.getLogger().handlers:
        handler.addFilter(OncePerMinute(is_away))
    here = limits(settings)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    requests = here.threads + here.stranger_threads + here.long_threads
    most = requests + here.staying_threads + here.strangers + here.known
    wanted = min(hard, max(soft, most + 512))
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    print(
        f"hall-server on http://{settings.host}:{settings.port}: {settings.max_sockets} sockets, "
        f"{requests} threads for requests and {here.staying_threads} for sockets, {wanted} files",
        file=sys.stderr,
        flush=True,
    )
    HallApplication(settings).run()
    return 0
