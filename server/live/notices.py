"""Notices between nodes on PostgreSQL: NOTIFY after a commit, LISTEN for others'. Knows no journal and no socket.

A notice is a wake-up only: the relay looks by itself each half second, so a lost one costs no more than that.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import URL, Connection, text

CHANNEL = "hall_journal"
COALESCE_SECONDS = 0.02
"""Many commits in so short a time are one notice."""
AGAIN_SECONDS = 1.0
"""Between two tries to connect."""
PROVE_SECONDS = 3.0
"""A connection that has brought no notice for so long is asked whether it still is one."""
log = logging.getLogger(__name__)


class Notices:
    """Two threads with a connection each, opened anew whenever it breaks; `wake` is called at each notice."""

    def __init__(self, url: URL, wake: Callable[[], None]) -> None:
        from server.store.postgresql import lone_engine  # only where there is such a database

        self._engine = lone_engine(url)
        self._wake = wake
        self._committed = threading.Event()
        self._stop = threading.Event()

    def start(self) -> None:
        """Begin."""
        for name, work in (("notices-in", self._listen), ("notices-out", self._announce)):
            threading.Thread(target=self._keep_at, args=(work,), name=name, daemon=True).start()

    def stop(self) -> None:
        """End within some seconds."""
        self._stop.set()
        self._committed.set()

    def tell(self) -> None:
        """Tell the other nodes soon that something was committed; returns at once."""
        self._committed.set()

    def _keep_at(self, work: Callable[[Connection], None]) -> None:
        while not self._stop.is_set():
            try:
                with self._engine.connect() as connection:
                    work(connection)
            except Exception as error:  # whatever broke, the next connection may be better
                log.warning("no notices between nodes: %s", error)
                self._stop.wait(AGAIN_SECONDS)

    def _announce(self, connection: Connection) -> None:
        """Tell after the commit, for a NOTIFY inside a transaction makes all commits wait for each other."""
        while not self._stop.is_set():
            self._committed.wait()
            self._committed.clear()
            try:
                connection.execute(text(f"NOTIFY {CHANNEL}"))
            except Exception:
                self._committed.set()  # told by the next connection
                raise
            self._stop.wait(COALESCE_SECONDS)

    def _listen(self, connection: Connection) -> None:
        connection.execute(text(f"LISTEN {CHANNEL}"))
        self._wake()  # what was told while nobody listened
        driver: Any = connection.connection.driver_connection
        while not self._stop.is_set():
            if not [self._wake() for _ in driver.notifies(timeout=PROVE_SECONDS, stop_after=1)]:
                connection.execute(text("SELECT 1"))
