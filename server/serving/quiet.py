"""A log that strangers cannot fill: short lines, few of a kind in a minute."""

import logging
import threading
import time
from collections.abc import Callable

from gunicorn.config import Config
from gunicorn.glogging import Logger

MOST_LINES, EACH_SECONDS = 10, 60.0


class FewLines(logging.Filter):
    """Lets MOST_LINES lines a minute pass, each without its traceback, and says how many it held back.

    A record keeps the type of its exception as `error_type`, for a formatter that withholds the text (C6).

    For loggers of libraries that write what a stranger sent; `spares` is the level from which on lines pass untouched.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, spares: int = logging.CRITICAL) -> None:
        super().__init__()
        self._clock, self._spares = clock, spares
        self._since = clock()
        self._passed = self._held = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the line is written; shortens it."""
        if record.levelno >= self._spares:
            return True
        now = self._clock()
        held = 0
        if now - self._since >= EACH_SECONDS:
            held, self._since, self._passed, self._held = self._held, now, 0, 0
        if self._passed >= MOST_LINES:
            self._held += 1
            return False
        self._passed += 1
        record.error_type = _error_type(record)
        record.msg, record.args = _line(record, held), ()
        record.exc_info = record.exc_text = record.stack_info = None
        return True


class OncePerMinute(logging.Filter):
    """Lets entries about one trouble pass once a minute and kind, in one line, and says how many it held back.

    `troubled` says of an exception whether it is that trouble; a kind is a place in the code. Other entries pass as
    they are. For handlers: when a database is away, every request and every task has something to say about it.
    """

    MOST_KINDS = 200

    def __init__(
        self, troubled: Callable[[BaseException | None], bool], clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self._troubled, self._clock = troubled, clock
        self._lock = threading.Lock()
        self._kinds: dict[tuple[str, int], tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the entry is written; takes its traceback away and puts the exception into its line."""
        given = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        args = record.args if isinstance(record.args, tuple) else ()
        found = next((one for one in (given, *args) if isinstance(one, BaseException) and self._is_trouble(one)), None)
        if found is None:
            return True
        held = self._held((record.pathname, record.lineno))
        if held is None:
            return False
        if record.exc_info:
            record.error_type = type(found).__name__
            record.exc_info = record.exc_text = record.stack_info = None
            if found not in args and record.name.startswith("server."):  # others may say anything
                record.msg, record.args = f"{record.msg}: %s", (*args, found)
        if held and record.args:
            record.msg, record.args = f"{record.msg} (and %s more like it)", (*(record.args or ()), held)
        return True

    def _is_trouble(self, error: BaseException) -> bool:
        return self._troubled(error) or self._troubled(error.__cause__)

    def _held(self, kind: tuple[str, int]) -> int | None:
        """How many of the kind were held back since its last line; None when this one is held back, too."""
        now = self._clock()
        with self._lock:
            since, held = self._kinds.get(kind, (-EACH_SECONDS, 0))
            if now - since < EACH_SECONDS:
                self._kinds[kind] = since, held + 1
                return None
            if len(self._kinds) >= self.MOST_KINDS:
                self._kinds.clear()
            self._kinds[kind] = now, 0
            return held


class QuietLogger(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's entries go the way of all others (server/protocol/logs.py): its own show addresses and headers."""

    def setup(self, cfg: Config) -> None:
        """Set levels as gunicorn does, and let the root's handler write."""
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True

    def error(self, msg: str, *args: object, **options: object) -> None:
        """Tell the place in gunicorn that has something to say, not this class."""
        self.error_log.error(msg, *args, **{"stacklevel": 2, **options})

    def warning(self, msg: str, *args: object, **options: object) -> None:
        """As error."""
        self.error_log.warning(msg, *args, **{"stacklevel": 2, **options})

    def exception(self, msg: str, *args: object, **options: object) -> None:
        """As error, with the exception that is being handled."""
        self.error_log.exception(msg, *args, **{"stacklevel": 2, **options})


def _line(record: logging.LogRecord, held: int) -> str:
    text = record.msg if not record.args else _without_values(record).getMessage()
    if (kind := getattr(record, "error_type", "")) and record.exc_info:
        text = f"{text}: {kind}"
    more = f" (and {held} more like it)" if held else ""
    return ascii(str(text))[1:-1][:200] + more


def _error_type(record: logging.LogRecord) -> str:
    """The type of the exception that a record is about, which holds nothing of what a stranger sent."""
    if record.exc_info and record.exc_info[0] is not None:
        return record.exc_info[0].__name__
    given = record.args if isinstance(record.args, tuple) else ()
    return next((type(one).__name__ for one in given if isinstance(one, BaseException)), "")


def _without_values(record: logging.LogRecord) -> logging.LogRecord:
    """The record with the types of exceptions in the place of their messages."""
    if isinstance(record.args, tuple):
        record.args = tuple(type(one).__name__ if isinstance(one, BaseException) else one for one in record.args)
    return record
