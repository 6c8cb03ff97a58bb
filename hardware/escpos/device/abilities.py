"""Owns what a printer is known to answer: given in its address, or learned from its first slips. Knows no bytes.

    ability      command            known of (their command manuals)
    barrier      GS r 1             nearly every ESC/POS printer
    names        GS ( H fn 48       Epson TM-T20III, T81, T88III and later, T90, L90, J2000
    macro        GS : and GS ^      Epson TM-T20III, T88III, H5000II, L60; Bixolon SRP-332II; Toshiba B-EP; Woosim

A macro stays through ESC @ and is lost in a restart (all of these manuals), so it witnesses both: what the last host of
the hall left, and that the printer did not restart since.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

QUESTIONS = (4, 1, 2, 3)
"""DLE EOT n in the order of use: paper first, then whether it prints at all, then the reasons."""


@dataclass
class Abilities:
    """What one printer answers. Printers differ, and none says so: what is not given is learned.

    `barrier`: whether a question in its order is answered at all; `names`: whether it may be named; `macro`: whether
    the printer keeps one; None while not known. `status`: the n of DLE EOT n that it answers. `hangs_up`: whether it
    ends the connection after a cut. `fixed_*` were given in the address and are never unlearned.

    What no printer says: `shared`, whether other hosts of the hall print on it too; `strangers`, whether programs that
    are not the hall's do, which leave its macro as it is; and `restart_seen`, whether a restart would break the
    connection (a network card or USB controller of its own) instead of being hidden by a box between.
    """

    barrier: bool | None = None
    names: bool | None = None
    macro: bool | None = None
    shared: bool = True
    strangers: bool = False
    restart_seen: bool = False
    status: frozenset[int] = frozenset(QUESTIONS)
    hangs_up: bool = False
    fixed_barrier: bool = False
    fixed_status: bool = False
    latency: float = field(default=0.0)
    """Seconds the slowest answer took lately."""

    @property
    def witness(self) -> bool:
        """Whether the printer may keep a macro whose name it says: not known to be without."""
        return bool(self.names) and self.macro is not False

    @classmethod
    def given(cls, barrier: str | None, status: Iterable[int] | None) -> "Abilities":
        """What an address says: barrier `gs_h`, `gs_r` or `none`, status a list such as (1, 4); None: to be learned."""
        made = cls(barrier=None if barrier is None else barrier != "none", fixed_barrier=barrier is not None)
        made.names = None if barrier is None else barrier == "gs_h"
        if status is not None:
            made.status, made.fixed_status = frozenset(status), True
        return made

    def answered_barrier(self) -> None:
        """A question in its order was answered: from now on silence means something."""
        if not self.fixed_barrier:
            self.barrier = True

    def silent_barrier(self) -> None:
        """Nothing in its order was answered though the printer was well: it knows no such question."""
        if self.barrier is None:
            self.barrier = False

    def took(self, seconds: float) -> None:
        """An answer took so long: how long to wait for the next."""
        self.latency = max(seconds, self.latency * 0.9)

    def answered(self, number: int) -> None:
        """DLE EOT `number` was answered."""
        if not self.fixed_status:
            self.status |= {number}

    def silent(self, number: int) -> None:
        """DLE EOT `number` was not answered though another was."""
        if not self.fixed_status:
            self.status -= {number}
