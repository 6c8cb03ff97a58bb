"""The command `hall-server demo`: stage, addresses, accounts, and a made-up morning, again and again."""

import argparse
import os
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from server.demo.hospital import Hospital
from server.demo.processes import ACCOUNTS, HALLS, DemoEnvironment, DemoError, Ports, build, complain, printer_port, say
from server.demo.scenario import appointments_csv, made_up_visits, patients_csv
from server.process_supervisor import CommandFailed, ProcessSupervisor, Stopped, program_environment, stoppable
from server.protocol.client import HallClient, HallProblem, HallUnreachable
from server.samples.people import made_up_people

ROOMS = {"H1": ("R102", "R103", "R104"), "H2": ("R201", "R202", "R203"), "PH": ("L1", "W1", "W2")}
"""Rooms the demo plays; 101 is left to the doctor's account."""
LENGTH = timedelta(hours=3, minutes=30)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `demo` takes."""
    parser.add_argument("--pace", type=float, default=8.0, help="minutes of the hospital in one minute here (8)")
    parser.add_argument("--guests", type=int, default=130, help="made-up patients of a morning (130)")
    parser.add_argument("--once", action="store_true", help="end after one morning instead of beginning anew")
    parser.add_argument("--seed", type=int, default=1, help="another day for another number")
    parser.add_argument("--port", type=int, default=8080, help="the server's port (8080)")
    parser.add_argument("--kiosk-port", type=int, default=8081, help="the kiosk's page (8081)")
    parser.add_argument("--screens-port", type=int, default=8082, help="screens of the first hall (8082)")
    parser.add_argument("--printer-page-port", type=int, default=8083, help="the virtual printer's page (8083)")
    parser.add_argument("--upstairs-port", type=int, default=8084, help="screens of the second hall (8084)")


def run(arguments: argparse.Namespace) -> int:
    """Run the demo until it is told to end (0), or until it cannot go on (1: the reason is on stderr)."""
    if arguments.pace <= 0 or arguments.guests < 1:
        complain("demo: --pace and --guests must be positive")
        return 2
    try:
        with ExitStack() as stack:
            stack.enter_context(stoppable())
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hall-demo-")))
            processes = ProcessSupervisor(folder, _environment(folder, arguments.port))
            stack.callback(processes.stop)
            _run(arguments, processes, folder, stack)
    except Stopped:
        say("demo: 已结束 ended")
    except (DemoError, CommandFailed) as problem:
        complain(f"demo: {problem}")
        return 1
    except (HallProblem, HallUnreachable) as problem:
        complain(f"demo: {problem.log_text}")
        return 1
    return 0


def _environment(folder: Path, port: int) -> dict[str, str]:
    """A hall of its own: whatever HALL_* the shell holds, the demo touches no other database."""
    inherited = {name: "" for name in os.environ if name.startswith("HALL_")}
    settings = program_environment(
        HALL_DATABASE_URL=f"sqlite:///{folder / 'hall.db'}",
        HALL_STATE_DIR=str(folder / "state"),
        HALL_HOST="127.0.0.1",
        HALL_PORT=str(port),
    )
    ours = ("HALL_DATABASE_URL", "HALL_STATE_DIR", "HALL_HOST", "HALL_PORT")
    return {name: value for name, value in settings.items() if name in ours or name not in inherited}


def _run(arguments: argparse.Namespace, processes: ProcessSupervisor, folder: Path, stack: ExitStack) -> None:
    ports = Ports(
        server=arguments.port,
        kiosk=arguments.kiosk_port,
        screens=arguments.screens_port,
        upstairs=arguments.upstairs_port,
        printer_page=arguments.printer_page_port,
        printer=printer_port(),
    )
    say("正在启动 starting …")
    environment = build(processes, folder, ports)
    say(welcome(environment, ports))
    url = f"http://127.0.0.1:{ports.server}"
    consoles = {
        hall: stack.enter_context(HallClient(url, environment.tokens["console", hall], connections=2)) for hall in HALLS
    }

    def watch() -> None:
        for name in processes.exited():
            complain(f"{name} 已退出 ended: {processes.last_log_line(name)}")
            if name == "server":
                raise DemoError("the server ended")

    random = Random(arguments.seed)
    people = made_up_people(random, datetime.now(UTC).date())
    round_number = 0
    while True:
        round_number += 1
        visitors = made_up_visits(random, people, LENGTH, arguments.guests, round_number)
        _bring_in(
            processes, folder, patients_csv(visitors), appointments_csv(visitors, datetime.now(UTC), arguments.pace)
        )
        Hospital(consoles, ROOMS, random, arguments.pace, say).play(visitors, watch)
        say(f"第{round_number}个上午已结束 morning {round_number} is over")
        if arguments.once:
            return


def _bring_in(processes: ProcessSupervisor, folder: Path, patients: str, appointments: str) -> None:
    """Import the morning's people and their slots by the command line, as a hospital would."""
    for kind, text in (("patients", patients), ("appointments", appointments)):
        if text:
            path = folder / f"{kind}.csv"
            path.write_text(text, encoding="utf-8")
            processes.command("server", "import", kind, str(path))


def welcome(environment: DemoEnvironment, ports: Ports) -> str:
    """What is where, and who may sign in, in Chinese and English."""
    here = "http://127.0.0.1"
    staff = "http://localhost"  # cookies know hosts, not ports: the other programs' pages must not be sent staff's
    lines = [
        "",
        "演示医院已开诊 The demo hospital is open",
        f"  护士台、诊室、管理 nurse, doctor, admin      {staff}:{ports.server}/",
        f"  接口说明 API                                {here}:{ports.server}/api/v1/docs",
        f"  自助机 kiosk                                {here}:{ports.kiosk}/",
        f"  一楼大屏 screens of hall H1                 {here}:{ports.screens}/?sound=1",
        f"  二楼大屏 screens of hall H2                 {here}:{ports.upstairs}/?sound=1",
        f"  虚拟打印机 virtual printer (tcp {ports.printer})     {here}:{ports.printer_page}/",
        "",
        "账号 accounts (每次启动重新生成 made anew at each start)",
    ]
    lines += [f"  {one.user:<8} {environment.passwords[one.user]:<14} {one.purpose}" for one in ACCOUNTS]
    if environment.missing:
        lines += ["", "未启动 missing"] + [f"  {missing}" for missing in environment.missing]
    lines += ["", "按 Ctrl-C 结束 press Ctrl-C to end", ""]
    return "\n".join(lines)
