"""Encodes pages, feeds and cuts as ESC/POS commands. Knows no connection and no layout.

Commands are those of Epson's ESC/POS reference: ESC @, GS a, GS v 0, GS V, ESC d, GS r, GS ( H, GS :, GS ^, DLE EOT,
DLE ENQ.
"""

import re
from collections.abc import Iterator

from PIL import Image

INITIALISE = b"\x1b@"
NO_AUTO_STATUS = b"\x1da\x00"
BARRIER = b"\x1dr\x01"
"""GS r 1: answered with one byte, in order, so only after everything before it was executed."""
RUN_MACRO = b"\x1d^\x01\x00\x00"
"""GS ^: executes the macro once, at once; without one nothing happens."""
CLEAR_BUFFERS = b"\x10\x05\x02"
"""DLE ENQ 2: recover from an error and throw away what was received but not printed."""
CLEAR_DATA = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4 fn 8 (TM-T20III and later): throw away what was received, at once, also inside an image that has no end."""
CUTS = {"partial": b"\x1dVB\x00", "full": b"\x1dVA\x00", "none": b"\x1bd\x05"}
BAND_ROWS = 24
"""Rows of a band: 1.7 kB at 80 mm, so that two fit into the 4 kB of a small printer and a slow line answers soon."""
GUARD = b"\x1b "
"""The last two bytes of each band: five dots at the right edge. A printer that lost a byte of the band's head takes the
image for text and commands; then these are ESC SP, which takes the first byte of the question behind the band for its
number, and the question is not answered. Without them a band could be missing and its question be answered."""
LONGEST_BAND = 240
"""Rows of the longest band that a hall's host sends (`?band=240`): what one of them may have left open in a printer."""
LONGEST_OPEN = 131_072
"""Bytes that a printer may still wait for and be brought back: twice the longest command with a length of 16 bits, or
an image of 1,820 rows at 80 mm. Programs that send longer images in one command need a printer of their own."""

_COMPLEMENT = bytes(255 - value for value in range(256))
# A printer executes these three at once, even inside an image (Epson's note on real-time commands): an image that
# happens to hold DLE EOT would call forth status bytes nobody asked for, and DLE ENQ 2 would empty the buffer.
_REALTIME = re.compile(rb"\x10(?=[\x04\x05\x14])")


def query(number: int) -> bytes:
    """DLE EOT n: ask for status byte n (1–4); answered at once, in any state."""
    return b"\x10\x04" + bytes([number])


def page_bytes(page: Image.Image) -> bytes:
    """Pack a 1-bit page into rows of whole bytes, black as 1, first dot in the highest bit.

    A byte 0x10 that would begin a real-time command gets one dot more (0x18): an eighth of a millimetre.
    """
    packed = page.tobytes().translate(_COMPLEMENT)
    spare = -page.width % 8
    if spare:
        row_bytes = (page.width + 7) // 8
        clean = bytearray(packed)
        for last in range(row_bytes - 1, len(clean), row_bytes):
            clean[last] &= 0xFF << spare & 0xFF
        packed = bytes(clean)
    return _REALTIME.sub(b"\x18", packed)


def bands(page: Image.Image, rows: int = BAND_ROWS) -> Iterator[bytes]:
    """Yield a page as `GS v 0` commands of at most `rows` rows each, top first, each with the guard at its end."""
    row_bytes = (page.width + 7) // 8
    data = page_bytes(page)
    for top in range(0, page.height, rows):
        part = data[top * row_bytes : (top + rows) * row_bytes]
        height = len(part) // row_bytes
        head = b"\x1dv0\x00" + row_bytes.to_bytes(2, "little") + height.to_bytes(2, "little")
        yield head + part[: -len(GUARD)] + GUARD


def process_id(name: bytes) -> bytes:
    """GS ( H function 48: the printer says these four characters when everything before was executed."""
    return b"\x1d(H\x06\x0000" + name


def macro(content: bytes) -> bytes:
    """GS : content GS :, which printers also execute while it is defined. ESC @ does not clear it, a restart does."""
    return b"\x1d:" + content + b"\x1d:"


def cut_off(cut: str, width: int) -> bytes:
    """Part what lies above from what comes: cut, or a dashed line where paper is torn by hand."""
    if cut != "none":
        return CUTS[cut]
    row_bytes = (width + 7) // 8
    dashes = (b"\xff\xf0" * row_bytes)[:row_bytes] * 2
    return CUTS[cut] + b"\x1dv0\x00" + row_bytes.to_bytes(2, "little") + b"\x02\x00" + dashes + CUTS[cut]


COMPLETE_HEAD = bytes(16)
"""NULs complete the head of any command that was broken off, and mean nothing otherwise. They come before everything:
a question there would be read as the size of an image, and such an image eats all that follows."""


def resynchronise(width: int) -> bytes:
    """Bring a printer that may stand in the middle of one of our images back to the start of a command.

    NULs complete an image that was broken off (as white) and mean nothing otherwise. ESC @ ends page mode and throws
    away a line of text that was not printed.
    """
    return complete(width, LONGEST_BAND) + NO_AUTO_STATUS


def complete(width: int, rows: int) -> bytes:
    """White for an image of `rows` rows that lost bytes on the way; a printer that waits for none ignores it."""
    return bytes((width + 7) // 8 * rows) + INITIALISE
