"""Owns what reaches the screen machine: touches, answers, time, what is known of hall and printer. Knows no rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kiosk.machine.state import Hall, Verb
from server.protocol.answers import CheckIn, Identification, TicketAnswer
from server.protocol.messages import Names, PrintJob
from server.protocol.terms import Evidence, PrintJobState


@dataclass(frozen=True)
class Refused:
    """The server said no: its stable code and what it added."""

    code: str
    problem: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Away:
    """The server did not answer in time."""


@dataclass(frozen=True)
class Alerted:
    """Staff has been told; `alert` is the alert that says so."""

    alert: str | None = None


@dataclass(frozen=True)
class Paper:
    """What became of the paper, and why, by the printer's own word."""

    state: PrintJobState
    reason: str


Result = Identification | CheckIn | TicketAnswer | PrintJob | Refused | Away | Alerted | Paper


@dataclass(frozen=True)
class Touch:
    """Somebody touched the page on the screen numbered `step`, or laid a card on the reader.

    `proof` goes with a typed code: which proof and what was typed, such as "phone_tail:1234". `how` says how a scan was
    read; only a reader's driver can say more than `keyboard`, the page never can.
    """

    verb: Verb
    value: str = field(default="", repr=False)
    step: int | None = None
    proof: str = field(default="", repr=False)
    how: Evidence = Evidence.KEYBOARD


@dataclass(frozen=True)
class Answer:
    """What came of the effect `id`."""

    id: str
    result: Result


@dataclass(frozen=True)
class Resumed:
    """An effect of before a crash has been answered after the restart."""

    result: CheckIn


@dataclass(frozen=True)
class Coming:
    """Somebody comes for the alert `alert`; `who` says so by language."""

    alert: str
    who: Names


@dataclass(frozen=True)
class PaperMoved:
    """What this kiosk did not print comes out elsewhere; `job` is the one that failed, `place` where, by language."""

    job: str
    place: Names


@dataclass(frozen=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True)
class PrinterChecked:
    """How the printer is, as far as a patient should know before they begin."""

    can_print: bool


@dataclass(frozen=True)
class HallFetched:
    """The hall's snapshot has been fetched, or could not be (`None`)."""

    hall: Hall | None


Input = Touch | Answer | Resumed | Coming | PaperMoved | Tick | HallFetched | PrinterChecked
