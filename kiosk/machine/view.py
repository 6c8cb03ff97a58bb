"""Owns what the page gets to see of the machine's state, as JSON. Knows no route; never holds a token or a job."""

from collections.abc import Mapping
from typing import Any

from kiosk.machine.flow import ELDER_TASKS
from kiosk.machine.options import booked_otherwise, is_printable
from kiosk.machine.state import Finished, Option, Screen, State, Task
from kiosk.machine.steps import offered

SEEN = (
    *("slot_start", "slot_end", "doctor_name", "number", "state", "display_name"),
    *("here", "when", "today", "place", "hall_name", "opens_at"),
    *("text", "withheld", "issued_at", "prints"),
)
"""Facts of an option that may be drawn; whatever else an answer holds stays in the agent."""


def view(state: State) -> dict[str, Any]:
    """The screen to draw: which one, in which language and size, with what is to be read and chosen on it."""
    hall = state.hall
    return {
        "screen": state.screen.value,
        "step": state.step,
        "language": state.language,
        "languages": offered(hall),
        "elder": state.elder,
        "online": state.online,
        "warned": state.warned,
        "task": state.task.value if state.task else None,
        "hospital": dict(hall.hospital) if hall else {},
        "hall": dict(hall.name) if hall else {},
        "timezone": hall.timezone if hall else "Asia/Shanghai",
        "message": _message(state),
        **_of_screen(state),
    }


def _of_screen(state: State) -> dict[str, Any]:
    match state.screen:
        case Screen.HOME:
            tasks = ELDER_TASKS if state.elder else tuple(Task)
            return {"tasks": [task.value for task in tasks], "can_print": state.can_print}
        case Screen.PROOF:
            return {"proofs": list(state.proofs)}
        case Screen.CHOOSE:
            return {"options": [_option(option) for option in state.options]}
        case Screen.REPORTS:
            return {"options": [_report(option, state.printed) for option in state.options]}
        case Screen.CONFIRM | Screen.HEALTH | Screen.FEVER:
            return {
                "choice": _option(state.choice) if state.choice else None,
                "person": state.identity.display_name if state.identity else None,
                "booked": _booked(state),
            }
        case Screen.DIRECTION:
            return {"choice": _option(state.choice) if state.choice else None}
        case Screen.STAFF:
            return {"coming": dict(state.coming), "awaited": state.alert is not None}
        case Screen.DONE | Screen.PLACE | Screen.ASK_PAPER | Screen.PRINTING:
            return {"finished": _finished(state.finished)}
        case _:
            return {}


def _booked(state: State) -> dict[str, Any] | None:
    """What the patient has booked for today where another clinic is about to be confirmed."""
    if state.screen is not Screen.CONFIRM or state.identity is None or state.hall is None:
        return None
    found = booked_otherwise(state.identity.choices, state.choice, state.hall)
    return _option(found) if found else None


def _message(state: State) -> dict[str, Any] | None:
    if state.message is None:
        return None
    text = state.message.text
    return {"key": state.message.key, "values": dict(state.message.values), "text": dict(text) if text else None}


def _option(option: Option) -> dict[str, Any]:
    facts: Mapping[str, Any] = option.facts
    return {
        "value": f"{option.kind}:{option.id}",
        "kind": option.kind,
        "id": option.id,
        "title": dict(option.title),
        "facts": {field: facts[field] for field in SEEN if facts.get(field) is not None},
    }


def _report(option: Option, printed: frozenset[str]) -> dict[str, Any]:
    return _option(option) | {"printed": option.id in printed, "printable": is_printable(option)}


def _finished(finished: Finished | None) -> dict[str, Any] | None:
    if finished is None:
        return None
    return {
        "number": finished.number,
        "place": dict(finished.place),
        "queue": dict(finished.queue),
        "ahead": finished.ahead,
        "wait": [finished.wait_low, finished.wait_high],
        "later": [{"cause": cause, "count": count} for cause, count in finished.later],
        "note": dict(finished.note),
        "again": finished.again,
        "paper": finished.paper.value if finished.paper else None,
        "reason": finished.reason,
        "moved_to": dict(finished.moved_to),
    }
