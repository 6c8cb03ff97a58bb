"""Owns what journal, receipts and trail may say of a reason: a known code. What somebody typed stays with its thing.

A reason comes as one text: `examination`, `examination: CT`, or free words. Free words may name a patient, a diagnosis
or a relative; they are kept in the row they are about (ticket, station, alert, report, booking) and shown to staff
only. The code, or `other`, is all that events, receipts and audit rows say.
"""

import re
from enum import StrEnum

from server.domain.queueing.discipline.values import ReasonCode
from server.protocol.staff_reasons import StaffReason
from server.protocol.terms import Action, AlertOutcome, AnnouncementOutcome, EndReason, ErrorCode

OTHER = StaffReason.OTHER.value


class ServerReason(StrEnum):
    """Reasons that the server gives itself."""

    ESCORT = "escort"
    CALLED_ELSEWHERE = "called_elsewhere"
    CHECKED_IN_AGAIN = "checked_in_again"
    ANOTHER_DOCTOR = "another_doctor"
    DOCTOR_GONE = "doctor_gone"
    STATION_STOPPED = "station_stopped"
    AGE = "age"
    LEASE_EXPIRED = "lease_expired"
    MOVED = "moved"
    DOCTOR_NAMED = "doctor_named"
    IMPORT = "import"
    REPORT_WITHDRAWN = "report_withdrawn"
    REPORT_SUPERSEDED = "report_superseded"
    REPORT_ORDER_UNKNOWN = "report_order_unknown"


class PrinterReason(StrEnum):
    """How a printer says that a paper ended, as devices begin their evidence with it (hardware/ports.py)."""

    PRINTED = "printed"
    FINE = "fine"
    NEAR_END = "near_end"
    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    CUTTER_ERROR = "cutter_error"
    UNRECOVERABLE_ERROR = "unrecoverable_error"
    AUTO_RECOVERABLE_ERROR = "auto_recoverable_error"
    OFFLINE = "offline"
    CANNOT_OPEN = "cannot_open"
    NO_ANSWER = "no_answer"
    STALLED = "stalled"
    CONNECTION_LOST = "connection_lost"
    NOT_CONFIRMED = "not_confirmed"
    NO_STATUS_CHANNEL = "no_status_channel"
    INTERRUPTED = "interrupted"
    UNPRINTABLE = "unprintable"
    LEASE_OVER = "lease_over"


KINDS: tuple[type[StrEnum], ...] = (
    *(StaffReason, ServerReason, PrinterReason, ReasonCode),
    *(EndReason, AlertOutcome, AnnouncementOutcome, Action, ErrorCode),
)
CODES: frozenset[str] = frozenset(str(code.value) for kinds in KINDS for code in kinds)
SERVER_ONLY = frozenset(code.value for code in ServerReason)
"""What a person cannot mean by typing it: the server acts on these."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_PARTED = re.compile(r"\s*[:：]\s*|\s+torn\s*[:：]\s*")


def parted(reason: str | None) -> tuple[str | None, str | None]:
    """The code of a reason and what was typed beside it; `other` for words without a known code."""
    if reason is None or reason in CODES:
        return reason, None
    head, *rest = _PARTED.split(reason, maxsplit=1)
    if rest and head in CODES:
        return head, rest[0] or None
    return OTHER, reason


def code_of(reason: str | None) -> str | None:
    """The code alone. A business day, which the journal says at its close, is no text of a person."""
    return reason if reason is None or _DAY.fullmatch(reason) else parted(reason)[0]


def as_stated(reason: str) -> str:
    """A reason as a person's own: a word that the server acts on is taken for words."""
    code, _ = parted(reason)
    return f"{OTHER}: {reason}" if code in SERVER_ONLY else reason
