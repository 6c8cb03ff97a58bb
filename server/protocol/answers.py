"""What the server answers to a command, where it is more than one view. Knows no transport and no rules."""

from datetime import datetime

from pydantic import Field

from server.protocol.json_values import Json
from server.protocol.messages import (
    AlertView,
    AppointmentView,
    Names,
    PrintJob,
    ProtocolModel,
    Slip,
    StationView,
    TicketView,
)


class Choices(ProtocolModel):
    """What an identified person may choose between; each entry is shown as it comes."""

    appointments: list[dict[str, Json]] = Field(default_factory=list)
    queues: list[dict[str, Json]] = Field(default_factory=list)
    tickets: list[dict[str, Json]] = Field(default_factory=list)
    reports: list[dict[str, Json]] = Field(default_factory=list)


class Identification(ProtocolModel):
    """Who stands at the kiosk, as far as the kiosk may know.

    `level` 1 is by something that only its owner knows, 2 by what nobody can guess. `proofs` beside the same scan would
    prove more. `limited` tells a desk that the patient is not of its hall today: all of them takes a reason.
    """

    visit_token: str | None = None
    level: int = 0
    display_name: str | None = None
    limited: bool = False
    proofs: list[str] = Field(default_factory=list)
    choices: Choices = Field(default_factory=Choices)


class DeskCode(ProtocolModel):
    """A one-time code that the desk hands out, and until when it opens something.

    `code` is said once: a repeated key is answered without it, for the server keeps no code.
    """

    code: str | None = None
    expires_at: datetime


class CheckIn(ProtocolModel):
    """A ticket and its slip; or, for a red flag, an alert and what to tell the patient, and no ticket."""

    ticket: TicketView | None = None
    slip: Slip | None = None
    print_job: PrintJob | None = None
    alert: AlertView | None = None
    text: Names | str | None = None


class Ahead(ProtocolModel):
    """So many go first, and why: a reason of the rule and its words by language, never a name."""

    reason: str
    count: int
    text: Names


class WaitReason(ProtocolModel):
    """Why a wait ends more than ten minutes later than the slip said: one line by language, and what it is made of.

    `reason` is urgent, earlier_slot, woven, rooms (paused or stopped), or slower (nothing else; its count is 0).
    """

    text: Names
    categories: list[Ahead] = Field(default_factory=list)


class TicketAnswer(ProtocolModel):
    """A ticket after a command. `position` counts people ahead, waits are minutes; both only where asked for."""

    ticket: TicketView
    position: int | None = None
    wait_low: int | None = None
    wait_high: int | None = None
    wait_reason: WaitReason | None = None
    suggestion: dict[str, Json] | None = None


class FeelsWorse(ProtocolModel):
    """Staff was called. `ticket` is null at a kiosk for one that the public may not see."""

    ticket: TicketView | None = None


class Explained(ProtocolModel):
    """Why not me. `position` counts people called before; staff gets the `numbers` of the rule and who is `ahead`."""

    ticket: str
    number: str
    state: str
    queue: str
    position: int | None = None
    categories: list[Ahead] = Field(default_factory=list)
    rule: Names
    text: Names
    wait_low: int | None = None
    wait_high: int | None = None
    wait_reason: WaitReason | None = None
    numbers: dict[str, Json] | None = None
    ahead: list[dict[str, Json]] | None = None


class Called(ProtocolModel):
    """The ticket a station got, or none, and why this one."""

    ticket: TicketView | None = None
    reason: str | None = None


class LikelyCall(ProtocolModel):
    """What would be spoken if a room called now; `texts` by language, with no more of a name than the voice may say."""

    ticket: str
    number: str
    station: str
    zone: str
    texts: Names


class LikelyCalls(ProtocolModel):
    """The calls that will probably come next, the soonest first, as of `seq`; whoever renders a voice renders ahead."""

    seq: int
    calls: list[LikelyCall]


class AppointmentAnswer(ProtocolModel):
    """A booking after a request. `effect` is booking (it alone changed), ticket (the patient's ticket too) or told
    (nothing changed for the patient, who was called or seen: staff is told)."""

    appointment: AppointmentView
    effect: str
    ticket: TicketView | None = None


class StationAnswer(ProtocolModel):
    """A station after a command."""

    station: StationView


class PrintJobAnswer(ProtocolModel):
    """A print job, or none to be had."""

    print_job: PrintJob | None = None


class AlertAnswer(ProtocolModel):
    """An alert. `coming` says by language who comes, as soon as somebody said so."""

    alert: AlertView
    coming: Names | None = None


class HallFileAnswer(ProtocolModel):
    """What a hall file changed, or would change, a line each."""

    changes: list[str]
    applied: bool


class Account(ProtocolModel):
    """An account as administrators see it.

    `guessed`: somebody tries passwords for it; `password_once`: its password is for one sign-in.
    """

    id: str
    username: str
    name: str
    role: str
    hall: str | None = None
    station: str | None = None
    doctor: str | None = None
    disabled: bool = False
    password_once: bool = False
    guessed: bool = False
    sessions: int = 0


class AccountSession(ProtocolModel):
    """Where somebody is signed in: since when, last used when, until when at the longest."""

    created_at: datetime
    seen_at: datetime
    expires_at: datetime


class AccountChanged(ProtocolModel):
    """An account after a change. `password` is for one sign-in, and said once."""

    account: Account
    password: str | None = None


class DeviceIdentity(ProtocolModel):
    """What the token of a device says it is."""

    id: str
    role: str
    hall: str | None = None
    name: str
    place: Names = Field(default_factory=dict)
    zone: str | None = None
