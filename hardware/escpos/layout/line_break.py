"""Breaks lines of Chinese, Latin or mixed text. Pure: the width of a text comes in as a function.

A number is never torn: its digits, sign, comparator, decimal point, exponent and percent sign stay on one line, because
half a number reads as another number. A range breaks behind its hyphen. Only a number that is wider than a whole line
is cut, and `tears` tells who must not let that happen.
"""

import re
from collections.abc import Callable

Measure = Callable[[str], float]

MOST_BALANCED = 4
STEPS = 8
NEVER_FIRST = frozenset("，。、；：？！）》】」』”’…,.;:?!)]}%℃·ー々〉〕")
NEVER_LAST = frozenset("（《【「『“‘([{〈〔#¥$")
_LETTERS = "A-Za-zÀ-ÖØ-öø-ɏͰ-ϿЀ-ӿḀ-ỿ"
_SUPER = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻"
_JOINERS = "–—~～〜-"
NUMBER = (
    r"(?:(?:[<>≤≥＜＞≈±]=?|(?<!\w)[~～])\s?)?"
    rf"(?:[+−＋－]|(?<![\d{_LETTERS})）%])-)?"  # a hyphen behind a digit is the hyphen of a range, not a sign
    r"\d+(?:[.,:：'’*×．^]\d+|[\u0020\u00a0\u2009\u202f]\d{3}(?!\d))*"
    rf"(?:[ ]?[×xX][ ]?10(?=[\^{_SUPER}]))?(?:[eE^][-+−]?\d+|[{_SUPER}]+)?[%‰℃°+]*"
)
"""A number as it is read: "<0.01", "-2.5", "1 000 000", "1:320", "10^-9", "5.0×10³", "2.4 x 10^5", "3+", "98%"."""
_WHOLE = re.compile(rf"{NUMBER}[{_JOINERS}]?")
# A Latin word with its digits and signs stays together, a number also with its unit behind a space ("8.5 mm") and with
# the hyphen of a range ("3.5 - 9.5", which at the beginning of a line would be a minus); other characters stand alone.
_UNIT = re.compile(
    rf"(?:{NUMBER}[ ](?![xX][ ]?10)(?:[{_LETTERS}/^]{{1,6}}[\d{_SUPER}]?)(?![{_LETTERS}\d/^*._-])"
    rf"|(?:{NUMBER}|[{_LETTERS}])(?:{NUMBER}|[{_LETTERS}'’.,:/^*+%_#{_SUPER}{_JOINERS}])*)(?:[ ][{_JOINERS}](?=[ ]))?"
    r"|[+-]+|\s+|.",
    re.DOTALL,
)
# Inside a word that is too long for a line: a number, or letters, with the sign behind which they may part.
_PART = re.compile(rf"{NUMBER}[/,;:_{_JOINERS}]?|[{_LETTERS}]+[{_SUPER}]*[/,;:_+.{_JOINERS}]?|.", re.DOTALL)

_COMMA = re.compile("[，；。：]")


def break_lines(text: str, width: float, measure: Measure) -> list[str]:
    """Break a text into lines no wider than `width` by `measure`; "\\n" breaks always.

    A word too long for a line parts behind a hyphen or a stroke, else between letters; a number does not part unless
    it is wider than `width` by itself. Punctuation that must not begin a line takes its neighbour along. A single
    character wider than `width` still gets a line of its own.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        if measure(paragraph) <= width:
            lines.append(paragraph.strip())
        else:
            lines.extend(_break_paragraph(_UNIT.findall(paragraph), width, measure))
    return lines


def balanced_lines(text: str, width: float, measure: Measure) -> list[str]:
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


def tears(text: str, width: float, measure: Measure) -> bool:
    """Whether a number of this text is wider than `width`, so that no break can keep it whole."""
    return any(measure(found.group()) > width for found in _WHOLE.finditer(text))


def _break_paragraph(units: list[str], width: float, measure: Measure) -> list[str]:
    lines: list[str] = []
    line: list[str] = []

    def close(kept: list[str]) -> None:
        if whole := "".join(kept).strip():
            lines.append(whole)

    for unit in units:
        if measure("".join([*line, unit]).rstrip()) <= width:
            line.append(unit)
            continue
        carried = _carried(line, unit, width, measure)
        close(line[: len(line) - carried])
        line = [*line[len(line) - carried :], unit]
        if line[0].isspace():
            line = line[1:]
        if measure("".join(line).strip()) > width:
            *whole, rest = _parts("".join(line), width, measure)
            lines.extend(whole)
            line = [rest]
    close(line)
    return lines


def _carried(line: list[str], unit: str, width: float, measure: Measure) -> int:
    """How many units at the end of a line must move down with what follows."""
    at = len(line)
    if unit[0] in NEVER_FIRST and at > 1:
        at -= 1
        while at > 1 and line[at][0] in NEVER_FIRST:
            at -= 1
    while at > 1 and line[at - 1] in NEVER_LAST:
        at -= 1
    # taking a long word along would leave the line too short; then the sign may begin the line after all
    return 0 if measure("".join(line[at:])) > width / 2 else len(line) - at


def _parts(word: str, width: float, measure: Measure) -> list[str]:
    """A word too long for a line as lines, parted behind signs; only what has no sign is cut."""
    lines = [""]
    for part in _PART.findall(word):
        if lines[-1] and measure(lines[-1] + part) > width:
            lines.append("")
        lines[-1] += part
        while measure(lines[-1]) > width and len(lines[-1]) > 1:
            head = _longest_head(lines[-1], width, measure)
            lines[-1:] = [lines[-1][:head], lines[-1][head:].lstrip()]
    return [line for line in lines if line] or [""]


def _longest_head(line: str, width: float, measure: Measure) -> int:
    """How many characters fit, at least one."""
    low, high = 1, len(line)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(line[:middle]) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def fit(text: str, width: float, measure: Measure) -> str:
    """Return the text, cut with "…" when it is wider than `width`."""
    if measure(text) <= width:
        return text
    head = _longest_head(text, max(0.0, width - measure("…")), measure)
    return text[:head] + "…"
