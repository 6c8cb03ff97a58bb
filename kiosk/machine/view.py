"""Owns what the page gets to see of the machine's state, as JSON. Knows no route; never holds a token or a job."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import TypedDict

from kiosk.machine.flow import ELDER_TASKS
from kiosk.machine.options import booked_otherwise, is_printable
from kiosk.machine.state import Finished, Option, Screen, State, Task
from kiosk.machine.steps import offered
from server.protocol.messages import Names
from server.protocol.terms import FeverSign, RedFlag

SEEN = (
    *("slot_start", "slot_end", "doctor_name", "number", "state", "display_name"),
    *("here", "when", "today", "place", "hall_name", "opens_at"),
    *("text", "withheld", "issued_at", "prints"),
)
"""Facts of an option that may be drawn; whatever else an answer holds stays in the agent."""


SIGNS: Mapping[Screen, Iterable[StrEnum]] = {Screen.HEALTH: RedFlag, Screen.FEVER: FeverSign}
"""What the questions about danger name, as the server's rules list it (server.protocol.terms)."""


class OptionView(TypedDict):
    """One thing to choose; `value` is what the page says when it is touched."""

    value: str
    kind: str
    id: str
    title: Names
    facts: dict[str, object]


class ReportView(OptionView):
    """A report to choose: whether it is on paper already, and whether it may come out here."""

    printed: bool
    printable: bool


class MessageView(TypedDict):
    """A text of the page's catalogue by its key, with what stands in its gaps; or the server's own."""

    key: str
    values: dict[str, str]
    text: Names | None


class Later(TypedDict):
    """One cause of a longer wait, and how often."""

    cause: str
    count: int


class FinishedView(TypedDict):
    """What the last screen says (Finished)."""

    number: str | None
    place: Names
    queue: Names
    ahead: int | None
    wait: list[int | None]
    later: list[Later]
    note: Names
    again: bool
    paper: str | None
    reason: str | None
    moved_to: Names


class ScreenView(TypedDict, total=False):
    """What is shown on one kind of screen only."""

    tasks: list[str]
    can_print: bool
    proofs: list[str]
    options: Sequence[OptionView]
    choice: OptionView | None
    person: str | None
    booked: OptionView | None
    signs: list[str]
    coming: Names
    awaited: bool
    finished: FinishedView | None


class View(ScreenView):
    """The screen to draw."""

    screen: str
    step: int
    language: str
    languages: list[str]
    elder: bool
    online: bool
    warned: bool
    task: str | None
    hospital: Names
    hall: Names
    timezone: str
    message: MessageView | None


def view(state: State) -> View:
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


def _of_screen(state: State) -> ScreenView:
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
                "signs": [sign.value for sign in SIGNS.get(state.screen, ())],
            }
        case Screen.DIRECTION:
            return {"choice": _option(state.choice) if state.choice else None}
        case Screen.STAFF:
            return {"coming": dict(state.coming), "awaited": state.alert is not None}
        case Screen.DONE | Screen.PLACE | Screen.ASK_PAPER | Screen.PRINTING:
            return {"finished": _finished(state.finished)}
        case _:
            return {}


def _booked(state: State) -> OptionView | None:
    """What the patient has booked for today where another clinic is about to be confirmed."""
    if state.screen is not Screen.CONFIRM or state.identity is None or state.hall is None:
        return None
    found = booked_otherwise(state.identity.choices, state.choice, state.hall)
    return _option(found) if found else None


def _message(state: State) -> MessageView | None:
    if state.message is None:
        return None
    text = state.message.text
    return {"key": state.message.key, "values": dict(state.message.values), "text": dict(text) if text else None}


def _option(option: Option) -> OptionView:
    return {
        "value": f"{option.kind}:{option.id}",
        "kind": option.kind,
        "id": option.id,
        "title": dict(option.title),
        "facts": {field: option.facts[field] for field in SEEN if option.facts.get(field) is not None},
    }


def _report(option: Option, printed: frozenset[str]) -> ReportView:
    return {**_option(option), "printed": option.id in printed, "printable": is_printable(option)}


def _finished(finished: Finished | None) -> FinishedView | None:
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
