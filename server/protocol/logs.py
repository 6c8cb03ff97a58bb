"""How every program logs: to stderr, one entry a line, in UTC, escaped and bounded, without anything about a patient.

Imports the standard library only. What a log may hold is decided here and nowhere else:

- an exception is told by its type, its code and the places it came through. Its message is left out, because libraries
  put the value that displeased them into it (OWASP ASVS 5.0, 16.2.5); only an error that has `log_text` says
  more, and promises that nothing in it came from a patient's data.
- an argument of a log call is a number, a short text, a path or an exception; anything else is told by its type.
- of what libraries log, numbers and exceptions are told, texts are not: they hold addresses, headers and bodies.
"""

import logging
import os
import sqlite3
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from traceback import extract_tb
from types import TracebackType
from typing import Any, TextIO

PACKAGES = ("server", "kiosk", "caller", "hardware")
HOME = Path(__file__).resolve().parents[2]
LONGEST_TEXT, LONGEST_LINE, MOST_FRAMES, LONGEST_CHAIN = 200, 1000, 30, 6
"""Characters of one argument and of one line, frames of one traceback, exceptions of one chain."""
LIBRARIES = ("engineio", "socketio", "werkzeug", "httpx", "httpcore", "urllib3")
"""Libraries that set a level or a handler of their own unless they find one."""
_DATA_CLASSES = ("22", "23")
"""Classes of SQLSTATE whose messages repeat values: data exceptions and violated constraints."""
_QUOTED = frozenset("'\"")


def describe(error: BaseException) -> str:
    """An exception in one line: its type and what is known to hold nothing of a patient."""
    more = _more(error)
    return f"{type(error).__name__}: {escaped(more, LONGEST_TEXT)}" if more else type(error).__name__


def _more(error: BaseException) -> str:
    own = getattr(error, "log_text", None)
    if isinstance(own, str):
        return own
    if (inner := getattr(error, "orig", None)) is not None and isinstance(inner, BaseException):
        return describe(inner)  # SQLAlchemy wraps what the driver said, with the statement and its parameters
    if isinstance(error, sqlite3.Error):
        return _sqlite(error)
    if hasattr(error, "sqlstate"):
        return _postgres(error)
    if hasattr(error, "errors") and hasattr(error, "title"):
        return _pydantic(error)
    if isinstance(error, ImportError):
        return error.name or ""
    if isinstance(error, OSError) and error.errno is not None:
        return os.strerror(error.errno)
    return ""


def _sqlite(error: sqlite3.Error) -> str:
    """Its message names tables and columns; one that quotes something quotes what stands in a cell, or was asked."""
    name, message = getattr(error, "sqlite_errorname", ""), str(error)
    return f"{name} {message}".strip() if _QUOTED.isdisjoint(message) else name


def _postgres(error: Any) -> str:
    state = error.sqlstate
    if state is None:  # the connection failed before the server could say anything
        return str(error).splitlines()[0] if type(error).__name__ == "OperationalError" and str(error) else ""
    said = "" if state.startswith(_DATA_CLASSES) else str(error.diag.message_primary or "")
    return " ".join(part for part in (state, error.diag.constraint_name, said) if part)


def _pydantic(error: Any) -> str:
    try:
        kinds = sorted({str(fault["type"]) for fault in error.errors(include_input=False, include_context=False)})
    except TypeError:
        return ""
    return f"{error.title} {' '.join(kinds)}"


def escaped(text: str, longest: int = LONGEST_LINE) -> str:
    """Text that stays on its line and shows what it holds: control and invisible characters as escapes, cut."""
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text[: longest + 1])
    return shown if len(shown) <= longest else f"{shown[:longest]}…"


class LogFormatter(logging.Formatter):
    """`2026-11-30T08:00:00.000Z WARNING server.web.problems what happened`, then the traceback, indented."""

    def format(self, record: logging.LogRecord) -> str:
        """One entry. Raises nothing, whatever the record holds."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = f"{at} {record.levelname} {escaped(record.name, LONGEST_TEXT)} {escaped(_message(record))}"
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        return line if error is None else "\n".join([line, *traceback_lines(error)])


def _message(record: logging.LogRecord) -> str:
    ours = is_ours(record.pathname)
    place = f"{shown_path(record.pathname)}:{record.lineno}"
    if not record.args:
        return str(record.msg) if ours and isinstance(record.msg, str) else f"{place}: {_withheld(record)}"
    given = (record.args,) if isinstance(record.args, dict) and "%(" not in str(record.msg) else record.args
    try:
        if isinstance(given, dict):
            return str(record.msg) % {name: _argument(value, ours) for name, value in given.items()}
        return str(record.msg) % tuple(_argument(value, ours) for value in given)
    except (TypeError, ValueError, KeyError):
        return f"{place}: {_withheld(record)}"


def _withheld(record: logging.LogRecord) -> str:
    """What is told in the place of a text: of an exception the type, also where a filter took its traceback."""
    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    kind = type(error).__name__ if error is not None else getattr(record, "error_type", "")
    return f"text withheld, {kind}" if kind else "text withheld"


def _argument(value: object, ours: bool) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, BaseException):
        return describe(value)
    if not ours:
        return "…"
    if isinstance(value, Enum):
        value = value.value
    return escaped(str(value), LONGEST_TEXT) if isinstance(value, (str, int, Path)) else f"<{type(value).__name__}>"


def is_ours(file: str) -> bool:
    """Whether a file of code belongs to this project."""
    inside = Path(file).parts[len(HOME.parts) :]
    return file.startswith(f"{HOME}{os.sep}") and bool(inside) and inside[0] in PACKAGES


def shown_path(file: str) -> str:
    """A file of code as it is told: from the project's root, or from the package it belongs to."""
    parts = Path(file).parts
    if is_ours(file):
        return "/".join(parts[len(HOME.parts) :])
    return "/".join(parts[parts.index("site-packages") + 1 :] if "site-packages" in parts else parts[-2:])


def traceback_lines(error: BaseException) -> list[str]:
    """Where an exception came from: file, line and function, without locals and without foreign messages."""
    lines = ["  Traceback, latest call last:"]
    for one in reversed(list(_chain(error))):
        lines += _frames(one.__traceback__)
        lines.append(f"  {describe(one)}")
        if isinstance(one, BaseExceptionGroup):
            lines += [f"  | {describe(inner)}" for inner in one.exceptions[:LONGEST_CHAIN]]
    return lines


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen and len(seen) < LONGEST_CHAIN:
        seen.add(id(current))
        yield current
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)


def _frames(trace: TracebackType | None) -> list[str]:
    frames = extract_tb(trace)
    left_out = [f"    … {len(frames) - MOST_FRAMES} more"] if len(frames) > MOST_FRAMES else []
    return left_out + [
        f"    {escaped(shown_path(frame.filename))}:{frame.lineno} {frame.name}" for frame in frames[-MOST_FRAMES:]
    ]


class StderrHandler(logging.StreamHandler[Any]):
    """Writes to `to`, or to whatever stderr is at that moment; what cannot be written is dropped, never shown raw."""

    def __init__(self, to: TextIO | None = None) -> None:
        logging.Handler.__init__(self)
        self.setFormatter(LogFormatter())
        self._to = to

    @property
    def stream(self) -> Any:
        """Where to write."""
        return self._to or sys.stderr

    def handleError(self, record: logging.LogRecord) -> None:  # logging names it
        """Stay silent: logging itself would print the arguments."""


def configure(to: TextIO | None = None) -> None:
    """Log this process's entries and whatever nobody caught, as this module says. Called once, where it starts.

    `to` takes the log where stderr is given up to a library that prints.
    """
    root = logging.getLogger()
    for handler in [one for one in root.handlers if isinstance(one, StderrHandler)]:
        root.removeHandler(handler)
    root.addHandler(StderrHandler(to))
    levels(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable


def levels(everything: int, **packages: int) -> None:
    """From which level on entries are told, of everything and of single packages; libraries tell warnings at least."""
    logging.getLogger().setLevel(everything)
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(max(everything, logging.WARNING))
    for name, level in packages.items():
        logging.getLogger(name).setLevel(level)


log = logging.getLogger(__name__)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        log.critical("the program ends: nobody expected this", exc_info=(kind, error, trace))


def _uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None:
        name = given.thread.name if given.thread else "?"
        log.error("the thread %s ended: nobody expected this", name, exc_info=given.exc_value)


def _unraisable(given: "sys.UnraisableHookArgs") -> None:
    if given.exc_value is not None:
        log.error("an exception could not be raised", exc_info=given.exc_value)
