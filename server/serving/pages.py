"""A web server inside a program that has other things to do: the wall page, the kiosk's page, a virtual printer's."""

import os
import selectors
import socket
import threading
from wsgiref.types import WSGIApplication

from gunicorn.config import Config

from server.serving.limits import Limits
from server.serving.quiet import QuietLogger
from server.serving.worker import GuardedWorker


class _Embedded(GuardedWorker):
    """A worker in a thread: no arbiter, no signals, no process of its own."""

    def notify(self) -> None:
        """Nobody watches."""

    def is_parent_alive(self) -> bool:
        """The program ends it by `stop`."""
        return True

    def serve(self) -> None:
        """Serve until `alive` is false."""
        self.tpool = self.get_thread_pool()
        self.poller = selectors.DefaultSelector()
        self.run()


class PageServer:
    """Serves a WSGI application at host:port from threads of its own. `port` is the real one, also when 0 was asked.

    It listens from the beginning and answers from `start` on. Raises OSError where the port is taken.
    """

    def __init__(self, host: str, port: int, limits: Limits) -> None:
        config = Config()
        for name, value in {"keepalive": 75, "graceful_timeout": 0, "loglevel": "warning", "errorlog": "-"}.items():
            config.set(name, value)
        self._socket = socket.create_server((host, port), backlog=256)
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        kind = type("PageWorker", (_Embedded,), {"limits": limits})
        self._worker: _Embedded = kind(0, os.getppid(), [self._socket], None, 0, config, QuietLogger(config))
        self._worker.method_queue.init()
        self._thread = threading.Thread(target=self._worker.serve, name="pages", daemon=True)

    def start(self, app: WSGIApplication) -> "PageServer":
        """Begin to serve the application; returns at once."""
        self._worker.wsgi = app
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close the port and all connections; answers under way are cut. One that was not started may be stopped."""
        self._worker.alive = False
        if self._thread.ident is None:
            self._socket.close()
            self._worker.method_queue.close()
        else:
            self._worker.method_queue.defer(lambda: None)
            self._thread.join(5.0)
        self._worker.tmp.close()
