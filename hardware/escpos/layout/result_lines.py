"""Owns how one line of a report is laid out on paper, as rows of texts that break no more. Pure: widths come in.

A result stands in columns (item, result, flag, unit, range) when each of its texts fits its column whole. Otherwise,
and on narrow paper, it stands below its name. So no number is ever torn or cut: what does not fit gets a line of its
own. The columns are as wide as the report's own texts ask for, and the name gets the rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from hardware.escpos.layout.documents import ReportLine
from hardware.escpos.layout.line_break import break_lines, tears
from hardware.escpos.layout.sheet import Piece, Style
from hardware.escpos.layout.units import flag_text, striking, unit_text
from hardware.escpos.layout.words import pick, word

Measure = Callable[[str, Style], float]
Row = tuple[Piece, ...]

SMALL = Style(24)
STRONG = Style(24, bold=True)
MARGIN = 6
INDENT = 20
"""Dots that a member stands further in than its group."""
GAP = 12
FLAG_GAP = 10
BELOW = 24
"""Dots that a result stands further in than its name when it stands below it."""
LEAST_NAME = 150
"""Dots: six Chinese characters. Where the other columns leave less, results stand below their names."""
MOST_LINES = 2
"""Lines of a name or a range in its column; a longer one takes the whole width."""


class TooWide(ValueError):
    """A number is wider than the paper, so it cannot be printed whole."""


@dataclass(frozen=True)
class Texts:
    """A result's texts as they are printed, and whether they are set to be found at once."""

    name: str
    result: str
    flag: str
    unit: str
    range: str
    strong: bool

    @property
    def style(self) -> Style:
        """Name, result and flag of a striking result are bold; unit and range never are."""
        return STRONG if self.strong else SMALL


@dataclass(frozen=True)
class Columns:
    """Where each column begins and how wide it is, in dots; a width of 0 means that nothing stands in it."""

    result: tuple[int, int]
    flag: tuple[int, int]
    unit: tuple[int, int]
    range: tuple[int, int]

    @property
    def name_width(self) -> int:
        """What is left for the item from the margin on."""
        return self.result[0] - GAP - MARGIN


def texts_of(line: ReportLine, language: str) -> Texts:
    """A result's texts in a language; one without a value says so."""
    result = line.result or word("no_value", language)
    strong = striking(line.flag)
    flag = flag_text(line.flag, language)
    return Texts(pick(line.name, language), result, flag, unit_text(line.unit), line.range or "", strong)


def plan_columns(lines: Sequence[ReportLine], width: int, language: str, measure: Measure) -> Columns | None:
    """Columns that hold at least half of the results whole and leave room for the names, or None.

    Tries generous columns first, then narrower ones, which send the longest texts below their names.
    """
    results = [texts_of(line, language) for line in lines if line.kind == "result"]
    for share in (1.0, 0.85, 0.7):
        columns = _columns(results, width, share, language, measure)
        fitting = sum(_in_columns(each, 0, columns, measure) is not None for each in results)
        if columns.name_width >= LEAST_NAME and fitting * 2 >= len(results) > 0:
            return columns
    return None


def head_row(columns: Columns, language: str) -> Row:
    """The names of the columns that are used."""
    places = [("item", MARGIN, 1), ("result", *columns.result), ("unit", *columns.unit), ("range", *columns.range)]
    return tuple(Piece("head", word(name, language), left, STRONG) for name, left, wide in places if wide)


def rows_of(line: ReportLine, columns: Columns | None, width: int, language: str, measure: Measure) -> list[Row]:
    """One line of a report as rows, its notes below it. Raises TooWide for a number that the paper cannot hold."""
    left = MARGIN + INDENT * line.level
    room = width - left - MARGIN
    name = pick(line.name, language)
    if line.kind == "heading":
        rows = _broken("name", name, left, room, STRONG, measure)
    elif line.kind == "text":
        rows = _broken("name", name, left, room, STRONG, measure)
        rows += _broken("result", line.result or "", left, room, SMALL, measure)
    else:
        texts = texts_of(line, language)
        rows = (columns and _in_columns(texts, line.level, columns, measure)) or _below_name(
            texts, left, width, language, measure
        )
    for note in line.notes:
        rows += _broken("note", note, left + BELOW, room - BELOW, SMALL, measure)
    return rows


def _columns(results: Sequence[Texts], width: int, share: float, language: str, measure: Measure) -> Columns:
    """The narrowest columns for what is not wider than its cap; from the right edge to the left."""
    found: dict[str, tuple[int, int]] = {}
    edge = width - MARGIN
    for name, cap, gap, headed in (
        ("range", 0.27, GAP, True),
        ("unit", 0.20, FLAG_GAP, True),
        ("flag", 0.20, FLAG_GAP, False),
        ("result", 0.26, GAP, True),
    ):
        most = width * cap * share
        wide = [_width_of(name, each, measure) for each in results]
        held = max([one for one in wide if one <= most], default=0.0)
        if held and headed:
            held = max(held, measure(word(name, language), STRONG))
        needed = int(held + 0.999)
        found[name] = (edge - needed, needed)
        edge -= needed + gap if needed else 0
    return Columns(found["result"], found["flag"], found["unit"], found["range"])


def _width_of(column: str, texts: Texts, measure: Measure) -> float:
    """How wide a text is in one line, a flag in its own lines."""
    style = texts.style if column in {"result", "flag"} else SMALL
    return max(measure(part, style) for part in getattr(texts, column).split("\n"))


def _in_columns(texts: Texts, level: int, columns: Columns, measure: Measure) -> list[Row] | None:
    """The result in its columns, or None when a text would have to be torn for it."""
    left = MARGIN + INDENT * level
    name_room = columns.name_width - INDENT * level
    style = texts.style
    if "\n" in texts.result or name_room < LEAST_NAME / 2 or _tears(texts.name, name_room, style, measure):
        return None
    ranges = break_lines(texts.range, columns.range[1], lambda text: measure(text, SMALL)) if texts.range else []
    names = _broken("name", texts.name, left, name_room, style, measure)
    if len(names) > MOST_LINES or len(ranges) > MOST_LINES or _tears(texts.range, columns.range[1], SMALL, measure):
        return None
    for column, (_, room) in (("result", columns.result), ("flag", columns.flag), ("unit", columns.unit)):
        if _width_of(column, texts, measure) > room:
            return None
    stacks = (
        names,
        [(Piece("result", texts.result, columns.result[0], style),)] if texts.result else [],
        [(Piece("flag", part, columns.flag[0], style),) for part in texts.flag.split("\n") if part],
        [(Piece("unit", texts.unit, columns.unit[0], SMALL),)] if texts.unit else [],
        [(Piece("range", part, columns.range[0], SMALL),) for part in ranges],
    )
    return [tuple(piece for row in rows if row for piece in row) for rows in zip_longest(*stacks)]


def _below_name(texts: Texts, left: int, width: int, language: str, measure: Measure) -> list[Row]:
    """The name with the flag at the right; below it result and unit, and the range beside them or below."""
    style, inner = texts.style, left + BELOW
    flag = texts.flag.replace("\n", "")
    flag_width = int(measure(flag, style) + 0.999) if flag else 0
    room = width - left - MARGIN - (flag_width + GAP if flag else 0)
    rows = _broken("name", texts.name, left, room, style, measure) or [()]
    if flag:
        rows[0] = (*rows[0], Piece("flag", flag, width - MARGIN - flag_width, style))
    around = f"{word('range_short', language)} {texts.range}" if texts.range else ""
    values: list[Row] = _broken("result", texts.result, inner, width - inner - MARGIN, style, measure)
    end = inner
    if values:
        end += int(measure(values[-1][0].text, style) + 0.999) + GAP
    for part, text in (("unit", texts.unit), ("range", around)):
        if not text:
            continue
        wide = measure(text, SMALL)
        # ranges begin in the middle where they can, so that they are found below each other
        begin = max(end, width // 2) if part == "range" and max(end, width // 2) + wide <= width - MARGIN else end
        if values and "\n" not in text and begin + wide <= width - MARGIN:
            values[-1] = (*values[-1], Piece(part, text, begin, SMALL))
            end = begin + int(wide + 0.999) + GAP
        else:
            values += _broken(part, text, inner, width - inner - MARGIN, SMALL, measure)
            end = width
    return rows + values


def _broken(part: str, text: str, left: int, room: int, style: Style, measure: Measure) -> list[Row]:
    """A text in lines of its own. Raises TooWide where a number would be torn."""
    if not text:
        return []
    if part in {"result", "range", "unit"} and _tears(text, room, style, measure):
        raise TooWide(f"a number of {len(text)} characters does not fit {room} dots")
    lines = break_lines(text, room, lambda one: measure(one, style))
    return [(Piece(part, line, left, style),) for line in lines if line]


def _tears(text: str, room: int, style: Style, measure: Measure) -> bool:
    return tears(text, room, lambda one: measure(one, style))
