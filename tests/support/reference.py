"""Writes docs/{reference,lifecycle,roles}.md from the code itself: `python -m tests.support.reference`."""

from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings

from caller.settings import Settings as CallerSettings
from hardware.settings import StationSettings
from kiosk.settings import Settings as KioskSettings
from server.app import create
from server.domain.access.reach import MEANINGS, Reach
from server.domain.access.rights import OPEN, RIGHTS
from server.domain.lifecycle import ACTIONS, CLOSED, ESCORTED, EVENT_OF_ACTION, TRANSITIONS, allowed, diagram
from server.domain.privacy.audiences import EVENTS, PUBLIC_FIELDS
from server.protocol.terms import Action, Audience, DeviceRole, ErrorCode, EventKind, StaffRole, TicketState
from server.settings import Settings as ServerSettings
from server.web.problems import STATUS, title_of
from server.web.routes import declared

DOCS = Path(__file__).resolve().parents[2] / "docs"
PROGRAMS: dict[str, type[BaseSettings]] = {
    "hall-server": ServerSettings,
    "hall-kiosk": KioskSettings,
    "hall-caller": CallerSettings,
    "hall-station": StationSettings,
}
KINDS: dict[EventKind, str] = {
    EventKind.TICKET_CHECKED_IN: "a ticket was issued",
    **{rule.event: rule.meaning for rule in ACTIONS.values() if rule.event is not None},
    EventKind.TICKET_NO_SHOW: "closed with the day",
    EventKind.TICKET_UNDONE: "the last move was taken back; the reason names it",
    EventKind.STATION_OPENED: "a room calls",
    EventKind.STATION_PAUSED: "a room pauses, with reason and expected return",
    EventKind.STATION_STOPPED: "a room has stopped for the session",
    EventKind.ANNOUNCEMENT_OUTCOME: "spoken, shown only, or failed",
    EventKind.PRINT_JOB_QUEUED: "paper is asked for",
    EventKind.PRINT_JOB_LEASED: "one device may print it now",
    EventKind.PRINT_JOB_PRINTED: "the printer itself said so",
    EventKind.PRINT_JOB_SENT: "a printer that confirms nothing took it all and complained of nothing",
    EventKind.PRINT_JOB_FAILED: "certainly not whole on paper",
    EventKind.PRINT_JOB_UNKNOWN: "nobody can say whether it came out: a person looks",
    EventKind.DEVICE_ENROLLED: "a machine got a token",
    EventKind.DEVICE_REVOKED: "its token opens nothing any more",
    EventKind.DEVICE_ONLINE: "heard again",
    EventKind.DEVICE_OFFLINE: "silent for fifteen seconds",
    EventKind.DEVICE_HEALTH: "its health changed",
    EventKind.DEVICE_CHANGED: "its place changed",
    EventKind.ALERT_RAISED: "staff is asked to look",
    EventKind.ALERT_REPEATED: "the same call again: its line counts more",
    EventKind.ALERT_ACKNOWLEDGED: "somebody goes, or has read it",
    EventKind.ALERT_CLOSED: "over, with an outcome",
    EventKind.DAY_CLOSED: "the business day is over; the reason names it",
    EventKind.HIDDEN: "public frames only: something the public may not see happened",
    EventKind.REMOVED: "public frames only: the thing named by `id` left the public's sight",
}


def settings() -> str:
    """A table of environment variables for each program."""
    parts = []
    for program, model in PROGRAMS.items():
        prefix = model.model_config["env_prefix"]
        rows = [
            f"| `{prefix}{name.upper()}` | `{_default(field.default)}` | {field.description or _told(model, name)} |"
            for name, field in model.model_fields.items()
        ]
        parts.append("\n".join([f"### {program}", "", "| variable | default | what it is |", "|---|---|---|", *rows]))
    return "\n\n".join(parts)


def _default(value: Any) -> str:
    text = value.get_secret_value() if hasattr(value, "get_secret_value") else value
    return "none" if text is None or text == "" else str(text)


def _told(model: type[BaseSettings], name: str) -> str:
    lines = Path(__import__(model.__module__, fromlist=["x"]).__file__).read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.strip().startswith(f"{name}:"))
    return lines[at + 1].strip().strip('"')


def routes() -> str:
    """A table of the API's routes."""
    rows = []
    for route in sorted(declared(), key=lambda one: (one.path, one.method)):
        roles = ", ".join(sorted(route.roles)) if route.roles is not None else "anybody"
        body = f"`{route.body.__name__}`" if route.body else ""
        answers, key = ", ".join(map(str, route.status)), "yes" if route.key else ""
        rows.append(f"| `{route.method} {route.path}` | {roles} | {body} | {answers} | {key} |")
    return "\n".join(["| route | roles | body | answers | key |", "|---|---|---|---|---|", *rows])


def reference() -> str:
    """The whole of docs/reference.md."""
    codes = [f"| `{code}` | {STATUS[code]} | {title_of(code, 'en')} | {title_of(code, 'zh')} |" for code in ErrorCode]
    kinds = [f"| `{kind}` | {KINDS[kind]} |" for kind in EventKind]
    return "\n".join(
        [
            "# Reference",
            "",
            "Written from the code by `python -m tests.support.reference`; a test holds it.",
            "The contract itself, with examples and links, is `GET /api/v1/openapi.json`; `GET /api/v1/docs` shows it.",
            "",
            "## Settings",
            "",
            settings(),
            "",
            "## Routes",
            "",
            "A key is an `Idempotency-Key` of 1 to 255 printable characters; same key and command, same answer.",
            "`GET /healthz` and `GET /readyz` need nobody, `GET /metrics` a service device or an administrator.",
            "",
            routes(),
            "",
            "## Refusals",
            "",
            "`application/problem+json` with `code`; nothing changed.",
            "",
            "| code | status | en | zh |",
            "|---|---|---|---|",
            *codes,
            "",
            "## Events",
            "",
            "| kind | what happened |",
            "|---|---|",
            *kinds,
            "",
        ]
    )


def lifecycle() -> str:
    """The whole of docs/lifecycle.md: the diagram and the table, from server.domain.lifecycle."""
    rows = [f"| `{state}` | {_moves(state)} |" for state in TicketState]
    events = [f"| {action} | `{kind}` |" for action, kind in EVENT_OF_ACTION.items()]
    events += [f"| {Action.CLOSE} | {', '.join(f'`{kind}`' for kind in CLOSED.values())}, by the state after it |"]
    return "\n".join(
        [
            "# The life of a ticket",
            "",
            "Written from `server/domain/lifecycle.py` by `python -m tests.support.reference`; a test holds it.",
            "Back in line means `checked_in` where a graded queue has still to grade the ticket.",
            "Undo is not in the table: within the rule's seconds it restores the ticket as it was.",
            "",
            "```mermaid",
            diagram().rstrip(),
            "```",
            "",
            "| state | what may happen |",
            "|---|---|",
            *rows,
            "",
            "| action | fact in the journal |",
            "|---|---|",
            *events,
            "",
        ]
    )


def roles() -> str:
    """The whole of docs/roles.md: the table of rights, from server.domain.access.rights."""
    every = [*DeviceRole, *StaffRole]
    rows = []
    for name, right in sorted(RIGHTS.items(), key=lambda one: (one[1].subject.value, one[0])):
        if right.reaches is not None:
            cells = " | ".join(_reach(right.reaches.get(role, Reach(0))) for role in every)
            rows.append(f"| `{name}` | {right.subject.value} | {cells} |")
    return "\n".join(
        [
            "# Roles",
            "",
            "Written from `rights.py` and `lifecycle.py` in `server/domain` by `python -m tests.support.reference`;",
            "a test keeps it true.",
            "The same table is asked by every route and socket, and a test sends every operation as every role.",
            "",
            "A row is an operation: a command or reading of [the API](reference.md#routes), or a page. A cell says how",
            "far the right of a role reaches; an empty one is refused (403 `forbidden`). What has no row is refused to",
            "everybody. A thing of another hall is answered like one that is not there (404). The right is asked when",
            "it is used, under the lock of the thing's hall; at a ticket or room that is not the doctor's own the",
            "answer is 403 `not_your_station`.",
            "",
            "| word | the right reaches |",
            "|---|---|",
            *[f"| {_reach(reach)} | {meaning} |" for reach, meaning in MEANINGS.items()],
            "",
            "The own station of a doctor is the one the account is bound to. Without one it is where this doctor sits,",
            "by `open`. An account without a station and without a doctor works at stations that name no doctor.",
            "",
            f"Anybody, without a token: {', '.join(f'`{name}`' for name in OPEN)}.",
            "",
            f"| operation | about | {' | '.join(every)} |",
            "|---|---|" + "---|" * len(every),
            *rows,
            "",
            "## What is read",
            "",
            "From `server/domain/privacy/audiences.py`. Staff (console, nurse, doctor) reads every event and field.",
            "Every other role reads what the public may see: a caller, whose texts have names as the hall's voice says",
            "them, and everybody else, at most by the display name that the queue's privacy allows.",
            "",
            f"Events: {', '.join(f'`{kind}`' for kind in EventKind if kind in EVENTS[Audience.PUBLIC])}.",
            "Any other event is `hidden`, and a ticket that leaves the public's sight is `removed`.",
            "",
            "| thing | fields the public reads |",
            "|---|---|",
            *[f"| {thing} | {', '.join(f'`{word}`' for word in fields)} |" for thing, fields in PUBLIC_FIELDS.items()],
            "",
        ]
    )


def _reach(reach: Reach) -> str:
    return " + ".join(str(one.name).lower() for one in Reach if one in reach)


def _moves(state: TicketState) -> str:
    possible = [f"{action} → `{TRANSITIONS[state, action]}`" for action in allowed(state)]
    possible += [f"{action} → `{to}` (escorted)" for (at, action), to in ESCORTED.items() if at is state]
    return ", ".join(possible) or "its life has ended"


def build(folder: Path) -> None:
    """Declare all routes by composing a server over a throw-away database in `folder`."""
    create(ServerSettings(database_url=f"sqlite:///{folder}/reference.db", state_dir=folder / "state"))


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as made:
        build(Path(made))
        (DOCS / "reference.md").write_text(reference(), encoding="utf-8")
        (DOCS / "lifecycle.md").write_text(lifecycle(), encoding="utf-8")
        (DOCS / "roles.md").write_text(roles(), encoding="utf-8")
