"""A printer whose answers nobody can trust: lost, doubled, made up, without end. Its paper is what came out of it."""

import contextlib
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from random import Random

from PIL import Image

from hardware.errors import FailedInUse
from hardware.escpos.device.abilities import Abilities
from hardware.escpos.device.conversation import Limits
from hardware.escpos.device.printer import EscposPrinter
from hardware.escpos.layout.render import render
from hardware.ports import Outcome, Profile
from hardware.virtual.device import VirtualPrinter
from tests.support.printers import MOMENT, make_job

KINDS = ("random", "fine-looking", "flood", "fine flood", "doubled", "torn", "silent", "late", "hangs up")
LIMITS = Limits(status=1.0, stall=3.0, begin=4.0)
LONGEST = 120.0
"""Seconds that one slip may take with these limits, whatever is answered."""


class TooLong(BaseException):
    """Not an Exception, so that nothing swallows it: the printer was waited for without end."""


@dataclass
class Clock:
    """Time that passes when somebody waits."""

    now: float = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.now > LONGEST:
            raise TooLong


def spoilt(kind: str, said: bytes, random: Random) -> bytes:
    """What comes instead of an answer."""
    match kind:
        case "random":
            return random.choice((said, random.randbytes(random.randint(0, 40)) + said))
        case "fine-looking":
            return said + bytes(random.choices((0x12, 0x00, 0x1E, 0x16, 0x32, 0x7E, 0x11, 0x13), k=3))
        case "flood":
            return random.randbytes(256)
        case "fine flood":
            return random.choice((b"\x12", b"\x00", b"\x10\x00\x00\x00", b"\x11")) * 256
        case "doubled":
            return said * random.randint(1, 4)
        case "torn":
            return said[: random.randint(0, len(said))]
        case _:
            return b"" if kind == "silent" else said


class Untrustworthy:
    """A transport to a virtual printer whose answers are spoilt on the way."""

    answers = True

    def __init__(self, kind: str, random: Random, clock: Clock) -> None:
        self.device = VirtualPrinter(576, lambda: datetime.now(UTC))
        self._kind, self._random, self._clock = kind, random, clock
        self._held = b""

    def open(self) -> None:
        """Always."""

    def write(self, data: bytes) -> None:
        """All is taken, except by one that hangs up."""
        if self._kind == "hangs up" and self._random.random() < 0.1:
            raise FailedInUse("tcp://x", "gone")
        for at in range(0, len(data), 512):
            self.device.receive(data[at : at + 512])
            self._held += self.device.answers()

    def read(self, timeout: float) -> bytes:
        """Something at once, or nothing after all the time."""
        late = self._kind == "late" and self._random.random() < 0.7
        held, self._held = (b"", self._held) if late else (self._held, b"")
        said = spoilt(self._kind, held, self._random)
        self._clock.sleep(0.001 if said else timeout)
        return said

    def complaint(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """The printer keeps what it has."""
        self._held = b""


@cache
def slip() -> tuple[Image.Image, ...]:
    """The pages of a slip; drawn once."""
    return tuple(render(make_job(), Profile(), MOMENT))


def once(kind: str, seed: int) -> tuple[Outcome, int, float]:
    """One slip by a printer of this kind, out of paper now and then: how it ended, whole slips, and seconds."""
    random, clock = Random(seed), Clock()
    transport = Untrustworthy(kind, random, clock)
    if kind not in {"random", "fine-looking", "flood", "fine flood"} and random.random() < 0.5:
        transport.device.set_faults({"paper_out_after": random.randint(1, 30_000)})
    printer = EscposPrinter("tcp://x", transport, Profile(), LIMITS, Abilities(), monotonic=clock, sleep=clock.sleep)
    outcome = printer.print_pages(slip())
    whole = sum(one.height >= sum(page.height for page in slip()) for one in transport.device.paper.slips())
    return outcome, whole, clock.now


@contextmanager
def a_port(kind: str, seed: int) -> Iterator[tuple[int, VirtualPrinter]]:
    """The same printer behind a real TCP port."""
    random, stop = Random(seed), threading.Event()
    device = VirtualPrinter(576, lambda: datetime.now(UTC))
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while not stop.is_set():
            if select.select([server], [], [], 0.05)[0]:
                with server.accept()[0] as line, contextlib.suppress(OSError):
                    line.settimeout(0.2)
                    while not stop.is_set():
                        heard, free, _ = select.select([line], [line] if "flood" in kind else [], [], 0.05)
                        if heard:
                            if not (data := line.recv(512)):
                                break
                            device.receive(data)
                        if free or heard:
                            line.sendall(spoilt(kind, device.answers(), random))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1], device
    finally:
        stop.set()
        thread.join(10)
        server.close()
