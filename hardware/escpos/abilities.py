"""Owns what a printer is known to answer: given in its address, or learned from its first slips. Knows no bytes."""

from collections.abc import Iterable
from dataclasses import dataclass, field

QUESTIONS = (4, 1, 2, 3)
"""DLE EOT n in the order of use: paper first, then whether it prints at all, then the reasons."""


@dataclass
class Abilities:
    """What one printer answers. Printers differ, and none says so: what is not given is learned.

    `barrier`: whether GS r 1 is answered; None while not known. `status`: the n of DLE EOT n that it answers.
    `hangs_up`: whether it ends the connection after a cut. `fixed_*` were given in the address and are never unlearned.
    """

    barrier: bool | None = None
    status: frozenset[int] = frozenset(QUESTIONS)
    hangs_up: bool = False
    fixed_barrier: bool = False
    fixed_status: bool = False
    latency: float = field(default=0.0)
    """Seconds the slowest answer took lately."""

    @classmethod
    def given(cls, barrier: str | None, status: Iterable[int] | None) -> "Abilities":
        """What an address says: barrier `gs_r` or `none`, status a list such as (1, 4); None: to be learned."""
        made = cls(barrier=None if barrier is None else barrier != "none", fixed_barrier=barrier is not None)
        if status is not None:
            made.status, made.fixed_status = frozenset(status), True
        return made

    def answered_barrier(self) -> None:
        """GS r was answered: from now on its silence means something."""
        if not self.fixed_barrier:
            self.barrier = True

    def silent_barrier(self) -> None:
        """GS r was not answered though the printer was well and had everything: it does not know it."""
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
