"""Halls with one rule each, and the time of day, for the tests of the discipline in the services."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from server.services.patients import imports
from server.store.models import DoctorRow
from tests.support.api import Api

DAY = "2026-03-02"
SESSIONS = """
[[hall.sessions]]
name = {zh = "上午", en = "morning"}
start = "08:00"
end = "12:00"
opens_before = 30

[[hall.sessions]]
name = {zh = "下午", en = "afternoon"}
start = "14:00"
end = "17:30"

[[hall.sessions]]
name = {zh = "夜", en = "night"}
start = "22:00"
end = "02:00"
"""


def hall_file(*, rules: str = "", sessions: str = "", mode: str = "woven", settings: str = "", rooms: int = 2) -> str:
    """One hall H1 with a queue IM under `rules`, and its rooms R1 … with doctors D1 …"""
    scale = "CN-OPD" if mode == "woven" else "CN-ED-2018"
    stations = "".join(
        f'\n[[hall.station]]\nid = "R{n}"\nname = {{zh = "{n}诊室"}}\nqueues = ["IM"]\ndoctor = "D{n}"\n'
        for n in range(1, rooms + 1)
    )
    return f"""
[hospital]
name = {{zh = "示范医院", en = "Demo Hospital"}}
timezone = "Asia/Shanghai"

[[hall]]
id = "H1"
name = {{zh = "内科候诊区", en = "Internal medicine"}}
{settings}
{sessions}
[[hall.queue]]
id = "IM"
name = {{zh = "内科", en = "Internal medicine"}}
prefix = "A"
mode = "{mode}"
scale = "{scale}"

[hall.queue.rules]
{rules}
{stations}"""


def at(clock: str, day: str = DAY) -> str:
    """A time of the tests' day in the hospital's zone: 09:00 → 2026-03-02T09:00:00+08:00."""
    return f"{day}T{clock if clock.count(':') == 2 else clock + ':00'}+08:00"


def later(api: Api, *, minutes: float = 0, seconds: float = 0) -> None:
    """Let time pass and do what is due."""
    assert api.at is not None
    api.later((datetime.fromisoformat(api.at) + timedelta(minutes=minutes, seconds=seconds)).isoformat())


def person(number: int, **more: Any) -> dict[str, Any]:
    """A patient who is the same one each time."""
    return {"name": f"病人{number}", "record_number": f"MR{number}", **more}


def book(
    api: Api, number: int, clock: str, *, day: str = DAY, doctor: str = "", minutes: int = 30, registration: str = ""
) -> str:
    """An appointment of a patient in queue IM; its id."""
    start = datetime.fromisoformat(at(clock, day))
    row = {
        "id": f"AP-{number}-{day}-{clock}",
        "patient": f"MR{number}",
        "hall": "H1",
        "queue": "IM",
        "doctor": doctor,
        "slot_start": start.isoformat(),
        "slot_end": (start + timedelta(minutes=minutes)).isoformat(),
        "registration": registration,
    }

    def load(db: Session) -> list[str]:
        patient = {"record_number": f"MR{number}", "name": f"病人{number}"}
        imports.load(db, "patients", imports.prepare("patients", [patient]), start)
        imports.load(db, "appointments", imports.prepare("appointments", [row]), start)
        return []

    api.context.transactions.administer(load)
    return row["id"]


def doctors(api: Api, *ids: str) -> None:
    """Doctors by id."""

    def add(db: Session) -> list[str]:
        for id in ids:
            db.add(DoctorRow(id=id, name=f"Dr {id}"))
        return []

    api.context.transactions.administer(add)


def arrive(api: Api, number: int, *, role: str = "kiosk", **more: Any) -> tuple[int, dict[str, Any]]:
    """A check-in of that patient: status and body. At a kiosk by the chip of the card, at the desk by the number."""
    if role.partition("-")[0] != "kiosk":
        return api.post("/check-ins", {"hall": "H1", "queue": "IM", "patient": person(number), **more}, role=role)
    known = api.post("/imports/patients", {"rows": [person(number)]}, role="service")
    assert known[0] == 200, known
    card = {"text": person(number)["record_number"], "how": "chip"}
    token = api.post("/identifications", {"hall": "H1", "scan": card}, role=role)[1]["visit_token"]
    return api.post("/check-ins", {"hall": "H1", "queue": "IM", "visit_token": token, **more}, role=role)


def order(api: Api, *stations: str) -> list[str]:
    """The numbers in the order in which the stations, in turn, call and finish them."""
    rooms, called, idle, turn = stations or ("R1",), [], 0, 0
    while idle < len(rooms):
        ticket = api.call(rooms[turn % len(rooms)])
        turn += 1
        idle = 0 if ticket else idle + 1
        if ticket:
            called.append(ticket["number"])
            api.act(ticket, "finish")
    return called
