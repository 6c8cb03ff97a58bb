"""A day of the made-up patients at a running server: everything that takes words, and every way it goes wrong."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import httpx
import pytest

from tests.support.canary import BORN, CARD, IDENTITY, LATIN, NAME, PHONE, RECORD, RESULT, WORDS, found
from tests.support.hall import RunningHall, until
from tests.support.kiosk_page import a_report

PATIENTS = (
    "name,sex,birth_date,identity_number,record_number,phone,card\n"
    f"{NAME},female,{BORN},{IDENTITY},{RECORD},{PHONE},{CARD}\n"
)
SICK = {"name": NAME, "sex": "female", "birth_date": BORN, "record_number": RECORD, "language": "zh"}
KEYS = count()


class Desk:
    """One device that sends what it likes, over a connection that is kept: a new client takes longer than a request."""

    def __init__(self, hall: RunningHall, role: str) -> None:
        wire = hall.client(role).transport
        self._http, self._headers = wire.http, wire.headers

    def get(self, path: str) -> httpx.Response:
        """Read something."""
        return self._http.get(f"/api/v1{path}", headers=self._headers)

    def post(self, path: str, body: Any, **headers: str) -> httpx.Response:
        """Send a command under a new key."""
        how: Any = {"content": body} if isinstance(body, bytes) else {"json": body}
        more = {**self._headers, "Idempotency-Key": f"canary-{next(KEYS)}", **headers}
        return self._http.post(f"/api/v1{path}", headers=more, **how)

    def did(self, path: str, body: Any) -> Any:
        """Send a command that must be done."""
        answer = self.post(path, body)
        assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text[:300]}"
        return answer.json()


def a_day(hall: RunningHall) -> None:
    """All that goes well: check-in, triage, reasons of every kind, alerts, reports, paper."""
    desk = Desk(hall, "console")
    path = hall.folder / "patients.csv"
    path.write_text(PATIENTS, encoding="utf-8")
    hall.command("import", "patients", str(path))
    path.unlink()
    ticket = desk.did("/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": NAME, "record_number": RECORD}})
    first = ticket["ticket"]["id"]
    person = {"name": LATIN, "phone": PHONE, "birth_date": "1950-01-30"}
    second = desk.did("/check-ins", {"hall": "H1", "queue": "IM", "patient": person})["ticket"]["id"]
    words = f"{NAME} {WORDS}"
    for action, body in (
        ("triage", {"grade": "U", "reason": words}),
        ("prioritise", {"tag": "军", "evidence": words}),
        ("hold", {"reason": f"examination: {words}"}),
        ("return", {"reason": words}),
        ("worse", {"reason": words}),
        ("hold", {"reason": words}),
        ("return", {}),
    ):
        desk.did(f"/tickets/{first}/{action}", body)
    desk.did("/stations/R1/call-next", {"ticket": first, "reason": words})
    desk.did(f"/tickets/{first}/recall", {"reason": words})
    desk.did(f"/tickets/{first}/pass", {"reason": words})
    desk.did(f"/tickets/{first}/undo", {})
    desk.did(f"/tickets/{first}/start", {"reason": words, "place": words})
    desk.did(f"/tickets/{first}/finish", {"reason": words})
    desk.did(f"/tickets/{second}/cancel", {"reason": words})
    desk.did("/stations/R2/pause", {"reason": words, "minutes": 5})
    alert = desk.did("/alerts", {"kind": "help", "about": NAME})["alert"]["id"]
    desk.did(f"/alerts/{alert}/acknowledge", {"going": WORDS})
    desk.did(f"/alerts/{alert}/close", {"outcome": "helped"})
    report = a_report("LABQZ", "血液生化", SICK, items=2)
    report["entry"][1]["resource"]["valueQuantity"]["value"] = float(RESULT)
    service = Desk(hall, "service")
    known = service.did("/reports", report)
    id = known["reports"][0]["id"] if "reports" in known else known["report"]["id"]
    desk.did(f"/reports/{id}/hand-over", {"hall": "H1", "reason": words, "document_seen": True, "confirm": True})
    desk.get("/halls/H1/reports")
    desk.get("/halls/H1/snapshot")


def refusals(hall: RunningHall) -> None:
    """Requests that nobody can take, with a patient in every part of them; none is a server's error."""
    desk, service = Desk(hall, "console"), Desk(hall, "service")
    name = httpx.URL(f"http://x/{NAME}").raw_path.decode()
    answers = [
        desk.get(f"{name}?q={IDENTITY}"),
        desk.get(f"/tickets/{IDENTITY}"),
        desk.post(f"/tickets/{IDENTITY}/hold", {"reason": NAME}),
        desk.post("/check-ins", {"hall": "H1", "patient": {"name": NAME, IDENTITY: NAME, "phone": [PHONE]}}),
        Desk(hall, "kiosk").post("/identifications", {"hall": "H1", "typed": {"code": IDENTITY, "phone_tail": "00"}}),
        desk.post("/check-ins", f'{{"{NAME}": "{IDENTITY}"'.encode()),
        desk.post("/alerts", {"kind": NAME}, **{"X-Hall-Time": IDENTITY, "User-Agent": f"a {IDENTITY}\tWARNING"}),
        service.post("/imports/patients", {"rows": [{"name": NAME, "birth_date": f"{BORN}?", "phone": PHONE}]}),
        service.post("/imports/appointments", {"rows": [{"id": NAME, "record_number": RECORD, "queue": NAME}]}),
    ]
    broken = a_report("LABQX", WORDS, SICK, items=1)
    broken["entry"][0]["resource"]["name"] = {"text": NAME}
    broken["entry"][1]["resource"]["valueQuantity"] = [{"value": RESULT}]
    answers.append(service.post("/reports", broken))
    odd = [answer.text[:200] for answer in answers if not 400 <= answer.status_code < 500]
    assert not odd, odd
    for line in (f"GET /{IDENTITY} HTTP/9.9\r\n\r\n", f"GET / HTTP/1.1\r\nHost: x\r\n{IDENTITY} {LATIN}\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", hall.port), 10) as raw:
            raw.sendall(line.encode())
            raw.recv(100)


@contextlib.contextmanager
def without_table(run: Callable[[str], None], table: str) -> Iterator[None]:
    """A database that lost a table, as after a failed restore; `run` takes SQL."""
    run(f"ALTER TABLE {table} RENAME TO {table}_gone")
    try:
        yield
    finally:
        run(f"ALTER TABLE {table}_gone RENAME TO {table}")


def failures(hall: RunningHall, run: Callable[[str], None]) -> None:
    """The database fails while it reads and while it writes; the server says so and nothing of whom it was about."""
    desk = Desk(hall, "console")
    with without_table(run, "patient"):
        reads = [
            desk.post("/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": NAME, "record_number": RECORD}}),
            desk.post("/identifications", {"hall": "H1", "scan": {"text": IDENTITY, "how": "chip"}}),
            desk.get("/halls/H1/snapshot"),
        ]
    with without_table(run, "patient_code"):
        reads.append(desk.post("/identifications", {"hall": "H1", "scan": CARD}))
    run("ALTER TABLE patient RENAME COLUMN sex TO sex_gone")
    try:
        reads.append(desk.post("/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": NAME, "phone": PHONE}}))
    finally:
        run("ALTER TABLE patient RENAME COLUMN sex_gone TO sex")
    assert any(answer.status_code >= 500 for answer in reads)
    assert {marker for answer in reads for marker in (NAME, IDENTITY, CARD) if marker in answer.text} == set()


def broken_constraints(hall: RunningHall, run: Callable[[str], None]) -> None:
    """A check refuses the row of a patient, and whatever a timer writes; PostgreSQL repeats the whole row in DETAIL.

    In a request, in a command and in a timer's thread; `run` takes SQL of PostgreSQL.
    """
    desk = Desk(hall, "console")
    person = {"name": NAME}
    run("ALTER TABLE patient ADD CONSTRAINT nobody CHECK (name IS NULL) NOT VALID")
    refused = [
        desk.post("/check-ins", {"hall": "H1", "queue": "IM", "patient": person}),
        Desk(hall, "service").post("/imports/patients", {"rows": [{"name": NAME, "record_number": f"{RECORD}9"}]}),
    ]
    path = hall.folder / "patients.csv"
    path.write_text(f"record_number,name,birth_date\n{RECORD}8,{NAME},{BORN}\n", encoding="utf-8")
    said = refused_command(hall, "import", "patients", str(path))
    path.unlink()
    run("ALTER TABLE patient DROP CONSTRAINT nobody")
    run("ALTER TABLE journal ADD CONSTRAINT nothing CHECK (seq < 0) NOT VALID")
    run("UPDATE due SET due_at = '2000-01-01'")
    until(lambda: "23514 nothing" in hall.log(), within=60)
    run("ALTER TABLE journal DROP CONSTRAINT nothing")
    assert all(answer.status_code >= 400 for answer in refused)
    assert "23514 nobody" in said
    assert set() == found("".join([said, *(answer.text for answer in refused)]).encode())


def refused_command(hall: RunningHall, *arguments: str) -> str:
    """What a command of hall-server says that does not succeed."""
    with pytest.raises(AssertionError) as refused:
        hall.command(*arguments)
    return str(refused.value)


def metrics(hall: RunningHall) -> bytes:
    """What Prometheus is told."""
    wire = hall.client("service").transport
    answer = wire.http.get("/metrics", headers=wire.headers)
    assert answer.status_code == 200
    return answer.content
