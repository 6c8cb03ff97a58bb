"""Refusals of the hall: one exception with a stable code. Knows no HTTP and no text for people."""

from typing import Any

from server.protocol.terms import ErrorCode


class HallError(Exception):
    """A command is refused: nothing changed.

    `code` is stable, `detail` says more in English for the log, `extra` goes into the problem document
    (such as `ticket` for station_busy or `choices` for choose) and never holds a patient's full name. A text for people
    in it is a Message, which the document shows in every language.
    """

    def __init__(self, code: ErrorCode, detail: str | None = None, **extra: Any) -> None:
        super().__init__(f"{code}: {detail}" if detail else str(code))
        self.code = code
        self.log_text = code.value
        self.detail = detail
        self.extra = extra
