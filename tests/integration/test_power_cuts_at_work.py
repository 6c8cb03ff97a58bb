"""Twenty power cuts each: a server under load, a first start, a kiosk between keeping and sending, a station and a
kiosk between paper and telling. Nothing acknowledged is lost, no paper comes twice without a mark, no key is empty."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hardware.virtual.device import VirtualPrinter
from hardware.virtual.server import PrinterPort
from server.domain.installation.wholeness import trouble_of
from server.protocol.terms import PrintJobState
from server.protocol.transport import HallProblem, HallUnreachable
from server.services.bootstrap.examination import look
from tests.support.gate import a_gate
from tests.support.hall import FORKS, ROOT, RunningHall, a_hall, hall_file, until
from tests.support.power import Disk, a_disk
from tests.support.starts import settings_of

pytestmark = pytest.mark.faults
CUTS = 20


class Power:
    """The disk that a program stands on; after `cut` it is the copy of that instant."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self.disk, self._folder, self._turn = disk, folder, 0

    def cut(self, stopped: int) -> None:
        """Stop a process and its group, copy its disk, kill it, and go on with the copy."""
        _signal(stopped, signal.SIGSTOP)
        self._turn += 1
        found = self.disk.cut(self._folder / f"{self._turn}.img", self._folder / f"{self._turn}")
        _signal(stopped, signal.SIGKILL)
        self.disk.close()
        self.disk = found


def _signal(process: int, number: signal.Signals) -> None:
    try:
        os.killpg(process, number)
    except ProcessLookupError:  # it has not yet made a group of its own, or is gone
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, number)


@pytest.fixture
def power(tmp_path):
    with a_disk(tmp_path) as disk:
        held = Power(disk, tmp_path)
        yield held
        held.disk.close()


def on(disk, hall):
    """The hall's settings name this disk."""
    hall.environment["HALL_DATABASE_URL"] = f"sqlite:///{disk.folder / 'hall.db'}"
    hall.environment["HALL_STATE_DIR"] = str(disk.folder / "state")


def doubled(values):
    values = list(values)
    return sorted({value for value in values if values.count(value) > 1})


def test_a_server_under_load_keeps_everything_that_it_acknowledged(power):
    """Fault 4, L2: every acknowledged number and call is there after each of twenty cuts, in the same epoch."""
    hall = RunningHall(
        hall_file(), database=f"sqlite:///{power.disk.folder / 'hall.db'}",
        HALL_STATE_DIR=str(power.disk.folder / "state"),
    )  # fmt: skip
    on(power.disk, hall)
    hall.token("kiosk")
    key = (power.disk.folder / "state" / "secret.key").read_text()
    hall.start()
    stop, numbers, called = threading.Event(), {}, {}
    epoch = hall.client("console").snapshot("H1").epoch

    def kiosk(place):
        client, turn = hall.client("kiosk", budget=120.0), 0
        while not stop.is_set():
            with contextlib.suppress(HallUnreachable):
                answer = client.check_in("H1", queue="IM", patient={"name": "断电"}, key=f"in {place} {turn}")
                numbers[f"in {place} {turn}"] = answer.ticket.number
                turn += 1

    def station(name):
        client, turn = hall.client("console", budget=120.0), 0
        while not stop.is_set():
            with contextlib.suppress(HallUnreachable, HallProblem):
                ticket = client.call_next(name, key=f"call {name} {turn}").ticket
                turn += 1
                if ticket is not None:
                    called[f"call {name} {turn - 1}"] = ticket.number
                    client.finish(ticket.id, key=f"finish {ticket.id}")

    people = [threading.Thread(target=kiosk, args=(place,)) for place in range(3)]
    people += [threading.Thread(target=station, args=(name,)) for name in ("R1", "R2")]
    for person in people:
        person.start()
    lost, dice = [], random.Random(11)
    try:
        for _ in range(CUTS):
            enough = len(numbers) + dice.randint(3, 25)
            until(lambda enough=enough: len(numbers) >= enough, within=120)
            threading.Event().wait(dice.random() / 10)
            power.cut(hall.process.pid)
            hall.process.join(30)
            acknowledged = set(numbers.values())
            on(power.disk, hall)
            assert key == (power.disk.folder / "state" / "secret.key").read_text()
            hall.start()
            there = {
                event.ticket.number
                for event in hall.client("console").events("H1", 0, limit=10_000).events
                if event.kind == "ticket.checked_in"
            }
            lost += sorted(acknowledged - there)
    finally:
        stop.set()
        for person in people:
            person.join(150)
        snapshot = hall.client("console").snapshot("H1")
        events = hall.client("console").events("H1", 0, limit=10_000).events
        hall.close()

    print(f"{CUTS} cuts, {len(numbers)} numbers and {len(called)} calls acknowledged, {len(lost)} lost")
    assert [] == lost
    assert epoch == snapshot.epoch
    assert "restored" not in {alert.kind for alert in snapshot.alerts}
    assert list(range(1, len(events) + 1)) == [event.seq for event in events]
    issued = [event.ticket.number for event in events if event.kind == "ticket.checked_in"]
    assert [] == doubled(issued)
    assert [] == doubled(numbers.values())
    assert set(numbers.values()) <= set(issued)
    assert set(called.values()) <= {event.ticket.number for event in events if event.kind == "ticket.called"}
    assert [] == doubled(event.ticket.number for event in events if event.kind == "ticket.called")


def _apply(folder: str, environment: dict[str, str]) -> None:
    """The first command of a new hospital, in a process group of its own."""
    os.setsid()
    os.environ.update(environment)
    from server.protocol.entrypoint import start

    with (Path(folder) / "said").open("w") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        sys.exit(start("server.cli", "server", ["apply", str(Path(folder) / "hall.toml")]))


def reached(new, step):
    """Whether a first start got so far: its files in the order in which they are made."""
    state = new / "state"
    names = [new / "hall.db", new / "hall.db-wal", state / "secret.key"]
    if step < len(names):
        return names[step].exists()
    return names[1].exists() and names[1].stat().st_size > 200_000 * (step - 2)


def first_start(new, folder):
    """`hall-server apply` for a hospital whose files are to stand in `new`."""
    environment = {
        "HALL_DATABASE_URL": f"sqlite:///{new / 'hall.db'}",
        "HALL_STATE_DIR": str(new / "state"),
        "HALL_SECRET_KEY": "",
    }
    process = FORKS.Process(target=_apply, args=(str(folder), environment))
    process.start()
    return process


def test_a_first_start_that_is_cut_off_leaves_no_empty_key_and_can_be_done_again(tmp_path):
    """L2, fault 14: also the migrations are whole or not there."""
    (tmp_path / "hall.toml").write_text(hall_file(2), encoding="utf-8")
    dice, found = random.Random(7), []
    for turn in range(CUTS):
        folder = tmp_path / str(turn)
        folder.mkdir()
        with a_disk(folder) as disk:
            power, new = Power(disk, folder), disk.folder / "new"
            new.mkdir()
            disk.sync()
            process, step = first_start(new, tmp_path), turn % 5
            while process.is_alive() and not reached(new, step):
                process.join(0.001)
            process.join(dice.random() / 5)
            power.cut(process.pid)
            process.join(30)
            try:
                after = power.disk.folder / "new"
                key = after / "state" / "secret.key"
                assert not key.exists() or len(key.read_text()) == 64
                looked = look(settings_of(after))
                assert trouble_of(looked.found) is None, looked
                found.append(f"database {looked.found.database}, key {looked.found.key}")
                again = first_start(after, tmp_path)
                again.join(120)
                assert 0 == again.exitcode, (tmp_path / "said").read_text()
            finally:
                power.disk.close()
    print({one: found.count(one) for one in sorted(set(found))})


@pytest.fixture
def printer():
    device = VirtualPrinter(576, lambda: datetime.now(UTC))
    port = PrinterPort(device, "127.0.0.1", 0)
    port.start()
    yield device, f"tcp://127.0.0.1:{port.port}?stall_timeout=20"
    port.stop()


@contextlib.contextmanager
def program(*arguments, log, **settings):
    """A program in a process group of its own, ended with the block."""
    with log.open("ab") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **settings},
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


def jobs_of(desk, since):
    """Each print job as it was last, from the journal after `since`."""
    events = desk.events("H1", since, limit=10_000).events
    return {event.print_job.id: event.print_job for event in events if event.print_job}


def ended(desk, since):
    """The states of the print jobs after `since`, when every one has ended; nothing before."""
    states = [job.state for job in jobs_of(desk, since).values()]
    return states if set(states) <= {PrintJobState.PRINTED, PrintJobState.UNKNOWN} else []


def test_a_station_between_paper_and_telling_prints_no_paper_twice(power, printer, tmp_path):
    """L4, fault 50: two identical papers without a mark, job printed: 10 of 10."""
    device, url = printer
    with a_hall() as hall, a_gate(hall.address) as gate:
        token, desk = hall.token("station"), hall.client("console")
        settings = {"STATION_SERVER": gate.address, "STATION_TOKEN": token, "STATION_PRINTER": url}
        settings |= {"STATION_POLL_SECONDS": "0.3"}

        def station():
            state = str(power.disk.folder / "station")
            return program("hardware", "station", "run", log=tmp_path / "log", STATION_STATE_DIR=state, **settings)

        papers, states = [], []
        for turn in range(CUTS):
            since, before = desk.snapshot("H1").seq, device.paper.count
            gate.hold("/report", after=turn % 4 == 1)
            with station() as process:
                desk.check_in("H1", queue="IM", patient={"name": f"纸{turn}"})
                if turn % 2:
                    assert gate.caught.wait(120), (tmp_path / "log").read_text()[-800:]
                else:  # the paper is just out: its end may be kept, or not yet
                    until(lambda before=before: device.paper.count > before, within=120, every=0.0005)
                power.cut(process.pid)
            gate.free()
            with station() as process:
                until(lambda since=since: ended(desk, since), within=120, every=0.1)
                until(lambda: not list((power.disk.folder / "station" / "spool").glob("*.json")), within=60)
                power.cut(process.pid)  # after telling: nothing is told or printed again
            papers.append(device.paper.count - before)
            states += ended(desk, since)
    print(f"{2 * CUTS} cuts, papers of each job: {papers}, told as {states}")
    assert [1] * CUTS == papers
    assert {PrintJobState.PRINTED, PrintJobState.UNKNOWN} >= set(states)


@pytest.mark.parametrize(
    ("path", "after"), [("/check-ins", False), ("/check-ins", True), ("/report", False)],
    ids=["kept, not sent", "sent, not answered", "printed, not told"],
)  # fmt: skip
def test_a_kiosk_that_is_cut_off_loses_no_command_and_prints_no_paper_twice(path, after, power, printer, tmp_path):
    """L3: 12 of 12 kept commands and `printing` marks gone, 12 settled ones back."""
    device, url = printer
    with a_hall() as hall, a_gate(hall.address) as gate:
        token, desk = hall.token("kiosk"), hall.client("console")

        def kiosk():
            words = ("tests.support.kiosk_commands", gate.address, token, str(power.disk.folder / "kiosk"), url)
            return program(*words, log=tmp_path / "log")

        papers, tickets = [], []
        for turn in range(CUTS):
            since, before = desk.snapshot("H1").seq, device.paper.count
            gate.hold(path, after=after)
            with kiosk() as process:
                process.stdin.write(f"断{turn}\n".encode())
                process.stdin.flush()
                assert gate.caught.wait(120), (tmp_path / "log").read_text()[-800:]
                power.cut(process.pid)
            gate.free()
            with kiosk() as process:
                until(lambda since=since: ended(desk, since), within=120, every=0.1)
                process.stdin.close()  # it ends by itself, so the next one has nothing of this turn to take up
                process.wait(60)
            assert [PrintJobState.UNKNOWN if path == "/report" else PrintJobState.PRINTED] == ended(desk, since)
            events = desk.events("H1", since, limit=10_000).events
            tickets.append(len([event for event in events if event.kind == "ticket.checked_in"]))
            papers.append(device.paper.count - before)
    print(f"{CUTS} cuts, tickets of each command: {tickets}, papers: {papers}")
    assert [1] * CUTS == tickets
    assert [1] * CUTS == papers
