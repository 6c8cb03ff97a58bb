"""Who may hold a socket: pure counting. Knows no socket, no token and no clock.

A stranger has shown no token at the handshake and must join soon; whoever has shown one, or has joined, has an owner.
"""

from collections import Counter
from dataclasses import dataclass, field

JOIN_SECONDS = 4.5
"""A socket that has not joined a hall by then is cut; looked at twice a second, so it is 5 for a client."""
SETTLED_SECONDS = 1.0
"""So long a stranger's place is safe from newcomers: joining takes a tenth of it."""


@dataclass(eq=False)
class Place:
    """One socket. `owner` is the device or person it belongs to, None for a stranger."""

    address: str
    owner: str | None
    since: float
    joined: bool = False


@dataclass
class Places:
    """At most `most` sockets of owners, and `most_strangers` of strangers, so that neither takes the other's."""

    most: int
    most_strangers: int
    _all: list[Place] = field(default_factory=list)

    def enter(self, address: str, owner: str | None, now: float) -> tuple[Place | None, Place | None]:
        """A socket comes: its place, None where there is none; and the place that was taken from another for it."""
        room, gives = self._room_for_owner(owner) if owner else self._room_for_stranger(address, now)
        if not room:
            return None, None
        if gives is not None:
            self._all.remove(gives)
        place = Place(address, owner, now)
        self._all.append(place)
        return place, gives

    def join(self, place: Place, owner: str) -> tuple[bool, Place | None]:
        """A socket has shown its token: whether there is a place for it, and the one taken from another for it."""
        gives: Place | None = None
        if place.owner is None:
            room, gives = self._room_for_owner(owner)
            if not room:
                return False, None
            if gives is not None:
                self._all.remove(gives)
        place.owner, place.joined = owner, True
        return True, gives

    def part(self, place: Place, now: float) -> None:
        """A socket has left its hall, or was put out: it is cut within a second, unless it joins again."""
        place.joined, place.since = False, now - JOIN_SECONDS + SETTLED_SECONDS

    def leave(self, place: Place) -> None:
        """A socket is gone."""
        if place in self._all:
            self._all.remove(place)

    def overdue(self, now: float) -> list[Place]:
        """Sockets that should have joined by now."""
        return [place for place in self._all if not place.joined and now - place.since >= JOIN_SECONDS]

    def _room_for_owner(self, owner: str) -> tuple[bool, Place | None]:
        """When all places are taken, who has most gives the oldest up to who has fewer: each device gets in."""
        owned = [place for place in self._all if place.owner is not None]
        if len(owned) < self.most:
            return True, None
        ((richest, count),) = Counter(place.owner for place in owned).most_common(1)
        if count <= 1 + sum(place.owner == owner for place in owned):
            return False, None
        return True, next(place for place in owned if place.owner == richest)

    def _room_for_stranger(self, address: str, now: float) -> tuple[bool, Place | None]:
        strangers = [place for place in self._all if place.owner is None]
        if len(strangers) < self.most_strangers:
            return True, None
        ((busiest, count),) = Counter(place.address for place in strangers).most_common(1)
        oldest = next(place for place in strangers if place.address == busiest)
        fewer = count > 1 + sum(place.address == address for place in strangers)
        return (True, oldest) if fewer or now - oldest.since >= SETTLED_SECONDS else (False, None)
