"""Owns the layout of a queue slip on 80 mm and 58 mm paper. Knows no rules and no printer.

Number first (12–18 mm high; never under 10), then where to go, people ahead and the range, then small print.
"""

import re

import segno
from PIL import Image

from hardware.escpos.layout import fonts
from hardware.escpos.layout.sheet import Sheet, Style
from hardware.escpos.layout.words import both, clock, language_of, pick, wait_at, word
from hardware.ports import Profile
from server.protocol.messages import Slip

NUMBER_MM = (15.0, 12.0, 10.0)
"""Heights of the number that are tried, the tallest that fits wins; a longer number goes on two lines."""
QR_DOTS = (6, 5, 4)
"""Dots a module that are tried, the largest that fits the paper wins. Under 4 (0.5 mm) scanners begin to miss."""
MARGIN = 6
"""Dots kept free at the left: many printers lose the first ones."""
QUIET_MODULES = 4
LONGEST, LONGEST_NUMBER = 200, 24
"""Characters of a text and of a number; what is longer is cut."""
AS_IT_IS = frozenset({"ticket", "code", "language", "timezone", "kind"})
"""Fields that are no text to read."""
_SENTENCE = re.compile(r"[请請。]|^(please|go|wait|take)\b|[.!]$", re.IGNORECASE)


def tidied(slip: Slip) -> Slip:
    """The slip with texts of one line each, no longer than any that a hall file may hold: paper has an end."""
    changed: dict[str, object] = {}
    for name, value in slip:
        if isinstance(value, dict):
            changed[name] = {language: _one_line(text) for language, text in value.items()}
        elif isinstance(value, str) and name not in AS_IT_IS:
            changed[name] = _one_line(value, LONGEST_NUMBER if name == "number" else LONGEST)
    changed["code"] = slip.code[:LONGEST]
    return slip.model_copy(update=changed)


def _one_line(text: str, longest: int = LONGEST) -> str:
    line = " ".join(text[: longest * 8].split())
    return line if len(line) <= longest else f"{line[:longest]}…"


def draw_slip(slip: Slip, profile: Profile) -> Image.Image:
    """Draw a slip as one 1-bit page, `profile.width` dots wide. Raises NotAvailable without fonts."""
    language = language_of(slip.language)
    sheet = Sheet(profile.width, language)
    scale = profile.dpi / 203
    narrow = profile.width < 480
    if slip.copy_number:
        sheet.banner(_copy_mark(slip, language), _style(28, scale, bold=True, align="center"))
    sheet.space(4)
    sheet.text(pick(slip.hospital, language), _style(26, scale, align="center"))
    sheet.text(both(slip.queue, language), _style(34 if narrow else 38, scale, bold=True, align="center"))
    _number(sheet, slip.number, profile)
    sheet.text(_where(slip, language), _style(30 if narrow else 34, scale, bold=True, align="center"))
    if way := both(slip.way, language):
        sheet.text(way, _style(26 if narrow else 30, scale, align="center"))
    sheet.space(6)
    for line in _expectation(slip, language):
        sheet.text(line, _style(30 if narrow else 32, scale, align="center"))
    if note := pick(slip.note, language):
        sheet.text(note, _style(26, scale, bold=True))
    sheet.rule(dashed=True)
    _foot(sheet, slip, language, scale, narrow)
    return sheet.finish()


def number_face(text: str, profile: Profile, language: str = "zh") -> tuple[fonts.Face, int]:
    """The face whose digits are as tall as can be on this paper, and that height in dots."""
    height = 0
    face = fonts.face(language, 16, bold=True)
    for millimetres in NUMBER_MM:
        height = round(millimetres * profile.dots_per_mm)
        face = _face_of_height(height, language)
        if face.getlength(text) <= profile.width - 8:
            break
    return face, height


def _face_of_height(height: int, language: str) -> fonts.Face:
    """The bold face whose flat capitals (H) are at least `height` dots tall."""
    size = round(height / 0.733)
    while _cap_height(face := fonts.face(language, size, bold=True)) < height:
        size += 1
    return face


def _cap_height(face: fonts.Face) -> int:
    _, top, _, bottom = face.getbbox("H", anchor="ls")
    return round(bottom - top)


def _number(sheet: Sheet, number: str, profile: Profile) -> None:
    """Set the number, on two lines when it is too long for one even at the least height."""
    face, height = number_face(number, profile)
    parts = [number]
    if face.getlength(number) > profile.width - 8:
        prefix = number.rstrip("0123456789")
        parts = [prefix, number[len(prefix) :]] if prefix and prefix != number else [number]
    sheet.space(round(height * 0.22))
    for part in parts:
        for line in _cut(part, face, profile.width - 8):
            sheet.stamp(line, face, height)
            sheet.space(round(height * 0.22))


def _cut(text: str, face: fonts.Face, width: int) -> list[str]:
    """Cut a number that is absurdly long; a hospital that makes such numbers still gets all of it."""
    lines = [""]
    for character in text:
        if lines[-1] and face.getlength(lines[-1] + character) > width:
            lines.append("")
        lines[-1] += character
    return lines


def _where(slip: Slip, language: str) -> str:
    """Where to go, in one sentence: the server's, or made of the hall's name."""
    place = pick(slip.place, language)
    if _SENTENCE.search(place):
        return place
    return wait_at(slip.kind, language, both(slip.place, language) or both(slip.hall, language))


def _expectation(slip: Slip, language: str) -> list[str]:
    """People ahead and the range, as far as they are known."""
    lines = []
    if slip.ahead is not None:
        lines.append(word("ahead", language, n=slip.ahead) if slip.ahead else word("next", language))
    if slip.wait_low is not None and slip.wait_high is not None and slip.wait_low < slip.wait_high:
        lines.append(word("wait", language, low=slip.wait_low, high=slip.wait_high))
    elif slip.wait_high is not None or slip.wait_low is not None:
        lines.append(word("wait_about", language, low=slip.wait_high or slip.wait_low or 0))
    return lines


def _foot(sheet: Sheet, slip: Slip, language: str, scale: float, narrow: bool) -> None:
    """Small print with the code beside it (80 mm) or below it (58 mm), or as text where no code fits."""
    code = qr_picture(slip.code, sheet.width)
    small = _style(24, scale)
    # the quiet zone of the code must stay white, so the text keeps to the left of it
    beside = code is not None and not narrow and code.width <= sheet.width * 2 // 5
    room = sheet.width - code.width - 8 if code is not None and beside else sheet.width
    top = sheet.y
    for label, value in _facts(slip, language):
        sheet.text(f"{label} {value}", small, MARGIN, room - MARGIN)
    sheet.space(6)
    missed = pick(slip.hint, language) or word("missed", language)
    sheet.text(missed, _style(24, scale, bold=True), MARGIN, room - MARGIN)
    caption = _style(24, scale, align="center")
    if code is None:
        sheet.text(slip.code, small, MARGIN, room - MARGIN)
    elif beside:
        sheet.picture(code, sheet.width - code.width, top)
        bottom, sheet.y = sheet.y, top + code.height
        sheet.text(word("scan", language), caption, sheet.width - code.width, code.width)
        sheet.y = max(bottom, sheet.y)
    else:
        sheet.picture(code, (sheet.width - code.width) // 2)
        sheet.text(word("scan", language), caption)


def _facts(slip: Slip, language: str) -> list[tuple[str, str]]:
    zone = slip.timezone
    hall = pick(slip.hall, language)
    facts = [
        (word("name", language), slip.display_name or ""),
        (word("hall", language), "" if hall in _where(slip, language) else hall),
        (word("doctor", language), slip.doctor or ""),
        (word("slot", language), clock(slip.slot, zone, "%m-%d %H:%M") if slip.slot else ""),
        (word("checked_in", language), clock(slip.checked_in_at, zone)),
    ]
    return [(label, value) for label, value in facts if value]


def _copy_mark(slip: Slip, language: str) -> str:
    mark = word("copy", "zh", n=slip.copy_number)
    return f"{word('copy', 'en', n=slip.copy_number)} · {mark}" if language == "en" else f"{mark} COPY"


def _style(size: int, scale: float, bold: bool = False, align: str = "left") -> Style:
    return Style(max(24, round(size * scale)) if scale >= 1 else round(size * scale), bold, align)


def qr_picture(code: str, width: int) -> Image.Image | None:
    """A QR code with its quiet zone, whole within `width` dots; None when there is none that scanners read.

    Level M where it fits, else L: a code that is whole at the lower level reads better than one that is cropped.
    """
    for level in ("m", "l"):
        modules = _modules(code, level)
        for dots in QR_DOTS:
            if modules is not None and modules.width * dots <= width:
                return modules.resize((modules.width * dots, modules.height * dots), Image.Resampling.NEAREST)
    return None


def _modules(code: str, level: str) -> Image.Image | None:
    """The code at one dot a module with its quiet zone; None when no QR code holds so much."""
    # Trying all eight masks takes as long as drawing the rest of the slip. Every mask is read by every reader; the
    # standard's choice of the prettiest guards against patterns that a random token does not have.
    try:
        matrix = segno.make_qr(code, error=level, boost_error=False, mask=2).matrix
    except segno.DataOverflowError:
        return None
    side = len(matrix)
    modules = Image.frombytes("L", (side, side), b"".join(bytes(0 if dark else 255 for dark in row) for row in matrix))
    framed = Image.new("1", (side + 2 * QUIET_MODULES,) * 2, 1)
    framed.paste(modules.convert("1"), (QUIET_MODULES, QUIET_MODULES))
    return framed
