"""Print jobs, reports and the numbers that reports name."""

from datetime import datetime

from sqlalchemy import Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column

from server.protocol.json_values import View
from server.store.models.base import Base
from server.store.types import BIG


class PrintJobRow(Base):
    """A request for paper; `content` holds no name."""

    __tablename__ = "print_job"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    hall_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(12))
    state: Mapped[str] = mapped_column(String(8))
    ticket_id: Mapped[str | None] = mapped_column(String(32), index=True)
    report_id: Mapped[str | None] = mapped_column(String(64), index=True)
    device_id: Mapped[str | None] = mapped_column(String(32))
    lease: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    content: Mapped[View] = mapped_column(default=dict)
    copy_number: Mapped[int] = mapped_column(default=0)
    reprint_of: Mapped[str | None] = mapped_column(String(32))
    reason: Mapped[str | None] = mapped_column(String(200))
    evidence: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    seq: Mapped[int] = mapped_column(BIG, default=0)
    __table_args__ = (Index("jobs_of_hall", "hall_id", "state", "created_at"),)


class ReportRow(Base):
    """A patient's report as received (FHIR R4 DiagnosticReport with its Observations), one row per version.

    `series` is shared by the versions of one report; the one that is not `superseded` is in force. `at_desk` marks
    what waits there, until it is handed over.
    """

    __tablename__ = "report"
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    identifier: Mapped[str] = mapped_column(String(128), index=True)
    version: Mapped[int] = mapped_column(default=1)
    patient_id: Mapped[str | None] = mapped_column(String(32), index=True)
    status: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(200))
    withheld: Mapped[bool] = mapped_column(default=False)
    superseded: Mapped[bool] = mapped_column(default=False)
    issued_at: Mapped[datetime | None]
    received_at: Mapped[datetime]
    resource: Mapped[View] = mapped_column(default=dict)
    prints: Mapped[int] = mapped_column(default=0)
    series: Mapped[str] = mapped_column(String(64), index=True, server_default=text("''"))
    order_unknown: Mapped[bool] = mapped_column(default=False, server_default=false())
    at_desk: Mapped[bool] = mapped_column(default=False, server_default=false())
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(String(100))
    acknowledged_reason: Mapped[str | None] = mapped_column(String(200))
    handed_over_at: Mapped[datetime | None]
    __table_args__ = (
        Index("reports_at_desk", "received_at", sqlite_where=text("at_desk"), postgresql_where=text("at_desk")),
    )


class ReportNumberRow(Base):
    """A number that a report gives its patient, as numbers are compared: what a patient's reports are found by."""

    __tablename__ = "report_number"
    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    report_id: Mapped[str] = mapped_column(String(64), primary_key=True)
