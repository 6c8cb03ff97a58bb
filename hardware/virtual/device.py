"""Owns the virtual printer itself: buffer, status, faults, paper. Knows no socket: bytes in, answers out.

It behaves as a receipt printer does: commands run in order and stop while it is offline; DLE EOT and DLE ENQ act at
once, even inside an image; what was received before the paper ended is printed after the refill; an image that was
broken off stays open for the next connection.

It prints at once; the time of its line is in line.py. It does not simulate: heat and the motor, fonts other than one,
barcodes, places inside page mode, the older bit images (ESC *), stored graphics (GS ( L), the presenter, the drawer,
DLE ENQ 1 differing from 2, and what models do differently after DLE ENQ 2 (here: the receive buffer is emptied, an open
image stays open, a cutter error ends).
"""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path

from hardware.virtual.faults import CONNECTION_FAULTS, Act, Faults
from hardware.virtual.paper import Paper
from hardware.virtual.parser import (
    Action,
    Ask,
    Code,
    Cut,
    Feed,
    Initialise,
    Name,
    PageMode,
    Parser,
    Raster,
    Setting,
    Text,
)

BUFFER = 65536
_CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
_REALTIME = re.compile(rb"\x10(?:\x04([\x01-\x04])|\x05[\x01\x02])|" + re.escape(_CLEAR), re.DOTALL)
_BEGUN = re.compile(
    rb"(?:\x10[\x04\x05]?|" + b"|".join(re.escape(_CLEAR[:size]) for size in range(2, len(_CLEAR))) + rb")\Z", re.DOTALL
)
STRAYS = (b"\x00", b"\x37\x22SSSS\x00", b"\x12")
"""What another host is answered: to its GS r, its process id, its DLE EOT."""
AUTO_STATUS = b"\x10\x00\x00\x0f"


class VirtualPrinter:
    """The printer. Safe between threads: one connection feeds it, the page switches its faults."""

    def __init__(self, width: int, now: Callable[[], datetime], keep: Path | None = None) -> None:
        self.paper = Paper(width, now, keep)
        self.received = 0
        self.unknown = 0
        self.cuts = 0
        self._faults = Faults()
        self._parser = Parser()
        self._buffer = bytearray()
        self._carry = b""
        self._answers = bytearray()
        self._hung_up = False
        self._swallowing = 0
        self._page: list[Action] | None = None
        self._strays = 0
        self._lock = threading.RLock()

    @property
    def faults(self) -> Faults:
        """The switches as they are."""
        return self._faults

    def set_faults(self, wanted: Mapping[str, object]) -> Faults:
        """Switch faults; what is not named stays. What waited for the refill is printed then.

        Raises ValueError for an unknown switch or a value of the wrong kind; nothing is switched then.
        """
        with self._lock:
            self._faults = self._faults.switched(wanted)
            self._parser.macros = not self._faults.no_macro
            if self._faults.swallow_bytes is None:
                self._swallowing = 0
            self._work()
            return self._faults

    def state(self) -> dict[str, object]:
        """What the page shows: switches, counts, how much waits in the buffer."""
        with self._lock:
            return {
                "faults": asdict(self._faults),
                "count": self.paper.count,
                "received": self.received,
                "waiting": len(self._buffer),
                "unknown": self.unknown,
                "torn": self.paper.begun(),
            }

    def room(self) -> int:
        """How many bytes can be taken now; 0 when the buffer is full, as while the paper is out."""
        with self._lock:
            size = BUFFER if self._faults.buffer_bytes is None else self._faults.buffer_bytes
            return max(0, size - len(self._buffer))

    def receive(self, data: bytes) -> Act:
        """Take bytes and do what they say; the answers are fetched with `answers`."""
        with self._lock:
            data, act = self._until_fault(data)
            self.received += len(data)
            self._hung_up = False
            for part in self._arriving(data):
                self._realtime(part)
                self._work()
            self._say_strays()
            return Act.HANG_UP if self._hung_up else act

    def answers(self) -> bytes:
        """What the printer has to say since the last time."""
        with self._lock:
            said = bytes(self._answers)
            self._answers.clear()
            return b"" if self._faults.mute else said

    def _until_fault(self, data: bytes) -> tuple[bytes, Act]:
        """Count down to the faults of the connection; what comes after one is not received."""
        for name, act in CONNECTION_FAULTS.items():
            left = getattr(self._faults, name)
            if left is None:
                continue
            over = left <= len(data)
            self._faults = self._faults.switched({name: None if over else left - len(data)})
            if over:
                return data[:left], act
        return data, Act.NOTHING

    def _arriving(self, data: bytes) -> Iterator[bytes]:
        """What is left of data after bytes that get lost; restarts the printer where that is its fault."""
        while data:
            lost = min(self._swallowing, len(data))
            self._swallowing -= lost
            data = data[lost:]
            at, restarts = self._next_loss()
            if at is None or at > len(data):
                self._count_down(len(data))
                yield data
                return
            yield data[:at]
            data = data[at:]
            self._count_down(at)
            self._faults = self._faults.switched({"restart_after" if restarts else "swallow_after": None})
            self._swallowing = self._faults.swallow_bytes or 0
            if restarts:
                self._restart()

    def _next_loss(self) -> tuple[int | None, bool]:
        """After how many bytes the next loss comes, and whether it is a restart."""
        swallow, restart = self._faults.swallow_after, self._faults.restart_after
        if restart is not None and (swallow is None or restart <= swallow):
            return restart, True
        return swallow, False

    def _count_down(self, size: int) -> None:
        for name in ("swallow_after", "restart_after"):
            left = getattr(self._faults, name)
            if left is not None:
                self._faults = self._faults.switched({name: max(0, left - size)})

    def _restart(self) -> None:
        """Forget everything but the paper."""
        self._parser = Parser(macros=not self._faults.no_macro)
        self._buffer.clear()
        self._carry = b""
        self._page = None
        self.paper.initialise()

    def _say_strays(self) -> None:
        for _ in range(self._faults.stray_answers or 0):
            self._answers += STRAYS[self._strays % len(STRAYS)]
            self._strays += 1

    def _realtime(self, data: bytes) -> None:
        """Answer DLE EOT and obey DLE ENQ at once; they also stay in the stream, where the parser skips them."""
        start = -len(self._carry)
        done = 0
        for found in _REALTIME.finditer(self._carry + data):
            end = found.end() + start
            self._keep(data[done:end])
            done = end
            if found[1]:
                number = found[1][0]
                if number in (1, 4) or not self._faults.few_answers:
                    self._answer(self._faults.status(number))
            elif found[0] != _CLEAR:
                self._buffer.clear()
                self._faults = replace(self._faults, cutter_error=False)
            elif not self._faults.no_clear:
                self._clear_at_once()
        self._keep(data[done:])
        begun = _BEGUN.search(self._carry + data if done == 0 else data[done:])
        self._carry = begun[0] if begun else b""

    def _clear_at_once(self) -> None:
        self._buffer.clear()
        self._parser.clear()
        self._page = None
        self.paper.initialise()
        self._answers += b"\x37\x25\x00"

    def _answer(self, byte: int) -> None:
        """Say something, unless this is the answer that gets lost."""
        left = self._faults.lose_answer_after
        if left is not None:
            self._faults = replace(self._faults, lose_answer_after=None if left <= 1 else left - 1)
        if left is None or left > 1:
            self._answers.append(byte)

    def _tell(self, answer: bytes) -> None:
        """Answer a question that came in its order."""
        if self._faults.no_barrier or self._hung_up:
            return
        if self._faults.auto_status:
            self._answers += AUTO_STATUS
        for byte in answer:
            self._answer(byte)

    def _keep(self, data: bytes) -> None:
        if not self._faults.drop_data:
            self._buffer += data

    def _work(self) -> None:
        """Execute what is in the buffer, as far as there is paper."""
        while self._buffer and not self._faults.stopped:
            left = self._faults.paper_out_after
            size = len(self._buffer) if left is None else min(left, len(self._buffer))
            part = bytes(self._buffer[:size])
            del self._buffer[:size]
            for action in self._parser.feed(part):
                self._do(action)
            if left is not None:
                ended = size == left
                self._faults = replace(self._faults, paper_out=ended, paper_out_after=None if ended else left - size)

    def _do(self, action: Action) -> None:
        if self._page is not None and isinstance(action, Raster | Text | Feed | Code | Cut):
            if not isinstance(action, Cut):  # no paper is cut in page mode
                self._page.append(action)
            return
        match action:
            case Raster(row_bytes, data):
                self.paper.dots(row_bytes, data)
            case Text(data):
                self.paper.write(data)
            case Feed(dots):
                self.paper.feed(dots)
            case Cut():
                self.cuts += 1
                self.paper.cut()
                self._hung_up = self._hung_up or self._faults.hangs_up
            case Initialise():
                self._page = None
                self.paper.initialise()
            case Setting(name, value):
                self.paper.setting(name, value)
            case Code(dots, level, data):
                self.paper.code(dots, level, data)
            case _:
                self._answer_or_turn(action)

    def _answer_or_turn(self, action: Action) -> None:
        match action:
            case PageMode(act):
                self._turn_page(act)
            case Ask():
                self._tell(b"\x03" if self._faults.near_end else b"\x00")
            case Name(name):
                if not self._faults.no_names:
                    self._tell(b"\x37\x22" + name + b"\x00")
            case _:
                self.unknown += 1

    def _turn_page(self, act: str) -> None:
        """Page mode collects what is to be printed until FF."""
        if act == "begin" or (act == "clear" and self._page is not None):
            self._page = []
        elif self._page is not None:
            collected, self._page = self._page, None
            for action in collected if act == "print" else ():
                self._do(action)
