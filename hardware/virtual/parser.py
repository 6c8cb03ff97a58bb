"""Owns the grammar of ESC/POS as a printer reads it: bytes in, actions out. Knows no paper and no connection.

Incremental: a command may come in pieces, and a raster image that is broken off stays open until its bytes came,
as in a real printer. Unknown commands are reported, not guessed.

A macro (GS :, GS ^) is kept as Epson's and Bixolon's manuals say: its content is executed while it is defined, ESC @
does not clear it, a restart does, and GS ^ inside a definition clears it.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Raster:
    """Rows of an image; each row is `row_bytes` long, black is 1."""

    row_bytes: int
    data: bytes


@dataclass(frozen=True)
class Text:
    """Characters up to the next control code, as they came."""

    data: bytes


@dataclass(frozen=True)
class Feed:
    """Move the paper by dots, after ending the current line of text."""

    dots: int


@dataclass(frozen=True)
class Cut:
    """Cut the paper."""


@dataclass(frozen=True)
class Initialise:
    """Forget all settings of text (ESC @)."""


@dataclass(frozen=True)
class Setting:
    """A setting of text: align, size, bold."""

    name: str
    value: int


@dataclass(frozen=True)
class Ask:
    """GS r: send a status byte, now that everything before was executed."""

    number: int


@dataclass(frozen=True)
class Name:
    """GS ( H function 48: say this process id, now that everything before was executed."""

    id: bytes


@dataclass(frozen=True)
class PageMode:
    """Begin page mode (ESC L), print what it collected (FF), throw that away (CAN), or leave with nothing (ESC S)."""

    act: str


@dataclass(frozen=True)
class Code:
    """A QR code that the printer draws itself: dots a module, level (48–51), content."""

    dots: int
    level: int
    data: bytes


@dataclass(frozen=True)
class Unknown:
    """A command this printer does not know."""

    data: bytes


Action = Raster | Text | Feed | Cut | Initialise | Setting | Ask | Name | PageMode | Code | Unknown

LINE_DOTS = 30
ESC, FS, GS, DLE = 0x1B, 0x1C, 0x1D, 0x10
# Commands of fixed length: their first two bytes → the whole length.
FIXED = (
    {bytes((ESC, code)): 2 for code in b"@2im<LS"}
    | {bytes((ESC, code)): 3 for code in b"dJaE!-GMtR3{=Vr TUK%"}
    | {bytes((ESC, code)): 4 for code in b"c$\\"}
    | {b"\x1bp": 5, b"\x1bB": 4, b"\x1bW": 10}
    | {bytes((GS, code)): 3 for code in b"ra!BhwHfIb/T"}
    | {b"\x1d:": 2, b"\x1d^": 5}
    | {bytes((GS, code)): 4 for code in b"LWP$\\"}
    | {bytes((FS, code)): 2 for code in b"&."}
    | {bytes((FS, code)): 3 for code in b"!-CW"}
    | {bytes((FS, code)): 4 for code in b"Sp"}
    | {b"\x10\x04": 3, b"\x10\x05": 3, b"\x10\x14": 5}
)
IGNORED = frozenset((0x0D, 0x05, 0x04))
PAGES = {0x0C: PageMode("print"), 0x18: PageMode("clear")}
MACRO, RUN = b"\x1d:", b"\x1d^"
LONGEST_MACRO = 2048


class Parser:
    """Takes bytes in any pieces and yields actions. State: what is incomplete, the open image, the QR settings."""

    def __init__(self, macros: bool = True) -> None:
        self.macros = macros
        self._macro = b""
        self._recorded: bytearray | None = None
        self._rest = b""
        self._row_bytes = 0
        self._missing = 0
        self._row = b""
        self._qr_dots = 3
        self._qr_level = 48
        self._qr_data = b""

    def feed(self, data: bytes) -> Iterator[Action]:
        """Yield the actions that are complete."""
        data = self._rest + data
        at = 0
        while at < len(data):
            if self._missing:
                taken = min(self._missing, len(data) - at)
                self._record(data[at : at + taken])
                yield from self._image(data[at : at + taken])
                at += taken
                continue
            if not data[at]:  # padding is long, and each NUL means nothing
                step = len(data) - at - len(data[at:].lstrip(b"\x00"))
                self._record(data[at : at + step])
                at += step
                continue
            step, action = self._command(data, at)
            if not step:
                break
            command = data[at : at + step]
            at += step
            if self.macros and command[:2] in (MACRO, RUN):
                yield from self._macro_command(command)
                continue
            self._record(command)
            if action is not None:
                yield action
        self._rest = data[at:]

    def clear(self) -> None:
        """Forget what is not complete: a command, an image, the definition of a macro. The macro stays."""
        self._rest = self._row = b""
        self._missing = 0
        self._recorded = None

    def _record(self, command: bytes) -> None:
        if self._recorded is not None:
            self._recorded += command[: LONGEST_MACRO - len(self._recorded)]

    def _macro_command(self, command: bytes) -> Iterator[Action]:
        """Begin or end a definition, or run what is defined."""
        recorded, self._recorded = self._recorded, None
        if command == MACRO:
            if recorded is None:
                self._recorded = bytearray()
            self._macro = bytes(recorded or b"")
        elif recorded is not None:
            self._macro = b""
        else:
            for _ in range(command[2]):
                yield from Parser(macros=False).feed(self._macro)

    def _image(self, part: bytes) -> Iterator[Action]:
        """Whole rows are printed as they come; the beginning of a row waits for its end."""
        self._missing -= len(part)
        rows = self._row + part
        whole = len(rows) // self._row_bytes * self._row_bytes
        self._row = rows[whole:]
        if whole:
            yield Raster(self._row_bytes, rows[:whole])

    def _command(self, data: bytes, at: int) -> tuple[int, Action | None]:
        """The length and action of the command at a place; length 0 when it is not complete."""
        first = data[at]
        if first == 0x0A:
            return 1, Feed(LINE_DOTS)
        if first in IGNORED:
            return 1, None
        if first in PAGES:
            return 1, PAGES[first]
        if first not in (ESC, FS, GS, DLE):
            return self._text(data, at)
        if at + 2 > len(data):
            return 0, None
        head = data[at : at + 2]
        if head in FIXED:
            length = FIXED[head]
            return (length, _fixed(data[at : at + length])) if at + length <= len(data) else (0, None)
        return self._variable(head, data, at)

    def _text(self, data: bytes, at: int) -> tuple[int, Action]:
        end = at
        while end < len(data) and (data[end] >= 0x20 or data[end] == 0x09):
            end += 1
        # a lone control code that is no command is one unknown byte
        return (end - at, Text(data[at:end])) if end > at else (1, Unknown(data[at : at + 1]))

    def _variable(self, head: bytes, data: bytes, at: int) -> tuple[int, Action | None]:
        """Commands that carry their own length."""
        left = len(data) - at
        if head == b"\x1dv":
            return self._raster(data, at) if left >= 8 else (0, None)
        if head == b"\x1dV":
            return _cut(data, at)
        if head in (b"\x1d(", b"\x1c("):
            if left < 5:
                return 0, None
            size = 5 + int.from_bytes(data[at + 3 : at + 5], "little")
            return (size, self._function(data[at : at + size])) if left >= size else (0, None)
        if head == b"\x1b*":
            if left < 5:
                return 0, None
            columns = int.from_bytes(data[at + 3 : at + 5], "little")
            size = 5 + columns * (3 if data[at + 2] in (32, 33) else 1)
            return (size, Unknown(head)) if left >= size else (0, None)
        if head == b"\x1dk":
            return _barcode(data, at)
        return 2, Unknown(head)

    def _raster(self, data: bytes, at: int) -> tuple[int, Action | None]:
        """GS v 0 m xL xH yL yH: open an image; its bytes follow."""
        self._row_bytes = int.from_bytes(data[at + 4 : at + 6], "little")
        self._missing = self._row_bytes * int.from_bytes(data[at + 6 : at + 8], "little")
        self._row = b""
        return 8, None

    def _function(self, command: bytes) -> Action | None:
        """GS ( H function 48, and of GS ( k the QR functions 167 size, 169 level, 180 store, 181 print."""
        if command[:3] == b"\x1d(H" and command[5:7] == b"00" and len(command) == 11:
            return Name(command[7:])
        if command[:3] != b"\x1d(k" or len(command) < 7 or command[5] != 49:
            return Unknown(command[:3])
        function, argument = command[6], command[7:]
        if function == 67 and argument:
            self._qr_dots = argument[0]
        elif function == 69 and argument:
            self._qr_level = argument[0]
        elif function == 80:
            self._qr_data = argument[1:]
        elif function == 81:
            return Code(self._qr_dots, self._qr_level, self._qr_data)
        return None


def _fixed(command: bytes) -> Action | None:
    """The action of a command of fixed length; settings that change no dot here are None."""
    head, value = command[:2], command[-1]
    if head == b"\x1b@":
        return Initialise()
    if head in (b"\x1bL", b"\x1bS"):
        return PageMode("begin" if head == b"\x1bL" else "cancel")
    if head in (MACRO, RUN):  # asked for by a printer that knows none
        return Unknown(head)
    if head in (b"\x1bi", b"\x1bm"):
        return Cut()
    if head == b"\x1bd":
        return Feed(value * LINE_DOTS)
    if head == b"\x1bJ":
        return Feed(value)
    if head == b"\x1dr":
        return Ask(value)
    settings = {b"\x1ba": "align", b"\x1bE": "bold", b"\x1d!": "size"}
    return Setting(settings[head], value) if head in settings else None


def _cut(data: bytes, at: int) -> tuple[int, Action | None]:
    """GS V m, or GS V m n for the modes that feed first."""
    if len(data) - at < 3:
        return 0, None
    length = 4 if data[at + 2] in (65, 66, 97, 98, 103, 104) else 3
    return (length, Cut()) if len(data) - at >= length else (0, None)


def _barcode(data: bytes, at: int) -> tuple[int, Action | None]:
    """GS k: old form up to a NUL, new form with a length byte; drawn as nothing."""
    left = len(data) - at
    if left < 4:
        return 0, None
    if data[at + 2] <= 6:
        end = data.find(b"\x00", at + 3)
        return (end + 1 - at, Unknown(b"\x1dk")) if end >= 0 else (0, None)
    size = 4 + data[at + 3]
    return (size, Unknown(b"\x1dk")) if left >= size else (0, None)
