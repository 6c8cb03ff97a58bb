"""Owns the typefaces of the paper: finding, preloading, and which face has which character. Knows no layout.

Noto Sans CJK covers 𠮷 㐂 䶮 and Latin; characters it lacks fall back to DejaVu Sans, and what nobody has is drawn
as the geta mark 〓, which is what Chinese and Japanese printers have always set for a missing type.
"""

import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from hardware.errors import NotAvailable

FOLDERS = (
    "/usr/share/fonts/opentype/noto",
    "/usr/share/fonts/noto-cjk",
    "/usr/share/fonts/google-noto-cjk",
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/TTF",
    "/usr/share/fonts/dejavu",
    "/usr/local/share/fonts",
    "C:/Windows/Fonts",
    "/Library/Fonts",
)
FAMILIES = {"zh": "Noto Sans CJK SC", "en": "Noto Sans CJK SC", "yue": "Noto Sans CJK HK"}
USUAL_INDEX = {"Noto Sans CJK SC": 2, "Noto Sans CJK HK": 4}
GETA = "〓"
UNSEEN = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Kinds of characters that no paper shows; the layout engine fails at some of them."""
_PROBE = 24
_NOWHERE = "\U0010fffd"

Face = ImageFont.FreeTypeFont


def face(language: str, size: int, bold: bool = False) -> Face:
    """The main face for a language at a size in dots. Raises NotAvailable when the fonts are not installed."""
    return _cjk(FAMILIES.get(language, FAMILIES["zh"]), size, bold)


def fallback(size: int, bold: bool = False) -> Face | None:
    """The face for what Noto Sans CJK lacks (Arabic and others), or None where it is not installed."""
    return _fallback(size, bold)


def runs(text: str, language: str, size: int, bold: bool = False) -> Iterator[tuple[str, Face]]:
    """Split a text into pieces, each with the face that has its characters."""
    main = face(language, size, bold)
    text = visible(text)
    if all(has(language, character) for character in text):
        yield text, main
        return
    for which, group in groupby(text, key=lambda character: _choose(language, character)):
        piece = "".join(group)
        other = fallback(size, bold) if which == "fallback" else None
        if which == "nowhere":
            yield GETA * len(piece), main
        else:
            yield piece, other or main


def visible(text: str) -> str:
    """The text without control and format characters, which no paper shows and some of which turn digits round."""
    if text.isprintable():
        return text
    return "".join(character for character in text if unicodedata.category(character) not in UNSEEN)


@lru_cache(maxsize=65536)
def advance(language: str, size: int, bold: bool, character: str) -> float:
    """How far a character moves the pen, in dots; our faces are set without kerning, so widths add up."""
    return sum(piece_face.getlength(piece) for piece, piece_face in runs(character, language, size, bold))


@lru_cache(maxsize=16384)
def has(language: str, character: str) -> bool:
    """Whether the main face of a language draws this character (and not the box of a missing glyph)."""
    return _draws(face(language, _PROBE), character)


def drawable(language: str, character: str) -> bool:
    """Whether any face draws this character."""
    return _choose(language, character) != "nowhere"


def preload(languages: tuple[str, ...] = ("zh", "en")) -> None:
    """Touch the faces, so that the first patient does not wait 2.6 s for a cold font."""
    for language in languages:
        for bold in (False, True):
            for piece, loaded in runs("预A报到0", language, 28, bold):
                ImageDraw.Draw(Image.new("1", (400, 60), 1)).text((0, 0), piece, font=loaded, fill=0)


@lru_cache(maxsize=4096)
def _choose(language: str, character: str) -> str:
    if has(language, character):
        return "main"
    other = fallback(_PROBE)
    return "fallback" if other is not None and _draws(other, character) else "nowhere"


def _draws(font: Face, character: str) -> bool:
    """Compare with the glyph of a code point that no font has; half of a surrogate pair is no character."""
    if unicodedata.category(character) == "Cs":
        return False
    try:
        missing = font.getmask(_NOWHERE, mode="1")
        drawn = font.getmask(character, mode="1")
    except (RuntimeError, ValueError, OSError):  # the layout engine fails at it: nobody could read it anyway
        return False
    return drawn.size != missing.size or bytes(drawn) != bytes(missing)


@lru_cache(maxsize=256)
def _cjk(family: str, size: int, bold: bool) -> Face:
    path, index = _find_cjk(family, bold)
    return ImageFont.truetype(path, size, index=index, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8)
def _find_cjk(family: str, bold: bool) -> tuple[str, int]:
    """The file and the index of a family in its collection; the order in collections differs between releases."""
    path = _find(f"NotoSansCJK-{'Bold' if bold else 'Regular'}.ttc")
    if path is None:
        raise NotAvailable("fonts", "Noto Sans CJK is not installed (Debian package fonts-noto-cjk)")
    usual = USUAL_INDEX[family]
    for index in (usual, *(other for other in range(10) if other != usual)):
        try:
            name = ImageFont.truetype(path, _PROBE, index=index).getname()[0]
        except OSError:
            continue
        if name == family:
            return path, index
    raise NotAvailable("fonts", f"{family} is not in {path}")


@lru_cache(maxsize=64)
def _fallback(size: int, bold: bool) -> Face | None:
    path = _find("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")
    return None if path is None else ImageFont.truetype(path, size)


@lru_cache(maxsize=8)
def _find(name: str) -> str | None:
    """The first file of this name in the usual font folders."""
    for folder in FOLDERS:
        candidate = Path(folder) / name
        if candidate.is_file():
            return str(candidate)
    return None
