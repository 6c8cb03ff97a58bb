"""Owns where a line of Chinese, Latin or mixed text may break. Pure: widths come in as a function."""

import re
from collections.abc import Callable

MOST_BALANCED = 4
STEPS = 8
NEVER_FIRST = frozenset("，。、；：？！）》】」』”’…,.;:?!)]}%℃·ー々〉〕")
NEVER_LAST = frozenset("（《【「『“‘([{〈〔#¥$")
# A Latin word with its digits and signs stays together; every other character stands alone.
_UNIT = re.compile(r"[A-Za-zÀ-ɏͰ-ϿЀ-ӿḀ-ỿ0-9][A-Za-zÀ-ɏͰ-ϿЀ-ӿḀ-ỿ0-9'’.,:/^*+%_#-]*|\s+|.", re.DOTALL)

_COMMA = re.compile("[，；。：]")


def break_lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Break a text into lines no wider than `width` by `measure`; "\\n" breaks always.

    A word too long for a line is cut; punctuation that must not begin a line takes its neighbour along.
    A single character wider than `width` still gets a line of its own.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if measure(paragraph) <= width:
            lines.append(paragraph.strip())
        else:
            lines.extend(_break_paragraph(_UNIT.findall(paragraph), width, measure))
    return lines


def balanced_lines(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """Break like `break_lines`, into no more lines, but of like length; no word is cut that need not be.

    Two lines break behind a comma where each part fits, so that no Chinese word is torn.
    """
    lines = break_lines(text, width, measure)
    if not 1 < len(lines) <= MOST_BALANCED:
        return lines
    if len(lines) == 2:
        for comma in _COMMA.finditer(text):
            parts = [text[: comma.end()], text[comma.end() :].lstrip()]
            if all(0 < measure(part) <= width for part in parts):
                return parts
    words = [wide for unit in _UNIT.findall(text) if (wide := measure(unit)) <= width]
    least = max([measure(text) / len(lines), *words])
    for step in range(STEPS):
        tried = break_lines(text, least + (width - least) * step / STEPS, measure)
        if len(tried) == len(lines):
            return tried
    return lines


def _break_paragraph(units: list[str], width: float, measure: Callable[[str], float]) -> list[str]:
    lines: list[str] = []
    line = ""
    for unit in units:
        if measure((line + unit).rstrip()) <= width:
            line += unit
            continue
        carried = _carried(line, unit)
        kept = line[: len(line) - len(carried)].rstrip()
        if kept:
            lines.append(kept)
        line = (carried + unit).lstrip()
        while measure(line) > width and len(line) > 1:
            head = _longest_head(line, width, measure)
            lines.append(line[:head])
            line = line[head:].lstrip()
    if line.strip():
        lines.append(line.rstrip())
    return lines


def _carried(line: str, unit: str) -> str:
    """The end of a line that must move down with what follows."""
    at = len(line)
    if unit[0] in NEVER_FIRST and at > 1:
        at -= 1
        while at > 1 and line[at] in NEVER_FIRST:
            at -= 1
    while at > 1 and line[at - 1] in NEVER_LAST:
        at -= 1
    carried = line[at:]
    # taking a whole Latin word along would leave the line too short; then the sign may begin the line after all
    return "" if len(carried) > 4 else carried


def _longest_head(line: str, width: float, measure: Callable[[str], float]) -> int:
    """How many characters fit, at least one."""
    low, high = 1, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(line[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def fit(text: str, width: float, measure: Callable[[str], float]) -> str:
    """Return the text, cut with "…" when it is wider than `width`."""
    if measure(text) <= width:
        return text
    head = _longest_head(text, max(0.0, width - measure("…")), measure)
    return text[:head] + "…"
