"""Owns what an answer of the server offers to choose. Knows no screen."""

from collections.abc import Iterable, Mapping

from kiosk.machine.state import Hall, Option, OptionKind
from server.protocol.answers import Choices
from server.protocol.messages import Names
from server.protocol.slot_terms import When
from server.protocol.terms import TicketState

BACK_IN = frozenset({TicketState.PASSED, TicketState.HELD})
"""States that checking in again turns into a place in the queue."""


def options_of(kind: OptionKind, entries: Iterable[Mapping[str, object]], hall: Hall) -> tuple[Option, ...]:
    """The entries of one kind as options; an entry without an id cannot be chosen and is left out."""
    return tuple(
        Option(kind, str(entry["id"]), _title(kind, entry, hall), dict(entry)) for entry in entries if entry.get("id")
    )


def all_options(choices: Choices, hall: Hall) -> tuple[Option, ...]:
    """Everything that checking in may mean: appointments for here and now first, then tickets to put back.

    Without these what is booked elsewhere or for another time, and only then the queues.
    """
    booked = options_of("appointment", choices.appointments, hall)
    found = tuple(option for option in booked if is_for_now(option))
    found += tuple(option for option in options_of("ticket", choices.tickets, hall) if is_away(option))
    return found or booked or options_of("queue", choices.queues, hall)


def is_for_now(option: Option) -> bool:
    """Whether an appointment may be checked in here and now; the server says so, and decides again when it is asked."""
    return option.facts.get("here", True) is True and option.facts.get("when", When.NOW) == When.NOW


def booked_otherwise(choices: Choices, choice: Option | None, hall: Hall) -> Option | None:
    """What the patient has booked for today while another clinic is being chosen; None where nothing differs."""
    if choice is None or choice.kind != "queue":
        return None
    for option in options_of("appointment", choices.appointments, hall):
        is_this = option.facts.get("here", True) and option.facts.get("queue") == choice.id
        if option.facts.get("today", True) and option.facts.get("when") != When.TOO_LATE and not is_this:
            return option
    return None


def hall_queues(hall: Hall) -> tuple[Option, ...]:
    """The queues of the hall, for somebody without an appointment."""
    return tuple(Option("queue", queue.id, queue.name) for queue in hall.queues)


def is_away(option: Option) -> bool:
    """Whether a ticket was passed, or sent away for a while."""
    return option.facts.get("state") in BACK_IN


def is_printable(option: Option) -> bool:
    """Whether the server says that a report may come out here; it decides again when it is asked to print."""
    return option.facts.get("printable") is True


def names(value: object) -> Names:
    """A text by language, from a text by language or a plain text."""
    if isinstance(value, Mapping):
        return {str(language): str(text) for language, text in value.items() if text}
    return {"zh": str(value), "en": str(value)} if value else {}


def _title(kind: OptionKind, entry: Mapping[str, object], hall: Hall) -> Names:
    for field in ("name", "title", "queue_name", "hall_name"):
        if entry.get(field):
            return names(entry[field])
    queue = entry.get("id" if kind == "queue" else "queue")
    return hall.queue_name(str(queue) if queue else None)
