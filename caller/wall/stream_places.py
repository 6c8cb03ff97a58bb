"""Which screens get the stream of pictures when many ask: pure counting, knows no HTTP.

The page is public in its hall, so a crowd of pages nobody looks at must not take the place of the wall's. Known is an
address that has shown the wall for ten minutes since this program started, and this machine itself.
"""

from collections import Counter
from dataclasses import dataclass
from ipaddress import ip_address

MOST = 64
KNOWN_SECONDS = 600.0
KEPT_OF_AN_ADDRESS = 8
"""Screens of a known address that no unknown one takes."""
REMEMBERED = 1000


@dataclass(eq=False)
class Screen:
    """One page that draws the wall; it ends when `cut` is true."""

    address: str
    since: float
    cut: bool = False


class Screens:
    """At most `most` screens; times are monotonic seconds."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._shown: list[Screen] = []
        self._seconds: Counter[str] = Counter()

    def enter(self, address: str, now: float) -> Screen | None:
        """A page asks for pictures; its place, for which another may be cut, or None where there is none."""
        if len(self._shown) >= self._most:
            gives = self._to_cut(address, now)
            if gives is None:
                return None
            gives.cut = True
            self.leave(gives, now)
        screen = Screen(address, now)
        self._shown.append(screen)
        return screen

    def leave(self, screen: Screen, now: float) -> None:
        """A page is gone; may be said twice."""
        if screen in self._shown:
            self._shown.remove(screen)
            self._seconds[screen.address] += int(now - screen.since)
            if len(self._seconds) > REMEMBERED:
                self._seconds = Counter(dict(self._seconds.most_common(REMEMBERED // 2)))

    def is_known(self, address: str, now: float) -> bool:
        """Whether an address has shown the wall for long, or is this machine."""
        showing = sum(now - screen.since for screen in self._shown if screen.address == address)
        return _is_loopback(address) or self._seconds[address] + showing >= KNOWN_SECONDS

    def _to_cut(self, address: str, now: float) -> Screen | None:
        """The newest page of the address that has most: of unknown ones first, and never for one that has as many."""
        counts = Counter(screen.address for screen in self._shown)
        unknown = Counter({one: count for one, count in counts.items() if not self.is_known(one, now)})
        known, as_many = self.is_known(address, now), counts[address] + 1
        taken = (unknown, 0 if known else as_many), (counts, as_many if known else max(as_many, KEPT_OF_AN_ADDRESS))
        for group, more_than in taken:
            busiest, count = next(iter(group.most_common(1)), ("", 0))
            if count > more_than and busiest != address:
                return [screen for screen in self._shown if screen.address == busiest][-1]
        return None


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
