"""Owns the layout of a report on thermal paper. Knows no rules: what may be printed was decided before.

The pages of a report are one strip, each with its own head and "page n of N", so that a torn strip still says whose it
is. Flags are word and arrow, never only one of them (docs/sources.md, Formal reports). How a line stands is in
result_lines.py.
"""

from datetime import datetime

from PIL import Image

from hardware.escpos.layout.documents import ReportDocument
from hardware.escpos.layout.line_break import break_lines
from hardware.escpos.layout.result_lines import MARGIN, Columns, Row, head_row, plan_columns, rows_of
from hardware.escpos.layout.sheet import Piece, Sheet, Style, line_height
from hardware.escpos.layout.words import SEXES, clock, language_of, pick, when, word
from hardware.ports import Profile

PAGE_DOTS = 1800
"""Dots of lines on a page between its head and its foot: 22 cm at 203 dpi."""
SMALL = Style(24)
STRONG = Style(24, bold=True)
LABEL = Style(28, bold=True)
TITLE = Style(34, bold=True, align="center")
CENTRED = Style(24, align="center")
STRONG_CENTRED = Style(24, bold=True, align="center")
NOTICE = Style(26, bold=True, align="center")
ROWS = 10
"""Rows that a text of more than a page is parted into, so that its pages are filled."""
AIR = 4
"""Dots between two lines of a report."""

Block = list[Row]
"""The rows of one line of a report, which stay on one page where they can."""


def draw_report(report: ReportDocument, profile: Profile, now: datetime) -> list[Image.Image]:
    """Draw a report as the pages of one strip; `now` stamps a reprint.

    Raises NotAvailable without fonts and TooWide for a number that the paper cannot hold.
    """
    language = language_of(report.language)
    probe = Sheet(profile.width, language)
    columns = plan_columns(report.items, profile.width, language, probe.measure)
    blocks = [rows_of(line, columns, profile.width, language, probe.measure) for line in report.items]
    chunks = _paged(_with_headings(report, blocks) + _ending(report, language, probe))
    pages = []
    for number, chunk in enumerate(chunks, 1):
        sheet = Sheet(profile.width, language)
        _head(sheet, report, language)
        _table_head(sheet, columns, language)
        for block in chunk:
            _set(sheet, block)
        sheet.rule()
        if number == len(chunks):
            _end(sheet, report, language, now)
        _page_foot(sheet, report, language, number, len(chunks))
        pages.append(sheet.finish(margin=16))
    return pages


def _with_headings(report: ReportDocument, blocks: list[Block]) -> list[Block]:
    """Each heading in one block with the line after it, so that no page ends with a heading."""
    joined: list[Block] = []
    held: Block = []
    for line, block in zip(report.items, blocks, strict=True):
        held = held + block
        if line.kind != "heading":
            joined.append(held)
            held = []
    return [*joined, held] if held else joined


def _ending(report: ReportDocument, language: str, sheet: Sheet) -> list[Block]:
    """Conclusion and notes, each under its name."""
    blocks = []
    for name, texts in (("conclusion", report.conclusion), ("notes", report.notes)):
        if not texts:
            continue
        block: Block = [(Piece("label", word(name, language), MARGIN, LABEL),)]
        for text in texts:
            lines = break_lines(text, sheet.width - 2 * MARGIN, lambda one: sheet.measure(one, SMALL))
            block += [(Piece(name, line, MARGIN, SMALL),) for line in lines if line]
        blocks.append(block)
    return blocks


def _height(block: Block) -> int:
    return AIR + sum(max((line_height(piece.style) for piece in row), default=0) for row in block)


def _paged(blocks: list[Block]) -> list[list[Block]]:
    """Blocks by page; one of more than a page is parted between its rows."""
    pages: list[list[Block]] = [[]]
    left = PAGE_DOTS
    for block in blocks:
        parts = [block] if _height(block) <= PAGE_DOTS else [block[at : at + ROWS] for at in range(0, len(block), ROWS)]
        for part in parts:
            if _height(part) > left and pages[-1]:
                pages.append([])
                left = PAGE_DOTS
            pages[-1].append(part)
            left -= _height(part)
    return pages


def _set(sheet: Sheet, block: Block) -> None:
    for row in block:
        sheet.pieces(row)
    sheet.space(AIR)


def _head(sheet: Sheet, report: ReportDocument, language: str) -> None:
    """Whose report, of what, and that it is only a summary, before anything else can be read."""
    sheet.space(4)
    sheet.text(pick(report.hospital, language), CENTRED)
    sheet.text(pick(report.title, language) or word("report", language), TITLE)
    if not report.formal:
        sheet.banner(word("summary", language), NOTICE)
        sheet.space(6)
    if report.corrects:
        sheet.text(word("corrected", language, n=report.version), NOTICE)
    _patient(sheet, report, language)


def _patient(sheet: Sheet, report: ReportDocument, language: str) -> None:
    """Name, sex, age and last digits of the number; a label is never parted from what it says."""
    patient = report.patient
    sex = word(SEXES[patient.sex.lower()], language) if (patient.sex or "").lower() in SEXES and patient.sex else ""
    facts = [
        ("patient", patient.display_name),
        ("sex", sex),
        ("age", patient.age),
        ("id_tail", patient.id_tail),
    ]
    line = ""
    for label, value in facts:
        if not value:
            continue
        said = f"{word(label, language)} {value}"
        if line and sheet.measure(f"{line}  {said}", SMALL) > sheet.width - 2 * MARGIN:
            sheet.text(line, SMALL, MARGIN, sheet.width - 2 * MARGIN)
            line = said
        else:
            line = f"{line}  {said}" if line else said
    sheet.text(line, SMALL, MARGIN, sheet.width - 2 * MARGIN)


def _table_head(sheet: Sheet, columns: Columns | None, language: str) -> None:
    sheet.rule()
    if columns is not None:
        sheet.pieces(head_row(columns, language))
        sheet.rule(dashed=True)


def _end(sheet: Sheet, report: ReportDocument, language: str, now: datetime) -> None:
    """Times, who did it, what it is worth, and for a reprint which one."""
    zone = report.timezone
    measured = not report.examination and any(line.kind == "result" for line in report.items)
    facts = [
        ("collected" if measured else "examined", when(report.collected_at or "", zone)),
        ("issued", when(report.issued_at or "", zone)),
        ("operator" if measured else "reporter", report.operator),
        ("verifier", report.verifier),
    ]
    for label, value in facts:
        if value:
            sheet.text(f"{word(label, language)} {value}", SMALL, MARGIN, sheet.width - 2 * MARGIN)
    worth = word("specimen" if measured else "opinion", language)
    sheet.text(worth, SMALL, MARGIN, sheet.width - 2 * MARGIN)
    if report.copy_number:
        sheet.space(6)
        stamp = clock(report.printed_at or now, zone)
        mark = word("copy_line", language, n=report.copy_number, time=stamp, terminal=report.terminal or "–")
        sheet.banner(mark, Style(24, bold=True, align="center"))


def _page_foot(sheet: Sheet, report: ReportDocument, language: str, number: int, pages: int) -> None:
    """Code and page number; on every page but a formal report's, once more what this is not."""
    sheet.space(4)
    if not report.formal:
        for each in ("zh" if language == "en" else language, "en"):
            sheet.text(word("summary", each), CENTRED)
    if report.code:
        sheet.text(f"{word('code', language)} {report.code}", CENTRED)
    sheet.text(word("page", language, n=number, of=pages), STRONG_CENTRED)
    if number < pages:
        sheet.rule(dashed=True)
