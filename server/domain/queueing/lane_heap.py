"""Owns the heads of lanes in memory, as the store keeps them, for estimates and simulations. Knows no database and no
rule.

A ticket is a Head that stands for itself (`waiting` 1). Keys are those of the database: (queue, lane, rank, credit,
doctor); inside a key the smallest order is the head.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from server.domain.queueing.discipline import Head
from server.protocol.terms import Lane

Key = tuple[str, Lane, int | None, int, str | None]
Entry = tuple[str, str, Head]


class LaneHeap:
    """Who waits, by lane: add, take, and the heads that choose_next sees."""

    def __init__(self, tickets: Iterable[Head] = ()) -> None:
        self._lines: dict[Key, list[Entry]] = {}
        self._heads: dict[Key, Head] = {}
        self._size = 0
        for ticket in tickets:
            self._lines.setdefault(_key(ticket), []).append(_entry(ticket))
            self._size += 1
        for key, waiting in self._lines.items():
            heapify(waiting)
            self._heads[key] = _head(waiting)

    def __len__(self) -> int:
        return self._size

    def copy(self) -> "LaneHeap":
        """Another line-up with the same tickets; the tickets themselves are frozen and shared."""
        copied = LaneHeap()
        copied._lines = {key: waiting.copy() for key, waiting in self._lines.items()}
        copied._heads = self._heads.copy()
        copied._size = self._size
        return copied

    def add(self, ticket: Head) -> None:
        """Let a ticket join."""
        key = _key(ticket)
        waiting = self._lines.setdefault(key, [])
        heappush(waiting, _entry(ticket))
        self._heads[key] = _head(waiting)
        self._size += 1

    def take(self, head: Head) -> Head:
        """Remove a head that was chosen and return its ticket; KeyError when it is not the head of its key."""
        key = _key(head)
        waiting = self._lines[key]
        if waiting[0][1] != head.ticket:
            raise KeyError(head.ticket)
        ticket = heappop(waiting)[2]
        if waiting:
            self._heads[key] = _head(waiting)
        else:
            del self._heads[key]
        self._size -= 1
        return ticket

    def heads(self) -> list[Head]:
        """The head of each key, with how many stand behind it."""
        return list(self._heads.values())

    def tickets(self) -> list[Head]:
        """Everybody who waits, in no particular order."""
        return [entry[2] for waiting in self._lines.values() for entry in waiting]


def _key(ticket: Head) -> Key:
    return ticket.queue, ticket.lane, ticket.rank, ticket.credit, ticket.doctor


def _entry(ticket: Head) -> Entry:
    return ticket.order, ticket.ticket, ticket


def _head(waiting: list[Entry]) -> Head:
    first = waiting[0][2]
    return Head(
        first.ticket,
        first.queue,
        first.lane,
        first.rank,
        first.grade,
        first.credit,
        first.doctor,
        first.order,
        first.since,
        first.due_call,
        first.target_minutes,
        len(waiting),
    )
