"""The command `hall-server replay`: sets the stage, plays, audits, prints. The rules of a day are in play.py."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from server.process_supervisor import CommandFailed, ProcessSupervisor, Stopped, program_environment, stoppable
from server.protocol.client import HallClient, HallProblem, HallUnreachable
from server.protocol.terms import ErrorCode
from server.replay.audit import Audit
from server.replay.day import Day, DayRejected, read_day
from server.replay.environment import ReplayError, address, chosen_stations, enrol, planned, revoke_devices, serve
from server.replay.paper import Paper, PaperTrouble
from server.replay.play import play
from server.replay.served import ServedHall
from server.replay.summary import Result, lines
from server.samples.people import made_up_people

CHECK_EVERY = timedelta(hours=1)
"""How often, in recorded time, the folded snapshot is compared with the server's."""
PROGRESS_SECONDS = 5.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Say what `replay` takes."""
    parser.add_argument("day", type=Path, help="CSV: visit, arrived_at, entered_room_at, left_at, doctor_type")
    parser.add_argument("--hall", required=True, help="id of the hall; made up when this replay starts the server")
    parser.add_argument("--stations", type=_count, required=True, help="how many rooms call")
    parser.add_argument("--speed", type=_speed, default=None, help="how many times faster than life, or max (default)")
    parser.add_argument("--slips", action="store_true", help="print every slip on a virtual printer")
    parser.add_argument("--limit", type=_count, default=None, help="play only the first so many arrivals")
    parser.add_argument("--seed", type=int, default=1, help="other made-up names for another number")


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return count


def _speed(text: str) -> float | None:
    """A positive factor; None for max."""
    if text == "max":
        return None
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0 < factor < float("inf"):
        raise argparse.ArgumentTypeError("must be a positive number or max")
    return factor


def run(arguments: argparse.Namespace) -> int:
    """Replay the day; 0 only when every visit finished, every slip was taken and the journal is whole.

    2 when the day cannot be played here at all; the reason goes to stderr.
    """
    try:
        with ExitStack() as stack:
            stack.enter_context(stoppable())
            logs = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hall-replay-")))
            simulated = {"HALL_REPLAY": "1"} if arguments.speed is None else {}
            processes = ProcessSupervisor(logs, program_environment(**simulated))
            stack.callback(processes.stop)
            result = _replay(arguments, processes, stack)
    except (ReplayError, DayRejected, CommandFailed, PaperTrouble, HallUnreachable) as problem:
        print(f"replay: {problem}", file=sys.stderr)
        return 2
    except HallProblem as problem:
        print(f"replay: {_refusal(problem)}", file=sys.stderr)
        return 2
    except Stopped as stopped:
        print(f"replay: stopped by {stopped}", file=sys.stderr)
        return 1
    print("\n".join(lines(result)))
    return 0 if result.whole else 1


def _refusal(problem: HallProblem) -> str:
    """Its code; a refusal's detail may repeat what the day's file holds."""
    if problem.code == ErrorCode.FORBIDDEN:
        return f"{problem.log_text}; simulated time needs a server started with HALL_REPLAY=1, or use --speed X"
    return problem.log_text


def _replay(arguments: argparse.Namespace, processes: ProcessSupervisor, stack: ExitStack) -> Result:
    if not arguments.day.is_file():
        raise DayRejected(f"{arguments.day}: no such file")
    place = address()
    serve(processes, place, arguments.hall, arguments.stations)
    roles = ("console", "station") if arguments.slips else ("console",)
    tokens = enrol(processes, arguments.hall, *roles)
    client = stack.enter_context(HallClient(place.url, tokens[0], connections=2))
    audit = Audit(client, arguments.hall)
    stations = chosen_stations(client.snapshot(arguments.hall), arguments.stations)
    day = read_day(arguments.day, audit.zone, arguments.limit)
    plan = planned(day, stations, audit.zone, simulated=arguments.speed is None)
    devices = [client.me().id]
    paper = Paper(processes) if arguments.slips else None
    if paper:
        devices.append(stack.enter_context(HallClient(place.url, tokens[1])).me().id)
        paper.start(place.url, tokens[1])

    first = day.visits[0].arrived_at
    people = made_up_people(Random(arguments.seed), first.date())
    hall = ServedHall(client, arguments.hall, people, simulated=arguments.speed is None)
    began = time.monotonic()
    outcome = play(plan, hall, _watch(audit, hall, day, arguments.speed))
    seconds = time.monotonic() - began
    slips = paper.wait(outcome.checked_in, lambda: _printed(audit)) if paper else None
    audit.catch_up()
    revoke_devices(processes, arguments.hall, devices)
    return Result(day, outcome, audit.found, audit.waits_by_hour(arguments.speed or 1.0), slips, hall.commands, seconds)


def _printed(audit: Audit) -> int:
    audit.catch_up()
    return len(audit.found.printed)


def _watch(audit: Audit, hall: ServedHall, day: Day, speed: float | None) -> Callable[[datetime], None]:
    """What happens before each moment: wait for it unless time is simulated, check each hour, say how far we are."""
    first = day.visits[0].arrived_at
    began = time.monotonic()
    check_due, say_due = first + CHECK_EVERY, began + PROGRESS_SECONDS

    def reached(moment: datetime) -> None:
        nonlocal check_due, say_due
        if speed is not None:
            time.sleep(max(0.0, began + (moment - first).total_seconds() / speed - time.monotonic()))
        if moment >= check_due:
            check_due = moment + CHECK_EVERY
            audit.catch_up()
        if time.monotonic() >= say_due:
            say_due = time.monotonic() + PROGRESS_SECONDS
            local = moment.astimezone(audit.zone)
            said = f"{local:%H:%M} {hall.checked_in} checked in, {hall.finished} finished of {len(day.visits)}"
            print(said, file=sys.stderr, flush=True)

    return reached
