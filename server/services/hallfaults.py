"""What is wrong in a hall file, in words: where, which line, what was probably meant."""

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any
from unicodedata import normalize

from pydantic import BaseModel, ValidationError

from server.domain.errors import HallError
from server.domain.rule_faults import faults_of
from server.domain.rules import Rules
from server.protocol.terms import ErrorCode
from server.services.config import rules_from
from server.services.context import Context
from server.services.hallmodel import HallFile, HallPart, HospitalPart, QueuePart, SessionPart, StationPart

Location = tuple[Any, ...]
"""Where a key stands in the parsed file, as pydantic names it: ("hall", 0, "queue", 1, "prefix")."""


def rejected(faults: list[dict[str, Any]]) -> HallError:
    """The refusal of a hall file, with its faults."""
    lines = "; ".join(
        (f"line {fault['line']}: " if fault["line"] else "") + f"{fault['where']}: {fault['reason']}"
        for fault in faults
    )
    return HallError(ErrorCode.HALL_FILE_REJECTED, lines, errors=faults)


def line_of(message: str) -> int | None:
    """The line a TOML error names."""
    found = re.search(r"line (\d+)", message)
    return int(found.group(1)) if found else None


def fault_of(text: str, model: type[BaseModel], loc: tuple[Any, ...], kind: str, message: str) -> dict[str, Any]:
    """A fault of the file's shape, in words."""
    key = str(next((part for part in reversed(loc) if isinstance(part, str)), "file"))
    reason = message
    if kind == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        near = difflib.get_close_matches(key, known, 1)
        reason = f"unknown key {key!r}" + (f"; did you mean {near[0]!r}?" if near else f"; known: {', '.join(known)}")
    return {"where": ".".join(str(part) for part in loc), "line": _find_line(text, loc), "reason": reason}


def _known_keys(model: type[BaseModel], loc: tuple[Any, ...]) -> list[str]:
    parts: dict[str, type[BaseModel]] = {
        "hospital": HospitalPart,
        "hall": HallPart,
        "queue": QueuePart,
        "station": StationPart,
        "sessions": SessionPart,
    }
    words = [part for part in loc if isinstance(part, str)]
    return list((parts.get(words[-1], model) if words else model).model_fields)


def _find_line(text: str, loc: tuple[Any, ...]) -> int | None:
    """The line of a key, found by walking the file's table headers in order; a best effort for the reader."""
    counts: dict[str, int] = {}
    wanted = [
        (str(loc[i]), loc[i + 1])
        for i in range(len(loc) - 1)
        if isinstance(loc[i], str) and isinstance(loc[i + 1], int)
    ]
    key = str(next((part for part in reversed(loc) if isinstance(part, str)), ""))
    inside = not wanted
    best: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[+\s*([\w.]+)\s*\]+", line)
        if header:
            name = header.group(1).split(".")[-1]
            counts[name] = counts.get(name, -1) + 1
            if name == "hall":
                counts = {"hall": counts["hall"]}
            inside = all(counts.get(word) == index for word, index in wanted) if wanted else True
            if inside and (best is None or (wanted and name == wanted[-1][0])):
                best = number
        elif inside and re.match(rf"\s*{re.escape(key)}\s*=", line):
            return number
    return best


def rule_faults(text: str, file: HallFile) -> list[dict[str, Any]]:
    """Rules that are unknown, out of their values, or contradict each other."""
    found: list[tuple[str, str, Location]] = []
    for h, hall in enumerate(file.hall):
        for q, queue in enumerate(hall.queue):
            where, loc = f"queue {queue.id}: rules", ("hall", h, "queue", q)
            has_sessions = bool(hall.sessions if queue.sessions is None else queue.sessions)
            found += [(where, reason, (*loc, word)) for word, reason in _rule_values(queue, has_sessions=has_sessions)]
    return [{"where": where, "line": _find_line(text, loc), "reason": reason} for where, reason, loc in found]


def _rule_values(queue: QueuePart, *, has_sessions: bool) -> list[tuple[str, str]]:
    """(rule, what is wrong with it) of one queue."""
    known = [field.name for field in fields(Rules)]
    unknown = [word for word in queue.rules if word not in known]
    if unknown:
        return [(word, f"unknown rule {word!r}{_hint(word, known)}") for word in unknown]
    try:
        rules = rules_from(queue.rules)
    except ValidationError as error:
        return [(str(fault["loc"][0]), f"{fault['loc'][0]}: {fault['msg']}") for fault in error.errors()]
    return [
        (fault.field, f"{fault.field}: {fault.reason}")
        for fault in faults_of(rules, mode=queue.mode, has_sessions=has_sessions)
    ]


def cross_faults(text: str, file: HallFile, context: Context | None) -> list[dict[str, Any]]:
    """What does not fit together: ids, prefixes, queues, scales."""
    found: list[tuple[str, str, Location]] = []
    stations = Counter(station.id for hall in file.hall for station in hall.station)
    halls = Counter(hall.id for hall in file.hall)
    for h, hall in enumerate(file.hall):
        if halls[hall.id] > 1:
            found.append((f"hall {hall.id}", "two halls with this id", ("hall", h, "id")))
        found += _queue_faults(hall, h, context)
        found += _station_faults(hall, h, stations)
        found += _level_faults(hall, h, context)
    return [{"where": where, "line": _find_line(text, loc), "reason": reason} for where, reason, loc in found]


def _queue_faults(hall: HallPart, h: int, context: Context | None) -> list[tuple[str, str, Location]]:
    found: list[tuple[str, str, Location]] = []
    ids = Counter(queue.id for queue in hall.queue)
    prefixes = Counter(queue.prefix for queue in hall.queue)
    for q, queue in enumerate(hall.queue):
        where, loc = f"queue {queue.id}", ("hall", h, "queue", q)
        if ids[queue.id] > 1:
            found.append((where, "two queues of this hall with this id", (*loc, "id")))
        if prefixes[queue.prefix] > 1:
            found.append((where, f"prefix {queue.prefix} is used twice in this hall", (*loc, "prefix")))
        if context is not None and queue.scale not in context.scales:
            found.append((where, f"unknown scale {queue.scale!r}{_hint(queue.scale, context.scales)}", (*loc, "scale")))
    return found


def _station_faults(hall: HallPart, h: int, stations: Mapping[str, int]) -> list[tuple[str, str, Location]]:
    found: list[tuple[str, str, Location]] = []
    queues = [queue.id for queue in hall.queue]
    for s, station in enumerate(hall.station):
        where, loc = f"station {station.id}", ("hall", h, "station", s)
        if stations[station.id] > 1:
            found.append((where, "station ids are unique in the hospital", (*loc, "id")))
        found += [
            (where, f"unknown queue {queue!r}{_hint(queue, queues)}", (*loc, "queues"))
            for queue in station.queues
            if queue not in queues
        ]
    return found


def _level_faults(hall: HallPart, h: int, context: Context | None) -> list[tuple[str, str, Location]]:
    """Levels of a station that no scale of its queues has: the room would call nobody of them."""
    if context is None:
        return []
    found: list[tuple[str, str, Location]] = []
    for s, station in enumerate(hall.station):
        scales = {queue.scale for queue in hall.queue if queue.id in station.queues} & set(context.scales)
        known = [level.code for scale in sorted(scales) for level in context.scale(scale).levels]
        found += [
            (
                f"station {station.id}",
                f"unknown level {level!r}{_meant(level, known)}",
                ("hall", h, "station", s, "levels"),
            )
            for level in station.levels
            if known and level not in known
        ]
    return found


def _meant(level: str, known: list[str]) -> str:
    """The level that reads the same, such as Ⅲ for III; else those there are."""
    near = next((code for code in known if normalize("NFKC", code) == normalize("NFKC", level)), None)
    return f"; did you mean {near!r}?" if near else f"; known: {' '.join(known)}"


def _hint(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean {near[0]!r}?" if near else ""
