"""Owns the values of the kiosk's screen machine: tasks, screens, verbs, options, state. Knows no rule and no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from kiosk.machine.effects import Identify
from server.protocol.answers import Identification
from server.protocol.messages import Names, PrintJob, QueueView
from server.protocol.terms import PrintJobState


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
    PROOF = "proof"
    CHOOSE = "choose"
    DIRECTION = "direction"
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
    PROVE = "prove"
    SKIP = "skip"
    CHOOSE = "choose"
    OTHER = "other"
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
    facts: Mapping[str, object] = field(default_factory=dict)


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
    """What the last screen says: the number, where to wait, how many are ahead, what became of the paper.

    `later` is why the wait ends later than the slip said: each cause with how many. `note` is what the patient must
    know about this visit, such as that the booked doctor is not here, by language. `moved_to` is where the paper comes
    out that did not come out here.
    """

    number: str | None = None
    place: Names = field(default_factory=dict)
    queue: Names = field(default_factory=dict)
    ahead: int | None = None
    wait_low: int | None = None
    wait_high: int | None = None
    later: tuple[tuple[str, int], ...] = ()
    note: Names = field(default_factory=dict)
    again: bool = False
    paper: PrintJobState | None = None
    reason: str | None = None
    moved_to: Names = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """The whole of a kiosk's state. `step` counts screens, `patient` counts people; times are seconds of one clock.

    `alert` is a call for staff that is being followed, `coming` says by language who comes.
    `asked` is the code that somebody is being identified by, `proofs` is what may be given beside it.
    """

    hall: Hall | None = None
    online: bool = False
    can_print: bool = True
    screen: Screen = Screen.HOME
    step: int = 0
    patient: int = 0
    requests_made: int = 0
    language: str = "zh"
    elder: bool = False
    now: float = 0.0
    touched_at: float = 0.0
    shown_at: float = 0.0
    warned: bool = False
    task: Task | None = None
    identity: Identification | None = field(default=None, repr=False)
    asked: Identify | None = field(default=None, repr=False)
    proofs: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    choice: Option | None = None
    flags: tuple[str, ...] | None = None
    failures: int = 0
    message: Message | None = None
    waiting_for: str | None = None
    alert: str | None = None
    coming: Names = field(default_factory=dict)
    finished: Finished | None = None
    job: PrintJob | None = None
    to_print: tuple[Option, ...] = ()
    printed: frozenset[str] = frozenset()
