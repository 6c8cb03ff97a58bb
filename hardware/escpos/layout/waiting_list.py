"""Lays out the waiting list on paper, for times when the screens are dark. Knows no rules."""

from PIL import Image

from hardware.escpos.layout.documents import ListDocument, ListRow
from hardware.escpos.layout.sheet import Cell, Sheet, Style
from hardware.escpos.layout.words import clock, language_of, pick, state_word, word
from hardware.ports import Profile

SMALL = Style(24)
STRONG = Style(28, bold=True)
HEAD = Style(24, bold=True)
# Columns as parts of the width: number, name, queue, state, since.
WIDE = (0.0, 0.2, 0.45, 0.68, 0.87, 1.0)
PAGE_DOTS = 4000
GAP = 6


def draw_list(listing: ListDocument, profile: Profile) -> list[Image.Image]:
    """Draw the list as the pages of one strip, in the order given; a long one is cut into pages of half a metre."""
    language = language_of(listing.language)
    pages = []
    sheet = _begin(listing, profile, language)
    for row in listing.rows:
        if sheet.y > PAGE_DOTS:
            pages.append(sheet.finish(margin=0))
            sheet = Sheet(profile.width, language)
        _row(sheet, row, listing.timezone, language)
    total = word("people", language, n=len(listing.rows)) if listing.rows else word("nobody", language)
    sheet.rule()
    sheet.text(total, HEAD, 6, sheet.width - 6)
    pages.append(sheet.finish(margin=16))
    return pages


def _begin(listing: ListDocument, profile: Profile, language: str) -> Sheet:
    sheet = Sheet(profile.width, language)
    sheet.space(4)
    sheet.text(pick(listing.hospital, language), Style(24, align="center"))
    sheet.text(pick(listing.title, language) or word("waiting", language), Style(34, bold=True, align="center"))
    printed = clock(listing.printed_at, listing.timezone, "%Y-%m-%d %H:%M:%S")
    sheet.text(f"{word('printed', language)} {printed}", Style(24, align="center"))
    sheet.rule()
    names = ("number", "name", "queue", "state", "since")
    _set(sheet, [word(name, language) for name in names], HEAD, HEAD)
    sheet.rule(dashed=True)
    return sheet


def _row(sheet: Sheet, row: ListRow, timezone: str | None, language: str) -> None:
    since = clock(row.since, timezone, "%H:%M") if row.since else ""
    texts = [row.number, row.display_name or "", pick(row.queue, language), state_word(row.state, language), since]
    _set(sheet, texts, STRONG, SMALL)
    sheet.space(4)


def _set(sheet: Sheet, texts: list[str], first: Style, other: Style) -> None:
    """One line of five columns at 80 mm; at 58 mm number, name and time above queue and state."""
    if sheet.width >= 480:
        edges = [round(part * sheet.width) for part in WIDE]
        edges[0] = 6
        sheet.row(
            [
                Cell(text, left, right - left - (GAP if right < sheet.width else 0), other if at else first)
                for at, (text, left, right) in enumerate(zip(texts, edges, edges[1:], strict=False))
            ]
        )
        return
    number, name, queue, state, since = texts
    clock_left = sheet.width - 84
    sheet.row(
        [
            Cell(number, 6, 118, first),
            Cell(name, 128, clock_left - 134, other),
            Cell(since, clock_left, 84, other),
        ]
    )
    sheet.row([Cell(queue, 30, clock_left - 110, other), Cell(state, clock_left - 74, 158, other)])
