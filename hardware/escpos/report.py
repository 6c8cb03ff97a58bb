"""Owns the layout of a laboratory report on thermal paper. Knows no rules: what may be printed was decided before.

80 mm: item, result, flag, unit, reference side by side; 58 mm: two lines an item. Flags are word and arrow, never
only one of them (domain.md §4.6). The pages of a report are one strip, each with its own head and "page n of N",
so that a torn strip still says whose it is.
"""

from collections.abc import Sequence
from datetime import datetime

from PIL import Image

from hardware.escpos.documents import ReportDocument, ReportItem
from hardware.escpos.sheet import Cell, Sheet, Style
from hardware.escpos.words import SEXES, clock, language_of, pick, word
from hardware.ports import Profile

PAGE_ITEMS = 25
SMALL = Style(24)
STRONG = Style(24, bold=True)
TITLE = Style(34, bold=True, align="center")
CENTRED = Style(24, align="center")
STRONG_CENTRED = Style(24, bold=True, align="center")
NOTICE = Style(26, bold=True, align="center")
# Columns on 576 dots: item 18, result 7, flag 4, unit 9, reference 10 characters of 12 dots. domain.md §4.7 gives the
# item 20 and the flag 2, but two characters hold only the arrow, and the word must stand with it.
COLUMNS = (0, 217, 307, 359, 462, 576)
GAP = 6
FLAG = 2
FLAGS: dict[str, tuple[str, str, str]] = {
    # FHIR ObservationInterpretation / HL7 table 0078 → zh, yue, en
    "H": ("↑高", "↑高", "↑H"),
    "HU": ("↑高", "↑高", "↑H"),
    "L": ("↓低", "↓低", "↓L"),
    "LU": ("↓低", "↓低", "↓L"),
    "HH": ("↑↑\n危急", "↑↑\n危急", "↑↑\nHH"),
    "LL": ("↓↓\n危急", "↓↓\n危急", "↓↓\nLL"),
    "A": ("异常", "異常", "* A"),
    "AA": ("危急", "危急", "!AA"),
    "POS": ("阳性", "陽性", "* +"),
    "N": ("", "", ""),
    "NEG": ("", "", ""),
    "": ("", "", ""),
}
LEGEND = {
    "en": "↑H high, ↓L low, ↑↑HH ↓↓LL critical, * abnormal",
    "zh": "↑ 高  ↓ 低  ↑↑ ↓↓ 危急",
    "yue": "↑ 高  ↓ 低  ↑↑ ↓↓ 危急",
}


def draw_report(report: ReportDocument, profile: Profile, now: datetime) -> list[Image.Image]:
    """Draw a report as the pages of one strip; `now` stamps a reprint. Raises NotAvailable without fonts."""
    language = language_of(report.language)
    chunks = [report.items[at : at + PAGE_ITEMS] for at in range(0, len(report.items), PAGE_ITEMS)] or [()]
    pages = []
    for number, items in enumerate(chunks, 1):
        sheet = Sheet(profile.width, language)
        _head(sheet, report, language)
        _table(sheet, items, language)
        if number == len(chunks):
            _end(sheet, report, language, now)
        _page_foot(sheet, report, language, number, len(chunks))
        pages.append(sheet.finish(margin=16))
    return pages


def flag_text(flag: str | None, language: str) -> str:
    """A flag as arrow and word: H → "↑高"; a critical one on two lines; an unknown one as it came."""
    code = (flag or "").upper()
    return FLAGS[code][("zh", "yue", "en").index(language)] if code in FLAGS else code


def _head(sheet: Sheet, report: ReportDocument, language: str) -> None:
    """Whose report, of what, and that it is only a summary, before anything else can be read."""
    sheet.space(4)
    sheet.text(pick(report.hospital, language), CENTRED)
    sheet.text(pick(report.title, language) or word("report", language), TITLE)
    if not report.formal:
        sheet.banner(word("summary", language), Style(26, bold=True, align="center"))
        sheet.space(6)
    if report.version > 1 or report.status in {"amended", "corrected", "appended"}:
        sheet.text(word("corrected", language, n=report.version), NOTICE)
    sheet.text("  ".join(_patient(report, language)), SMALL, 6, sheet.width - 6)


def _patient(report: ReportDocument, language: str) -> list[str]:
    patient = report.patient
    sex = word(SEXES[patient.sex.lower()], language) if (patient.sex or "").lower() in SEXES and patient.sex else ""
    facts = [
        ("patient", patient.display_name),
        ("sex", sex),
        ("age", patient.age),
        ("id_tail", patient.id_tail),
    ]
    return [f"{word(label, language)} {value}" for label, value in facts if value]


def _table(sheet: Sheet, items: Sequence[ReportItem], language: str) -> None:
    wide = sheet.width >= 480
    sheet.rule()
    heads = [word(name, language) for name in ("item", "result", "unit", "range")]
    if wide:
        _cells(sheet, (heads[0], heads[1], "", heads[2], heads[3]), strong=True)
    else:
        sheet.text(heads[0], STRONG, 6, sheet.width - 6)
        _halves(sheet, f"{heads[1]} {heads[2]}", heads[3], strong=True)
    sheet.rule(dashed=True)
    for item in items:
        if wide:
            _wide_item(sheet, item, language)
        else:
            _narrow_item(sheet, item, language)
    sheet.rule()


def _wide_item(sheet: Sheet, item: ReportItem, language: str) -> None:
    flag = flag_text(item.flag, language)
    name = pick(item.name, language)
    _cells(sheet, (name, item.result or "", flag, item.unit or "", item.range or ""), strong=bool(flag))
    sheet.space(2)


def _cells(sheet: Sheet, texts: Sequence[str], strong: bool) -> None:
    """Five columns; what is judged is set bold, so that it is found without reading everything."""
    edges = [round(edge * sheet.width / 576) for edge in COLUMNS]
    style = STRONG if strong else SMALL
    sheet.row(
        [
            Cell(text, left + (6 if left == 0 else 0), right - left - (GAP if at != FLAG else 0), style)
            for at, (text, left, right) in enumerate(zip(texts, edges, edges[1:], strict=False))
        ]
    )


def _narrow_item(sheet: Sheet, item: ReportItem, language: str) -> None:
    """Name and flag in the first line, result with unit and the reference in the second."""
    flag = flag_text(item.flag, language).replace("\n", "")
    style = STRONG if flag else SMALL
    flag_width = round(sheet.measure(flag, style)) + 2 if flag else 0
    sheet.row(
        [
            Cell(pick(item.name, language), 6, sheet.width - 6 - flag_width - GAP, style),
            Cell(flag, sheet.width - flag_width, flag_width or 1, style),
        ]
    )
    _halves(sheet, f"{item.result or ''} {item.unit or ''}".strip(), item.range or "", strong=bool(flag))
    sheet.space(6)


def _halves(sheet: Sheet, first: str, second: str, strong: bool) -> None:
    half = sheet.width // 2
    style = STRONG if strong else SMALL
    sheet.row([Cell(first, 24, half, style), Cell(second, half + 30, sheet.width - half - 30, SMALL)])


def _end(sheet: Sheet, report: ReportDocument, language: str, now: datetime) -> None:
    """Legend, times, who did it, and for a reprint which one."""
    sheet.text(LEGEND[language], SMALL, 6, sheet.width - 6)
    zone = report.timezone
    facts = [
        ("collected", clock(report.collected_at, zone) if report.collected_at else ""),
        ("issued", clock(report.issued_at, zone) if report.issued_at else ""),
        ("operator", report.operator),
        ("verifier", report.verifier),
    ]
    for label, value in facts:
        if value:
            sheet.text(f"{word(label, language)} {value}", SMALL, 6, sheet.width - 6)
    sheet.text(word("specimen", language), SMALL, 6, sheet.width - 6)
    if report.copy_number:
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
