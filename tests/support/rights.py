"""Asks a server whether it keeps the table of rights: every operation, every role, things of two halls."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask import Flask

from server.domain.access.reach import Reach, Role
from server.domain.access.rights import RIGHTS, WITHIN, Subject, reach_of
from server.protocol.terms import DeviceRole, StaffRole
from server.web.openapi import EXAMPLES
from server.web.routes import Route, declared
from tests.support.api import Api

WISHERS: dict[str, Role] = {
    **{role.value: role for role in DeviceRole},
    "nurse": StaffRole.NURSE,
    "doctor@R1": StaffRole.DOCTOR,
    "admin": StaffRole.ADMIN,
}
"""One of each role in hall H1; an administrator belongs to none."""
ABROAD: dict[str, Role] = {
    **{f"{role.value}:H2": role for role in DeviceRole},
    "nurse:H2": StaffRole.NURSE,
    "doctor:H2": StaffRole.DOCTOR,
}
"""The same roles in hall H2."""
MISSING = {
    Subject.TICKET: "unknown_ticket",
    Subject.STATION: "unknown_station",
    **dict.fromkeys(
        (Subject.PRINT_JOB, Subject.ALERT, Subject.ANNOUNCEMENT, Subject.DEVICE, Subject.APPOINTMENT), "not_found"
    ),
}
BODIES: dict[str, dict[str, Any]] = {
    **EXAMPLES,
    "close_alert": {"outcome": "helped"},
    "move_appointment": {"slot_start": "2026-03-02T10:00", "slot_end": "2026-03-02T10:30"},
}


def unlisted(app: Flask) -> list[str]:
    """Addresses that no row of the table names."""
    return sorted(rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.rpartition(".")[2] not in RIGHTS)


def unused(app: Flask) -> list[str]:
    """Rows of the table that no address has."""
    named = {rule.endpoint.rpartition(".")[2] for rule in app.url_map.iter_rules()}
    return sorted(RIGHTS.keys() - named - WITHIN)


def guarded() -> list[Route]:
    """The API's routes that ask who is there."""
    return [route for route in declared() if route.roles is not None]


def ask(api: Api, route: Route, wisher: str | None, *, thing: str = "nothing", body: Any = None, **more: Any) -> Any:
    """One request to a route as `wisher`, about a thing and hall H1; with a whole body unless another is given."""
    path = route.path.removeprefix("/api/v1").replace("<hall>", "H1").replace("<id>", thing)
    given = BODIES.get(route.operation, {}) if body is None else body
    return api.send(route.method, path, given if route.method == "POST" else None, role=wisher, **more)


def refused_by_role(answer: Any) -> bool:
    """Whether the answer is the table's refusal of a role."""
    said = answer.json or {}
    return (answer.status_code, said.get("code")) == (403, "forbidden") and "may not do this" in said.get("detail", "")


def let_in(api: Api) -> Iterator[tuple[str, str, int]]:
    """Whom the server does not refuse though the table does: (operation, wisher, status)."""
    for route in guarded():
        for wisher, role in WISHERS.items():
            if reach_of(route.operation, role):
                continue
            answer = ask(api, route, wisher)
            if not refused_by_role(answer):
                yield route.operation, wisher, answer.status_code


def kept_out(api: Api) -> Iterator[tuple[str, str]]:
    """Whom the server refuses for the role though the table grants it: (operation, wisher)."""
    for route in guarded():
        for wisher, role in WISHERS.items():
            if reach_of(route.operation, role) and refused_by_role(ask(api, route, wisher, body={})):
                yield route.operation, wisher


def told_abroad(api: Api, things: Mapping[Subject, str]) -> Iterator[tuple[str, str, int, str]]:
    """Where who works in H2 is answered otherwise about a thing of H1 than about one that is not there."""
    for route in guarded():
        subject = RIGHTS[route.operation].subject
        for wisher, role in ABROAD.items():
            if subject not in things or role not in (route.roles or ()) or is_for_all(route.operation, role):
                continue
            answer = ask(api, route, wisher, thing=things[subject])
            if (answer.status_code, answer.json.get("code")) != (404, MISSING[subject]):
                yield route.operation, wisher, answer.status_code, answer.json.get("code")


def is_for_all(operation: str, role: Role) -> bool:
    """Whether a role's right to an operation is not bound to one hall, or goes on without the thing."""
    return bool(reach_of(operation, role) & (Reach.HOSPITAL | Reach.NAMELESS))
