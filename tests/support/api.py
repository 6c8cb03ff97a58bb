"""The server in this process for cheap tests: Flask's test client over a real SQLite file, without its threads."""

import atexit
import contextlib
import json
import shutil
import sqlite3
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.app import Server, create
from server.protocol.terms import DeviceRole, StaffRole
from server.services.access import devices, staff
from server.services.bootstrap.startup import build_context
from server.services.core.context import Context
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.halls import hall_file
from server.services.schedule.runner import run_due
from server.settings import Settings
from server.store import postgresql
from server.store.models import Base
from tests.support import databases

HALLS = """
[hospital]
name = {zh = "示范医院", en = "Demo Hospital"}
timezone = "Asia/Shanghai"

[[hall]]
id = "H1"
name = {zh = "内科候诊区", en = "Internal medicine"}

[[hall.queue]]
id = "IM"
name = {zh = "内科", en = "Internal medicine"}
prefix = "A"

[[hall.queue]]
id = "ENT"
name = {zh = "耳鼻喉科", en = "Ear, nose and throat"}
prefix = "B"

[[hall.queue]]
id = "ED"
name = {zh = "急诊", en = "Emergency"}
prefix = "E"
mode = "graded"
scale = "CN-ED-2018"

[[hall.queue]]
id = "NIGHT"
name = {zh = "夜间门诊", en = "Night clinic"}
prefix = "N"
sessions = [{start = "22:00", end = "23:00"}]

[[hall.station]]
id = "R1"
name = {zh = "1诊室", en = "Room 1"}
queues = ["IM"]

[[hall.station]]
id = "R2"
name = {zh = "2诊室", en = "Room 2"}
queues = ["IM", "ENT"]

[[hall.station]]
id = "R3"
name = {zh = "3诊室", en = "Room 3"}
queues = ["ENT"]

[[hall.station]]
id = "E1"
name = {zh = "急诊1", en = "Emergency 1"}
queues = ["ED"]

[[hall.station]]
id = "N1"
name = {zh = "夜间门诊1", en = "Night clinic 1"}
queues = ["NIGHT"]

[[hall]]
id = "H2"
name = {zh = "外科候诊区", en = "Surgery"}

[[hall.queue]]
id = "SU"
name = {zh = "外科", en = "Surgery"}
prefix = "S"
privacy = "number_only"

[[hall.station]]
id = "S1"
name = {zh = "外科1", en = "Surgery 1"}
queues = ["SU"]
"""
"""Two halls: woven, graded and closed queues (at the times of day the tests use), masked and number-only."""

PASSWORD = "correct horse battery"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""A hash says its own cost: these are judged at once, where the product's take a third of a second each."""
PATIENT_SECONDS = 60.0
"""A test that waits for a processor in the middle of a transaction is no node that is cut off."""
MORNING = "2026-03-02T09:00:00+08:00"
"""A time under HALL_REPLAY at which NIGHT is closed."""
SECRET = "a secret that only the tests know"
_idle: dict["Template", list["Api"]] = {}
_hashes: dict[str, str] = {}


class Api:
    """One composed server and its enrolled devices. Answers are (status, body); `role` names who wishes.

    A role is a device role of a hall (`kiosk`, `kiosk:H2`) or staff signed in (`nurse`, `doctor@R1`, `doctor:H2`).
    `service` writes for every hall, `service:H1` for its own.
    """

    def __init__(
        self, folder: Path, toml: str = HALLS, *, database: str | None = None, replay: bool = True, origins: str = ""
    ) -> None:
        self.folder, self.toml = folder, toml
        fresh = not (folder / "hall.db").exists() and database is None
        if database is None:
            database = databases.fresh() if databases.POSTGRESQL else f"sqlite:///{folder / 'hall.db'}"
        self.settings = Settings(
            database_url=database,
            state_dir=folder / "state",
            secret_key=SECRET,
            replay=replay,
            origins=origins,
        )
        with mock.patch.object(postgresql, "IDLE_IN_TRANSACTION_SECONDS", PATIENT_SECONDS):
            self.server: Server = create(self.settings)
        self.context = self.server.context
        self.tokens: dict[str, str] = {}
        self._cookies: dict[str, str] = {}
        self._keys = count(1)
        self.at: str | None = MORNING if replay else None
        self.template: Template | None = None
        if fresh:
            self.apply(toml)

    def apply(self, toml: str) -> list[str]:
        """Apply a hall file; what changed."""
        file = hall_file.read(toml, self.context)
        return self.context.transactions.administer(lambda db: hall_file.write(db, file, toml))

    @property
    def database(self) -> Path:
        """The file of the embedded database; a test that asks for it is skipped where there is none."""
        if databases.POSTGRESQL:
            pytest.skip("about SQLite: looks into the file of the embedded database")
        return self.folder / "hall.db"

    def close(self) -> None:
        """Close the database."""
        self.context.close()

    def restart(self) -> "Api":
        """The same database under a newly composed server, with the same tokens."""
        self.close()
        again = Api(self.folder, self.toml, database=self.settings.database_url, replay=self.settings.replay)
        again.tokens, again._cookies, again._keys, again.at = self.tokens, self._cookies, self._keys, self.at
        return again

    # who wishes

    def token(self, role: str) -> str:
        """The token of `role` or `role:hall`, enrolled when first asked for."""
        if role not in self.tokens:
            word, _, hall = role.partition(":")
            self.tokens[role] = _enrol(self.context, hall or "H1", word, hospital_wide=role == "service")
        return self.tokens[role]

    def decoding(self, role: str) -> None:
        """Enrol `role` as a kiosk whose reader hands codes to a service the hospital trusts."""
        self.tokens[role] = _enrol(self.context, "H1", role, decodes=True)

    @staticmethod
    def minutes(count: int) -> timedelta:
        """So many minutes."""
        return timedelta(minutes=count)

    def device(self, role: str) -> str:
        """The id of a role's device."""
        return str(self.get("/devices/me", role=role)[1]["id"])

    def staff(self, username: str, role: str, password: str = PASSWORD, **bound: Any) -> None:
        """An account, or a new password for one. Each password is hashed once a run, for that takes long."""

        if password not in _hashes:
            _hashes[password] = CHEAP.hash(password)

        def add(db: Session) -> list[str]:
            staff.add(db, username, username, StaffRole(role), _hashes[password], **bound)
            return []

        self.context.transactions.administer(add)

    def cookie(self, who: str) -> str:
        """The session of `nurse`, `doctor`, `doctor@R1`, `nurse:H2` or `admin`, signed in when first asked for."""
        if who not in self._cookies:
            (role, hall), station = _staff_role(who), who.partition("@")[2]
            self.staff(who, role, hall=hall, station=station or None)
            answer = self.server.app.test_client().post("/api/v1/session", json={"username": who, "password": PASSWORD})
            assert answer.status_code == 200, answer.get_data(as_text=True)
            self._cookies[who] = answer.headers["Set-Cookie"].split(";")[0]
        return self._cookies[who]

    def headers(self, role: str | None) -> dict[str, str]:
        """What `role` sends along."""
        if role is None:
            return {}
        if _staff_role(role)[0] in set(StaffRole) or role in self._cookies:
            return {"Cookie": self.cookie(role)}
        return {"Authorization": f"Bearer {self.token(role)}"}

    # wishing

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        role: str | None = "console",
        key: str | None = None,
        headers: dict[str, str] | None = None,
        data: bytes | None = None,
    ) -> Any:
        """Send a request to /api/v1; the Flask answer itself. A fresh key goes along unless `key` is "" or given."""
        given = self.headers(role)
        if method == "POST" and key != "":
            given["Idempotency-Key"] = key or f"key-{next(self._keys)}"
        if self.at is not None:
            given["X-Hall-Time"] = self.at
        client = self.server.app.test_client(use_cookies=False)
        content: dict[str, Any] = {"data": data, "content_type": "application/json"} if data is not None else {}
        if data is None and body is not None:
            content = {"json": body}
        return client.open(f"/api/v1{path}", method=method, headers={**given, **(headers or {})}, **content)

    def post(self, path: str, body: Any = None, **options: Any) -> tuple[int, dict[str, Any]]:
        """Wish something."""
        answer = self.send("POST", path, {} if body is None else body, **options)
        return answer.status_code, json.loads(answer.get_data())

    def get(self, path: str, **options: Any) -> tuple[int, dict[str, Any]]:
        """Read something."""
        answer = self.send("GET", path, **options)
        return answer.status_code, json.loads(answer.get_data())

    def check_in(self, name: str, queue: str = "IM", *, hall: str = "H1", **more: Any) -> dict[str, Any]:
        """Check a person in by name at the desk; the ticket."""
        role = more.pop("role", "console" if hall == "H1" else f"console:{hall}")
        patient = {"name": name, **more.pop("patient", {})}
        status, body = self.post("/check-ins", {"hall": hall, "queue": queue, "patient": patient, **more}, role=role)
        assert status in {200, 201}, body
        ticket: dict[str, Any] = body["ticket"]
        return ticket

    def act(self, ticket: dict[str, Any] | str, word: str, *, role: str = "console", **body: Any) -> dict[str, Any]:
        """One wish of a ticket's life that must succeed; the ticket after it."""
        id = ticket if isinstance(ticket, str) else ticket["id"]
        status, answer = self.post(f"/tickets/{id}/{word}", body, role=role)
        assert status == 200, (word, answer)
        after: dict[str, Any] = answer["ticket"]
        return after

    def call(self, station: str = "R1", *, role: str = "console", **body: Any) -> dict[str, Any] | None:
        """Call the next ticket; None when nobody waits."""
        status, answer = self.post(f"/stations/{station}/call-next", body, role=role)
        assert status == 200, answer
        ticket: dict[str, Any] | None = answer["ticket"]
        return ticket

    # reading

    def ticket(self, id: str, *, role: str = "console") -> dict[str, Any]:
        """A ticket as it is."""
        status, body = self.get(f"/tickets/{id}", role=role)
        assert status == 200, body
        ticket: dict[str, Any] = body["ticket"]
        return ticket

    def snapshot(self, role: str = "console", hall: str = "H1") -> dict[str, Any]:
        """The whole of a hall."""
        status, body = self.get(f"/halls/{hall}/snapshot", role=role)
        assert status == 200, body
        return body

    def events(self, role: str = "console", *, after: int = 0, hall: str = "H1") -> list[dict[str, Any]]:
        """The facts after a number."""
        status, body = self.get(f"/halls/{hall}/events?after={after}&limit=10000", role=role)
        assert status == 200, body
        events: list[dict[str, Any]] = body["events"]
        return events

    def kinds(self, *, after: int = 0, hall: str = "H1") -> list[str]:
        """The kinds of the facts after a number."""
        return [
            event["kind"]
            for event in self.events("console" if hall == "H1" else f"console:{hall}", after=after, hall=hall)
        ]

    def rows(self, *, but: frozenset[str] = frozenset({"staff_session"})) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the database: what must be equal when nothing changed."""
        with Session(self.context.engines.read) as db:
            return {
                name: [tuple(map(str, row)) for row in db.execute(select(table))]
                for name, table in Base.metadata.tables.items()
                if name not in but
            }

    def later(self, at: str) -> None:
        """Let the hall's time be `at` and do what is due then."""
        self.at = at
        self.context.clock.simulate(at)
        self.due()

    def due(self) -> None:
        """Do what is due until nothing more is."""
        while run_due(self.context):
            pass

    def reset(self) -> None:
        """Back to the prepared database: composing a server takes longer than copying a file."""
        assert self.template is not None
        self.close()
        if databases.POSTGRESQL:
            databases.put_back(self.settings.database_url, self.template.url)
        else:
            for file in self.folder.glob("hall.db*"):
                file.unlink()
            there = Path(shutil.copy(self.template.folder / "hall.db", self.folder / "hall.db")).stat()
            engines = self.context.engines
            engines.__init__(engines.write, engines.read, (there.st_dev, there.st_ino))
        self.tokens, self._cookies, self.at = dict(self.template.tokens), {}, self.template.at
        self.server.app.extensions["hall"].tokens.__init__(self.context)
        self.context.clock.__init__(replay=True)
        for hall in self.context.transactions.marks.halls():
            self.context.transactions.marks.forget(hall)
        self.context.counts.__init__()
        self.context.transactions.storage.__init__(self.context.transactions.reserve)


def _staff_role(who: str) -> tuple[str, str | None]:
    """The role of `role`, `role@station` or `role:hall`, and its hall; an administrator belongs to none."""
    role, _, hall = who.partition("@")[0].partition(":")
    return role, None if role == "admin" else hall or "H1"


@dataclass(frozen=True, eq=False)
class Template:
    """A prepared database that others are copies of: its folder, its URL, and the tokens of its devices by role.

    `at` is the hall's time when it was copied, `keys` the first key that no request has had.
    """

    folder: Path
    url: str
    tokens: dict[str, str]
    at: str | None = MORNING
    keys: int = 1


def _new_template() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="hall-api-template-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def _opened(folder: Path, url: str) -> Iterator[Context]:
    """What a server has of its installation, without its routes: composing those takes longer than all the rest.

    At the end everything is in the database's one file.
    """
    settings = Settings(database_url=url, state_dir=folder / "state", secret_key=SECRET, replay=True)
    with mock.patch.object(postgresql, "IDLE_IN_TRANSACTION_SECONDS", PATIENT_SECONDS):
        context = build_context(settings)
    try:
        yield context
    finally:
        context.close()
    _into_one_file(folder)


def _into_one_file(folder: Path) -> None:
    if not databases.POSTGRESQL:
        with contextlib.closing(sqlite3.connect(folder / "hall.db")) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@cache
def _empty() -> Template:
    """An installation after its first start, without a hall: running every migration takes half a second."""
    folder = _new_template()
    url = databases.fresh() if databases.POSTGRESQL else f"sqlite:///{folder / 'hall.db'}"
    with _opened(folder, url):
        return Template(folder, url, {})


@cache
def _prepared(toml: str) -> Template:
    """What is copied for every server of that hall file; kiosks and desks are enrolled."""
    folder, tokens = _new_template(), {}
    shutil.copytree(_empty().folder, folder, dirs_exist_ok=True)
    url = databases.copied(_empty().url) if databases.POSTGRESQL else f"sqlite:///{folder / 'hall.db'}"
    with _opened(folder, url) as context:
        file = hall_file.read(toml, context)
        context.transactions.administer(lambda db: hall_file.write(db, file, toml))
        for hall in (hall["id"] for hall in tomllib.loads(toml)["hall"]):
            for role in ("console", "kiosk"):
                tokens[role if hall == "H1" else f"{role}:{hall}"] = _enrol(context, hall, role)
    return Template(folder, url, tokens)


@cache
def _after(toml: str, play: "Callable[[Api], None]") -> Template:
    """What is left when `play` has been played in a hall of that file."""
    played = _made(_prepared(toml), toml)
    play(played)
    played.close()
    _into_one_file(played.folder)
    return Template(played.folder, played.settings.database_url, played.tokens, played.at, next(played._keys))


def _made(template: Template, toml: str, **options: Any) -> Api:
    folder = Path(tempfile.mkdtemp(prefix="hall-api-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(template.folder, folder, dirs_exist_ok=True)
    if databases.POSTGRESQL:
        options["database"] = databases.copied(template.url)
    made = Api(folder, toml, **options)
    made.template, made.tokens, made._keys = template, dict(template.tokens), count(template.keys)
    if made.at is not None:
        made.at = template.at
    return made


def enrolled(database: str, toml: str, secret: str) -> dict[tuple[str, str], str]:
    """Set a database up in this process, as RunningHall does by commands; the tokens by (role, hall)."""
    with tempfile.TemporaryDirectory(prefix="hall-api-") as folder:
        settings = Settings(database_url=database, state_dir=Path(folder), secret_key=secret)
        context = build_context(settings)
        file = hall_file.read(toml, context)
        context.transactions.administer(lambda db: hall_file.write(db, file, toml))
        tokens = {
            (role, hall): _enrol(context, hall, role)
            for hall in context.hall_ids()
            for role in ("console", "caller", "kiosk")
        }
        context.close()
    return tokens


def _enrol(context: Context, hall: str, role: str, **more: bool) -> str:
    """The token of a new device."""
    made: list[str] = []

    def enrol(work: Work) -> Answer:
        made.append(devices.enrol(work, context, DeviceRole(role.partition("-")[0]), role, **more)[1])
        return Answer({}, Outcome.CREATED)

    context.transactions.system(hall, enrol)
    return made[0]


@contextmanager
def an_api(
    toml: str = HALLS, *, after: Callable[[Api], None] | None = None, fresh: bool = False, **options: Any
) -> Iterator[Api]:
    """A server in this process for the length of a block, over a copy of a prepared database.

    `after` is played once in each worker, and what is in the database then is what each of these servers begins with.
    `fresh` composes one that nobody else will use: for tests that compose it anew or change its hall file.
    """
    template = _prepared(toml) if after is None else _after(toml, after)
    if fresh or options:
        api = _made(template, toml, **options)
        try:
            yield api
        finally:
            api.close()
            if databases.POSTGRESQL:
                databases.drop(api.settings.database_url)
        return
    idle = _idle.setdefault(template, [])
    api = idle.pop() if idle else _made(template, toml)
    try:
        yield api
    finally:
        api.reset()
        idle.append(api)
