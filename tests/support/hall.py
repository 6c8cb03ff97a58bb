"""A real server for tests: started as a process on a free port, with a database and devices of its own."""

import atexit
import contextlib
import io
import multiprocessing
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time
import tomllib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import pytest

from server import cli
from server.protocol.answers import CheckIn
from server.protocol.client import HallClient
from server.protocol.entrypoint import start
from server.protocol.messages import Slip
from tests.support import databases

ROOT = Path(__file__).resolve().parents[2]
HOSPITAL = """
[hospital]
name = {zh = "示范医院", en = "Demo Hospital"}
timezone = "Asia/Shanghai"
"""
HALL = """
[[hall]]
id = "H1"
name = {zh = "内科候诊区", en = "Internal medicine"}

[[hall.queue]]
id = "IM"
name = {zh = "内科", en = "Internal medicine"}
prefix = "A"
mode = "woven"
scale = "CN-OPD"
privacy = "masked"
"""
STATION = """
[[hall.station]]
id = "R{n}"
name = {{zh = "{n}诊室", en = "Room {n}"}}
queues = ["IM"]
"""


def hall_file(stations: int = 4) -> str:
    """The least hall there is: one woven queue IM (prefix A) and stations R1 … Rn."""
    return HOSPITAL + HALL + "".join(STATION.format(n=n) for n in range(1, stations + 1))


_FIRST_PORT, _SLICE, _SLICES = 12_000, 1_000, 20
"""Below those that the system gives outgoing connections: nobody is given one before its server has begun."""


def _ports() -> Iterator[int]:
    """Ports of this test worker's slice, one after the other, from where other runs hardly begin."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first = _FIRST_PORT + worker % _SLICES * _SLICE
    for turn in count(os.getpid() * 37):
        yield first + turn % _SLICE


_PORTS = _ports()


def free_port() -> int:
    """A port that nobody has, and that nobody else is handed out before its turn comes again."""
    for port in _PORTS:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("the ports never end")


Seen = TypeVar("Seen")


def until(look: Callable[[], Seen], *, within: float = 30.0, every: float = 0.02) -> Seen:
    """Look again and again until there is something true to see, and return it; fails after `within` seconds."""
    end = time.monotonic() + within
    while not (seen := look()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {within} s: last seen {seen!r}")
        threading.Event().wait(every)
    return seen


def rush(kiosks: Sequence[HallClient], desks: Sequence[HallClient], each: int) -> tuple[list[str], list[str]]:
    """All kiosks check in at once, `each` people; then all desks call at rooms R1 … until nobody waits.

    The numbers that were given, and those that were called.
    """

    def check_in(kiosk: HallClient) -> list[str]:
        tickets = [kiosk.check_in("H1", queue="IM", patient={"name": "赛"}).ticket for _ in range(each)]
        return [ticket.number for ticket in tickets if ticket is not None]

    def call(place: int) -> list[str]:
        found = []
        while ticket := desks[place].call_next(f"R{place + 1}").ticket:
            found.append(ticket.number)
            desks[place].finish(ticket.id)
        return found

    with ThreadPoolExecutor(max(len(kiosks), len(desks))) as pool:
        given = [number for numbers in pool.map(check_in, kiosks) for number in numbers]
        called = [number for numbers in pool.map(call, range(len(desks))) for number in numbers]
    assert len(given) == each * len(kiosks)
    return given, called


_TEMPLATES: dict[str, tuple[Path, dict[tuple[str, str], str], str]] = {}
"""By hall file: a prepared folder, its devices' tokens, and its database's URL."""


def _first_hall(toml: str) -> str:
    halls: list[dict[str, Any]] = tomllib.loads(toml)["hall"]
    return str(halls[0]["id"])


FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.support.preloaded"])
"""Servers are forked from a process that has imported them: starting Python anew costs two seconds each time."""


def run_server(folder: Path, settings: dict[str, str]) -> None:
    """`hall-server run` in the new process, in a session of its own, with its log in the hall's folder."""
    run_command(folder, settings, "run")


def run_command(folder: Path, settings: dict[str, str], *arguments: str) -> None:
    """`hall-server …` in the new process, as above."""
    os.setsid()
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith("HALL_")]:
        del os.environ[name]
    os.environ.update(settings)
    log = os.open(folder / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    sys.exit(start("server.cli", "server", list(arguments)))


class RunningHall:
    """One server process and its folder. `token(role)` enrols a device when first asked for; `client(role)` speaks."""

    def __init__(
        self,
        toml: str | None = None,
        *,
        stations: int = 4,
        database: str | None = None,
        prepared: dict[tuple[str, str], str] | None = None,
        host: str = "127.0.0.1",
        **settings: str,
    ) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="hall-test-"))
        self.port = free_port()
        self.host = host
        self.address = f"http://{host}:{self.port}"
        self._embedded = not databases.POSTGRESQL
        self._copied = database is None and databases.POSTGRESQL
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("HALL_")},
            "HALL_DATABASE_URL": database or f"sqlite:///{self.folder / 'hall.db'}",
            "HALL_STATE_DIR": str(self.folder / "state"),
            "HALL_HOST": host,
            "HALL_PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
            **settings,
        }
        self.process: ForkServerProcess | None = None
        self.entry: Callable[[Path, dict[str, str]], None] = run_server
        self._tokens: dict[tuple[str, str], str] = {}
        self._clients: list[HallClient] = []
        content = toml or hall_file(stations)
        if prepared is not None:  # the database is set up already, with these devices
            self._tokens = dict(prepared)
            return
        if database is None and content in _TEMPLATES:
            template, tokens, url = _TEMPLATES[content]
            self._tokens = dict(tokens)
            shutil.copytree(template, self.folder, dirs_exist_ok=True)
            if not self._embedded:
                self.environment["HALL_DATABASE_URL"] = databases.copied(url)
            return
        if database is None and not self._embedded:
            self.environment["HALL_DATABASE_URL"] = databases.fresh()
        (self.folder / "hall.toml").write_text(content, encoding="utf-8")
        self.command("apply", str(self.folder / "hall.toml"))
        for role in ("console", "caller"):
            self.token(role, _first_hall(content))
        if database is None:
            self._keep_as_template(content)

    def _keep_as_template(self, content: str) -> None:
        """Keep a copy of the prepared folder: the same hall starts four commands faster the next time."""
        template = Path(tempfile.mkdtemp(prefix="hall-template-"))
        atexit.register(shutil.rmtree, template, ignore_errors=True)
        shutil.copytree(self.folder, template, dirs_exist_ok=True)
        url = self.environment["HALL_DATABASE_URL"]
        _TEMPLATES[content] = (template, dict(self._tokens), url if self._embedded else databases.copied(url))

    @property
    def database(self) -> Path:
        """The file of the embedded database; a test that asks for it is skipped where there is none."""
        if "sqlite" not in self.environment["HALL_DATABASE_URL"]:
            pytest.skip("about SQLite: looks into the file of the embedded database")
        return self.folder / "hall.db"

    def command(self, *arguments: str, text: str = "") -> str:
        """Run `hall-server …` and return what it printed; in this process, for a new one costs seconds to start."""
        code, said, complained = self._ran(arguments, text)
        assert code == 0, f"hall-server {' '.join(arguments)}: {complained.strip()[-600:]}"
        return said

    def refused(self, *arguments: str) -> str:
        """Run `hall-server …`, which is to end with 1; what it printed and what it complained of."""
        code, said, complained = self._ran(arguments, "")
        assert code == 1, f"hall-server {' '.join(arguments)} ended with {code}: {said}{complained}"
        return said + complained

    def _ran(self, arguments: Sequence[str], text: str) -> tuple[int, str, str]:
        said, complained = io.StringIO(), io.StringIO()
        settings = {name: value for name, value in self.environment.items() if name.startswith("HALL_")}
        with (
            mock.patch.dict(os.environ, settings), mock.patch("sys.stdin", io.StringIO(text)),
            contextlib.redirect_stdout(said), contextlib.redirect_stderr(complained),
        ):  # fmt: skip
            code = cli.main(list(arguments))
        return code, said.getvalue(), complained.getvalue()

    def start(self) -> "RunningHall":
        """Start the server and wait until it answers."""
        settings = {name: value for name, value in self.environment.items() if name.startswith("HALL_")}
        self.process = FORKS.Process(target=self.entry, args=(self.folder, settings), daemon=True)
        self.process.start()
        until(self._answers, within=90.0, every=0.05)
        return self

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.is_alive(), f"the server ended: {self.log()[-800:]}"
        with contextlib.suppress(OSError), socket.create_connection((self.host, self.port), 2) as line:
            line.sendall(b"GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n")
            return b" 200 " in line.recv(64)
        return False

    @property
    def worker(self) -> int:
        """The id of the process that serves: the one child of the process that was started."""
        assert self.process is not None
        started = self.process.pid
        return int(Path(f"/proc/{started}/task/{started}/children").read_text(encoding="ascii").split()[0])

    def log(self) -> str:
        """What the server has said so far."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def kill(self) -> None:
        """End the server as a power cut does."""
        self._signal(signal.SIGKILL)

    def stop(self) -> None:
        """End the server as an administrator does; kill it after thirty seconds."""
        self._signal(signal.SIGTERM)

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None or self.process.pid is None or not self.process.is_alive():
            return
        os.killpg(self.process.pid, number)
        self.process.join(30)
        if self.process.is_alive():
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.join(30)

    def close(self) -> None:
        """Stop the server and forget its folder."""
        for client in self._clients:
            client.close()
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._copied:
            databases.drop(self.environment["HALL_DATABASE_URL"])

    def token(self, role: str, hall: str = "H1") -> str:
        """The token of a device of that role, enrolled when first asked for."""
        if (role, hall) not in self._tokens:
            said = self.command("device", "add", "--role", role, "--hall", hall, "--name", f"test {role}")
            self._tokens[(role, hall)] = said.split()[-1]
        return self._tokens[(role, hall)]

    def client(
        self, role: str = "console", hall: str = "H1", *, address: str | None = None, **options: Any
    ) -> HallClient:
        """A client with the token of that role and much patience; it is closed with the hall."""
        patience = {"timeout": 20.0, "budget": 60.0}
        client = HallClient(address or self.address, self.token(role, hall), **patience | options)
        self._clients.append(client)
        return client

    def check_in(self, *names: str) -> list[str]:
        """Check people in by name; return their tickets' ids."""
        desk = self.client("console")
        tickets = [desk.check_in("H1", queue="IM", patient={"name": name}).ticket for name in names]
        return [ticket.id for ticket in tickets if ticket is not None]


def a_late_slip(hall: RunningHall) -> Slip:
    """A simulated morning of a hall under HALL_REPLAY, twenty consultations long; then a slip that tells a wait, and an
    hour in which R1 is paused and an urgent patient comes."""
    desk, now = hall.client("console"), datetime(2026, 3, 2, 1, tzinfo=UTC)

    def wait_of(ticket: str) -> int | None:
        """As the hall's time goes on, for a line is played again only when it is fresh no more."""
        nonlocal now
        now += timedelta(seconds=16)
        desk.at(now).set_station("R1", "open")
        return desk.ticket(ticket).wait_high

    def check_in(name: str) -> CheckIn:
        return desk.at(now).check_in("H1", queue="IM", patient={"name": name})

    for number in range(20):
        check_in(f"早{number}")
        called = desk.at(now).call_next("R1").ticket
        now += timedelta(minutes=4 + number % 5)
        desk.at(now).finish(called.id if called else "")
    first = check_in("等").ticket
    assert first is not None
    now += timedelta(seconds=61)  # what was played of the empty line before is too old to be told by now
    until(lambda: wait_of(first.id), every=0.5)
    slip = check_in("欧阳小明").slip
    assert slip is not None
    assert slip.wait_high is not None
    now += timedelta(seconds=1)
    desk.at(now).set_station("R1", "pause", reason="round")
    urgent = check_in("急").ticket
    assert urgent is not None
    desk.at(now).triage(urgent.id, grade="U", reason="chest pain")
    now += timedelta(hours=1)
    until(lambda: wait_of(slip.ticket), every=0.5)
    return slip


@contextlib.contextmanager
def a_hall(toml: str | None = None, **options: Any) -> Iterator[RunningHall]:
    """A running hall for the length of a block."""
    hall = RunningHall(toml, **options)
    try:
        yield hall.start()
    finally:
        hall.close()
