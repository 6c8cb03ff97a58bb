"""A wall page without a server: a made-up hall in the states a screen must look well in. Knows no real patient."""

import contextlib
import io
import sys
from dataclasses import replace
from pathlib import Path

from PIL import Image

from caller.agent import Agent
from caller.speech.speakers import SilentSpeaker
from caller.wall.pages import LIMITS, create_app
from server.protocol.addresses import OwnAddresses
from server.protocol.client import HallClient
from server.protocol.messages import Event, QueueView, Snapshot, StationView, TicketView
from server.serving.pages import PageServer
from tests.support.browser import a_browser

NAMES = ["张*三", "欧**明", "李*", "王*芳", "买**·艾*", "J*** S****", "陈*", "刘*强"]
DOCTORS = ["李医生", "王医生", "周医生", "赵主任", "欧阳医生", "孙医生", "马医生", "何医生"]


def a_ticket(number, state="waiting", station=None, seq=1, name="张*三", **more):
    view = {"id": f"t-{number}", "queue": "IM", "lane": "ordinary", "order": number.zfill(8), **more}
    return TicketView(number=number, state=state, station=station, seq=seq, display_name=name, **view)


def a_room(n, zh="{}诊室", en="Room {}", **more):
    view = {"queues": ["IM"], "state": "open", "doctor": f"d{n}", "doctor_name": DOCTORS[(n - 1) % 8], **more}
    return StationView(id=f"R{n}", name={"zh": zh.format(n), "en": en.format(n)}, **view)


def a_hall(tickets, rooms, languages=("zh", "en")):
    queue = QueueView(id="IM", name={"zh": "内科"}, prefix="A", mode="woven", scale="CN-OPD", privacy="masked")
    return Snapshot(
        epoch="e", seq=100, hall="H1", name={"zh": "内科候诊区", "en": "Internal medicine"},
        hospital={"zh": "示范医院", "en": "Demo Hospital"}, timezone="Asia/Shanghai", languages=list(languages),
        queues=[queue], stations=rooms, tickets=tickets,
    )  # fmt: skip


def calls(snapshot, *tickets):
    """Events that call these tickets, right after the snapshot."""
    seq = snapshot.seq
    return [Event(epoch="e", seq=seq + n, kind="ticket.called", ticket=t) for n, t in enumerate(tickets, start=1)]


def normal():
    serving = [a_ticket("A009", "serving", "R2", name="欧**明"), a_ticket("A008", "called", "R5", name="J*** S****")]
    staged = [a_ticket("A013", "staged", "R1"), a_ticket("A015", "staged", "R1"), a_ticket("A014", "staged", "R2")]
    waiting = [a_ticket(f"A0{n}") for n in range(16, 28)]
    passed = [a_ticket(n, "passed", seq=s) for s, n in enumerate(("A003", "A007"), start=1)]
    rooms = [a_room(1), a_room(2), a_room(3, state="paused", until="2024-05-06T02:15:00Z"), a_room(4), a_room(5)]
    snapshot = a_hall([*serving, *staged, *waiting, *passed, a_ticket("A012")], rooms)
    return snapshot, calls(snapshot, a_ticket("A012", "called", "R1", seq=101))


def empty():
    return a_hall([], [a_room(n) for n in range(1, 4)]), []


def closed():
    return a_hall([], [a_room(1, state="stopped")]), []


def forty():
    rooms = [a_room(n, doctor=None, doctor_name=None) for n in range(1, 9)]
    serving = [a_ticket(f"A{n:03}", "serving", f"R{n}", name=NAMES[n - 1]) for n in range(1, 9)]
    waiting = [a_ticket(f"A{n:03}", name=NAMES[n % 8], tags=["priority"] if n == 9 else []) for n in range(9, 49)]
    passed = [a_ticket(f"A9{n:02}", "passed", seq=n) for n in range(12)]
    return a_hall([*serving, *waiting, *passed], rooms), []


def long_names():
    rooms = [
        a_room(
            1,
            zh="骨科与运动医学第{}诊室",
            en="Orthopaedics and sports medicine room {}",
            doctor_name="欧阳娜娜主任医师",
        ),
        a_room(102, zh="{}诊室", doctor_name="买买提·艾力"),
        a_room(3, doctor_name="Dr. Featherstonehaugh"),
    ]
    tickets = [
        a_ticket("A1000", "serving", "R1", name="买**·艾*", tags=["priority"]),
        a_ticket("A1001", "called", "R102", name="W********* F*************"),
        a_ticket("A999", "serving", "R3", name="𠮷*"),
        a_ticket("A1002", "staged", "R1"), a_ticket("A1003", "staged", "R1"), a_ticket("A1004", "staged", "R102"),
    ]  # fmt: skip
    snapshot = a_hall(tickets, rooms)
    return snapshot, calls(snapshot, a_ticket("A1000", "called", "R1", seq=101, name="买**·艾*", tags=["priority"]))


def two_banners():
    snapshot, _ = normal()
    both = [a_ticket("A012", "called", "R1", seq=101), a_ticket("A016", "called", "R4", seq=102, name="欧**明")]
    return snapshot, calls(snapshot, *both)


STATES = {
    "normal": normal, "empty": empty, "closed": closed, "forty-waiting": forty, "long-names": long_names,
    "two-banners": two_banners,
}  # fmt: skip


class Wall:
    """An agent that follows nobody, with its page on a free port."""

    def __init__(self, speaker=None):
        self.now = 0.0
        self.client = HallClient("http://127.0.0.1:9")
        self.agent = Agent(self.client, speaker or SilentSpeaker(), clock=lambda: self.now)
        self.server = PageServer("127.0.0.1", 0, LIMITS).start(create_app(self.agent, OwnAddresses.listed((), "")))
        self.address = f"http://127.0.0.1:{self.server.port}/"

    def show(self, snapshot, events=()):
        self.agent.hub.load(snapshot)
        for event in events:
            self.agent.hub.take(event)

    def without_banners(self):
        """As after ten seconds, with the called rooms still lit."""
        hub = self.agent.hub
        hub._board = replace(hub.board, banners=())

    def pass_time(self, seconds):
        """Let the agent's clock, which stands still otherwise, go ahead; nothing is heard meanwhile."""
        self.now += seconds
        self.agent.hub.nudge()

    def close(self):
        self.server.stop()
        self.agent.stop()
        self.client.close()


@contextlib.contextmanager
def a_wall(speaker=None):
    wall = Wall(speaker)
    try:
        yield wall
    finally:
        wall.close()


def take_pictures(folder: Path) -> None:
    """Write a picture of each state for the documentation."""
    with a_browser() as browser, a_wall() as wall:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        wanted = [*((name, "") for name in STATES), ("normal", "en"), ("two-banners", "en"), ("link-lost", "")]
        for name, language in wanted:
            wall.show(*STATES.get(name, normal)())
            if name != "two-banners":
                wall.without_banners()
            wall.pass_time(12 if name == "link-lost" else 0)
            page.goto(wall.address + (f"?lang={language}" if language else ""))
            page.wait_for_function("() => document.getElementById('clock').textContent.length === 5")
            page.wait_for_timeout(300)
            save(page.screenshot(), folder / f"wall-{name}{'-' + language if language else ''}.png")


def save(screenshot: bytes, path: Path) -> None:
    """Write a screenshot with 64 colours, which is all a wall has: a third of the size."""
    image = Image.open(io.BytesIO(screenshot)).convert("RGB").quantize(64, dither=Image.Dither.NONE)
    image.save(path, optimize=True)


if __name__ == "__main__":
    take_pictures(Path(sys.argv[1]))
