"""Every command of every program through success and failure, in this process: what it prints, says and leaves."""

import argparse
import contextlib
import io
import os
import socket
from unittest import mock

import pytest

import caller.cli
import hardware.station
import kiosk.cli
from server import cli
from tests.support import canary
from tests.support.canary import BORN, CARD, IDENTITY, NAME, PHONE, RECORD, WORDS
from tests.support.hall import RunningHall

ROW = f"{RECORD},{NAME},female,{BORN},{IDENTITY},{PHONE},{CARD}\n"
HEAD = "record_number,name,sex,birth_date,identity_number,phone,card\n"
SLOTS = "id,patient,hall,queue,slot_start,slot_end\n"
FILES = {
    "patients.csv": HEAD + ROW,
    "no_header.csv": ROW,
    "wrong_day.csv": HEAD + ROW.replace("-31,", f"-31 {WORDS},"),
    "wrong_number.csv": HEAD + ROW.replace(IDENTITY, f"{IDENTITY[:-1]}3"),
    "wrong_sex.csv": HEAD + ROW.replace("female", WORDS),
    "twice.csv": HEAD + ROW + ROW,
    "another.csv": HEAD + ROW.replace(RECORD, "OTHER1").replace(NAME, WORDS),
    "no_end.csv": HEAD + ROW.replace(NAME, f'"{NAME}'),
    "slots.csv": SLOTS + f"AP1,{RECORD},H1,IM,,\n",
    "wrong_slots.csv": SLOTS + f"AP1,{RECORD},H1,IM,{BORN} {NAME},{WORDS}\n",
    "nobody.csv": SLOTS + f"AP1,{NAME},H1,IM,2026-03-02T09:00,2026-03-02T09:30\n",
    "staff.csv": f"username,name,role\nnurse9,{NAME},{WORDS}\n",
    "hall.toml": f'[hospital]\nname = "{NAME}\n',
}
SERVER = [
    ("apply hall.toml", 1),
    ("import patients patients.csv", 0),
    ("import patients no_header.csv", 1),
    ("import patients wrong_day.csv", 1),
    ("import patients wrong_number.csv", 1),
    ("import patients wrong_sex.csv", 1),
    ("import patients twice.csv", 1),
    ("import patients another.csv", 1),
    ("import patients no_end.csv", 1),
    ("import patients absent.csv", 1),
    ("import appointments slots.csv", 1),
    ("import appointments wrong_slots.csv", 1),
    ("import appointments nobody.csv", 1),
    ("import staff staff.csv", 1),
    ("device add --role console --hall H1 --name desk", 0),
    ("device add --role console --hall NOPE --name desk", 1),
    ("device list --hall H1", 0),
    ("device place --hall H1 nobody here", 1),
    ("device revoke --hall H1 nobody", 1),
    ("staff add nurse1 --role nurse --hall H1 --password-stdin", 0),
    ("staff add nurse1 --role nurse --hall NOPE --password-stdin", 1),
    ("integrations add his https://his.invalid/hook", 0),
    ("integrations add his http://his.invalid/hook", 1),
    ("integrations list", 0),
    ("integrations secret his", 0),
    ("integrations dead", 0),
    ("integrations retry his", 0),
    ("integrations retry his 7", 1),
    ("integrations discard his", 0),
    ("integrations remove his", 0),
    ("integrations remove nobody", 1),
    ("audit verify", 0),
    ("audit verify --hall NOPE", 1),
    (f"audit search --patient {RECORD}", 0),
    (f"audit search --patient {NAME}", 1),
    (f"audit search --object {IDENTITY}", 0),
    (f"audit export --patient {RECORD} --format jsonl", 0),
    ("check", 0),
    ("restore patients.csv", 1),
    ("restore", 0),
    ("replay absent.csv --hall H1 --stations 1", 2),
    ("demo --guests 0", 2),
]
RUN_ELSEWHERE = {"run"}
"""By test_no_personal_data.py, as a real server."""


@pytest.fixture(scope="module")
def hall():
    """A prepared hall whose server does not run, in the folder where the commands find their files."""
    made = RunningHall()
    for name, content in FILES.items():
        (made.folder / name).write_text(content, encoding="utf-8")
    made.command("import", "patients", str(made.folder / "patients.csv"))  # so that a row can contradict it
    yield made
    made.close()


def said_by(main, line, settings, folder):
    """The exit code of a command, and all that it printed."""
    printed = io.StringIO()
    with (
        contextlib.chdir(folder), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed),
        mock.patch("sys.stdin", io.StringIO("a long enough password\n")),
        mock.patch.dict(os.environ, settings), mock.patch("server.services.access.staff.hashed", return_value="hash"),
    ):  # fmt: skip
        return main(line.split()), printed.getvalue()


def test_every_command_of_the_server_is_among_them():
    """A new command must say here that it tells of nobody."""

    def words(parser):
        inside = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        if not inside:
            return [""]
        return [f"{name} {rest}".strip() for name, one in inside[0].choices.items() for rest in words(one)]

    known = {line for line, _ in SERVER}
    parser = cli._parser(["replay"])

    assert [] == [
        name
        for name in [*words(parser), "replay", "demo"]
        if name not in RUN_ELSEWHERE and not any(line.startswith(name) for line in known)
    ]


@pytest.mark.parametrize(("line", "code"), SERVER)
def test_a_command_of_the_server_names_no_patient(hall, line, code):
    """S9: what a refused row held was written to stderr, and a timer's stderr is a log."""
    settings = {name: value for name, value in hall.environment.items() if name.startswith("HALL_")}

    done, said = said_by(cli.main, line, settings, hall.folder)

    assert (code, set()) == (done, canary.found(said.encode()))


@pytest.fixture
def taken():
    """A port of this machine that somebody has."""
    with socket.create_server(("127.0.0.1", 0)) as holder:
        yield str(holder.getsockname()[1])


SECRET = "QZSECRETTOKEN"


@pytest.mark.parametrize(
    ("main", "line", "settings", "code"),
    [
        (kiosk.cli.main, "run", {"KIOSK_TOKEN": ""}, 2),
        (kiosk.cli.main, "run", {"KIOSK_TOKEN": SECRET, "KIOSK_READER": "nothing://"}, 2),
        (kiosk.cli.main, "run", {"KIOSK_TOKEN": SECRET, "KIOSK_PORT": "taken"}, 2),
        (caller.cli.main, "run", {"CALLER_TOKEN": ""}, 2),
        (caller.cli.main, "run", {"CALLER_TOKEN": SECRET, "CALLER_PORT": "none"}, 2),
        (caller.cli.main, "run", {"CALLER_TOKEN": SECRET, "CALLER_VOICE": "nothing"}, 1),
        (hardware.station.main, "check", {"STATION_PRINTER": "virtual://"}, 0),
        (hardware.station.main, "check", {"STATION_PRINTER": "tcp://127.0.0.1:1", "STATION_TOKEN": SECRET}, 1),
        (hardware.station.main, "run", {"STATION_PRINTER": "nothing://", "STATION_TOKEN": SECRET}, 2),
    ],
)
def test_a_program_that_cannot_start_says_why_without_its_token(tmp_path, taken, main, line, settings, code):
    """A token in a log opens the hall to whoever reads it."""
    given = {name: value.replace("taken", taken) for name, value in settings.items()}
    given |= {f"{name}_STATE_DIR": str(tmp_path / "state") for name in ("KIOSK", "STATION")}

    done, said = said_by(main, line, given, tmp_path)

    assert (code, True, False) == (done, bool(said), SECRET in said)
