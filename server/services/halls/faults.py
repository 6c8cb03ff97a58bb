"""What is wrong in a hall file, in words: where, which line, what was probably meant."""

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from itertools import chain, islice
from typing import TypedDict
from unicodedata import normalize

from pydantic import BaseModel, ValidationError

from server.domain.errors import HallError
from server.domain.privacy.room_names import neutral_room
from server.domain.queueing.rule_faults import faults_of
from server.domain.queueing.rules import Rules
from server.protocol.terms import ErrorCode
from server.services.core.context import Context
from server.services.core.hall_config import rules_from
from server.services.halls.line_numbers import Lines, Location
from server.services.halls.schema import (
    HallFile,
    HallPart,
    HospitalPart,
    LimitsPart,
    PrinterPart,
    QueuePart,
    SessionPart,
    StationPart,
)

MOST_FAULTS = 50
"""How many faults are told: who has mended these sees the next ones."""
LONGEST_NAME = 64
"""Characters of a word of the file in an answer, and by which the nearest known one is looked for."""
Found = tuple[str, str, Location]
"""Where, what is wrong, and the place in the parsed file."""


class Fault(TypedDict):
    """What is wrong with a hall file: the part of it, the line where it is known, and why."""

    where: str
    line: int | None
    reason: str


def rejected(faults: list[Fault]) -> HallError:
    """The refusal of a hall file, with its faults."""
    lines = "; ".join(
        (f"line {fault['line']}: " if fault["line"] else "") + f"{fault['where']}: {fault['reason']}"
        for fault in faults
    )
    more = f"; only the first {MOST_FAULTS} faults are told" if len(faults) == MOST_FAULTS else ""
    return HallError(ErrorCode.HALL_FILE_REJECTED, lines + more, errors=faults)


def shape_faults(text: str, error: ValidationError) -> list[Fault]:
    """The first faults of the file's shape, in words."""
    lines = Lines(text)
    errors = error.errors(include_url=False, include_context=False, include_input=False)[:MOST_FAULTS]
    return [_shape_fault(lines, fault["loc"], fault["type"], fault["msg"]) for fault in errors]


def _shape_fault(lines: Lines, loc: Location, kind: str, message: str) -> Fault:
    key = str(next((part for part in reversed(loc) if isinstance(part, str)), "file"))
    reason = message
    if kind == "extra_forbidden":
        known = _known_keys(loc[:-1])
        reason = f"unknown key {_short(key)!r}" + (_hint(key, known) or f"; known: {', '.join(known)}")
    where = ".".join(_short(str(part)) for part in loc)
    return {"where": where, "line": lines.find(loc), "reason": reason[:400]}


def _known_keys(loc: Location) -> list[str]:
    parts: dict[str, type[BaseModel]] = {
        "hospital": HospitalPart,
        "hall": HallPart,
        "queue": QueuePart,
        "station": StationPart,
        "printer": PrinterPart,
        "limits": LimitsPart,
        "sessions": SessionPart,
    }
    words = [part for part in loc if isinstance(part, str)]
    return list((parts.get(words[-1], HallFile) if words else HallFile).model_fields)


def content_faults(text: str, file: HallFile, context: Context | None) -> list[Fault]:
    """The first faults of what a file of the right shape says: its rules, and what does not fit together."""
    found = list(islice(chain(_rule_faults(file), _cross_faults(file, context)), MOST_FAULTS))
    lines = Lines(text) if found else None
    return [
        {"where": where, "line": lines.find(loc) if lines else None, "reason": reason[:400]}
        for where, reason, loc in found
    ]


def _rule_faults(file: HallFile) -> Iterator[Found]:
    """Rules that are unknown, out of their values, or contradict each other."""
    for h, hall in enumerate(file.hall):
        for q, queue in enumerate(hall.queue):
            has_sessions = bool(hall.sessions if queue.sessions is None else queue.sessions)
            for name, reason in _rule_values(queue, has_sessions=has_sessions):
                yield f"queue {queue.id}: rules", reason, ("hall", h, "queue", q, name)


def _rule_values(queue: QueuePart, *, has_sessions: bool) -> list[tuple[str, str]]:
    """(rule, what is wrong with it) of one queue."""
    known = [field.name for field in fields(Rules)]
    unknown = [name for name in queue.rules if name not in known]
    if unknown:
        return [(name, f"unknown rule {_short(name)!r}{_hint(name, known)}") for name in islice(unknown, MOST_FAULTS)]
    try:
        rules = rules_from(queue.rules)
    except ValidationError as error:
        return [(str(fault["loc"][0]), f"{fault['loc'][0]}: {fault['msg']}") for fault in error.errors()]
    return [
        (fault.field, f"{fault.field}: {fault.reason}")
        for fault in faults_of(rules, mode=queue.mode, has_sessions=has_sessions)
    ]


def _cross_faults(file: HallFile, context: Context | None) -> Iterator[Found]:
    """What does not fit together: ids, prefixes, queues, scales."""
    stations = Counter(station.id for hall in file.hall for station in hall.station)
    halls = Counter(hall.id for hall in file.hall)
    for h, hall in enumerate(file.hall):
        if halls[hall.id] > 1:
            yield f"hall {hall.id}", "two halls with this id", ("hall", h, "id")
        printers = Counter(printer.name for printer in hall.printer)
        for name in (name for name, count in printers.items() if count > 1):
            yield f"printer {name}", "two printers of this hall with this name", ("hall", h, "printer")
        yield from _queue_faults(hall, h, context)
        yield from _station_faults(hall, h, stations)
        yield from _level_faults(hall, h, context)


def _queue_faults(hall: HallPart, h: int, context: Context | None) -> Iterator[Found]:
    ids = Counter(queue.id for queue in hall.queue)
    prefixes = Counter(queue.prefix for queue in hall.queue)
    for q, queue in enumerate(hall.queue):
        where, loc = f"queue {queue.id}", ("hall", h, "queue", q)
        if ids[queue.id] > 1:
            yield where, "two queues of this hall with this id", (*loc, "id")
        if prefixes[queue.prefix] > 1:
            yield where, f"prefix {queue.prefix} is used twice in this hall", (*loc, "prefix")
        if context is not None and queue.scale not in context.scales:
            yield where, f"unknown scale {queue.scale!r}{_hint(queue.scale, context.scales)}", (*loc, "scale")


def _station_faults(hall: HallPart, h: int, stations: Mapping[str, int]) -> Iterator[Found]:
    queues = {queue.id: None for queue in hall.queue}
    for s, station in enumerate(hall.station):
        where, loc = f"station {station.id}", ("hall", h, "station", s)
        if stations[station.id] > 1:
            yield where, "station ids are unique in the hospital", (*loc, "id")
        own = (queue for queue in hall.queue if queue.id in station.queues)
        private = next((queue.id for queue in own if queue.privacy == "number_only"), None)
        if private is not None and not station.neutral_name and neutral_room(station.name) is None:
            reason = f"queue {private} shows numbers only and this name has no room number: say neutral_name"
            yield where, reason, (*loc, "name")
        for queue in station.queues:
            if queue not in queues:
                yield where, f"unknown queue {queue!r}{_hint(queue, queues)}", (*loc, "queues")


def _level_faults(hall: HallPart, h: int, context: Context | None) -> Iterator[Found]:
    """Levels of a station that no scale of its queues has: the room would call nobody of them."""
    if context is None:
        return
    for s, station in enumerate(hall.station):
        if not station.levels:
            continue
        own = set(station.queues)
        scales = {queue.scale for queue in hall.queue if queue.id in own} & set(context.scales)
        known = [level.code for scale in sorted(scales) for level in context.scale(scale).levels]
        for level in station.levels:
            if known and level not in known:
                reason = f"unknown level {level!r}{_meant(level, known)}"
                yield f"station {station.id}", reason, ("hall", h, "station", s, "levels")


def _meant(level: str, known: list[str]) -> str:
    """The level that reads the same, such as Ⅲ for III; else those there are."""
    near = next((code for code in known if normalize("NFKC", code) == normalize("NFKC", level)), None)
    return f"; did you mean {near!r}?" if near else f"; known: {' '.join(known)}"


def _hint(name: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(known), 1) if len(name) <= LONGEST_NAME else []
    return f"; did you mean {near[0]!r}?" if near else ""


def _short(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
