"""Several nodes on one PostgreSQL, each behind a network of its own that can be cut, and doctors who work at them."""

import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from server.protocol.client import HallClient
from tests.support.api import enrolled
from tests.support.hall import RunningHall, hall_file, run_server
from tests.support.histories import Entry, Operation, Recorder, entries, judge
from tests.support.network import Namespace, enter
from tests.support.postgres import Postgres, a_postgres
from tests.support.proxy import Proxy

SECRET = "one secret for all nodes, long enough"


def _run_inside(namespace: Path, folder: Path, settings: dict[str, str]) -> None:
    enter(namespace)
    run_server(folder, settings)


class Node(RunningHall):
    """A server that reaches its database through a network that can be cut: a proxy, or a namespace."""

    def __init__(self, network: Proxy | Namespace, *, inside: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.network = network
        if inside and isinstance(network, Namespace):
            self.entry = partial(_run_inside, network.path)

    def suspend(self) -> None:
        """Stop it where it stands, as a paused virtual machine does."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._send(signal.SIGCONT)

    def _send(self, number: signal.Signals) -> None:
        assert self.process is not None
        assert self.process.pid is not None
        os.killpg(self.process.pid, number)


@contextmanager
def some_nodes(postgres: Postgres, count: int, *, stations: int = 16) -> Iterator[list[Node]]:
    """Nodes of one installation with a fresh database, started."""
    url = postgres.database()
    toml = hall_file(stations)
    prepared = enrolled(url, toml, SECRET)
    with ExitStack() as running:
        nodes = []
        for _ in range(count):
            network = running.enter_context(Proxy(postgres.port))
            through = url.replace(f":{postgres.port}/", f":{network.port}/")
            node = Node(network, toml=toml, database=through, prepared=prepared, HALL_SECRET_KEY=SECRET)
            running.callback(node.close)
            running.callback(network.heal)
            nodes.append(node)
        for node in nodes:
            node.start()
        yield nodes


@contextmanager
def a_far_node_and_a_near_one(namespace: Namespace) -> Iterator[list[Node]]:
    """Two nodes of one installation: the first in the namespace, whose packets can be lost; the other beside it."""
    with ExitStack() as running:
        postgres = running.enter_context(a_postgres(also_at=namespace.database))
        url = postgres.database()
        toml = hall_file(16)
        prepared = enrolled(url, toml, SECRET)
        far = url.replace("127.0.0.1", namespace.database)
        shared = {"toml": toml, "prepared": prepared, "HALL_SECRET_KEY": SECRET}
        nodes = [
            Node(namespace, database=far, host=namespace.address, inside=True, **shared),
            Node(namespace, database=url, **shared),
        ]
        for node in nodes:
            running.callback(node.close)
        running.callback(namespace.heal)
        for node in nodes:
            node.start()
        yield nodes


class Work:
    """People who come and doctors who press next, each at one node, until told to stop; all of it is written down."""

    def __init__(
        self,
        nodes: Sequence[Node],
        *,
        doctors: int = 8,
        timeout: float = 10.0,
        ahead: int = 30,
        kiosks: int = 1,
        reads_every: float = 0.05,
    ) -> None:
        self.recorders = [Recorder() for _ in nodes]
        self.presses = self._seen = 0
        self._ahead, self._reads_every = ahead, reads_every
        self._nodes = nodes
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._failed: list[BaseException] = []
        patience = {"timeout": timeout, "budget": 120.0}
        self._threads = [
            threading.Thread(target=self._safely, args=(work, node % len(nodes), number, patience), daemon=True)
            for number, (work, node) in enumerate(
                [(self._doctor, number) for number in range(doctors)]
                + [(self._kiosk, number) for number in range(len(nodes) * kiosks)]
                + [(self._reader, number) for number in range(len(nodes))]
            )
        ]

    @property
    def operations(self) -> list[Operation]:
        """Everything that was asked at all nodes."""
        return [one for recorder in self.recorders for one in recorder.operations]

    def __enter__(self) -> "Work":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Let everybody end what is under way."""
        self._stop.set()
        for thread in self._threads:
            thread.join(180)
        assert not self._failed, self._failed

    def verdict(self, desk: HallClient) -> list[str]:
        """What is wrong with this history, by the journal as `desk` reads it."""
        return judge(self.operations, whole_journal(desk))

    def _safely(self, work: Any, node: int, number: int, patience: dict[str, float]) -> None:
        try:
            role = "kiosk" if work == self._kiosk else "console"
            client = self._nodes[node].client(role, **patience)
            while not self._stop.is_set():
                work(self.recorders[node], client, number)
        except BaseException as error:
            self._failed.append(error)

    def _doctor(self, recorder: Recorder, desk: HallClient, number: int) -> None:
        """Call the next; every fifth does not come, every seventh has an examination first and comes back."""
        station = f"R{number + 1}"
        with self._lock:
            self.presses += 1
            press = self.presses
        called = recorder.ask("ticket.called", lambda: desk.call_next(station).ticket, station=station)
        if called is None:
            self._free(recorder, desk, station)
            return
        if press % 5 == 0:
            if recorder.ask("ticket.passed", lambda: desk.pass_over(called.id, reason="nobody came"), ticket=called.id):
                recorder.ask("ticket.returned", lambda: desk.give_back(called.id), ticket=called.id)
            return
        if press % 7 == 0:
            recorder.ask("ticket.started", lambda: desk.start(called.id), ticket=called.id)
        recorder.ask("ticket.finished", lambda: desk.finish(called.id), ticket=called.id)
        with self._lock:
            self._seen += 1

    def _free(self, recorder: Recorder, desk: HallClient, station: str) -> None:
        """Finish whom the room has without its doctor knowing: the answer to the call never came."""
        self._stop.wait(min(0.5, self._reads_every))
        live = recorder.ask("read", lambda: desk.snapshot("H1"))
        for ticket in live.tickets if live is not None else []:
            if ticket.station == station and ticket.state in {"called", "serving"}:
                recorder.ask("ticket.finished", lambda id=ticket.id: desk.finish(id), ticket=ticket.id)

    def _kiosk(self, recorder: Recorder, kiosk: HallClient, _number: int) -> None:
        """Check people in, so many ahead of the doctors."""
        with self._lock:
            waiting = sum(recorder.came for recorder in self.recorders) - self._seen
        if waiting > self._ahead:
            self._stop.wait(0.01)
            return
        recorder.ask(
            "ticket.checked_in", lambda: kiosk.check_in("H1", queue="IM", patient={"name": "来"}, print=False).ticket
        )

    def _reader(self, recorder: Recorder, desk: HallClient, _number: int) -> None:
        recorder.ask("read", lambda: desk.snapshot("H1"))
        self._stop.wait(self._reads_every)


def whole_journal(desk: HallClient) -> list[Entry]:
    """The journal of H1 from its first event on."""
    events: list[Any] = []
    while (page := desk.events("H1", len(events), limit=10_000)).events:
        events += page.events
    return entries(events)
