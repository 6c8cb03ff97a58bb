"""Owns the in-memory twin of the store's lane heads, for estimates and simulations. Knows no database and no rule.

A ticket is a Head that stands for itself (`waiting` 1). Keys are those of the database: (queue, lane, rank, credit,
doctor); inside a key the smallest order is the head.
"""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from server.domain.queueing.discipline import Head
from server.protocol.terms import Lane

Key = tuple[str, Lane, int | None, int, str | None]
Entry = tuple[str, str, Head]


class Lanes:
    """Who waits, by lane: add, take, and the heads that choose_next sees."""

    def __init__(self, tickets: Iterable[Head] = ()) -> None:
        self._lines: dict[Key, list[Entry]] = {}
        self._heads: dict[Key, Head] = {}
        self._size = 0
        for ticket in tickets:
            self._lines.setdefault(_key(ticket), []).append(_entry(ticket))
            self._size += 1
        for key, line in self._lines.items():
            heapify(line)
            self._heads[key] = _head(line)

    def __len__(self) -> int:
        return self._size

    def copy(self) -> "Lanes":
        """Another line-up with the same tickets; the tickets themselves are frozen and shared."""
        twin = Lanes()
        twin._lines = {key: line.copy() for key, line in self._lines.items()}
        twin._heads = self._heads.copy()
        twin._size = self._size
        return twin

    def add(self, ticket: Head) -> None:
        """Let a ticket join."""
        key = _key(ticket)
        line = self._lines.setdefault(key, [])
        heappush(line, _entry(ticket))
        self._heads[key] = _head(line)
        self._size += 1

    def take(self, head: Head) -> Head:
        """Remove a head that was chosen and return its ticket; KeyError when it is not the head of its key."""
        key = _key(head)
        line = self._lines[key]
        if line[0][1] != head.ticket:
            raise KeyError(head.ticket)
        ticket = heappop(line)[2]
        if line:
            self._heads[key] = _head(line)
        else:
            del self._heads[key]
        self._size -= 1
        return ticket

    def heads(self) -> list[Head]:
        """The head of each key, with how many stand behind it."""
        return list(self._heads.values())

    def tickets(self) -> list[Head]:
        """Everybody who waits, in no particular order."""
        return [entry[2] for line in self._lines.values() for entry in line]


def _key(ticket: Head) -> Key:
    return ticket.queue, ticket.lane, ticket.rank, ticket.credit, ticket.doctor


def _entry(ticket: Head) -> Entry:
    return ticket.order, ticket.ticket, ticket


def _head(line: list[Entry]) -> Head:
    first = line[0][2]
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
        len(line),
    )
