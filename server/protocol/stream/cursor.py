"""A follower's position in the stream of a hall: what to do with the next frame. Does no I/O and knows no business."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, Protocol, TypeVar


class Positioned(Protocol):
    """Anything that stands at a place in a journal: an event, a snapshot, a position."""

    @property
    def epoch(self) -> str: ...

    @property
    def seq(self) -> int: ...


class Verdict(StrEnum):
    """What a follower does with a frame."""

    DELIVER = "deliver"
    DUPLICATE = "duplicate"
    GAP = "gap"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Offer:
    """The verdict on one frame and the cursor afterwards; for a gap, `after` is what to ask the server for."""

    verdict: Verdict
    cursor: "Cursor"
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last event that was delivered: its number and the life of the journal it belongs to."""

    epoch: str
    seq: int

    def offer(self, event: Positioned) -> Offer:
        """Say whether `event` is the next event, an old one, one too far ahead, or one of another journal."""
        if event.epoch != self.epoch:
            return Offer(Verdict.STALE, self)
        if event.seq <= self.seq:
            return Offer(Verdict.DUPLICATE, self)
        if event.seq > self.seq + 1:
            return Offer(Verdict.GAP, self, after=self.seq)
        return Offer(Verdict.DELIVER, Cursor(self.epoch, event.seq))


Item = TypeVar("Item", bound=Positioned)


@dataclass(slots=True)
class Inbox(Generic[Item]):
    """A cursor and the frames that came before their turn, at most `room` of them.

    The rest of a gap often follows within milliseconds, because sockets hand frames over in several threads; only
    when it does not is the server asked. `stale` is set by a frame of another journal and never cleared: the answer
    to it is a new inbox.
    """

    cursor: Cursor
    room: int = 1000
    stale: bool = False
    _ahead: dict[int, Item] = field(default_factory=dict)

    @property
    def gap(self) -> bool:
        """Whether frames wait for one that is missing."""
        return bool(self._ahead)

    def take(self, event: Item) -> list[Item]:
        """Take one frame and return what can be delivered now, in order."""
        offer = self.cursor.offer(event)
        if offer.verdict is Verdict.STALE:
            self.stale = True
        elif offer.verdict is Verdict.GAP and len(self._ahead) < self.room:
            self._ahead[event.seq] = event
        if offer.verdict is not Verdict.DELIVER:
            return []
        ready = [event]
        self.cursor = offer.cursor
        while (following := self._ahead.pop(self.cursor.seq + 1, None)) is not None:
            ready.append(following)
            self.cursor = Cursor(self.cursor.epoch, following.seq)
        self._ahead = {seq: waiting for seq, waiting in self._ahead.items() if seq > self.cursor.seq}
        return ready
