"""Builders for tests of paper: slips, reports, and virtual printers behind every kind of port."""

import os
import pty
import select
import threading
import tty
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from PIL import Image, ImageChops

from hardware.escpos.device.encode import BAND_ROWS, GUARD, bands
from hardware.ports import Printer, Profile
from hardware.registry import open_printer
from hardware.virtual.device import VirtualPrinter
from hardware.virtual.server import PrinterPort
from server.protocol.messages import PrintJob, Slip
from server.protocol.terms import PrintJobState

P80, P58 = Profile(), Profile(width=384)
MOMENT = datetime(2026, 11, 4, 1, 42, tzinfo=UTC)
QUICK = "status_timeout=1.5&stall_timeout=3&begin_timeout=2"
"""Sooner than a hall's printers are given up, and no sooner than a busy machine lets a virtual one answer."""


def make_slip(**changes: Any) -> Slip:
    """A slip as the demo hospital gives it, with some fields changed."""
    fields: dict[str, Any] = {
        "ticket": "t1",
        "hospital": {"zh": "示范医院", "en": "Demo Hospital"},
        "hall": {"zh": "内科候诊区", "en": "Internal medicine"},
        "queue": {"zh": "内科", "en": "Internal medicine"},
        "number": "A012",
        "display_name": "张*三",
        "ahead": 3,
        "doctor": "李医生",
        "wait_low": 20,
        "wait_high": 35,
        "checked_in_at": MOMENT,
        "timezone": "Asia/Shanghai",
        "code": "q7Zt3bYx0K1mVw9dRj2c5A",
    }
    return Slip(**fields | changes)


def make_report(items: int = 40, **changes: Any) -> dict[str, Any]:
    """A report document as a kiosk gets it: every fourth item high, every fifth low, the third critical."""
    flags = {0: "H", 1: None, 2: "HH", 3: "L", 4: "N"}
    return {
        "title": {"zh": "血常规+生化全套", "en": "Full blood count and chemistry"},
        "hospital": {"zh": "示范医院", "en": "Demo Hospital"},
        "patient": {"display_name": "张*三", "sex": "male", "age": "45", "id_tail": "1234"},
        "items": [
            {
                "name": {"zh": f"项目{number}丙氨酸氨基转移酶", "en": f"Item {number} alanine aminotransferase"},
                "result": f"{number}.5",
                "flag": flags[number % 5],
                "unit": "10^9/L",
                "range": "3.5-9.5",
            }
            for number in range(items)
        ],
        "issued_at": MOMENT.isoformat(),
        "collected_at": MOMENT.isoformat(),
        "timezone": "Asia/Shanghai",
        "code": "RPT-0042",
        "formal": False,
        "verifier": "李审核",
        "operator": "王检验",
        "version": 1,
        "status": "final",
        "language": "zh",
        "copy_number": 0,
        "terminal": "K3",
    } | changes


def make_job(id: str = "j1", **changes: Any) -> PrintJob:
    """A leased print job of a slip."""
    fields: dict[str, Any] = {"id": id, "kind": "slip", "state": PrintJobState.LEASED, "slip": make_slip()}
    return PrintJob(**fields | changes)


def report_job(id: str = "r1", **changes: Any) -> PrintJob:
    """A leased print job of a 40-item report."""
    return PrintJob(id=id, kind="report", state=PrintJobState.LEASED, document=make_report(**changes))


GUARDED = 8 * len(GUARD)
"""Dots at the right edge of a band's last row that are its guard."""


def strip(pages: Iterable[Image.Image]) -> Image.Image:
    """The pages under each other, as they come out of the printer."""
    pages = list(pages)
    whole = Image.new("1", (pages[0].width, sum(page.height for page in pages)), 1)
    top = 0
    for page in pages:
        whole.paste(page, (0, top))
        top += page.height
    return whole


def as_sent(page: Image.Image, rows: int = BAND_ROWS) -> Image.Image:
    """The page as it is sent: a dot more where a byte would begin a real-time command, and the guards of its bands
    (hardware/escpos/device/encode.py)."""
    black = bytes(255 - value for band in bands(page, rows) for value in band[8:])
    sent = Image.frombytes("1", page.size, black)
    body, edge = (0, 0, page.width - GUARDED, page.height), (page.width - GUARDED, 0, page.width, page.height)
    assert differing_dots(page.crop(body), sent.crop(body)) <= page.height / 500, "a dot here and there, no more"
    assert differing_dots(page.crop(edge), sent.crop(edge)) <= GUARDED * (page.height / rows + 1)
    return sent


def differing_dots(one: Image.Image, other: Image.Image) -> int:
    """How many dots differ; sizes must be equal."""
    assert one.size == other.size, f"{one.size} is not {other.size}"
    return ImageChops.logical_xor(one, other).convert("L").histogram()[255]


class PtyPort:
    """A virtual printer behind a pseudo terminal, which is what a serial line or a device file looks like."""

    def __init__(self, device: VirtualPrinter) -> None:
        self._device = device
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(30)
        assert not self._thread.is_alive()
        os.close(self._master)
        os.close(self._slave)

    def _serve(self) -> None:
        while not self._stop.is_set():
            room = self._device.room()
            if room and select.select([self._master], [], [], 0.02)[0]:
                self._device.receive(os.read(self._master, min(room, 4096)))
            elif not room:
                self._stop.wait(0.02)
            if said := self._device.answers():
                os.write(self._master, said)


@contextmanager
def virtual_printer(driver: str, width: str = "80") -> Iterator[tuple[Printer, VirtualPrinter]]:
    """A printer reached by this driver, and the virtual printer at the other end."""
    options = f"width={width}&{QUICK}"
    if driver == "virtual":
        printer = open_printer(f"virtual://?{options}")
        yield printer, printer._transport.device  # type: ignore[attr-defined]  # the test looks behind the port
        return
    device = VirtualPrinter({"80": 576, "58": 384}[width], lambda: datetime.now(UTC))
    port = PrinterPort(device, "127.0.0.1", 0) if driver == "tcp" else PtyPort(device)
    port.start()
    place = f"127.0.0.1:{port.port}" if isinstance(port, PrinterPort) else port.path
    try:
        yield open_printer(f"{driver}://{place}?{options}"), device
    finally:
        port.stop()


def eventually(what: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Wait until `what()` is true and return it."""
    waiting = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if found := what():
            return found
        waiting.wait(0.02)
    raise AssertionError("it did not happen in time")
