"""How far a right may reach, by role. Which right reaches how far stands in `rights`, for actions in `lifecycle`."""

from collections.abc import Mapping
from enum import Flag, auto
from types import MappingProxyType
from typing import TypeAlias

from server.protocol.terms import DeviceRole, StaffRole

Role: TypeAlias = DeviceRole | StaffRole
KIOSK, CALLER, STATION, CONSOLE, SERVICE, PORTAL = DeviceRole
NURSE, DOCTOR, ADMIN = StaffRole


class Reach(Flag):
    """How far a right reaches; several of them together reach whatever one of them does."""

    HOSPITAL = auto()
    HALL = auto()
    ROOM = auto()
    FREE = auto()
    LINE = auto()
    PASSED = auto()
    QUEUES = auto()
    BEFORE = auto()
    ESCORTED = auto()
    SIGHT = auto()
    VISIT = auto()
    LATEST = auto()
    NAMELESS = auto()
    OWN = auto()


MEANINGS: Mapping[Reach, str] = MappingProxyType(
    {
        Reach.HOSPITAL: "things of every hall",
        Reach.HALL: "things of the own hall; of every hall for an account or a service that is bound to none",
        Reach.ROOM: "the own station, and tickets that are sent ahead to it, called to it or served at it",
        Reach.FREE: "for a doctor bound to no station: one where no doctor sits, or which has stopped",
        Reach.LINE: "tickets that wait in queues of the own station and are not sent ahead to another one",
        Reach.PASSED: "passed tickets of queues of the own station",
        Reach.QUEUES: "queues of the own station, and tickets of these queues",
        Reach.BEFORE: "tickets that were at the own station before the change and are at no other one now; "
        "no change made while another doctor sat there",
        Reach.ESCORTED: "tickets of the hall whose level does not queue (R, Ⅰ): no station calls them",
        Reach.SIGHT: "tickets that the public may see: alive, and of a level that queues",
        Reach.VISIT: "the patient who was identified at this device, by the visit token",
        Reach.LATEST: "what this device printed last, for five minutes, where nothing but a name is known",
        Reach.NAMELESS: "anything else by an alert that names nobody",
        Reach.OWN: "the device or account itself, the print jobs it holds, the alerts it raised",
    }
)


Reaches: TypeAlias = Mapping[Role, Reach]
"""How far the right of each role reaches; a role that is not in it has none."""

DESK: Reaches = {CONSOLE: Reach.HALL, NURSE: Reach.HALL}
CARE: Reaches = {**DESK, DOCTOR: Reach.HALL}


def care(doctor: Reach, **more: Reach) -> Reaches:
    """The desk's reaches, the doctor's own, and those of `more` roles of devices."""
    return {**DESK, DOCTOR: doctor, **{DeviceRole(role): reach for role, reach in more.items()}}
