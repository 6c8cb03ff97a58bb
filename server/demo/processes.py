"""Makes the demo's hospital: hall file, devices, accounts, and every program of the hall as a process."""

import csv
import secrets
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from server.process_supervisor import CommandFailed, ProcessSupervisor, answers, eventually, free_port
from server.samples.halls import demo_hospital


@dataclass(frozen=True, slots=True)
class Account:
    """A demo account; its password is made up anew each time and printed."""

    user: str
    role: str
    name: str
    hall: str = ""
    station: str = ""
    doctor: str = ""
    purpose: str = ""


HALLS = ("H1", "H2", "PH")
START_SECONDS = 40.0
PART_SECONDS = 20.0
DEVICES = {
    "H1": ("console", "station", "caller", "kiosk"),
    "H2": ("console", "station", "caller"),
    "PH": ("console",),
}
PLACES = {
    "H1": "zh=门诊楼一楼大厅;en=Ground-floor lobby",
    "H2": "zh=门诊楼二楼西区;en=First floor, west",
    "PH": "zh=门诊楼一楼大厅南侧;en=Ground floor, south of the lobby",
}
PATIENCE = 6
"""How often a command is tried that finds the database busy."""
ACCOUNTS = (
    Account("nurse", "nurse", "周敏", "H1", purpose="一楼护士台 nurse's desk of hall H1"),
    Account("nurse2", "nurse", "吴静", "H2", purpose="二楼护士台 nurse's desk of hall H2"),
    Account(
        "doctor", "doctor", "王建国", "H1", "R101", "D101", "101诊室,演示不占用 room 101, which the demo leaves to you"
    ),
    Account("admin", "admin", "信息科", purpose="信息科 information department"),
)
DOCTORS = (
    ("D102", "李淑珍"),
    ("D103", "刘洋"),
    ("D104", "Anna Müller"),
    ("D201", "张志强"),
    ("D202", "买买提·吐尔逊"),
    ("D203", "陈雪梅"),
)
"""Doctors whom the demo plays: named on the walls, without an account."""


class DemoError(Exception):
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


@dataclass(slots=True)
class DemoEnvironment:
    """What was enrolled and started. `missing` says in words what did not come up."""

    tokens: dict[tuple[str, str], str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)


def build(processes: ProcessSupervisor, folder: Path, ports: Ports) -> DemoEnvironment:
    """Make the hospital and start its programs; parts that do not come up are listed, only the server must.

    Raises DemoError when the server's port is taken or it does not start, CommandFailed for a refusal.
    """
    if answers("127.0.0.1", ports.server):
        raise DemoError(f"port {ports.server} is taken by another program; stop it, or give another --port")
    environment = DemoEnvironment()
    (folder / "demo.toml").write_text(demo_hospital(), encoding="utf-8")
    processes.command("server", "apply", str(folder / "demo.toml"))
    processes.start("server", "server", "run")
    for hall, roles in DEVICES.items():
        named = ("--hall", hall, "--name", f"demo {hall}", "--place", PLACES[hall])
        said = _patiently(processes, "device", "add", *named, "--role", *roles)
        tokens = [line.split()[-1] for line in said.splitlines()]
        environment.tokens |= {(role, hall): token for role, token in zip(roles, tokens, strict=True)}
    environment.passwords = _staff(processes, folder)
    if not _listens(processes, "server", ports.server, START_SECONDS):
        raise DemoError(f"the server did not start: {processes.last_log_line('server')}")
    _start_parts(processes, environment, ports)
    return environment


def _patiently(processes: ProcessSupervisor, *words: str) -> str:
    """Run a command of hall-server. The server writes into the same SQLite file, where `busy` means: again."""
    attempts = PATIENCE
    while True:
        try:
            return processes.command("server", *words)
        except CommandFailed as refused:
            attempts -= 1
            if not attempts or "busy" not in str(refused):
                raise


def _staff(processes: ProcessSupervisor, folder: Path) -> dict[str, str]:
    """Import accounts and doctors by one file, which lies in the demo's private folder only as long as that takes."""
    passwords = {account.user: secrets.token_urlsafe(9) for account in ACCOUNTS}
    path = folder / "staff.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["username", "name", "role", "password", "hall", "station", "doctor"])
        for one in ACCOUNTS:
            writer.writerow([one.user, one.name, one.role, passwords[one.user], one.hall, one.station, one.doctor])
        writer.writerows([doctor.lower(), name, "doctor", "", "", "", doctor] for doctor, name in DOCTORS)
    try:
        _patiently(processes, "import", "staff", str(path))
    finally:
        path.unlink()
    return passwords


def _start_parts(processes: ProcessSupervisor, environment: DemoEnvironment, ports: Ports) -> None:
    """Start everything the hall can live without; a part that does not answer in time is listed as missing."""
    server, printer = f"http://127.0.0.1:{ports.server}", f"tcp://127.0.0.1:{ports.printer}"
    waited: dict[str, int] = {}

    def part(name: str, port: int | None, *arguments: str, **settings: str) -> None:
        if port is not None and answers("127.0.0.1", port):
            environment.missing.append(f"{name}: port {port} is taken by another program")
            return
        processes.start(name, *arguments, **settings)
        if port is not None:
            waited[name] = port

    bytes_port, page_port = str(ports.printer), str(ports.printer_page)
    paper = ("hardware", "virtual-printer", "--port", bytes_port, "--page-port", page_port)
    part("virtual printer", ports.printer_page, *paper)
    for hall, screens in {"H1": ports.screens, "H2": ports.upstairs}.items():
        caller = {
            "CALLER_SERVER": server,
            "CALLER_TOKEN": environment.tokens["caller", hall],
            "CALLER_PORT": str(screens),
        }
        part(f"screens and voice {hall}", screens, "caller", "run", **caller)
        station = {
            "STATION_SERVER": server,
            "STATION_TOKEN": environment.tokens["station", hall],
            "STATION_PRINTER": printer,
        }
        state = str(processes.folder(f"station {hall}"))
        part(f"print station {hall}", None, "hardware", "station", "run", STATION_STATE_DIR=state, **station)
    kiosk = {"KIOSK_SERVER": server, "KIOSK_TOKEN": environment.tokens["kiosk", "H1"], "KIOSK_PORT": str(ports.kiosk)}
    state = str(processes.folder("kiosk"))
    part("kiosk", ports.kiosk, "kiosk", "run", KIOSK_PRINTER=printer, KIOSK_STATE_DIR=state, **kiosk)
    end = time.monotonic() + PART_SECONDS
    for name, port in waited.items():
        if not _listens(processes, name, port, end - time.monotonic()):
            environment.missing.append(f"{name}: {processes.last_log_line(name) or 'does not answer'}")


def _listens(processes: ProcessSupervisor, name: str, port: int, seconds: float) -> bool:
    """Whether the child answers at its port within so many seconds; a child that ended is not waited for."""
    eventually(lambda: answers("127.0.0.1", port) or not processes.alive(name), max(0.0, seconds))
    return answers("127.0.0.1", port)


def printer_port() -> int:
    """Port 9100 where it is free, else another: a real print server may live here."""
    return free_port(9100)


def say(line: str) -> None:
    """One line to whoever watches, at once."""
    print(line, flush=True)


def complain(line: str) -> None:
    """One line about what is wrong."""
    print(line, file=sys.stderr, flush=True)
