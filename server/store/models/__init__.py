"""Typed tables of the hall. Invariants a database can hold are constraints here; rules live in server.domain.

Tables refer to each other by name, so all are imported here, and everybody imports them from here.
"""

from server.store.models.access import (
    DeskCodeRow,
    DeviceRow,
    IdentificationAttemptRow,
    IdentificationLimitRow,
    LoginAttemptRow,
    SessionRow,
    StaffRow,
)
from server.store.models.base import Base
from server.store.models.hall import HallRow, HospitalRow, LaneRow, MarkRow, QueueDayRow, QueueRow, StationRow
from server.store.models.integration import DeadLetterRow, IntegrationCursorRow, IntegrationRow
from server.store.models.journal import AuditRow, JournalRow, ReceiptRow, ScheduledTaskRow
from server.store.models.paper import PrintJobRow, ReportNumberRow, ReportRow
from server.store.models.people import AppointmentRow, DoctorRow, PatientCodeRow, PatientRow, VisitRow
from server.store.models.ticket import AlertRow, AnnouncementRow, TicketRow, TriageRow

__all__ = [
    "AlertRow",
    "AnnouncementRow",
    "AppointmentRow",
    "AuditRow",
    "Base",
    "DeadLetterRow",
    "DeskCodeRow",
    "DeviceRow",
    "DoctorRow",
    "HallRow",
    "HospitalRow",
    "IdentificationAttemptRow",
    "IdentificationLimitRow",
    "IntegrationCursorRow",
    "IntegrationRow",
    "JournalRow",
    "LaneRow",
    "LoginAttemptRow",
    "MarkRow",
    "PatientCodeRow",
    "PatientRow",
    "PrintJobRow",
    "QueueDayRow",
    "QueueRow",
    "ReceiptRow",
    "ReportNumberRow",
    "ReportRow",
    "ScheduledTaskRow",
    "SessionRow",
    "StaffRow",
    "StationRow",
    "TicketRow",
    "TriageRow",
    "VisitRow",
]
