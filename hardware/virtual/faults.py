"""Owns the switches of the virtual printer: faults that end, and habits that real models have. Knows no bytes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any


@dataclass(frozen=True)
class Faults:
    """The switches.

    What ends with `_after` counts bytes (or answers) from when it is set and acts once. The others stay until switched
    off: amounts (None: none of it) and what is on or off.
    """

    paper_out_after: int | None = None
    half_close_after: int | None = None
    rst_after: int | None = None
    stall_after: int | None = None
    lose_answer_after: int | None = None
    swallow_after: int | None = None
    """Loses the next `swallow_bytes` there."""
    restart_after: int | None = None
    """Restarts there, behind a box that keeps the connection: forgets its buffer, an open image, settings and macros,
    loses the next `swallow_bytes`, and keeps its paper as it is."""

    paper_out: bool = False
    cover_open: bool = False
    near_end: bool = False
    offline: bool = False
    cutter_error: bool = False
    mute: bool = False
    drop_data: bool = False

    few_answers: bool = False
    """Answers DLE EOT 1 and 4 only."""
    no_barrier: bool = False
    """Confirms nothing: knows neither GS r nor GS ( H."""
    no_names: bool = False
    """Knows GS r, but not the process ids of GS ( H."""
    no_macro: bool = False
    """Knows no macros (GS : and GS ^)."""
    no_clear: bool = False
    """Does not know DLE DC4 function 8, which ends even an open image."""
    auto_status: bool = False
    """Says four bytes of automatic status (ASB) before each answer, as another host switched it on."""
    hangs_up: bool = False
    """Ends the connection after each cut."""
    refuses: bool = False
    """Takes no connection."""
    late_ms: int | None = None
    """Answers so much later."""
    deaf_ms: int | None = None
    """Takes no connection for so long after each one that ended."""
    line_bytes_per_second: int | None = None
    """Stands behind a box whose serial line is slow; questions wait behind data there."""
    buffer_bytes: int | None = None
    """Takes no more than so many bytes while it cannot print."""
    swallow_bytes: int | None = None
    """How much `swallow_after` and `restart_after` lose."""
    stray_answers: int | None = None
    """So many answers to another host's GS r, process id and DLE EOT come along with each arrival of data."""

    @property
    def stopped(self) -> bool:
        """Whether commands wait."""
        return self.paper_out or self.cover_open or self.offline or self.cutter_error

    def status(self, number: int) -> int:
        """The answer to DLE EOT n."""
        if number == 1:
            return 0x12 | 0x08 * self.stopped
        if number == 2:
            return 0x12 | 0x04 * self.cover_open | 0x20 * self.paper_out | 0x40 * self.cutter_error
        if number == 3:
            return 0x12 | 0x08 * self.cutter_error
        return 0x12 | 0x0C * (self.near_end or self.paper_out) | 0x60 * self.paper_out

    def switched(self, changes: Mapping[str, Any]) -> "Faults":
        """The same with some switches set. Raises ValueError for an unknown switch or a value of the wrong kind."""
        for name, value in changes.items():
            number = value is None or (type(value) is int and value >= 0)
            if name not in SWITCHES or not (number if name in NUMBERS else isinstance(value, bool)):
                raise ValueError(f"{name}: {value!r}")
        return replace(self, **changes)


SWITCHES = tuple(item.name for item in fields(Faults))
NUMBERS = tuple(item.name for item in fields(Faults) if item.default is None)
TOGGLES = tuple(name for name in SWITCHES if name not in NUMBERS)


class Act(StrEnum):
    """What the printer does to its connection."""

    NOTHING = "nothing"
    HALF_CLOSE = "half_close"
    RESET = "reset"
    STALL = "stall"
    HANG_UP = "hang_up"


CONNECTION_FAULTS = {"half_close_after": Act.HALF_CLOSE, "rst_after": Act.RESET, "stall_after": Act.STALL}
