"""Sets the demo's stage: hall file, devices, accounts, and every program of the hall as a child. Plays nothing."""

import secrets
import sys
from dataclasses import dataclass, field
from pathlib import Path

from server.children import Children, CommandFailed, answers, eventually, free_port
from server.samples.halls import demo_hospital

HALLS = ("H1", "H2")
START_SECONDS = 40.0
PART_SECONDS = 20.0
ACCOUNTS = (
    ("nurse", "nurse", "H1", None, "一楼护士台 nurse's desk of hall H1"),
    ("nurse2", "nurse", "H2", None, "二楼护士台 nurse's desk of hall H2"),
    ("doctor", "doctor", "H1", "R101", "101诊室医生 doctor of room 101, which the demo leaves to you"),
    ("admin", "admin", None, None, "信息科 information department"),
)
"""User, role, hall, station, what for."""


class StageProblem(Exception):
    """The demo cannot start; the message says what is in the way."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens on this machine. `upstairs` is the second hall's screens."""

    server: int
    kiosk: int
    screens: int
    upstairs: int
    printer_page: int
    printer: int


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account; the password is made up anew each time and printed."""

    user: str
    password: str
    purpose: str


@dataclass(slots=True)
class Stage:
    """What stands when the curtain rises. `missing` says in words what did not come up."""

    consoles: dict[str, str] = field(default_factory=dict)
    accounts: list[Account] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def build(children: Children, folder: Path, ports: Ports) -> Stage:
    """Make the hospital and start its programs; parts that do not come up are listed, only the server must.

    Raises StageProblem when the server's port is taken or it does not start.
    """
    if answers("127.0.0.1", ports.server):
        raise StageProblem(f"port {ports.server} is taken by another program; stop it, or give another --port")
    stage = Stage()
    hall_file = folder / "demo.toml"
    hall_file.write_text(demo_hospital(), encoding="utf-8")
    try:
        children.command("server", "apply", str(hall_file))
        stage.consoles = {hall: _enrol(children, hall, "console") for hall in HALLS}
    except CommandFailed as problem:
        raise StageProblem(str(problem)) from problem
    children.start("server", "server", "run")
    up = eventually(lambda: answers("127.0.0.1", ports.server) or not children.alive("server"), START_SECONDS)
    if not up or not children.alive("server"):
        raise StageProblem(f"the server did not start: {children.last_words('server')}")
    for user, role, hall, station, purpose in ACCOUNTS:
        _account(children, stage, user, role, hall, station, purpose)
    _paper(children, stage, ports)
    _screens(children, stage, ports)
    _kiosk(children, stage, ports)
    return stage


def _enrol(children: Children, hall: str, role: str) -> str:
    said = children.command("server", "device", "add", "--role", role, "--hall", hall, "--name", f"demo {role} {hall}")
    return said.split()[-1]


def _account(
    children: Children, stage: Stage, user: str, role: str, hall: str | None, station: str | None, purpose: str
) -> None:
    password = secrets.token_urlsafe(9)
    where = [*(["--hall", hall] if hall else []), *(["--station", station] if station else [])]
    try:
        children.command(
            "server", "staff", "add", user, "--role", role, *where, "--password-stdin", text=password + "\n"
        )
    except CommandFailed as problem:
        stage.missing.append(f"account {user}: {problem}")
        return
    stage.accounts.append(Account(user, password, purpose))


def _part(children: Children, stage: Stage, name: str, port: int | None, *arguments: str, **settings: str) -> None:
    """Start a program that the hall can live without; wait until its port answers, or say that it does not."""
    if port and answers("127.0.0.1", port):
        stage.missing.append(f"{name}: port {port} is taken by another program")
        return
    children.start(name, *arguments, **settings)
    if port is None:
        return
    eventually(lambda: answers("127.0.0.1", port) or not children.alive(name), PART_SECONDS)
    if not answers("127.0.0.1", port):
        stage.missing.append(f"{name}: {children.last_words(name) or 'does not answer'}")


def _paper(children: Children, stage: Stage, ports: Ports) -> None:
    page, printer = str(ports.printer_page), str(ports.printer)
    _part(
        children, stage, "virtual printer", ports.printer_page,
        "hardware", "virtual-printer", "--port", printer, "--page-port", page,
    )  # fmt: skip
    for hall in HALLS:
        _part(
            children, stage, f"print station {hall}", None, "hardware", "station", "run",
            STATION_STATE_DIR=str(children.folder(f"station {hall}")),
            STATION_SERVER=f"http://127.0.0.1:{ports.server}",
            STATION_TOKEN=_enrol(children, hall, "station"),
            STATION_PRINTER=f"tcp://127.0.0.1:{printer}",
        )  # fmt: skip


def _screens(children: Children, stage: Stage, ports: Ports) -> None:
    for hall, port in zip(HALLS, (ports.screens, ports.upstairs), strict=True):
        _part(
            children, stage, f"screens and voice {hall}", port, "caller", "run",
            CALLER_SERVER=f"http://127.0.0.1:{ports.server}",
            CALLER_TOKEN=_enrol(children, hall, "caller"),
            CALLER_PORT=str(port),
        )  # fmt: skip


def _kiosk(children: Children, stage: Stage, ports: Ports) -> None:
    _part(
        children, stage, "kiosk", ports.kiosk, "kiosk", "run",
        KIOSK_SERVER=f"http://127.0.0.1:{ports.server}",
        KIOSK_TOKEN=_enrol(children, HALLS[0], "kiosk"),
        KIOSK_PORT=str(ports.kiosk),
        KIOSK_STATE_DIR=str(children.folder("kiosk")),
        KIOSK_PRINTER=f"tcp://127.0.0.1:{ports.printer}",
    )  # fmt: skip


def printer_port() -> int:
    """Port 9100 where it is free, else another: a real print server may live here."""
    return free_port(9100)


def say(line: str) -> None:
    """One line to whoever watches, at once."""
    print(line, flush=True)


def complain(line: str) -> None:
    """One line about what is wrong."""
    print(line, file=sys.stderr, flush=True)
