"""The commands of hall-server. Each parses, calls one service, prints; logs go to stderr."""

import argparse
import contextlib
import getpass
import logging
import secrets
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.orm import Session

from server import audit_commands, installation_commands
from server.domain.errors import HallError
from server.domain.files import toml_text
from server.integrations import commands as integrations
from server.protocol import logs
from server.protocol.terms import DeviceRole, ErrorCode, StaffRole
from server.services.access import audit_anchors, devices, staff
from server.services.access.doctors import keep_doctor
from server.services.bootstrap.examination import NotServable
from server.services.bootstrap.startup import build_context
from server.services.core import spreadsheets
from server.services.core.context import Context
from server.services.core.high_water import InUse
from server.services.core.rule_files import load_scales
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.halls import hall_file
from server.services.patients import imports
from server.services.tickets import stated_waits
from server.settings import Settings
from server.store.engine import UnsafeStorage

PLAYS = {"replay": "play a day through the API", "demo": "start everything and play a made-up day"}
"""Commands that are clients of the server: their rooms are imported only when they are called."""
PLACE = "where it stands: 一楼大厅, or zh=一楼大厅;en=Ground floor"


def main(arguments: list[str] | None = None) -> int:
    """Run a command; 0 done, 1 refused (with its code on stderr), 2 wrong usage or a wrong setting."""
    # how the waits of a day held, at its close; the ends of the audit trail, each hour
    logs.levels(logging.WARNING, **{module.__name__: logging.INFO for module in (stated_waits, audit_anchors)})
    given = _parser(sys.argv[1:] if arguments is None else arguments).parse_args(arguments)
    try:
        result: int = given.command(given)
    except HallError as error:
        print(f"{error.code}: {error.detail or ''}", file=sys.stderr)
        for fault in error.extra.get("errors", []):
            print(
                "  " + ", ".join(f"{word} {value}" for word, value in fault.items() if value is not None),
                file=sys.stderr,
            )
        return 1
    except (NotServable, InUse) as error:
        print(f"{ErrorCode.NOT_READY}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.strerror or error}: {error.filename or ''}", file=sys.stderr)
        return 1
    except ValidationError as error:
        for fault in error.errors():
            print(f"HALL_{str(fault['loc'][0]).upper()}: {fault['msg']}", file=sys.stderr)
        return 2
    except (ArgumentError, NoSuchModuleError, UnsafeStorage) as error:  # what they say comes from the settings alone
        print(f"HALL_DATABASE_URL: {error}", file=sys.stderr)
        return 1
    except DBAPIError as error:
        print(f"HALL_DATABASE_URL: {logs.describe(error.orig or error)}", file=sys.stderr)
        return 1
    return result


def _parser(arguments: list[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hall-server", description="Outpatient Hall: queues, calls, paper.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add(commands, "run", "serve until SIGTERM", _run)
    _add(
        commands,
        "check",
        "say whether database, key and marks are whole; exit code 0 or 1",
        installation_commands.check,
    )
    restore = _add(
        commands, "restore", "put a copy of the database in its place: a new life", installation_commands.restore
    )
    restore.add_argument("file", type=Path, nargs="?", help="the copy; without it, what is in its place already")
    restore.add_argument("--new-key", action="store_true", help="make a lost secret.key anew, or go on with another")
    apply = _add(commands, "apply", "load a hall file", _apply)
    apply.add_argument("file", type=Path)
    _device(commands)
    _staff(commands)
    integrations.add_arguments(commands)
    audit_commands.add_arguments(commands)
    load = _add(commands, "import", "import people or slots from CSV", _import)
    load.add_argument("kind", choices=["patients", "appointments", "staff"])
    load.add_argument("file", type=Path)
    for name, text in PLAYS.items():
        play = _add(commands, name, text, None)
        if name in arguments[:1]:
            room = import_module(f"server.{name}")
            room.add_arguments(play)
            play.set_defaults(command=room.run)
    return parser


def _add(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str, run: object
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(command=run)
    return parser


def _device(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser("device", help="enrol and revoke machines").add_subparsers(
        required=True, metavar="COMMAND"
    )
    add = _add(group, "add", "enrol a machine per role; the last word of each line printed is its token", _device_add)
    add.add_argument("--role", required=True, nargs="+", choices=[role.value for role in DeviceRole])
    add.add_argument("--hall", required=True)
    add.add_argument("--name", required=True)
    add.add_argument("--zone", help="loudspeaker zone; the hall's own when not given")
    add.add_argument(
        "--decodes",
        action="store_true",
        help="its reader hands codes to a service the hospital trusts (医保码, 电子健康卡): what that says is believed",
    )
    add.add_argument("--hospital", action="store_true", help="a service that writes for every hall, not for H alone")
    add.add_argument("--place", help=PLACE)
    listed = _add(group, "list", "the machines of a hall: id, role, name, place", _device_list)
    listed.add_argument("--hall", required=True)
    place = _add(group, "place", "say where a machine stands now; its token stays", _device_place)
    place.add_argument("--hall", required=True)
    place.add_argument("id")
    place.add_argument("text", help=PLACE)
    revoke = _add(group, "revoke", "take machines' tokens away", _device_revoke)
    revoke.add_argument("--hall", required=True)
    revoke.add_argument("id", nargs="+")


def _staff(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    group = commands.add_parser("staff", help="accounts of people").add_subparsers(required=True, metavar="COMMAND")
    add = _add(group, "add", "add an account or change it; asks for the password", _staff_add)
    add.add_argument("username")
    add.add_argument("--role", required=True, choices=[role.value for role in StaffRole])
    add.add_argument("--name", help="as shown to colleagues; the user name when not given")
    add.add_argument("--hall", help="bind to one hall")
    add.add_argument("--station", help="bind a doctor to a room")
    add.add_argument("--doctor", help="the doctor's id in the appointments; named on slips and screens by --name")
    add.add_argument("--password-stdin", action="store_true", help="read the password from standard input")


@contextlib.contextmanager
def _opened() -> Iterator[Context]:
    """The installation that the settings name, closed again when the command is done."""
    context = build_context(Settings())
    try:
        yield context
    finally:
        context.close()


def _run(_given: argparse.Namespace) -> int:
    from server.run import run

    settings = Settings()
    load_scales(settings.scales_dir)  # a wrong file is said in one line here, not in a worker's traceback
    return run(settings)


def _apply(given: argparse.Namespace) -> int:
    content = _content(given.file, toml_text.LARGEST, ErrorCode.HALL_FILE_REJECTED)
    text = _text(content, ErrorCode.HALL_FILE_REJECTED, "utf-8-sig")
    with _opened() as context:
        file = hall_file.read(text, context)
        changes = context.transactions.administer(lambda db: hall_file.write(db, file, text))
    for line in changes or ["nothing changed"]:
        print(line)
    return 0


def _device_add(given: argparse.Namespace) -> int:
    tokens: list[str] = []
    place = devices.place_from(given.place) if given.place is not None else None

    def enrol(work: Work) -> Answer:
        tokens[:] = [
            devices.enrol(
                work, context, DeviceRole(role), given.name, given.zone, place,
                decodes=given.decodes, hospital_wide=given.hospital,
            )[1]
            for role in given.role
        ]  # fmt: skip
        return Answer({}, Outcome.CREATED)

    with _opened() as context:
        context.transactions.system(given.hall, enrol)
    for role, token in zip(given.role, tokens, strict=True):
        print(f"{role} {given.name} in {given.hall}, token shown once: {token}")
    return 0


def _device_list(given: argparse.Namespace) -> int:
    with _opened() as context:
        answer = context.transactions.system(given.hall, lambda work: Answer({"devices": devices.listed(work)}))
    for device in answer.body["devices"]:
        print(device["id"], device["role"], device["name"], "; ".join(device["place"].values()), sep="\t")
    return 0


def _device_place(given: argparse.Namespace) -> int:
    place = devices.place_from(given.text)
    with _opened() as context:
        context.transactions.system(given.hall, lambda work: devices.put(work, given.id, place))
    print(f"{given.id} stands at {'; '.join(place.values())}")
    return 0


def _device_revoke(given: argparse.Namespace) -> int:
    def revoke(work: Work) -> Answer:
        for id in given.id:
            devices.revoke(work, id)
        return Answer({})

    with _opened() as context:
        context.transactions.system(given.hall, revoke)
    print("\n".join(f"{id} revoked" for id in given.id))
    return 0


def _staff_add(given: argparse.Namespace) -> int:
    made = ""
    if given.password_stdin:
        password = sys.stdin.readline().rstrip("\n")
    elif sys.stdin.isatty():
        password = getpass.getpass("Password: ")
    else:
        password = made = secrets.token_urlsafe(12)

    password_hash = staff.hashed(password)

    def add(db: Session) -> list[str]:
        staff.add(
            db,
            given.username,
            given.name or given.username,
            StaffRole(given.role),
            password_hash,
            hall=given.hall,
            station=given.station,
            doctor=given.doctor,
        )
        if given.doctor:
            keep_doctor(db, given.doctor, given.name, context.clock.real(), otherwise=given.username)
        return []

    with _opened() as context:
        context.transactions.administer(add)
    print(f"{given.role} {given.username} added" + (f", one-time password: {made}" if made else ""))
    return 0


def _content(path: Path, largest: int, refusal: ErrorCode) -> bytes:
    """What stands in a file. Raises `refusal` for a larger one, of which no more is read."""
    with path.open("rb") as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise HallError(refusal, f"{path.name} is larger than {largest // 1024} kB")
    return content


def _text(content: bytes, refusal: ErrorCode, *encodings: str) -> str:
    """The text of a file in the first encoding that fits; a byte order mark is none of it. Raises `refusal`."""
    for encoding in encodings:
        with contextlib.suppress(UnicodeDecodeError):
            return content.decode(encoding)
    raise HallError(refusal, f"the file is no text in {' or '.join(encodings)}")


def _rows(kind: imports.Kind, content: bytes) -> list[imports.Prepared]:
    """The rows of a file as spreadsheets write it, made ready. Raises import_rejected."""
    header, rows = spreadsheets.read_table(content)
    imports.check_header(kind, header)
    return imports.prepare(kind, rows)


def _import(given: argparse.Namespace) -> int:
    rows = _rows(given.kind, _content(given.file, spreadsheets.LARGEST, ErrorCode.IMPORT_REJECTED))
    warned: list[dict[str, object]] = []

    def load(db: Session) -> list[str]:
        counts = imports.load(db, given.kind, rows, context.clock.real())
        warned[:] = counts.pop("warnings", [])
        return [f"{number} {word}" for word, number in counts.items()]

    with _opened() as context:
        done = context.transactions.administer(load)
    print(f"{given.kind}: " + ", ".join(done))
    for warning in warned:
        print(f"  row {warning['row']}, {warning['code']}: {warning['reason']}", file=sys.stderr)
    return 0
