"""Hostile texts through the real doors: a check-in, a laboratory, a hall file; out on a virtual printer and a wall."""

import json
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from caller.wall.hub import Hub
from hardware.registry import open_printer
from hardware.spool import Spool
from hardware.virtual.parser import Ask, Cut, Feed, Initialise, Name, Parser, Raster, Setting
from hardware.worker import Station
from server.domain.files.toml_text import LARGEST
from server.protocol.client import HallClient
from server.services.halls.schema import JOINERS
from tests.support.api import Api
from tests.support.fuzzing_files import Judged
from tests.support.hostile import hostile_texts
from tests.support.printers import QUICK
from tests.support.reports import bundle, observation

COMMANDS = (Raster, Feed, Cut, Initialise, Setting, Ask, Name)
"""What a slip or report may make a printer do: dots of a picture, and never a text."""
NOT_SHOWN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Kinds of characters that control a screen or a direction; those of private use may be somebody's name."""
HALL = """
[hospital]
name = {{zh = {text}, en = "Demo"}}
[[hall]]
id = "H1"
name = {{zh = {text}, en = {text}}}
place = {{zh = {text}}}
thermal_reports = true
[[hall.queue]]
id = "IM"
name = {{zh = {text}}}
prefix = "A"
[[hall.station]]
id = "R1"
name = {{zh = {text}, en = {text}}}
queues = ["IM"]
"""


class Paper:
    """A print station of the hall with a virtual printer, and every byte that went there."""

    def __init__(self, api: Api, folder: Path) -> None:
        self.printer = open_printer(f"virtual://?{QUICK}")
        self.device = self.printer._transport.device
        self.stream = bytearray()
        receive = self.device.receive
        self.device.receive = lambda data: (self.stream.extend(data), receive(data))[1]
        self.client = client_of(api, "station")
        self.station = Station(self.client, self.printer, Spool(folder), lambda: datetime.now(UTC))
        self.station.beat()

    def print_all(self, seen: Judged, text: str) -> None:
        """Print what is queued; each job is printed, or refused by name."""
        self.stream.clear()
        while self.station.step():
            seen.ends["printed"] += 1
        strange = {type(one).__name__ for one in Parser().feed(bytes(self.stream)) if not isinstance(one, COMMANDS)}
        if strange or self.device.unknown:
            seen.faults.append(f"{strange} went to the printer: {text[:200]!r}")
            self.device.unknown = 0


def client_of(api: Api, role: str) -> HallClient:
    """A client of the server in this process, at its time."""
    transport = httpx.WSGITransport(app=api.server.app)
    client = HallClient("http://localhost", api.token(role), http_transport=transport)
    return client.at(datetime.fromisoformat(api.at)) if api.at else client


def texts(count: int) -> Sequence[str]:
    """So many of the hostile texts, from all kinds of them."""
    every = hostile_texts(500)
    return every[:: max(1, len(every) // count)][:count]


def at_check_in(api: Api, folder: Path, count: int) -> Judged:
    """As a patient's name, at the desk: a number and a slip, or a code."""
    seen, paper = Judged(), Paper(api, folder)
    for text in texts(count):
        body = {"hall": "H1", "queue": "IM", "patient": {"name": text}}
        status, answer = api.post("/check-ins", body)
        if seen.answer(status, answer, text):
            paper.print_all(seen, text)
    return seen


def in_reports(api: Api, folder: Path, count: int) -> Judged:
    """As every text of a laboratory's report, handed over at the desk: on paper, or refused by a code."""
    seen, paper = Judged(), Paper(api, folder)
    rows = [{"record_number": "MR1", "name": "张三", "sex": "男", "birth_date": "1990-01-01"}]
    assert api.post("/imports/patients", {"rows": rows}, role="service")[0] == 200
    for number, text in enumerate(texts(count)):
        result = {"code": {"text": text}, "valueQuantity": None, "valueString": text, "note": [{"text": text}]}
        more = [observation("o2", text, valueQuantity={"value": 5, "unit": text}, interpretation=[{"text": text}])]
        report = {
            "identifier": [{"value": f"LAB{number}"}],
            "code": {"text": text},
            "conclusion": text,
            "performer": [{"display": text}],
            "resultsInterpreter": [{"display": text}],
            "result": [{"reference": "urn:uuid:o"}, {"reference": "urn:uuid:o2"}],
        }
        sent = json.dumps(bundle(result=result, report=report, more=more)).encode()
        status, answer = api.post("/reports", role="service", data=sent)
        if not seen.answer(status, answer, text):
            continue
        given = {"reason": "已核对身份证", "document_seen": True}
        status, answer = api.post(f"/reports/{answer['reports'][0]['id']}/hand-over", given, role="nurse")
        if seen.answer(status, answer, text):
            paper.print_all(seen, text)
    return seen


def in_hall_names(api: Api, folder: Path, count: int) -> Judged:
    """As every name of a hall file: refused by a code, or drawn on the wall and on a slip."""
    seen, paper, wall = Judged(), Paper(api, folder), Hub(lambda: 0.0, lambda: 0.0)
    for text in texts(count):
        toml = HALL.format(text=json.dumps(text, ensure_ascii=False))
        toml = json.loads(json.dumps(toml))  # two halves of a surrogate pair come together on the way
        if len(toml.encode("utf-8", "replace")) > LARGEST:
            toml = toml[:LARGEST]
        status, answer = api.post("/hall-file", {"toml": toml, "check": True}, role="admin")
        if not seen.answer(status, answer, text):
            continue
        api.apply(toml)
        api.check_in("张三")
        paper.print_all(seen, text)
        api.post("/stations/R1/call-next", {"finish_current": True})
        wall.load(client_of(api, "caller").snapshot("H1"))
        shown = json.loads(wall.frame().text)
        seen.ends["shown"] += 1
        if {unicodedata.category(one) for one in _said(shown) if one not in JOINERS} & NOT_SHOWN:
            seen.faults.append(f"the wall shows what turns or breaks a line: {text[:200]!r}")
    return seen


def _said(shown: Any) -> str:
    """All texts of a picture, one after the other."""
    inside = shown.values() if isinstance(shown, dict) else shown if isinstance(shown, list) else ()
    return shown if isinstance(shown, str) else "".join(map(_said, inside))


DOORS = {"check-in": at_check_in, "reports": in_reports, "hall names": in_hall_names}
