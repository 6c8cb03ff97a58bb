"""A printer with habits in simulated time, and the judgement of what came out. Knows no test.

Each job is a page of its own, so that the judge can tell whose dots are on which paper.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import Any

from PIL import Image

from hardware.escpos.device.abilities import Abilities
from hardware.escpos.device.conversation import Limits
from hardware.escpos.device.encode import bands
from hardware.escpos.device.printer import EscposPrinter
from hardware.escpos.layout.documents import ReportDocument
from hardware.escpos.layout.report import draw_report
from hardware.escpos.layout.slip import draw_slip
from hardware.ports import Outcome, Profile, Reason
from hardware.virtual.faults import NUMBERS
from hardware.virtual.inprocess import InProcessTransport
from server.protocol.terms import PrintJobState
from tests.support.printers import MOMENT, P80, make_report, make_slip

TILE = b"\xa5\xc3%b\x3c\x5a\x66\x99\xf0"
_TILES = re.compile(rb"\xa5\xc3([\x81-\xff])\x3c\x5a", re.DOTALL)
Draw = Callable[[int], tuple[Image.Image, ...]]
BROKEN = 3
WELL, ILL = (PrintJobState.PRINTED, PrintJobState.SENT), (PrintJobState.FAILED, PrintJobState.UNKNOWN)
HABITS: dict[str, dict[str, Any]] = {
    "good": {},
    "few answers": {"few_answers": True},
    "no names": {"no_names": True},
    "no macro": {"no_macro": True},
    "no clearing": {"no_clear": True},
    "no barrier": {"no_barrier": True},
    "few answers, no barrier": {"few_answers": True, "no_barrier": True},
    "late": {"late_ms": 700},
    "very late": {"late_ms": 2000},
    "hangs up": {"hangs_up": True},
    "hangs up, no barrier": {"hangs_up": True, "no_barrier": True},
    "deaf": {"deaf_ms": 5000},
    "deaf and hangs up": {"deaf_ms": 3000, "hangs_up": True},
    "slow line": {"line_bytes_per_second": 960},
    "slow line, no barrier": {"line_bytes_per_second": 960, "no_barrier": True},
    "small buffer": {"buffer_bytes": 4096},
    "small buffer, late": {"buffer_bytes": 4096, "late_ms": 700},
}

BREAKS: dict[str, Callable[[int], dict[str, Any]]] = {
    "reset": lambda at: {"rst_after": at},
    "half close": lambda at: {"half_close_after": at},
    "stall": lambda at: {"stall_after": at},
    "paper out": lambda at: {"paper_out_after": at},
    "one byte lost": lambda at: {"swallow_after": at, "swallow_bytes": 1},
    "a band lost": lambda at: {"swallow_after": at, "swallow_bytes": 1747},
    "kilobytes lost": lambda at: {"swallow_after": at, "swallow_bytes": 5000},
    "restart": lambda at: {"restart_after": at},
    "restart, bytes lost": lambda at: {"restart_after": at, "swallow_bytes": 700},
    "restart, kilobytes lost": lambda at: {"restart_after": at, "swallow_bytes": 5000},
    "lost, strays": lambda at: {"swallow_after": at, "swallow_bytes": 3000, "stray_answers": 1},
    "reset, strays": lambda at: {"rst_after": at, "stray_answers": 2},
}
"""Where a job breaks, and how: the fault at a byte."""


class Clock:
    """Time that passes at once. `at` runs things when their time has come."""

    def __init__(self) -> None:
        self.now = 0.0
        self.due: list[tuple[float, Any]] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        for moment, act in [one for one in self.due if one[0] <= self.now]:
            self.due.remove((moment, act))
            act()


@cache
def page(number: int, rows: int = 100) -> Image.Image:
    """A page that no other job has: its number in each eight bytes, so that a part of a row still tells whose it is."""
    black = bytes(255 - value for value in TILE % bytes((0x80 | number,)) * 9 * rows)
    return Image.frombytes("1", (576, rows), black)


@cache
def slip_pages(number: int) -> tuple[Image.Image, ...]:
    """The slip of one patient."""
    name = f"{'王李张刘陈'[number % 5]}*{number}"
    slip = make_slip(number=f"A{number:03}", display_name=name, code=f"code-{number:018}")
    return (draw_slip(slip, P80),)


@cache
def report_pages(number: int) -> tuple[Image.Image, ...]:
    """A report of one patient, as long as three pages."""
    items = [{"name": {"zh": f"项目{line}"}, "result": f"{number}{line}.5", "unit": "g/L"} for line in range(150)]
    patient = {"display_name": f"张*{number}", "age": f"{number}"}
    made = make_report(0, code=f"RPT-{number:04}", patient=patient) | {"items": items}
    return tuple(draw_report(ReportDocument.model_validate(made), P80, MOMENT))


@dataclass
class Bench:
    """A printer and its driver in one time; `outcomes` and `faults_found` tell what became of the jobs."""

    habit: dict[str, Any]
    rows: int = 100
    shared: bool = False
    broken: Draw | None = None
    """Draws the third job, the one that is to break, where it is not a small page like the others."""
    clock: Clock = field(default_factory=Clock)
    random: Random = field(default_factory=lambda: Random(7))
    outcomes: list[Outcome] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.transport = InProcessTransport(
            "virtual://", 576, None, lambda: MOMENT, clock=self.clock, sleep=self.clock.sleep, moment=0.5
        )
        self.device = self.transport.device
        self.device.set_faults(self.habit)
        self.printer = self.driver()

    def driver(self) -> EscposPrinter:
        """A driver of this printer that knows nothing yet, as another host or a restarted one has it."""
        return EscposPrinter(
            "virtual://",
            self.transport,
            Profile(),
            Limits(),
            Abilities(shared=self.shared),
            monotonic=self.clock,
            sleep=self.clock.sleep,
            random=self.random,
        )

    def print(self, printer: EscposPrinter | None = None) -> Outcome:
        """Print the next page; an idle question comes before it, as in a hall."""
        outcome = (printer or self.printer).print_pages(self.drawn(len(self.outcomes) + 1))
        self.outcomes.append(outcome)
        self.clock.sleep(1.0)
        return outcome

    def drawn(self, number: int) -> tuple[Image.Image, ...]:
        """What a job is to look like."""
        return _drawn(number, self.rows, self.broken)

    def heal(self) -> None:
        """Let what was broken be mended, the habits stay: refill, and give the line time."""
        self.clock.sleep(30.0)
        counted = {name: None for name in NUMBERS if name.endswith("_after")}
        self.device.set_faults({"paper_out": False, "mute": False, "swallow_bytes": None, **counted})
        self.transport.line.step(self.clock())

    def whole(self) -> list[int]:
        """How often each job lies on paper as one whole slip with nothing of another on it."""
        papers = [slip.data for slip in self.device.paper.slips()]
        return [papers.count(_sent(number + 1, self.rows, self.broken)) for number in range(len(self.outcomes))]

    def owners(self, data: bytes) -> set[int]:
        """The jobs of which something stands on a piece of paper."""
        found = {tile[1][0] & 0x7F for tile in _TILES.finditer(data)}
        if self.broken is not None and _rows(data) & _rows(_sent(BROKEN, self.rows, self.broken)):
            found.add(BROKEN)
        return found

    def complaints(self) -> Iterator[str]:
        """What nobody may ever see: a print that is none, two papers of one job, two patients on one paper."""
        owners = [self.owners(slip.data) for slip in self.device.paper.slips()]
        for number, (outcome, times) in enumerate(zip(self.outcomes, self.whole(), strict=True), start=1):
            told = f"job {number} {outcome.state.value} {outcome.evidence_text}"
            if outcome.state in WELL and times != 1:
                yield f"{told}: {times} whole papers"
            # paper that ended lies there in two pieces, which the strip of a virtual printer does not show
            if outcome.state is PrintJobState.FAILED and outcome.reason is not Reason.PAPER_OUT and times:
                yield f"{told}: failed, and whole on paper"
            if times > 1:
                yield f"{told}: {times} times on paper"
            if outcome.untouched and any(number in piece for piece in owners):
                yield f"{told}: untouched, and on paper"
        if mixed := [piece for piece in owners if len(piece) > 1]:
            yield f"papers of two jobs: {mixed}"


def _drawn(number: int, rows: int, broken: Draw | None) -> tuple[Image.Image, ...]:
    return broken(number) if broken is not None and number == BROKEN else (page(number, rows),)


@cache
def _sent(number: int, rows: int, broken: Draw | None) -> bytes:
    """The rows of a job as they are sent, one after the other."""
    return b"".join(band[8:] for drawn in _drawn(number, rows, broken) for band in bands(drawn))


@cache
def _rows(data: bytes) -> frozenset[bytes]:
    return frozenset(data[at : at + 72] for at in range(0, len(data), 72)) - {bytes(72)}


def positions(total: int, step: int) -> Sequence[int]:
    """Byte positions of a job, the first and last ones close together."""
    edges = list(range(0, 40, 7)) + list(range(max(40, total - 60), total + 10, 7))
    return sorted({*edges, *range(40, total, step)})


def broken(
    habit: dict[str, Any],
    fault: dict[str, Any],
    hosts: int = 1,
    drawn: Draw | None = None,
) -> tuple[Outcome, list[str]]:
    """Two good jobs, one that breaks, two more, by one or two hosts in turn: how it ended, and what is wrong with it.

    The host whose job breaks is killed: it does not print again, so nothing it remembers can help the others.
    """
    bench = Bench(habit, shared=hosts > 1, broken=drawn)
    one = bench.driver()
    two = bench.driver() if hosts > 1 else one
    for host in (two, one):
        bench.print(host)
    bench.device.set_faults(fault)
    bench.print(one)
    strays = {"stray_answers": None, "auto_status": False} | habit
    for _ in range(2):
        bench.heal()
        bench.device.set_faults({name: strays[name] for name in ("stray_answers", "auto_status")})
        bench.print(two)
    bench.heal()
    wrong = list(bench.complaints())
    if bench.outcomes[-1].state not in WELL:
        wrong.append(f"the last job ended as {bench.outcomes[-1].evidence_text}")
    return bench.outcomes[BROKEN - 1], wrong
