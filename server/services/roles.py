"""Sets of roles that the tables of routes and sockets are written with (architecture §4, Roles)."""

from typing import TypeAlias

from server.protocol.terms import DeviceRole, StaffRole
from server.services.principal import Role

Roles: TypeAlias = frozenset[Role]
KIOSK, CALLER, STATION, CONSOLE, SERVICE = DeviceRole
NURSE, DOCTOR, ADMIN = StaffRole
READERS: Roles = frozenset({KIOSK, CALLER, CONSOLE, NURSE, DOCTOR})
DESK: Roles = frozenset({CONSOLE, NURSE})
CARE: Roles = frozenset({CONSOLE, NURSE, DOCTOR})
ROOM: Roles = frozenset({CONSOLE, DOCTOR})
