"""What a report says on paper, and what the desk is told of the reports that wait there. Knows no transport."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from server.protocol.messages import Names, PrintJob, ProtocolModel


class ReportPatient(ProtocolModel):
    """Whom a report is about, by full name on a formal report, else masked.

    `age` is in whole years, `id_tail` the last four characters of their number.
    """

    display_name: str | None = None
    sex: str | None = None
    age: int | None = None
    id_tail: str | None = None


class ReportLine(ProtocolModel):
    """One line of a report. All texts are printed as they are; "" is nothing to print.

    `result`: a value with its `unit`, `flag` (a code such as H, LL, A) and reference `range`.
    `heading`: the name of a panel or group that has no value of its own; its members follow one `level` deeper.
    `text`: a label in `name`, or "", and a long text in `result` that is to be wrapped.
    """

    kind: Literal["result", "heading", "text"] = "result"
    level: int = Field(0, ge=0, le=3)
    name: str = ""
    result: str = ""
    unit: str = ""
    flag: str = ""
    range: str = ""
    notes: list[str] = Field(default_factory=list)


class ReportDocument(ProtocolModel):
    """The whole paper of a report.

    `issued_at` and `collected_at` are UTC instants (RFC 3339), or a partial date (2026, 2026-11, 2026-11-28), or two
    of these joined by `/`, printed as they are; null where unknown. `corrected` says that the laboratory changed what
    an earlier version said, `examination` that the patient was examined and no specimen.
    """

    kind: Literal["report"] = "report"
    title: str
    hospital: Names
    patient: ReportPatient
    items: list[ReportLine] = Field(default_factory=list)
    conclusion: list[str] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    issued_at: str | None = None
    collected_at: str | None = None
    timezone: str
    code: str
    formal: bool = False
    verifier: str | None = None
    operator: str | None = None
    version: int = 1
    status: str
    corrected: bool = False
    examination: bool = False
    language: str = "zh"
    copy_number: int = 0
    terminal: str | None = None


DeskReason = Literal[
    "unmatched",
    "name_mismatch",
    "withheld",
    "restricted",
    "critical",
    "incomplete",
    "not_final_result",
    "unsettable_value",
    "no_result",
    "sheet_only",
    "too_long",
    "not_verified",
    "old",
    "reprints_used",
    "order_unknown",
    "unknown_status",
    "outdated",
]
"""Why a report waits at the desk (docs/reports.md)."""


class ReportAtDesk(ProtocolModel):
    """A report that waits at the desk, for staff only. `name` is the patient's, or as sent where nobody is matched.

    `name_on_report` is as the laboratory sent it.
    `critical` are its critical results as they are to be read. `missing` is what a hand-over needs before it prints:
    `patient` (name one), `acknowledgement` (of a critical value), `paper` (there is nothing a slip printer can set).
    """

    id: str
    title: str
    name: str
    name_on_report: str = ""
    sex: str | None = None
    birth_date: str | None = None
    id_tail: str | None = None
    matched: bool
    status: str
    version: int
    corrected: bool = False
    issued_at: str | None = None
    received_at: datetime
    performer: str | None = None
    prints: int = 0
    reasons: list[DeskReason]
    critical: list[str] = Field(default_factory=list)
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    handed_over_at: datetime | None = None
    missing: list[Literal["patient", "acknowledgement", "paper"]] = Field(default_factory=list)


class ReportsAtDesk(ProtocolModel):
    """What waits at the desks of the hospital, the newest first; `more` says that the list was cut."""

    reports: list[ReportAtDesk]
    more: bool = False


class HandedOver(ProtocolModel):
    """A report that was handed over and its print job, queued for a station and without its results."""

    report: ReportAtDesk
    print_job: PrintJob


class ReportAcknowledged(ProtocolModel):
    """A report whose critical value somebody answers for."""

    report: ReportAtDesk
