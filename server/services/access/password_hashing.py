"""Who may hash a password now: one at a time, few in line. Knows no account and no HTTP.

A check takes 64 MiB, given back at its end, and a core for a fifth of a second (argon2). A burst of sign-ins must take
neither the memory nor the threads that others need, so all but a few of them are told at once to come again.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode

MOST_WAITING = 5
"""Sign-ins that wait for their turn, in all."""
MOST_OF_AN_ADDRESS = 4
"""Of these, from one address: behind one there may be a whole ward, or one attacker."""
PATIENCE_SECONDS = 5.0
TOO_MANY = "too many sign in at this moment"


@dataclass(eq=False)
class _Waiting:
    address: str | None


@dataclass
class HashingLine:
    """One password is hashed at a time; those who wait are served in order, people already signed in first."""

    most: int = MOST_WAITING
    most_of_an_address: int = MOST_OF_AN_ADDRESS
    patience: float = PATIENCE_SECONDS
    _known: list[_Waiting] = field(default_factory=list)
    _strangers: list[_Waiting] = field(default_factory=list)
    _hashing: bool = False
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @contextmanager
    def turn(self, address: str | None = None) -> Iterator[None]:
        """Wait for the turn and hold it for the block. `address` is a stranger's; None somebody who is signed in.

        Raises busy: at once for a stranger when too many wait, for everybody after `patience` seconds.
        """
        me, line = _Waiting(address), self._known if address is None else self._strangers
        with self._changed:
            if address is not None and self._is_full(address):
                raise HallError(ErrorCode.BUSY, TOO_MANY)
            line.append(me)
            mine = self._changed.wait_for(lambda: not self._hashing and self._first() is me, self.patience)
            line.remove(me)
            self._changed.notify_all()
            if not mine:
                raise HallError(ErrorCode.BUSY, TOO_MANY)
            self._hashing = True
        try:
            yield
        finally:
            with self._changed:
                self._hashing = False
                self._changed.notify_all()

    def _is_full(self, address: str) -> bool:
        same = sum(other.address == address for other in self._strangers)
        return len(self._strangers) >= self.most or same >= self.most_of_an_address

    def _first(self) -> _Waiting:
        return self._known[0] if self._known else self._strangers[0]
