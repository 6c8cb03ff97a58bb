"""Which results are critical values that somebody must answer for before the patient reads them. Pure."""

import re
import unicodedata
from collections.abc import Iterable

from server.domain.reports.received import Line

CODES = frozenset({"HH", "LL", "AA", "H*", "L*", "A*", "↑↑", "↓↓", "P*"})
"""HL7 v3 ObservationInterpretation (critical high, low, abnormal) and what Chinese laboratories write for them."""
_INTERPRETATION = re.compile(r"危急|危险值|危險值|危機|\bcritical|\bpanic\b|\balert value", re.IGNORECASE)
_TEXT = re.compile(
    r"危急|危险值|危險值|\bcritical(?:ly)?[\s-]*(?:high|low|value|result)|\bpanic[\s-]*value", re.IGNORECASE
)
_NONE = re.compile(r"(?:无|非|未见|不属于)危急值?|\b(?:not?|non)[\s-]*critical", re.IGNORECASE)


def is_critical(line: Line) -> bool:
    """Whether any interpretation of the line, by code or in words, or a note of it says that it is critical."""
    marks = [_plain(mark) for mark in line.marks]
    if any(mark.upper() in CODES for mark in marks) or any(_says(_INTERPRETATION, mark) for mark in marks):
        return True
    return any(_says(_TEXT, _plain(text)) for text in (line.value, *line.notes))


def critical_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The critical lines of a report."""
    return tuple(line for line in lines if is_critical(line))


def says_critical(texts: Iterable[str]) -> bool:
    """Whether a conclusion or note speaks of a critical value."""
    return any(_says(_TEXT, _plain(text)) for text in texts)


def _says(words: re.Pattern[str], text: str) -> bool:
    return bool(words.search(_NONE.sub(" ", text)))


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
