"""Owns the virtual printer itself: buffer, status, faults, paper. Knows no socket: bytes in, answers out.

It behaves as a receipt printer does: commands run in order and stop while it is offline; DLE EOT and DLE ENQ act at
once, even inside an image; what was received before the paper ended is printed after the refill; an image that was
broken off stays open for the next connection.

It prints at once; the time of its line is in line.py. It does not simulate: heat and the motor, fonts other than one,
barcodes, page mode, the older bit images (ESC *), stored graphics (GS ( L), automatic status back, the presenter, the
drawer, DLE ENQ 1 differing from 2, and what models do differently after DLE ENQ 2 (here: the receive buffer is emptied,
an open image stays open, a cutter error ends).
"""

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from hardware.virtual.faults import CONNECTION_FAULTS, Act, Faults
from hardware.virtual.paper import Paper
from hardware.virtual.parser import Action, Ask, Code, Cut, Feed, Initialise, Parser, Raster, Setting, Text

BUFFER = 65536
_REALTIME = re.compile(rb"\x10(?:\x04([\x01-\x04])|\x05([\x01\x02]))", re.DOTALL)
_BEGUN = re.compile(rb"\x10[\x04\x05]?\Z", re.DOTALL)


class VirtualPrinter:
    """The printer. Safe between threads: one connection feeds it, the page switches its faults."""

    def __init__(self, width: int, now: Callable[[], datetime], keep: Path | None = None) -> None:
        self.paper = Paper(width, now, keep)
        self.received = 0
        self.unknown = 0
        self._faults = Faults()
        self._parser = Parser()
        self._buffer = bytearray()
        self._carry = b""
        self._answers = bytearray()
        self._hung_up = False
        self._lock = threading.RLock()

    @property
    def faults(self) -> Faults:
        """The switches as they are."""
        return self._faults

    def set_faults(self, wished: Mapping[str, Any]) -> Faults:
        """Switch faults; what is not named stays. What waited for the refill is printed then.

        Raises ValueError for an unknown switch or a value of the wrong kind; nothing is switched then.
        """
        with self._lock:
            self._faults = self._faults.switched(wished)
            self._work()
            return self._faults

    def state(self) -> dict[str, Any]:
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
            self._realtime(data)
            self._hung_up = False
            self._work()
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
            change: dict[str, Any] = {name: None if over else left - len(data)}
            self._faults = replace(self._faults, **change)
            if over:
                return data[:left], act
        return data, Act.NOTHING

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
            else:
                self._buffer.clear()
                self._faults = replace(self._faults, cutter_error=False)
        self._keep(data[done:])
        begun = _BEGUN.search(self._carry + data if done == 0 else data[done:])
        self._carry = begun[0] if begun else b""

    def _answer(self, byte: int) -> None:
        """Say something, unless this is the answer that gets lost."""
        left = self._faults.lose_answer_after
        if left is not None:
            self._faults = replace(self._faults, lose_answer_after=None if left <= 1 else left - 1)
        if left is None or left > 1:
            self._answers.append(byte)

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
        match action:
            case Raster(row_bytes, data):
                self.paper.dots(row_bytes, data)
            case Text(data):
                self.paper.write(data)
            case Feed(dots):
                self.paper.feed(dots)
            case Cut():
                self.paper.cut()
                self._hung_up = self._hung_up or self._faults.hangs_up
            case Initialise():
                self.paper.initialise()
            case Setting(name, value):
                self.paper.setting(name, value)
            case Code(dots, level, data):
                self.paper.code(dots, level, data)
            case Ask():
                if not self._faults.no_barrier and not self._hung_up:
                    self._answer(0x03 if self._faults.near_end else 0x00)
            case _:
                self.unknown += 1
