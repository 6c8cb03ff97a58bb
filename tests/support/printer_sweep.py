"""A printer with habits in simulated time, and the judgement of what came out. Knows no test.

Each job is a page of its own, so that the judge can tell whose dots are on which paper.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw

from hardware.escpos.conversation import Limits
from hardware.escpos.printer import EscposPrinter
from hardware.ports import Outcome, Profile, Reason
from hardware.virtual.inprocess import InProcessTransport
from server.protocol.terms import PrintJobState
from tests.support.printers import MOMENT

WELL, ILL = (PrintJobState.PRINTED, PrintJobState.SENT), (PrintJobState.FAILED, PrintJobState.UNKNOWN)
HABITS: dict[str, dict[str, Any]] = {
    "good": {},
    "few answers": {"few_answers": True},
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


def page(number: int, rows: int = 100) -> Image.Image:
    """A page that no other job has: its number in dots, from the first row to the last."""
    made = Image.new("1", (576, rows), 1)
    draw = ImageDraw.Draw(made)
    for bit in range(16):
        if number >> bit & 1:
            draw.rectangle((bit * 32, 0, bit * 32 + 16, rows - 1), fill=0)
    draw.rectangle((520, 0, 540, rows - 1), fill=0)
    return made


@dataclass
class Bench:
    """A printer and its driver in one time; `outcomes` and `faults_found` tell what became of the jobs."""

    habit: dict[str, Any]
    rows: int = 100
    clock: Clock = field(default_factory=Clock)
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
            "virtual://", self.transport, Profile(), Limits(), monotonic=self.clock, sleep=self.clock.sleep
        )

    def print(self, printer: EscposPrinter | None = None) -> Outcome:
        """Print the next page; an idle question comes before it, as in a hall."""
        outcome = (printer or self.printer).print_pages([page(len(self.outcomes) + 1, self.rows)])
        self.outcomes.append(outcome)
        self.clock.sleep(1.0)
        return outcome

    def heal(self) -> None:
        """Let what was broken be mended, the habits stay: refill, and give the line time."""
        self.clock.sleep(30.0)
        counted = {"rst_after": None, "half_close_after": None, "stall_after": None, "paper_out_after": None}
        self.device.set_faults({"paper_out": False, "mute": False, **counted})
        self.transport.line.step(self.clock())

    def whole(self) -> list[int]:
        """How often each job lies on paper as one whole slip with nothing of another on it."""
        papers = [slip.image for slip in self.device.paper.slips()]
        pages = [page(number + 1, self.rows) for number in range(len(self.outcomes))]
        return [sum(_same(paper, wanted) for paper in papers) for wanted in pages]

    def mixed(self) -> int:
        """How many cut papers hold dots of two jobs."""
        return sum(len(set(_jobs(slip.image))) > 1 for slip in self.device.paper.slips())

    def complaints(self) -> Iterator[str]:
        """What nobody may ever see: a print that is none, two papers of one job, two patients on one paper."""
        for number, (outcome, times) in enumerate(zip(self.outcomes, self.whole(), strict=True), start=1):
            told = f"job {number} {outcome.state.value} {outcome.told}"
            if outcome.state in WELL and times != 1:
                yield f"{told}: {times} whole papers"
            # paper that ended lies there in two pieces, which the strip of a virtual printer does not show
            if outcome.state is PrintJobState.FAILED and outcome.reason is not Reason.PAPER_OUT and times:
                yield f"{told}: failed, and whole on paper"
            if times > 1:
                yield f"{told}: {times} times on paper"
            if outcome.untouched and number in {one for slip in self.device.paper.slips() for one in _jobs(slip.image)}:
                yield f"{told}: untouched, and on paper"
        if self.mixed():
            yield f"{self.mixed()} papers hold two jobs"


def _same(paper: Image.Image, wanted: Image.Image) -> bool:
    return paper.size == wanted.size and paper.tobytes() == wanted.tobytes()


def _jobs(paper: Image.Image) -> list[int]:
    """The number on each row of a paper that carries one."""
    pixels = paper.load()
    assert pixels is not None
    numbers = []
    for row in range(paper.height):
        if pixels[530, row] == 0:
            numbers.append(sum(1 << bit for bit in range(16) if pixels[bit * 32 + 8, row] == 0))
    return numbers


def positions(total: int, step: int) -> Sequence[int]:
    """Byte positions of a job, the first and last ones close together."""
    edges = list(range(0, 40, 7)) + list(range(max(40, total - 60), total + 10, 7))
    return sorted({*edges, *range(40, total, step)})
