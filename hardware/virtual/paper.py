"""Owns the paper of the virtual printer: dots on a strip, cut into slips, kept as pictures. Knows no bytes of ESC/POS.

What it does not simulate is said in device.py.
"""

import hashlib
import io
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

import segno
from PIL import Image, ImageDraw

from hardware.escpos.device.encode import page_bytes
from hardware.escpos.layout.fonts import face
from server.protocol import private_files

KEPT = 200
_COMPLEMENT = bytes(255 - value for value in range(256))


@dataclass(frozen=True)
class PaperSlip:
    """A cut piece of paper: packed rows (black is 1), and what was sent as text or as native QR."""

    number: int
    at: datetime
    width: int
    data: bytes
    texts: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        """Rows of dots."""
        return len(self.data) // (self.width // 8)

    @cached_property
    def sha256(self) -> str:
        """Fingerprint of the dots."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def image(self) -> Image.Image:
        """The dots as a 1-bit picture."""
        return Image.frombytes("1", (self.width, self.height), self.data.translate(_COMPLEMENT))

    @cached_property
    def png(self) -> bytes:
        """The picture as PNG; made when somebody looks."""
        out = io.BytesIO()
        self.image.save(out, "PNG")
        return out.getvalue()

    @cached_property
    def read_codes(self) -> tuple[str, ...] | None:
        """The QR codes as a phone would read them from the dots; None where no reader (zxing-cpp) is installed."""
        try:
            import zxingcpp
        except ImportError:
            return self.codes or None
        return tuple(code.text for code in zxingcpp.read_barcodes(self.image.convert("L")))


@dataclass
class _Strip:
    """The paper since the last cut, and how text is being set on it."""

    rows: list[bytes] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    line: bytes = b""
    align: int = 0
    bold: bool = False
    size: int = 0


class Paper:
    """The strip in the printer and the slips that were cut from it; the last 200 as pictures, all of them counted."""

    def __init__(self, width: int, now: Callable[[], datetime], keep: Path | None = None) -> None:
        self.width = width // 8 * 8
        self.count = 0
        self._now = now
        self._keep = keep
        self._slips: deque[PaperSlip] = deque(maxlen=KEPT)
        self._strip = _Strip()
        self._lock = threading.Lock()
        if keep is not None:
            private_files.folder(keep, r"\d+\.png")

    def slips(self) -> list[PaperSlip]:
        """The slips that are kept, oldest first."""
        with self._lock:
            return list(self._slips)

    def begun(self) -> bool:
        """Whether something stands on the uncut strip."""
        with self._lock:
            return any(row.strip(b"\x00") for row in self._strip.rows)

    def torn(self) -> Image.Image | None:
        """What stands on the uncut strip; None when it is white."""
        with self._lock:
            data = b"".join(self._strip.rows)
        if not data.strip(b"\x00"):
            return None
        return PaperSlip(0, self._now(), self.width, data).image

    def dots(self, row_bytes: int, data: bytes) -> None:
        """Print rows of dots; what is wider than the paper is lost at the right, as in a real printer."""
        own = self.width // 8
        if row_bytes != own:
            rows = (data[at : at + row_bytes] for at in range(0, len(data), row_bytes))
            data = b"".join(row[:own].ljust(own, b"\x00") for row in rows)
        with self._lock:
            self._strip.rows.append(data)

    def feed(self, dots: int) -> None:
        """End the line of text, if one is begun, and move the paper."""
        if self._strip.line:
            dots = max(0, dots - self._print_line())
        self.dots(self.width // 8, bytes(self.width // 8 * dots))

    def write(self, data: bytes) -> None:
        """Add characters to the line."""
        self._strip.line += data

    def setting(self, name: str, value: int) -> None:
        """Change how text is set."""
        if name == "bold":
            self._strip.bold = bool(value & 1)
        else:
            setattr(self._strip, name, value)

    def initialise(self) -> None:
        """Forget settings and the line that was not printed."""
        self._strip.line, self._strip.align, self._strip.bold, self._strip.size = b"", 0, False, 0

    def code(self, dots: int, level: int, content: bytes) -> None:
        """Draw a QR code, as the printer's own firmware would."""
        text = content.decode("utf-8", "replace")
        matrix = segno.make_qr(text, error="lmqh"[max(0, min(3, level - 48))], boost_error=False).matrix
        page = Image.new("1", (self.width, len(matrix) * dots), 1)
        pen = ImageDraw.Draw(page)
        left = (0, (self.width - page.height) // 2, self.width - page.height)[self._strip.align % 3]
        for row, modules in enumerate(matrix):
            for column, dark in enumerate(modules):
                if dark:
                    x, y = left + column * dots, row * dots
                    pen.rectangle((x, y, x + dots - 1, y + dots - 1), fill=0)
        self._strip.codes.append(text)
        self.dots(self.width // 8, page_bytes(page))

    def cut(self) -> PaperSlip | None:
        """Cut the strip into a slip; a white one is waste, not a slip."""
        if self._strip.line:
            self._print_line()
        with self._lock:
            strip, self._strip = self._strip, _Strip()
            data = b"".join(strip.rows)
            if not data.strip(b"\x00"):
                return None
            self.count += 1
            slip = PaperSlip(self.count, self._now(), self.width, data, tuple(strip.texts), tuple(strip.codes))
            self._slips.append(slip)
        if self._keep is not None:
            (self._keep / f"{slip.number:06d}.png").write_bytes(slip.png)
        return slip

    def _print_line(self) -> int:
        """Set the line in Font A cells (12×24), Chinese double width, and return its height."""
        text = self._strip.line.decode("gb18030", "replace")
        self._strip.line = b""
        self._strip.texts.append(text)
        wide, tall = (self._strip.size >> 4 & 7) + 1, (self._strip.size & 7) + 1
        font = face("zh", 24, self._strip.bold)
        drawn = Image.new("1", (max(1, int(font.getlength(text))), 30), 1)
        pen = ImageDraw.Draw(drawn)
        pen.fontmode = "1"
        pen.text((0, 25), text, font=font, fill=0, anchor="ls")
        drawn = drawn.resize((drawn.width * wide, drawn.height * tall), Image.Resampling.NEAREST)
        page = Image.new("1", (self.width, drawn.height), 1)
        spare = max(0, self.width - drawn.width)
        page.paste(drawn, ((0, spare // 2, spare)[self._strip.align % 3], 0))
        self.dots(self.width // 8, page_bytes(page))
        return page.height
