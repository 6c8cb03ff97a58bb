"""Owns a growing 1-bit page and the text, rules and pictures on it. Knows no document: callers say what goes where.

All lengths are dots. Text never leaves its column: it breaks, and a word longer than its column is cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageDraw

from hardware.escpos.layout import fonts
from hardware.escpos.layout.line_break import balanced_lines, break_lines

WHITE, BLACK = 1, 0
BEARING = 2
_FIRST_HEIGHT = 1200


@dataclass(frozen=True)
class Style:
    """How a text is set: size in dots, weight, and side."""

    size: int = 24
    bold: bool = False
    align: str = "left"


@dataclass(frozen=True)
class Cell:
    """A text in a column from `left`, `width` wide."""

    text: str
    left: int
    width: int
    style: Style


@dataclass(frozen=True)
class Piece:
    """A text that breaks no more, at `left` of a line; `part` says what it is (name, result, unit …)."""

    part: str
    text: str
    left: int
    style: Style


class Sheet:
    """A page as wide as the paper that grows downwards; `y` is where the next thing goes."""

    def __init__(self, width: int, language: str) -> None:
        self.width = width
        self.language = language
        self.y = 0
        self._image = Image.new("1", (width, _FIRST_HEIGHT), WHITE)
        self._draw = self._pen()

    def _pen(self) -> ImageDraw.ImageDraw:
        pen = ImageDraw.Draw(self._image)
        pen.fontmode = "1"
        return pen

    def _reach(self, bottom: int) -> None:
        if bottom <= self._image.height:
            return
        taller = Image.new("1", (self.width, max(bottom, self._image.height * 2)), WHITE)
        taller.paste(self._image, (0, 0))
        self._image = taller
        self._draw = self._pen()

    def measure(self, text: str, style: Style) -> float:
        """How wide a text is in one line."""
        return _measure(text, self.language, style)

    def lines(self, text: str, style: Style, width: int | None = None) -> tuple[str, ...]:
        """The lines a text breaks into; centred ones are made of like length, so that no word stands alone."""
        return _broken(text, self.language, style, width or self.width)

    def space(self, height: int) -> None:
        """Leave room."""
        self.y += height

    def text(self, text: str, style: Style, left: int = 0, width: int | None = None) -> None:
        """Set a text in a column, breaking lines, and move on below it; an empty text takes no room."""
        if not text:
            return
        room = self.width - left if width is None else width
        for line in self.lines(text, style, room):
            self._line(line, style, left, room, self.y, BLACK)
            self.y += line_height(style)

    def row(self, cells: Sequence[Cell]) -> None:
        """Set texts side by side, each breaking in its own column, and move on below the longest."""
        top = bottom = self.y
        for cell in cells:
            self.y = top
            self.text(cell.text, cell.style, cell.left, cell.width)
            bottom = max(bottom, self.y)
        self.y = bottom

    def pieces(self, pieces: Sequence[Piece]) -> None:
        """Set texts side by side in one line, as they are, and move on below it."""
        for piece in pieces:
            self._line(piece.text, piece.style, piece.left, self.width - piece.left, self.y, BLACK)
        self.y += max((line_height(piece.style) for piece in pieces), default=0)

    def banner(self, text: str, style: Style) -> None:
        """Set a text white on a black band across the paper."""
        lines = self.lines(text, style, self.width - 16)
        height = len(lines) * line_height(style) + 8
        self._reach(self.y + height)
        self._draw.rectangle((0, self.y, self.width - 1, self.y + height - 1), fill=BLACK)
        for number, line in enumerate(lines):
            self._line(line, style, 8, self.width - 16, self.y + 4 + number * line_height(style), WHITE)
        self.y += height

    def stamp(self, text: str, face: fonts.Face, height: int) -> None:
        """Set one line of large capitals and digits in the middle, its ink `height` dots tall from the baseline."""
        self._reach(self.y + height + height // 4)
        left = (self.width - face.getlength(text)) / 2
        self._draw.text((left, self.y + height), text, font=face, fill=BLACK, anchor="ls")
        self.y += height

    def rule(self, dashed: bool = False, thickness: int = 2) -> None:
        """Draw a line across the paper."""
        self._reach(self.y + 16)
        for left in range(0, self.width, 16 if dashed else self.width):
            right = left + (8 if dashed else self.width) - 1
            self._draw.rectangle((left, self.y + 7, right, self.y + 7 + thickness - 1), fill=BLACK)
        self.y += 16

    def picture(self, picture: Image.Image, left: int, top: int | None = None) -> None:
        """Put a 1-bit picture at `left`; below everything so far, or at `top` without moving on."""
        at = self.y if top is None else top
        self._reach(at + picture.height)
        self._image.paste(picture, (left, at))
        if top is None:
            self.y += picture.height

    def finish(self, margin: int = 8) -> Image.Image:
        """The page, as high as what is on it."""
        height = self.y + margin
        self._reach(height)
        return self._image.crop((0, 0, self.width, height))

    def _line(self, line: str, style: Style, left: int, room: int, top: int, ink: int) -> None:
        """Set one line."""
        self._reach(top + line_height(style))
        slack = max(0, room - int(self.measure(line, style)))
        x = left + {"left": 0, "center": slack // 2, "right": slack}[style.align]
        # lines lie one below the other and never overlap, so pasting a line whole loses nothing
        self._image.paste(_line_picture(line, self.language, style, ink), (x - BEARING, top))


@lru_cache(maxsize=512)
def _broken(text: str, language: str, style: Style, room: int) -> tuple[str, ...]:
    """Most texts of a slip are the same on the next one, so how they break is remembered."""

    def measure(part: str) -> float:
        return _measure(part, language, style)

    return tuple((balanced_lines if style.align == "center" else break_lines)(text, room, measure))


def _measure(text: str, language: str, style: Style) -> float:
    return sum([fonts.advance(language, style.size, style.bold, character) for character in text])


@lru_cache(maxsize=512)
def _line_picture(line: str, language: str, style: Style, ink: int) -> Image.Image:
    """One line set on its baseline piece by piece, with room at the left for letters that reach back (j)."""
    width = int(_measure(line, language, style)) + 2 * BEARING
    picture = Image.new("1", (width, line_height(style)), WHITE - ink)
    pen = ImageDraw.Draw(picture)
    pen.fontmode = "1"
    x = float(BEARING)
    for piece, face in fonts.runs(line, language, style.size, style.bold):
        pen.text((x, round(style.size * 1.03)), piece, font=face, fill=ink, anchor="ls")
        x += _measure(piece, language, style)
    return picture


def line_height(style: Style) -> int:
    """The distance from line to line: 1.3 times the size, so that 、, descenders and marks never touch."""
    return round(style.size * 1.3)
