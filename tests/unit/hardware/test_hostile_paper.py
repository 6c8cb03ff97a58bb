"""Five hundred hostile texts on slips and reports, through the station's client: each printed or refused by name."""

import json
from collections.abc import Iterator

import httpx
import pytest

from hardware.registry import open_printer
from hardware.spool import Spool
from hardware.worker import Station
from server.protocol.client import HallClient
from tests.support.hostile import hostile_texts
from tests.support.printers import MOMENT, QUICK, make_report, make_slip

TEXTS = sorted(
    hostile_texts(), key=lambda text: not text.isprintable() and any("\ud800" <= one <= "\udfff" for one in text)
)
"""Those with half a surrogate pair last: they make the whole job unreadable."""
LONGEST_SLIP, LONGEST_REPORT = 12_000, 90_000
"""Dots of 0.125 mm: a slip whose ten texts are cut where they are longest, and what 30,000 characters take."""


def slips() -> Iterator[dict]:
    """Slips whose every text is a hostile one, ten on each."""
    plain = make_slip().model_dump(mode="json")
    for at in range(0, len(TEXTS), 10):
        one = iter([*TEXTS[at : at + 10], *["甲"] * 10])
        named = {name: {"zh": next(one), "en": "x"} for name in ("hospital", "hall", "queue", "place", "way", "note")}
        others = {name: next(one) for name in ("number", "display_name", "doctor", "code")}
        yield {"kind": "slip", "slip": {**plain, **named, **others}}


def reports() -> Iterator[dict]:
    """Reports of lines whose every text is a hostile one."""
    for at in range(0, len(TEXTS), 20):
        own = TEXTS[at : at + 20]
        lines = [
            {"name": own[n], "result": own[n + 1], "unit": own[n + 2], "range": own[n + 3], "notes": [own[n]]}
            for n in range(0, len(own), 4)
        ]
        document = {"items": lines, "title": {"zh": own[0]}, "verifier": own[1]}
        yield {"kind": "report", "document": make_report(0) | document}


def printed(documents: list[dict], folder) -> tuple[list[dict], object]:
    """What a station told of each job that the server gave it, and the paper that came out."""
    left = [{"id": f"j{n}", "state": "leased", "lease": f"L{n}", **document} for n, document in enumerate(documents)]
    told: list[dict] = []

    def server(request):
        if request.url.path.endswith("/claim"):
            return httpx.Response(200, content=json.dumps({"print_job": left.pop(0) if left else None}))
        told.append({"job": request.url.path.split("/")[-2], **json.loads(request.content)})
        return httpx.Response(200, json={})

    printer = open_printer(f"virtual://?{QUICK}")
    with HallClient("http://hall", http_transport=httpx.MockTransport(server)) as client:
        station = Station(client, printer, Spool(folder), lambda: MOMENT)
        for _ in documents:
            station.step()
    return told, printer._transport.device.paper


@pytest.mark.parametrize(("made", "longest"), [(slips, LONGEST_SLIP), (reports, LONGEST_REPORT)])
def test_each_hostile_text_is_printed_or_refused_by_name_and_none_ends_the_station(made, longest, tmp_path):
    """O1: one carriage return ended it, 200 kB too, 20 kB were thirteen metres of paper."""
    documents = list(made())
    told, paper = printed(documents, tmp_path)
    assert [f"j{n}" for n in range(len(documents))] == [one["job"] for one in told]
    refused = [one["evidence"] for one in told if one["state"] != "printed"]
    assert all(evidence.startswith("unprintable") for evidence in refused), refused
    assert len(refused) < len(documents) / 2
    assert max(slip.height for slip in paper.slips()) < longest
    assert [] == list(tmp_path.iterdir())
