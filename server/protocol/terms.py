"""Closed words of the hall: states, actions, lanes, kinds of events, error codes, roles. Knows no transport."""

from enum import StrEnum
from typing import Literal

Mode = Literal["woven", "graded"]
Privacy = Literal["masked", "number_only", "full"]
NOBODY_WAITS = "nobody waits at the kiosk any more"
"""Evidence of paper that a kiosk did not print because its patient had left."""


class TicketState(StrEnum):
    """Where a ticket stands in its life (docs/lifecycle.md)."""

    CHECKED_IN = "checked_in"
    WAITING = "waiting"
    STAGED = "staged"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    PASSED = "passed"
    DONE = "done"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


ENDED = frozenset({TicketState.DONE, TicketState.CANCELLED, TicketState.NO_SHOW})
AT_STATION = frozenset({TicketState.CALLED, TicketState.SERVING})


class QueueKind(StrEnum):
    """What a queue is for: it chooses the words that are spoken and printed, nothing else."""

    CLINIC = "clinic"
    LABORATORY = "laboratory"
    IMAGING = "imaging"
    PHARMACY = "pharmacy"
    CASHIER = "cashier"
    REGISTRATION = "registration"


class Action(StrEnum):
    """What may be asked of a ticket; `close` is the server's own at the end of the day."""

    TRIAGE = "triage"
    STAGE = "stage"
    CALL = "call"
    RECALL = "recall"
    ARRIVED = "arrived"
    START = "start"
    PASS = "pass"
    HOLD = "hold"
    RETURN = "return"
    TRANSFER = "transfer"
    PRIORITISE = "prioritise"
    WORSE = "worse"
    FINISH = "finish"
    CANCEL = "cancel"
    CLOSE = "close"


class AppointmentState(StrEnum):
    """How far a booking got. `given_back` was checked in and may be again, `used` is a second one of the same visit."""

    BOOKED = "booked"
    CHECKED_IN = "checked_in"
    GIVEN_BACK = "given_back"
    USED = "used"
    CANCELLED = "cancelled"


class EndReason(StrEnum):
    """Why a ticket's life ended otherwise than by being seen."""

    LEFT = "left"
    TRANSFERRED = "transferred"
    HIS_CANCELLED = "his_cancelled"
    HIS_MOVED = "his_moved"
    DAY_CLOSED = "day_closed"
    SESSION_CLOSED = "session_closed"


class Lane(StrEnum):
    """Why a ticket stands where it stands."""

    URGENT = "urgent"
    ORDINARY = "ordinary"
    POLICY = "policy"
    RETURN = "return"
    PASSED = "passed"


class StationState(StrEnum):
    """Whether a station calls."""

    OPEN = "open"
    PAUSED = "paused"
    STOPPED = "stopped"


class PrintJobState(StrEnum):
    """How far a piece of paper got; `printed` needs the printer's own evidence, `sent` is all some can say."""

    QUEUED = "queued"
    LEASED = "leased"
    PRINTED = "printed"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class AnnouncementOutcome(StrEnum):
    """What became of an announcement at the loudspeaker."""

    SPOKEN = "spoken"
    SHOWN_ONLY = "shown_only"
    FAILED = "failed"


class RedFlag(StrEnum):
    """A sign of danger that a patient is asked about at check-in, in the order of the question."""

    CHEST_PAIN = "chest_pain"
    BREATHING = "breathing"
    STROKE = "stroke"
    FAINTED_CONFUSED = "fainted_confused"
    BLEEDING = "bleeding"
    ALLERGY = "allergy"
    CONVULSION = "convulsion"
    PREGNANCY = "pregnancy"
    SELF_HARM = "self_harm"
    SEVERE_PAIN = "severe_pain"


class FeverSign(StrEnum):
    """A sign of the fever pre-screen, in the order of the question."""

    FEVER = "fever"
    RESPIRATORY = "respiratory"
    DIARRHOEA = "diarrhoea"
    CONTACT = "contact"


ANY_RED_FLAG = "red_flag"
"""The answer of who has one of the red flags and does not say which, as a kiosk asks."""


class AlertKind(StrEnum):
    """Why staff is asked to look."""

    HELP = "help"
    WORSE = "worse"
    RED_FLAG = "red_flag"
    FEVER = "fever"
    ESCORT = "escort"
    REASSESS = "reassess"
    STAGED_LONG = "staged_long"
    STARVED = "starved"
    BOOKING = "booking"
    PAUSED_LONG = "paused_long"
    PRINT = "print"
    DEVICE = "device"
    RESTORED = "restored"
    STORAGE = "storage"
    STORAGE_FAILED = "storage_failed"
    STORAGE_DAMAGED = "storage_damaged"
    GUESSING = "guessing"
    OVERUSE = "overuse"
    SILENT = "silent"
    CLOCK = "clock"


class Evidence(StrEnum):
    """How a reading came to us; what each can prove is a rule of the server, not of the reader.

    `chip`: a driver read and verified the chip of a card. `code`: a service the hospital trusts decoded the code.
    `keyboard`: a reader sent text that any reader, or any keyboard, could have sent. `typed`: fingers.
    """

    CHIP = "chip"
    CODE = "code"
    KEYBOARD = "keyboard"
    TYPED = "typed"


class Proof(StrEnum):
    """What may be given beside a number: the last four of a phone or of an identity number, or the birth date."""

    PHONE_TAIL = "phone_tail"
    IDENTITY_TAIL = "identity_tail"
    BIRTH_DATE = "birth_date"


class DocumentType(StrEnum):
    """Kinds of identity documents. The first three have numbers by GB 11643, a foreigners' card since 2023."""

    RESIDENT = "resident"
    RESIDENCE_PERMIT = "residence_permit"
    FOREIGN_RESIDENT = "foreign_resident"
    PASSPORT = "passport"
    HK_MACAU_PERMIT = "hk_macau_permit"
    TAIWAN_PERMIT = "taiwan_permit"
    OTHER = "other"


class AlertOutcome(StrEnum):
    """How a call for staff ended; `noted` is one that only had to be read."""

    ESCORTED = "escorted"
    SEEN = "seen"
    NOT_URGENT = "not_urgent"
    HELPED = "helped"
    GONE = "gone"
    DEVICE_OK = "device_ok"
    NOTED = "noted"


class DeviceRole(StrEnum):
    """What an enrolled machine is.

    `service` is a hospital system that imports people and reports, `portal` the program behind a patient's phone page.
    """

    KIOSK = "kiosk"
    CALLER = "caller"
    STATION = "station"
    CONSOLE = "console"
    SERVICE = "service"
    PORTAL = "portal"


class StaffRole(StrEnum):
    """What a person may do."""

    NURSE = "nurse"
    DOCTOR = "doctor"
    ADMIN = "admin"


class Audience(StrEnum):
    """Who reads a frame: staff, the public (screens, kiosks), or the caller that also speaks names."""

    STAFF = "staff"
    PUBLIC = "public"
    CALLER = "caller"


class EventKind(StrEnum):
    """The events a journal holds; `hidden` and `removed` exist only in public frames."""

    TICKET_CHECKED_IN = "ticket.checked_in"
    TICKET_TRIAGED = "ticket.triaged"
    TICKET_STAGED = "ticket.staged"
    TICKET_CALLED = "ticket.called"
    TICKET_RECALLED = "ticket.recalled"
    TICKET_ARRIVED = "ticket.arrived"
    TICKET_STARTED = "ticket.started"
    TICKET_PASSED = "ticket.passed"
    TICKET_HELD = "ticket.held"
    TICKET_RETURNED = "ticket.returned"
    TICKET_TRANSFERRED = "ticket.transferred"
    TICKET_PRIORITISED = "ticket.prioritised"
    TICKET_FINISHED = "ticket.finished"
    TICKET_CANCELLED = "ticket.cancelled"
    TICKET_NO_SHOW = "ticket.no_show"
    TICKET_UNDONE = "ticket.undone"
    STATION_OPENED = "station.opened"
    STATION_PAUSED = "station.paused"
    STATION_STOPPED = "station.stopped"
    ANNOUNCEMENT_OUTCOME = "announcement.outcome"
    PRINT_JOB_QUEUED = "print_job.queued"
    PRINT_JOB_LEASED = "print_job.leased"
    PRINT_JOB_PRINTED = "print_job.printed"
    PRINT_JOB_SENT = "print_job.sent"
    PRINT_JOB_FAILED = "print_job.failed"
    PRINT_JOB_UNKNOWN = "print_job.unknown"
    DEVICE_ENROLLED = "device.enrolled"
    DEVICE_REVOKED = "device.revoked"
    DEVICE_ONLINE = "device.online"
    DEVICE_OFFLINE = "device.offline"
    DEVICE_HEALTH = "device.health"
    DEVICE_CHANGED = "device.changed"
    ALERT_RAISED = "alert.raised"
    ALERT_REPEATED = "alert.repeated"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
    ALERT_CLOSED = "alert.closed"
    DAY_CLOSED = "day.closed"
    HIDDEN = "hidden"
    REMOVED = "removed"


class ErrorCode(StrEnum):
    """Stable codes of refusals; texts stand in `errors.ftl`, statuses in server.web.problems."""

    INVALID = "invalid"
    TOO_LARGE = "too_large"
    NOT_FOUND = "not_found"
    UNKNOWN_HOST = "unknown_host"
    UNKNOWN_HALL = "unknown_hall"
    UNKNOWN_QUEUE = "unknown_queue"
    UNKNOWN_STATION = "unknown_station"
    UNKNOWN_TICKET = "unknown_ticket"
    UNKNOWN_SOCKET = "unknown_socket"
    UNKNOWN_LEVEL = "unknown_level"
    UNKNOWN_DOCTOR = "unknown_doctor"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    KEY_MISSING = "key_missing"
    KEY_REUSED = "key_reused"
    TOO_LATE = "too_late"
    BUSY = "busy"
    RELOAD = "reload"
    ILLEGAL_MOVE = "illegal_move"
    STATION_BUSY = "station_busy"
    STATION_CLOSED = "station_closed"
    NOT_YOUR_STATION = "not_your_station"
    NOT_CALLABLE = "not_callable"
    QUEUE_CLOSED = "queue_closed"
    TOO_EARLY = "too_early"
    CHOOSE = "choose"
    NOT_IDENTIFIED = "not_identified"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    TOO_MANY = "too_many"
    VISIT_TOKEN_INVALID = "visit_token_invalid"
    APPOINTMENT_UNUSABLE = "appointment_unusable"
    DESK_ONLY = "desk_only"
    REASON_NEEDED = "reason_needed"
    EVIDENCE_NEEDED = "evidence_needed"
    SECOND_NEEDED = "second_needed"
    PASS_TOO_SOON = "pass_too_soon"
    ZONE_OFFLINE = "zone_offline"
    UNDO_TOO_LATE = "undo_too_late"
    NOTHING_TO_UNDO = "nothing_to_undo"
    STAGE_FULL = "stage_full"
    NO_PRINTER = "no_printer"
    LEASE_LOST = "lease_lost"
    REPORT_UNAVAILABLE = "report_unavailable"
    REPORT_AT_DESK = "report_at_desk"
    REPORT_HANDED_OVER = "report_handed_over"
    PATIENT_NEEDED = "patient_needed"
    CRITICAL_UNACKNOWLEDGED = "critical_unacknowledged"
    NOT_CRITICAL = "not_critical"
    WRONG_CREDENTIALS = "wrong_credentials"
    NEW_PASSWORD_NEEDED = "new_password_needed"
    USERNAME_TAKEN = "username_taken"
    PASSWORD_NEEDED = "password_needed"
    IMPORT_REJECTED = "import_rejected"
    HALL_FILE_REJECTED = "hall_file_rejected"
    IDENTITY_NUMBER_INVALID = "identity_number_invalid"
    CONTRADICTING_DATA = "contradicting_data"
    PROOF_NEEDED = "proof_needed"
    STORAGE_FULL = "storage_full"
    STORAGE_FAILED = "storage_failed"
    STORAGE_DAMAGED = "storage_damaged"
    NOT_READY = "not_ready"
    INTERNAL = "internal"
