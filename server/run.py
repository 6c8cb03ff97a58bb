"""Running the server: gunicorn with threads, one worker, in one process group, until SIGTERM."""

import gc
import resource
import sys
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from server.app import Server, create
from server.settings import Settings


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's entries go the way of all others (server/protocol/logs.py): its own show addresses and headers."""

    def setup(self, cfg: Any) -> None:
        """Set levels as gunicorn does, and let the root's handler write."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True


class HallApplication(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, told everything by us: no file, no command line."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: Server | None = None
        super().__init__()

    def load_config(self) -> None:
        """Threads and connections follow from the number of sockets a node is to carry."""
        sockets = self._settings.max_sockets
        given: dict[str, Any] = {
            "bind": f"{self._settings.host}:{self._settings.port}",
            "workers": 1,
            "worker_class": "server.worker.HallWorker",
            "threads": sockets + 32,
            "worker_connections": sockets * 2 + 200,
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

    def load(self) -> Any:
        """Compose and start the server inside the worker."""
        self._server = create(self._settings)
        gc.collect()
        gc.freeze()  # what was built at the start stays: the collector need not look at it with every wish
        gc.set_threshold(20_000, 20, 20)
        self._server.start()
        return self._server.app

    def _ended(self, _arbiter: Any, _worker: Any) -> None:
        if self._server is not None:
            self._server.stop()


def run(settings: Settings) -> int:
    """Serve until SIGTERM; says on stderr what was set."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(hard, max(soft, settings.max_sockets * 4 + 512))
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    print(
        f"hall-server on http://{settings.host}:{settings.port}: {settings.max_sockets} sockets, "
        f"{settings.max_sockets + 32} threads, {wanted} files",
        file=sys.stderr,
        flush=True,
    )
    HallApplication(settings).run()
    return 0
