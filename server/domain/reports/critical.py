"""Which results are critical values that somebody must answer for before the patient reads them. Pure."""

import re
import unicodedata
from collections.abc import Iterable

from server.domain.reports.received import Line

CODES = frozenset(
    {"HH", "LL", "AA", "H*", "L*", "A*", "P*", "PH", "PL", "PHH", "PLL", "HHH", "LLL", "CRIT", "CRI", "CH", "CL"}
)
"""HL7 v3 ObservationInterpretation (critical high, low, abnormal) and what laboratories write for them."""
_MARK = re.compile(
    r"(?:HH+|LL+|AA+)[*!↑↓]*|[HLAP]{1,2}[*!]+|[*!]+[HLAP]{1,2}|[↑↓]{2,}[*!]*|!{2,}|危|危[高低]|[高低]危急?"
)
_BREAKS = re.compile(r"[\s,，;；、/|()（）\[\]【】:：^+]+")
_INTERPRETATION = re.compile(
    r"危急|危机|危險|危险值|危機|报警|報警|警戒值|\bcrit(?:ical)?|\bpanic\b|\balert value|life[\s-]*threatening",
    re.IGNORECASE,
)
_TEXT = re.compile(
    r"危急|危机值|危機值|危险值|危險值|报警值|報警值|警戒值|危及生命|生命危险|生命危險|life[\s-]*threatening"
    r"|\bcritical(?:ly)?[\s-]*(?:high|low|value|result)|\b(?:panic|alert)[\s-]*value",
    re.IGNORECASE,
)
_ALONE = re.compile(r"\W*(?:critical|panic)(?:\s+(?:flag|range|level))?\W*", re.IGNORECASE)
"""Of a short text: these words and nothing else. Inside a sentence they may say something else (critical care)."""
_NONE = re.compile(
    r"(?<![是除莫有])(?:无|非|未见|不属于|不是)危急值?|\b(?:not?|non)[\s-]*critical"
    r"|危急值?(?:标志|标识|标记)?[:：=]\s*(?:无|否|no|none|false)(?=$|[\s，。,;；、)）])",
    re.IGNORECASE,
)
_NO = re.compile(r"\W*(?:无|無|否|不是|非|阴性|陰性|no|none|n|false|0|-+|negative|/)?\W*", re.IGNORECASE)
_BLANKS = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")


def is_critical(line: Line) -> bool:
    """Whether an interpretation, by code or in words, a note, the unit or the name of the line says so.

    A line that asks whether a value is critical (危急值标志) counts unless its value is a plain no.
    """
    marks = [_plain(mark) for mark in (*line.marks, line.flag)]
    if any(_is_mark(mark) or _says(_INTERPRETATION, mark) for mark in marks):
        return True
    if says_critical((line.value, line.unit, *line.notes)):
        return True
    answer = _plain(line.value or line.phrase)
    return line.kind != "heading" and says_critical((line.name, *line.words)) and not _NO.fullmatch(answer)


def critical_lines(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The critical lines of a report."""
    return tuple(line for line in lines if is_critical(line))


def says_critical(texts: Iterable[str]) -> bool:
    """Whether a title, conclusion or note speaks of a critical value."""
    return any(_says(_TEXT, plain) or (len(plain) < 40 and _ALONE.fullmatch(plain)) for plain in map(_plain, texts))


def _is_mark(mark: str) -> bool:
    return any(part in CODES or _MARK.fullmatch(part) for part in _BREAKS.split(mark.upper()))


def _says(words: re.Pattern[str], text: str) -> bool:
    return bool(words.search(text)) and bool(words.search(_NONE.sub(" ", text)))


def _plain(text: str) -> str:
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).strip()
