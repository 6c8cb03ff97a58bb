"""Owns the values of the kiosk's screen machine: screens, inputs, wishes, state. Knows no rule and no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from server.protocol.answers import CheckIn, Identification, TicketAnswer
from server.protocol.messages import Names, PrintJob, QueueView
from server.protocol.terms import AlertKind, PrintJobState


class Task(StrEnum):
    """What a patient may come for: the cards of the first screen."""

    CHECK_IN = "check_in"
    WALK_IN = "walk_in"
    REPORTS = "reports"
    PASSED = "passed"
    PLACE = "place"
    HELP = "help"


class Screen(StrEnum):
    """What the page draws; one question each."""

    HOME = "home"
    IDENTIFY = "identify"
    CHOOSE = "choose"
    HEALTH = "health"
    FEVER = "fever"
    CONFIRM = "confirm"
    WORKING = "working"
    PRINTING = "printing"
    ASK_PAPER = "ask_paper"
    DONE = "done"
    REPORTS = "reports"
    PLACE = "place"
    NOTICE = "notice"
    STAFF = "staff"


class Verb(StrEnum):
    """What the page may say; nothing else reaches the machine."""

    TASK = "task"
    LANGUAGE = "language"
    SIZE = "size"
    BACK = "back"
    HOME = "home"
    HELP = "help"
    SCAN = "scan"
    TYPED = "typed"
    SKIP = "skip"
    CHOOSE = "choose"
    HEALTH = "health"
    FEVER = "fever"
    CONFIRM = "confirm"
    PRINT = "print"
    PAPER = "paper"
    STAY = "stay"


OptionKind = Literal["appointment", "queue", "ticket", "report"]


@dataclass(frozen=True)
class Option:
    """One thing to choose: an appointment, a queue, a ticket or a report. `facts` is shown as it comes."""

    kind: OptionKind
    id: str
    title: Names
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Hall:
    """What the kiosk knows of its hall before anybody comes. `station_names` and `queues` are looked up by id."""

    id: str
    name: Names = field(default_factory=dict)
    hospital: Names = field(default_factory=dict)
    languages: tuple[str, ...] = ("zh", "en")
    timezone: str = "Asia/Shanghai"
    queues: tuple[QueueView, ...] = ()
    stations: Mapping[str, Names] = field(default_factory=dict)

    def queue_name(self, queue: str | None) -> Names:
        """The names of a queue; its id where it is not known."""
        for known in self.queues:
            if known.id == queue:
                return known.name
        return {"zh": queue, "en": queue} if queue else {}


@dataclass(frozen=True)
class Message:
    """A sentence of the page's catalogue by its key, with what stands in its gaps; or the server's own `text`."""

    key: str
    values: Mapping[str, str] = field(default_factory=dict)
    text: Names | None = None


@dataclass(frozen=True)
class Finished:
    """What the last screen says: the number, where to wait, how many are ahead, what became of the paper."""

    number: str | None = None
    place: Names = field(default_factory=dict)
    queue: Names = field(default_factory=dict)
    ahead: int | None = None
    wait_low: int | None = None
    wait_high: int | None = None
    again: bool = False
    paper: PrintJobState | None = None
    reason: str | None = None


# what is wished of the world; `id` names the answer that settles it


@dataclass(frozen=True)
class Identify:
    """Ask the server who this is: by a code that was read, or by typed fields (a code and a proof of its owner)."""

    id: str
    scan: str | None = field(default=None, repr=False)
    typed: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class CheckInWish:
    """Ask for a ticket, or for the one held already to be put back."""

    id: str
    queue: str | None = None
    appointment: str | None = None
    visit_token: str | None = field(default=None, repr=False)
    patient: Mapping[str, str] | None = None
    flags: tuple[str, ...] | None = None
    language: str = "zh"


@dataclass(frozen=True)
class PrintReport:
    """Ask for a report on this kiosk's paper."""

    id: str
    report: str
    visit_token: str = field(repr=False)


@dataclass(frozen=True)
class AskPlace:
    """Ask where a ticket stands."""

    id: str
    ticket: str


@dataclass(frozen=True)
class CallStaff:
    """Ask for a person."""

    id: str
    kind: AlertKind = AlertKind.HELP


@dataclass(frozen=True)
class PutOnPaper:
    """Print a job that is leased to this kiosk, and report how it ended."""

    id: str
    job: PrintJob


@dataclass(frozen=True)
class SettlePaper:
    """Report a job that the printer could not settle: what the patient saw, or that nobody waits for it any more."""

    job: PrintJob
    state: PrintJobState
    evidence: str


@dataclass(frozen=True)
class Forget:
    """The patient with this count has gone: nothing of them may stay anywhere, nothing more is wished for them."""

    patient: int


Wish = Identify | CheckInWish | PrintReport | AskPlace | CallStaff | PutOnPaper | SettlePaper | Forget


# what reaches the machine


@dataclass(frozen=True)
class Refused:
    """The server said no: its stable code and what it added."""

    code: str
    problem: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Away:
    """The server did not answer in time."""


@dataclass(frozen=True)
class Alerted:
    """Staff has been told."""


@dataclass(frozen=True)
class Paper:
    """What became of the paper, and why, by the printer's own word."""

    state: PrintJobState
    reason: str


Result = Identification | CheckIn | TicketAnswer | PrintJob | Refused | Away | Alerted | Paper


@dataclass(frozen=True)
class Touch:
    """Somebody touched the page on the screen numbered `step`, or laid a card on the reader.

    `proof` goes with a typed code: which proof and what was typed, such as "phone_tail:1234".
    """

    verb: Verb
    value: str = field(default="", repr=False)
    step: int | None = None
    proof: str = field(default="", repr=False)


@dataclass(frozen=True)
class Answer:
    """What came of the wish `id`."""

    id: str
    result: Result


@dataclass(frozen=True)
class Resumed:
    """A wish of before a crash has been answered after the restart."""

    result: CheckIn


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True)
class PrinterKnown:
    """How the printer is, as far as a patient should know before they begin."""

    can_print: bool


@dataclass(frozen=True)
class HallKnown:
    """The hall's snapshot has been fetched, or could not be (`None`)."""

    hall: Hall | None


Input = Touch | Answer | Resumed | Tick | HallKnown | PrinterKnown


@dataclass(frozen=True)
class State:
    """The whole of a kiosk's mind. `step` counts screens, `patient` counts people; times are seconds of one clock."""

    hall: Hall | None = None
    online: bool = False
    can_print: bool = True
    screen: Screen = Screen.HOME
    step: int = 0
    patient: int = 0
    wished: int = 0
    language: str = "zh"
    elder: bool = False
    now: float = 0.0
    touched_at: float = 0.0
    shown_at: float = 0.0
    warned: bool = False
    task: Task | None = None
    identity: Identification | None = field(default=None, repr=False)
    options: tuple[Option, ...] = ()
    choice: Option | None = None
    flags: tuple[str, ...] | None = None
    failures: int = 0
    message: Message | None = None
    waiting_for: str | None = None
    finished: Finished | None = None
    job: PrintJob | None = None
    to_print: tuple[Option, ...] = ()
    printed: frozenset[str] = frozenset()
