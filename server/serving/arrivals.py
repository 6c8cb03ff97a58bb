"""Counts the connections that no thread serves, and says which to cut: pure, knows no socket.

A stranger is a connection whose last request, if any, carried no right token. Limits bind strangers only: behind one
address there may be all kiosks of a hospital.
"""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

One = TypeVar("One", bound=Hashable)


@dataclass
class _Entry:
    address: str
    until: float


class Arrivals(Generic[One]):
    """Connections that wait for their request, or are being closed; times are monotonic seconds."""

    def __init__(self, most_strangers: int, most_known: int) -> None:
        self._most_strangers, self._most_known = most_strangers, most_known
        self._strangers: dict[One, _Entry] = {}
        self._known: dict[One, _Entry] = {}
        self._of_address: Counter[str] = Counter()

    def __contains__(self, one: object) -> bool:
        return one in self._strangers or one in self._known

    def __len__(self) -> int:
        return len(self._strangers) + len(self._known)

    def add(self, one: One, address: str, until: float, *, known: bool = False) -> None:
        """A connection waits from now on, `until` then at the latest."""
        (self._known if known else self._strangers)[one] = _Entry(address, until)
        if not known:
            self._of_address[address] += 1

    def remove(self, one: One) -> None:
        """A connection waits no more."""
        if self._known.pop(one, None) is not None:
            return
        entry = self._strangers.pop(one)
        self._of_address[entry.address] -= 1
        if not self._of_address[entry.address]:
            del self._of_address[entry.address]

    def hurry(self, one: One, until: float) -> None:
        """A connection has begun to send: it may take no longer than `until`."""
        entry = self._strangers.get(one) or self._known[one]
        entry.until = min(entry.until, until)

    def hurry_all(self, until: float) -> None:
        """The server ends: nobody waits longer than `until`."""
        for one in self.everybody():
            self.hurry(one, until)

    def everybody(self) -> list[One]:
        """All connections that wait."""
        return [*self._strangers, *self._known]

    def overdue(self, now: float) -> list[One]:
        """Connections whose time is over."""
        return [one for group in (self._strangers, self._known) for one, entry in group.items() if entry.until <= now]

    def surplus(self) -> One | None:
        """The connection to cut because there are too many: of strangers, the oldest of the address that has most."""
        if len(self._strangers) > self._most_strangers:
            return self.oldest_stranger()
        if len(self._known) > self._most_known:
            return next(iter(self._known))
        return None

    def oldest_stranger(self) -> One | None:
        """The oldest stranger of the address that has most of them, None where there is no stranger."""
        if not self._strangers:
            return None
        ((address, _),) = self._of_address.most_common(1)
        return next(one for one, entry in self._strangers.items() if entry.address == address)


class Rate:
    """So many a second, and as many at once after a quiet second."""

    def __init__(self, a_second: int) -> None:
        self._a_second = a_second
        self._left = float(a_second)
        self._at = 0.0

    def take(self, now: float) -> bool:
        """Whether one more may pass."""
        self._left = min(float(self._a_second), self._left + (now - self._at) * self._a_second)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
