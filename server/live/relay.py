"""The one emitter of a node: turns journal rows into frames and sends them to the rooms. Sockets are a wake-up."""

import json
import logging
import threading
import time
from collections.abc import Sequence
from typing import Any

from flask_socketio import SocketIO
from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool

from server.live.notices import Notices
from server.protocol.json_values import JsonObject
from server.protocol.messages import Position
from server.protocol.terms import Audience
from server.services.core.context import Context
from server.services.readmodel.audience import AudiencePresenter
from server.services.readmodel.snapshot import hall_row
from server.store.queries import journal

NAMESPACE = "/hall"
REST_SECONDS = 0.01
"""Between two rounds: an event that comes alone leaves at once, under load several leave in one round."""
log = logging.getLogger(__name__)


def room(hall: str, audience: Audience) -> str:
    """The room of an audience of a hall."""
    return f"{audience}:{hall}"


class Relay:
    """A thread woken by this node's commits, by other nodes' notices (PostgreSQL), and by a slow look behind them."""

    def __init__(self, context: Context, sockets: SocketIO) -> None:
        self._context = context
        self._sockets = sockets
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._sent: dict[str, tuple[str, int]] = {}
        self._thread = threading.Thread(target=self._loop, name="relay", daemon=True)
        url = context.engines.write.url
        self._notices = None if context.engines.is_sqlite else Notices(url, self._wake.set)

    def start(self) -> None:
        """Begin at the journals' present ends: what was before, clients fetch."""
        with Session(self._context.engines.read) as db:
            self._sent = {hall: (epoch, seq) for hall, epoch, seq in journal.positions(db)}
        self._context.transactions.on_commit(self._committed)
        self._thread.start()
        if self._notices is not None:
            self._notices.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._wake.set()
        if self._notices is not None:
            self._notices.stop()

    def _committed(self, _halls: Sequence[str]) -> None:
        self._wake.set()
        if self._notices is not None:
            self._notices.tell()

    def _loop(self) -> None:
        """Wait for a wake-up; look by itself each second on SQLite, each half second on PostgreSQL."""
        patience = 1.0 if self._context.engines.is_sqlite else 0.5
        version = DataVersion(self._context.engines.read) if self._context.engines.is_sqlite else None
        while not self._stop.is_set():
            woken = self._wake.wait(patience)
            self._wake.clear()
            try:
                if woken or version is None or version.changed():
                    self.send_new()
            except Exception:
                log.exception("relay round failed")
                time.sleep(0.2)
            self._stop.wait(REST_SECONDS)
        if version is not None:
            version.close()

    def send_new(self) -> None:
        """Send every event that has not been sent yet, of every hall, in order."""
        with Session(self._context.engines.read) as db:
            for hall, epoch, seq in journal.positions(db):
                known_epoch, sent = self._sent.get(hall, (epoch, 0))
                if known_epoch != epoch:
                    self._sent[hall] = (epoch, seq)
                    for audience in Audience:
                        self._emit("position", Position(epoch=epoch, seq=seq).model_dump(), hall, audience)
                    continue
                while sent < seq:
                    rows = journal.rows_after(db, hall, sent, 500)
                    if not rows:
                        break
                    self._send(db, hall, epoch, rows)
                    sent = rows[-1]["seq"]
                    self._sent[hall] = (epoch, sent)
                if not self._context.engines.is_sqlite:
                    self._context.transactions.seen(hall, epoch, seq)  # also what other nodes committed

    def _send(self, db: Session, hall: str, epoch: str, rows: list[dict[str, Any]]) -> None:
        for audience in Audience:
            if not self._has_listeners(hall, audience):
                continue
            presenter = AudiencePresenter(db, hall_row(db, hall), audience)
            presenter.learn([row["subject"] for row in rows])
            for row in rows:
                self._emit("event", presenter.frame(epoch, row), hall, audience)

    def _has_listeners(self, hall: str, audience: Audience) -> bool:
        manager = self._sockets.server.manager
        return bool(manager.rooms.get(NAMESPACE, {}).get(room(hall, audience)))

    def _emit(self, name: str, frame: JsonObject, hall: str, audience: Audience) -> None:
        self._sockets.emit(name, frame, namespace=NAMESPACE, to=room(hall, audience))


class DataVersion:
    """Whether another process (the command line) changed the SQLite file since the last look."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._last: int | None = None

    def changed(self) -> bool:
        """True when `PRAGMA data_version` moved since the last call, and at the first: nobody knows what was before."""
        if self._connection is None:
            url = self._engine.url.set(drivername="sqlite")  # this one holds no transaction open
            quiet = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True)
            self._connection = quiet.connect()
        now = self._connection.exec_driver_sql("PRAGMA data_version").scalar()
        moved, self._last = now != self._last, now
        return moved

    def close(self) -> None:
        """Let the file go."""
        if self._connection is not None:
            self._connection.close()


class CompactJson:
    """JSON of socket packets without \\u escapes: a quarter less for Chinese."""

    @staticmethod
    def dumps(value: object, **_options: object) -> str:
        """As json.dumps, in UTF-8 and without spaces, whatever the library asks for."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

    loads = staticmethod(json.loads)
