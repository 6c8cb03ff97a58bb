"""Where a replay takes place: the server at HALL_HOST:HALL_PORT or one of its own, hall, devices. Plays nothing."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from server.process_supervisor import CommandFailed, ProcessSupervisor, answers, eventually
from server.protocol.messages import Snapshot
from server.protocol.terms import StationState
from server.replay.audit import ROLL
from server.replay.day import Day, Visit
from server.replay.play import PaperHall, Plan, play, rooms_needed
from server.samples.halls import plain_hall

START_SECONDS = 30.0


class ReplayError(Exception):
    """The day cannot be played here; the message says why and what would help."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server is, or will be."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The base address for a client."""
        return f"http://{self.host}:{self.port}"


def address() -> Address:
    """HALL_HOST:HALL_PORT with the server's own defaults; the wildcard address is reached over loopback."""
    host = os.environ.get("HALL_HOST", "") or "127.0.0.1"
    try:
        port = int(os.environ.get("HALL_PORT", "") or 8080)
    except ValueError as problem:
        raise ReplayError("HALL_PORT is no number") from problem
    return Address("127.0.0.1" if host in ("0.0.0.0", "::") else host, port)


def serve(processes: ProcessSupervisor, place: Address, hall: str, stations: int) -> None:
    """Start a server of our own when none answers; into a new database a made-up hall is put first.

    An existing database is never given a hall: a hall file speaks for the whole hospital, so it would close others.
    Raises ReplayError when the server does not come up.
    """
    if answers(place.host, place.port):
        return
    if _is_new_database():
        path = processes.log("hall").with_suffix(".toml")
        path.write_text(plain_hall(hall, stations), encoding="utf-8")
        processes.command("server", "apply", str(path))
    processes.start("server", "server", "run")
    up = eventually(lambda: answers(place.host, place.port) or not processes.alive("server"), START_SECONDS)
    if not up or not processes.alive("server"):
        raise ReplayError(f"the server did not start: {processes.last_log_line('server')}")


def _is_new_database() -> bool:
    """Whether HALL_DATABASE_URL names an SQLite file that is not there yet."""
    url = os.environ.get("HALL_DATABASE_URL", "") or "sqlite:///hall.db"
    kind, _, path = url.partition(":///")
    return kind == "sqlite" and path not in ("", ":memory:") and not Path(path).exists()


def enrol(processes: ProcessSupervisor, hall: str, *roles: str) -> list[str]:
    """Enrol devices of the replay by the command line; their tokens. Raises ReplayError, also for no hall."""
    name = f"replay {os.getpid()}"
    try:
        said = processes.command("server", "device", "add", "--hall", hall, "--name", name, "--role", *roles)
    except CommandFailed as refused:
        hint = "apply a hall file, or let HALL_DATABASE_URL name a new SQLite file for a made-up hall"
        raise ReplayError(f"no {roles[0]} in hall {hall} ({refused}); {hint}") from refused
    return [line.split()[-1] for line in said.splitlines()]


def revoke_devices(processes: ProcessSupervisor, hall: str, devices: Sequence[str]) -> None:
    """Revoke the replay's devices, so that no later paper waits for a station that is gone."""
    processes.command("server", "device", "revoke", "--hall", hall, *devices)


def chosen_stations(snapshot: Snapshot, wanted: int) -> Mapping[str, Sequence[str]]:
    """The first so many rooms of the hall with their woven queues. Raises ReplayError for too few, or a busy hall."""
    if snapshot.tickets:
        live = len(snapshot.tickets)
        raise ReplayError(f"hall {snapshot.hall} holds {live} live tickets; a replay calls nobody's patients")
    woven = {queue.id for queue in snapshot.queues if queue.mode == "woven"}
    rooms = {
        station.id: [queue for queue in station.queues if queue in woven]
        for station in snapshot.stations
        if station.state is StationState.OPEN
    }
    rooms = {station: queues for station, queues in rooms.items() if queues}
    if len(rooms) < wanted:
        has = f"{len(rooms)} open rooms with a woven queue"
        raise ReplayError(f"too few stations: hall {snapshot.hall} has {has}, not {wanted}")
    return dict(list(rooms.items())[:wanted])


def planned(day: Day, stations: Mapping[str, Sequence[str]], zone: ZoneInfo, *, simulated: bool) -> Plan:
    """Spread the visits over the queues by kind of doctor.

    In simulated time the business day rolls as it did in life.
    Raises ReplayError for a day whose last call comes later.
    """
    queues = list(dict.fromkeys(queue for served in stations.values() for queue in served))
    kinds = list(dict.fromkeys(visit.doctor_type for visit in day.visits))

    def queue_of(visit: Visit) -> str:
        return queues[kinds.index(visit.doctor_type) % len(queues)]

    plan = Plan(day.visits, stations, queue_of)
    last = play(plan, PaperHall(stations)).last_call
    rolls = _roll_after(day.visits[0].arrived_at, zone)
    if simulated and last is not None and last >= rolls:
        needed = rooms_needed(day.visits, rolls, len(stations))
        raise ReplayError(
            f"too few stations: with {len(stations)} the last call would be at {last.astimezone(zone):%m-%d %H:%M}, "
            f"after the business day ends at {rolls.astimezone(zone):%m-%d %H:%M}; about {needed} are needed"
        )
    return plan


def _roll_after(moment: datetime, zone: ZoneInfo) -> datetime:
    """The end of the business day that holds a moment."""
    day = (moment.astimezone(zone) - ROLL).date() + timedelta(days=1)
    return datetime.combine(day, time(), zone) + ROLL
