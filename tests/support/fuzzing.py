"""Requests that nobody wrote: schemathesis makes them of the server's own OpenAPI document, for each role and route."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import count, cycle
from pathlib import Path
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st
from schemathesis.core import NotSet

from server.web.routes import Route, declared
from tests.support.api import Api
from tests.support.rights import WISHERS

ROLES = ("kiosk", "caller", "station", "console", "service", "portal", "nurse", "doctor@R1", "admin", None)
NEVER = frozenset({500, 501, 502, 504})
"""503 has its codes and is looked at by them."""
BUSY = frozenset({"busy", "too_late", "storage_full"})
_keys = count(1)


@dataclass
class Seen:
    """What the server answered: how often each status, and the requests that it could not take."""

    statuses: Counter[int] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def note(self, operation: str, status: int, content: bytes, sent: object) -> None:
        """One answer."""
        self.statuses[status] += 1
        self.operations[f"{operation} {status // 100}xx"] += 1
        if status in NEVER or (status == 503 and json.loads(content).get("code") not in BUSY):
            self.faults.append(f"{operation} {status}: {repr(sent)[:600]}")


def real_ids(api: Api) -> dict[str, list[str]]:
    """Ids that the server knows, by the word of a path or the field of a body."""
    tickets = [api.check_in(name)["id"] for name in ("张三", "李四", "O'Neill", "欧阳小明")]
    tickets.append(api.check_in("急", queue="ED")["id"])
    api.post("/stations/R1/call-next", {"finish_current": True})
    alert = api.post("/alerts", {"kind": "help", "ticket": tickets[1]}, role="kiosk")[1]["alert"]["id"]
    api.post("/devices/me/heartbeat", {}, role="station", key="")  # a list needs somebody who prints it
    job = api.post("/halls/H1/lists", {}, role="console")[1].get("print_job", {"id": "j1"})["id"]
    claimed = api.post("/print-jobs/claim", {}, role="station", key="")[1]["print_job"]
    announcements = [one["id"] for one in api.snapshot("caller")["announcements"]]
    return {
        "tickets": tickets,
        "stations": ["R1", "R2", "E1", "S1"],
        "halls": ["H1", "H2"],
        "alerts": [alert],
        "print-jobs": [job, *([claimed["id"]] if claimed else [])],
        "announcements": announcements or ["a1"],
        "devices": [api.device("caller")],
        "queue": ["IM", "ENT", "ED"],
        "hall": ["H1", "H2"],
        "station": ["R1", "R2"],
        "ticket": tickets,
    }


def fuzz(api: Api, examples: int, *, allowed: bool = False) -> Seen:
    """So many requests to each operation, each by the next role, or by the next that may; deterministic.

    What came of them.
    """
    seen, ids = Seen(), real_ids(api)
    every, may = cycle(ROLES), {route.operation: cycle(_who_may(route)) for route in declared()}
    headers = {role: api.headers(role) for role in ROLES}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", api.server.app)
    client = api.server.app.test_client(use_cookies=False)

    def send(operation: str, roles: Iterator[str | None], case: Any, choose: int) -> None:
        path, body = _with_real_ids(case, ids, choose)
        own = {**headers[next(roles)], "Idempotency-Key": f"fuzz-{next(_keys)}", "X-Hall-Time": api.at or ""}
        extra = {name: value for name, value in dict(case.headers or {}).items() if name.lower() != "authorization"}
        content = {} if isinstance(body, NotSet) else _content(body)
        sent = (case.method, path, dict(case.query or {}), body)
        try:
            answer = client.open(
                path, method=case.method, query_string=case.query or {}, headers={**_sendable(extra), **own}, **content
            )
        except (UnicodeError, ValueError) as error:  # no client could send it
            seen.operations[f"unsendable {type(error).__name__}"] += 1
            return
        seen.note(operation, answer.status_code, answer.get_data(), sent)

    for found in schema.get_all_operations():
        operation = found.ok()
        roles = may.get(operation.definition.raw["operationId"], every) if allowed else every
        _each(operation.as_strategy(), examples, partial(send, operation.label, roles))
    return seen


def _who_may(route: Route) -> list[str | None]:
    """The roles that a route lets in; nobody where it asks nobody."""
    return [name for name, role in WISHERS.items() if role in (route.roles or ())] or [None]


def _each(strategy: Any, examples: int, send: Callable[[Any, int], None]) -> None:
    @settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck), verbosity=Verbosity.quiet,
    )  # fmt: skip
    @given(case=strategy, choose=st.integers(0, 1 << 20))
    def each(case: Any, choose: int) -> None:
        send(case, choose)

    each()


def _with_real_ids(case: Any, ids: dict[str, list[str]], choose: int) -> tuple[str, Any]:
    """Address and body; three of four times with ids that the server knows, so that the request gets to the rules."""
    path, body = case.formatted_path, case.body
    if choose % 4 == 0:
        return path, body
    parts = case.operation.path.split("/")
    for at, part in enumerate(parts):
        if part.startswith("{"):
            known = ids.get(parts[at - 1], [])
            parts[at] = known[choose % len(known)] if known else "x"
    if isinstance(body, dict):
        body = {name: ids[name][choose % len(ids[name])] if name in ids else value for name, value in body.items()}
    return "/".join(parts), body


def _content(body: Any) -> dict[str, Any]:
    if isinstance(body, bytes):
        return {"data": body, "content_type": "application/json"}
    return {"data": json.dumps(body), "content_type": "application/json"}


def _sendable(headers: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in headers.items() if str(value).isascii() and str(value).isprintable()}


def resident() -> int:
    """Kilobytes that this process holds in memory."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") // 1024
