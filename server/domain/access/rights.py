"""Who may do what, as one table: a row for each command, reading and page, with how far each role's right reaches.

Routes, sockets, use cases, docs/roles.md and the tests of every role are made from it. What has no
row, or a row without the role, is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from server.domain.access.reach import (
    ADMIN,
    CALLER,
    CARE,
    CONSOLE,
    DESK,
    DOCTOR,
    KIOSK,
    NURSE,
    PORTAL,
    SERVICE,
    STATION,
    Reach,
    Reaches,
    Role,
    care,
)
from server.domain.lifecycle import ACTIONS
from server.protocol.terms import AT_STATION, DeviceRole, StaffRole, TicketState


class Subject(Enum):
    """What a command is about: where its hall is found."""

    TICKET = "ticket"
    STATION = "station"
    PRINT_JOB = "print job"
    ALERT = "alert"
    ANNOUNCEMENT = "announcement"
    DEVICE = "device"
    APPOINTMENT = "appointment"
    NAMED_HALL = "the hall that is named"
    OWN_HALL = "the hall of who asks"
    NOTHING = "nothing of a hall"


@dataclass(frozen=True, slots=True)
class Right:
    """One row. `reaches` None is open to anybody, also without a token."""

    subject: Subject
    reaches: Reaches | None


READERS: Reaches = {**CARE, **dict.fromkeys((KIOSK, CALLER, SERVICE, PORTAL), Reach.HALL)}
SEEN: Reaches = {**CARE, KIOSK: Reach.SIGHT, CALLER: Reach.SIGHT}
ANY_DEVICE: Reaches = dict.fromkeys(DeviceRole, Reach.OWN)
ANY_STAFF: Reaches = dict.fromkeys(StaffRole, Reach.OWN)


_TICKETS: Mapping[str, Reaches] = {
    "get_ticket": SEEN,
    "explain_ticket": SEEN,
    "get_triages": care(Reach.ROOM | Reach.QUEUES | Reach.ESCORTED),
    **{f"{action}_ticket": rule.reaches for action, rule in ACTIONS.items() if rule.reaches},
    "undo_ticket": care(Reach.ROOM | Reach.BEFORE),
    "call_chosen_ticket": {CONSOLE: Reach.HALL, DOCTOR: Reach.ROOM | Reach.LINE | Reach.PASSED},
}
"""Those of actions stand with the action (server.domain.lifecycle)."""
_STATIONS: Mapping[str, Reaches] = {
    "call_next": {CONSOLE: Reach.HALL, DOCTOR: Reach.ROOM},
    "open_station": care(Reach.ROOM | Reach.FREE),
    "pause_station": care(Reach.ROOM),
    "stop_station": care(Reach.ROOM),
    "stage_at_station": care(Reach.ROOM),
    "coming": CARE,
}
_PAPER: Mapping[str, Reaches] = {
    "report_print_job": {STATION: Reach.OWN, KIOSK: Reach.OWN},
    "reprint": {**DESK, KIOSK: Reach.VISIT | Reach.LATEST},
}
_ALERTS: Mapping[str, Reaches] = {
    "read_alert": {**CARE, KIOSK: Reach.OWN},
    "acknowledge_alert": CARE,
    "close_alert": CARE,
}
_DEVICES: Mapping[str, Reaches] = {"revoke_device": {ADMIN: Reach.HALL}, "unlock_device": DESK}
_APPOINTMENTS: Mapping[str, Reaches] = {
    "cancel_appointment": {**DESK, SERVICE: Reach.HALL},
    "move_appointment": {**DESK, SERVICE: Reach.HALL},
}
_NAMED_HALL: Mapping[str, Reaches] = {
    "get_snapshot": READERS,
    "get_events": READERS,
    "follow": READERS,
    "get_announcements_ahead": {CALLER: Reach.HALL},
    "print_list": DESK,
    "identify": {**DESK, KIOSK: Reach.HALL},
    "check_in": care(Reach.QUEUES, kiosk=Reach.HALL),
    "hand_out_desk_code": DESK,
    "list_reports_at_desk": DESK,
    "hand_over_report": DESK,
    "suggest_grade": CARE,
    "knowledge": CARE,
    "paper": DESK,
}
_OWN_HALL: Mapping[str, Reaches] = {
    "raise_alert": {**CARE, KIOSK: Reach.VISIT | Reach.NAMELESS},
    "claim_print_job": {STATION: Reach.HALL},
    "print_report": {KIOSK: Reach.VISIT},
    "receive_reports": {SERVICE: Reach.HOSPITAL},
    "acknowledge_report": CARE,
    "heartbeat": ANY_DEVICE,
    "list_devices": {ADMIN: Reach.HALL},
    "import_patients": {SERVICE: Reach.HOSPITAL},
    "import_appointments": {SERVICE: Reach.HALL},
    "import_staff": {SERVICE: Reach.HALL, ADMIN: Reach.HALL},
    "get_hall_file": {ADMIN: Reach.HALL},
    "edit_hall_file": {ADMIN: Reach.HALL},
    "list_accounts": {ADMIN: Reach.HALL},
    "list_sessions": {ADMIN: Reach.HALL},
    "add_account": {ADMIN: Reach.HALL},
    "change_account": {ADMIN: Reach.HALL},
    "disable_account": {ADMIN: Reach.HALL},
    "enable_account": {ADMIN: Reach.HALL},
    "unlock_account": {ADMIN: Reach.HALL},
    "reset_password": {ADMIN: Reach.HALL},
    "end_sessions": {ADMIN: Reach.HALL},
    "metrics": {SERVICE: Reach.HALL, ADMIN: Reach.HALL},
}
_ANNOUNCEMENTS: Mapping[str, Reaches] = {"report_announcement": {CALLER: Reach.HALL}}
_ONESELF: Mapping[str, Reaches] = {
    "get_session": ANY_STAFF,
    "set_own_password": ANY_STAFF,
    "get_own_device": ANY_DEVICE,
}
PAGES: Mapping[str, Reaches] = {
    "nurse": {NURSE: Reach.OWN},
    "doctor": {DOCTOR: Reach.OWN},
    "board": {NURSE: Reach.OWN, DOCTOR: Reach.OWN},
    "admin": {ADMIN: Reach.OWN},
}
"""Shells of pages, which hold nobody's data: whoever may not open one is led to the own page or to the login."""
OPEN = (
    *("sign_in", "sign_out", "home", "login", "texts", "static", "shared"),
    *("healthz", "readyz", "openapi", "docs"),
)
"""What needs nobody."""
WITHIN = frozenset({"call_chosen_ticket", "stage_at_station", "follow"})
"""Rows that no address has: asked inside `call_next` and `stage_ticket`, and when a socket joins."""


def _table() -> Mapping[str, Right]:
    parts = {
        Subject.TICKET: _TICKETS,
        Subject.STATION: _STATIONS,
        Subject.PRINT_JOB: _PAPER,
        Subject.ALERT: _ALERTS,
        Subject.ANNOUNCEMENT: _ANNOUNCEMENTS,
        Subject.DEVICE: _DEVICES,
        Subject.APPOINTMENT: _APPOINTMENTS,
        Subject.NAMED_HALL: _NAMED_HALL,
        Subject.OWN_HALL: _OWN_HALL,
        Subject.NOTHING: {**_ONESELF, **PAGES},
    }
    rows = {name: Right(subject, reaches) for subject, part in parts.items() for name, reaches in part.items()}
    return MappingProxyType({**rows, **dict.fromkeys(OPEN, Right(Subject.NOTHING, None))})


RIGHTS: Mapping[str, Right] = _table()


def roles_of(operation: str) -> frozenset[Role] | None:
    """The roles an operation is for; None where it needs nobody. An operation without a row is for no role."""
    right = RIGHTS.get(operation)
    if right is None:
        return frozenset()
    return None if right.reaches is None else frozenset(right.reaches)


def reach_of(operation: str, role: Role | None) -> Reach:
    """How far a role's right to an operation reaches; an empty one where there is none."""
    right = RIGHTS.get(operation)
    none = Reach(0)
    return none if right is None or right.reaches is None or role is None else right.reaches.get(role, none)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ticket is, or was: what a right that does not reach the whole hall is judged by."""

    state: TicketState
    queue: str
    station: str | None
    escorted: bool = False

    def at(self, stations: frozenset[str]) -> bool:
        """Whether one of these stations has it: sent ahead to it, called to it, or served at it."""
        return self.station in stations and self.state in AT_ROOM

    def is_elsewhere(self, stations: frozenset[str]) -> bool:
        """Whether another station than these has it."""
        return self.station is not None and self.state in AT_ROOM and self.station not in stations


def own_then(stations: frozenset[str], *, bound: bool, doctor: str | None, sat: str | None) -> frozenset[str]:
    """Of the own stations those that were one's own when a change was made, while `sat` was the room's doctor.

    An account that is bound to a station has it whoever sits there.
    """
    return stations if bound or doctor == sat else frozenset()


AT_ROOM = AT_STATION | {TicketState.STAGED}
WAITING = frozenset({TicketState.CHECKED_IN, TicketState.WAITING, TicketState.STAGED})


def reaches(
    reach: Reach, place: Place, *, stations: frozenset[str], queues: frozenset[str], before: Place | None = None
) -> bool:
    """Whether a right reaches a ticket of the hall, for whom these are the own stations and their queues.

    `before` is where the ticket was until the change that is to be taken back.
    """
    if reach & (Reach.HALL | Reach.HOSPITAL):
        return True
    in_queue = place.queue in queues
    elsewhere = place.is_elsewhere(stations) or (before is not None and before.is_elsewhere(stations))
    return bool(
        (Reach.ROOM in reach and place.at(stations) and not elsewhere)
        or (Reach.BEFORE in reach and before is not None and before.at(stations) and not elsewhere)
        or (Reach.LINE in reach and in_queue and place.state in WAITING and not elsewhere)
        or (Reach.PASSED in reach and in_queue and place.state is TicketState.PASSED)
        or (Reach.QUEUES in reach and in_queue)
        or (Reach.ESCORTED in reach and place.escorted)
    )
