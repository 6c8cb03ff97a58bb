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
class SocketSlot:
    """One socket. `owner` is the device or person it belongs to, None for a stranger."""

    address: str
    owner: str | None
    since: float
    joined: bool = False


@dataclass
class SocketSlots:
    """At most `most` sockets of owners, and `most_strangers` of strangers, so that neither takes the other's."""

    most: int
    most_strangers: int
    _all: list[SocketSlot] = field(default_factory=list)

    def enter(self, address: str, owner: str | None, now: float) -> tuple[SocketSlot | None, SocketSlot | None]:
        """A socket comes: its place, None where there is none; and the place that was taken from another for it."""
        room, gives = self._room_for_owner(owner) if owner else self._room_for_stranger(address, now)
        if not room:
            return None, None
        if gives is not None:
            self._all.remove(gives)
        slot = SocketSlot(address, owner, now)
        self._all.append(slot)
        return slot, gives

    def join(self, slot: SocketSlot, owner: str) -> tuple[bool, SocketSlot | None]:
        """A socket has shown its token: whether there is a place for it, and the one taken from another for it."""
        gives: SocketSlot | None = None
        if slot.owner is None:
            room, gives = self._room_for_owner(owner)
            if not room:
                return False, None
            if gives is not None:
                self._all.remove(gives)
        slot.owner, slot.joined = owner, True
        return True, gives

    def part(self, slot: SocketSlot, now: float) -> None:
        """A socket has left its hall, or was put out: it is cut within a second, unless it joins again."""
        slot.joined, slot.since = False, now - JOIN_SECONDS + SETTLED_SECONDS

    def leave(self, slot: SocketSlot) -> None:
        """A socket is gone."""
        if slot in self._all:
            self._all.remove(slot)

    def overdue(self, now: float) -> list[SocketSlot]:
        """Sockets that should have joined by now."""
        return [slot for slot in self._all if not slot.joined and now - slot.since >= JOIN_SECONDS]

    def _room_for_owner(self, owner: str) -> tuple[bool, SocketSlot | None]:
        """When all places are taken, who has most gives the oldest up to who has fewer: each device gets in."""
        owned = [slot for slot in self._all if slot.owner is not None]
        if len(owned) < self.most:
            return True, None
        ((richest, count),) = Counter(slot.owner for slot in owned).most_common(1)
        if count <= 1 + sum(slot.owner == owner for slot in owned):
            return False, None
        return True, next(slot for slot in owned if slot.owner == richest)

    def _room_for_stranger(self, address: str, now: float) -> tuple[bool, SocketSlot | None]:
        strangers = [slot for slot in self._all if slot.owner is None]
        if len(strangers) < self.most_strangers:
            return True, None
        ((busiest, count),) = Counter(slot.address for slot in strangers).most_common(1)
        oldest = next(slot for slot in strangers if slot.address == busiest)
        fewer = count > 1 + sum(slot.address == address for slot in strangers)
        return (True, oldest) if fewer or now - oldest.since >= SETTLED_SECONDS else (False, None)
