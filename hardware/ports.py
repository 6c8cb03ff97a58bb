"""Owns what the programs of the hall may expect of a printer, a reader and a speaker. Knows no driver."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from server.protocol.terms import AnnouncementOutcome, Evidence, PrintJobState

if TYPE_CHECKING:
    from PIL import Image

EVIDENCE_LENGTH = 200
"""The server refuses a longer one."""


class Reason(StrEnum):
    """Why a piece of paper ended as it did; also the health of a printer."""

    FINE = "fine"
    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER = "cutter_error"
    FAULT = "unrecoverable_error"
    RESTING = "auto_recoverable_error"
    OFFLINE = "offline"
    UNREACHABLE = "cannot_open"
    NO_ANSWER = "no_answer"
    STALLED = "stalled"
    LOST = "connection_lost"
    NOT_CONFIRMED = "not_confirmed"
    NO_STATUS = "no_status_channel"
    INTERRUPTED = "interrupted"
    UNPRINTABLE = "unprintable"
    LATE = "lease_over"


@dataclass(frozen=True)
class Outcome:
    """How a piece of paper ended: printed, sent, failed or unknown, why, and what the printer itself said.

    `printed` stands only on the printer's own status after everything was executed. `sent` is all that can be said of a
    printer that confirms nothing: it took everything and complained of nothing. `failed` is certain: the paper is not
    whole. `unknown` means that a person has to look. `torn` says that a part of it may have come out, `untouched` that
    not a byte of it was sent.
    """

    state: PrintJobState
    reason: Reason
    evidence: str
    torn: bool = False
    untouched: bool = False

    @property
    def evidence_text(self) -> str:
        """What is told to the server, at most 200 characters: reason, whether a torn part may lie there, evidence."""
        return f"{self.reason.value}{' torn' if self.torn else ''}: {self.evidence}"[:EVIDENCE_LENGTH]


@dataclass(frozen=True)
class Profile:
    """The paper of a printer: printable width in dots, resolution in dots per inch, how it cuts."""

    width: int = 576
    dpi: int = 203
    cut: str = "partial"

    @property
    def dots_per_mm(self) -> float:
        """Dots per millimetre: 8 at 203 dpi."""
        return self.dpi / 25.4


class Printer(Protocol):
    """Something that puts 1-bit pages on paper and can say whether it did."""

    url: str
    profile: Profile

    def health(self) -> Reason:
        """Ask how the printer is, within 3 s; raises nothing: what cannot be asked is a reason too."""

    def print_pages(self, pages: "Sequence[Image.Image]", within: float | None = None) -> Outcome:
        """Print the pages as one strip, cut, and wait for the printer's word; raises nothing.

        `within`: seconds for which the right to print lasts. A printer that is busy is tried again for a while.
        """

    def suspect(self) -> None:
        """Clean the printer before its next job: a job of before may have ended half-way."""

    def close(self) -> None:
        """Let go of the device; may be called twice."""


@dataclass(frozen=True)
class Scan:
    """What a card or code reader read, as the text it sent, and how it came.

    `how` belongs to the driver, never to the text: `chip` only from a driver that reads the chip of a card, `code` only
    from one whose trusted service decoded the code, `keyboard` from everything that sends plain text.
    """

    text: str
    how: Evidence = Evidence.KEYBOARD


class Reader(Protocol):
    """Something that reads cards or codes."""

    url: str

    def read(self, timeout: float) -> Scan | None:
        """Wait up to `timeout` seconds for one scan; None when nothing came. Raises HardwareError."""

    def close(self) -> None:
        """Let go of the device; may be called twice."""


@dataclass(frozen=True)
class Utterance:
    """A sentence to be spoken in one language (zh, yue, en)."""

    text: str
    language: str


class Speaker(Protocol):
    """Something that speaks into the hall, one announcement at a time."""

    name: str

    def prepare(self, utterance: Utterance) -> None:
        """Render a sentence that waits to be spoken, if that helps; never blocks."""

    def prefetch(self, utterances: Iterable[Utterance]) -> None:
        """Render ahead what will probably be called, instead of what was likely before; never blocks."""

    def speak(self, utterances: Sequence[Utterance]) -> AnnouncementOutcome:
        """Chime, then speak the sentences in order; blocks until done or failed. Raises nothing."""

    def close(self) -> None:
        """Stop speaking and let go of the device; may be called twice."""
