"""Owns the effects that the screen machine may ask for; `id` names the answer that settles one. Knows no screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.protocol.messages import PrintJob
from server.protocol.terms import AlertKind, Evidence, PrintJobState


@dataclass(frozen=True)
class Identify:
    """Ask the server who this is: by a code that was read, or by typed fields (a code and a proof of its owner).

    `how` says how the code was read, `proof` what was given beside it when the server asked.
    """

    id: str
    scan: str | None = field(default=None, repr=False)
    typed: Mapping[str, str] | None = field(default=None, repr=False)
    how: Evidence = Evidence.KEYBOARD
    proof: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class CheckInCommand:
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
    language: str = "zh"


@dataclass(frozen=True)
class AskPosition:
    """Ask where a ticket stands."""

    id: str
    ticket: str


@dataclass(frozen=True)
class CallStaff:
    """Ask for a person; `about` is what the kiosk had just said, where it sent the patient away."""

    id: str
    kind: AlertKind = AlertKind.HELP
    visit_token: str | None = field(default=None, repr=False)
    about: str | None = None


@dataclass(frozen=True)
class FollowAlert:
    """Ask until somebody comes, as long as the patient with this count is there."""

    alert: str
    patient: int


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
    """The patient with this count has gone: nothing of them may stay anywhere, nothing more is asked for them."""

    patient: int


Effect = (
    Identify | CheckInCommand | PrintReport | AskPosition | CallStaff | FollowAlert | PutOnPaper | SettlePaper | Forget
)
