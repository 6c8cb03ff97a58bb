"""A follower's position in the stream of a hall: what to do with the next frame. Does no I/O and knows no business."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


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
    """The verdict on one frame and the cursor afterwards.

    For a gap, `after` is what to ask the server for: the events between the cursor and the frame, which is kept
    by nobody, since the journal holds it too.
    """

    verdict: Verdict
    cursor: "Cursor"
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last fact that was delivered: its number and the life of the journal it belongs to."""

    epoch: str
    seq: int

    def offer(self, event: Positioned) -> Offer:
        """Say whether `event` is the next fact, an old one, one too far ahead, or one of another journal."""
        if event.epoch != self.epoch:
            return Offer(Verdict.STALE, self)
        if event.seq <= self.seq:
            return Offer(Verdict.DUPLICATE, self)
        if event.seq > self.seq + 1:
            return Offer(Verdict.GAP, self, after=self.seq)
        return Offer(Verdict.DELIVER, Cursor(self.epoch, event.seq))

    def compare(self, position: Positioned) -> Verdict:
        """Say how the server's own `position` stands to ours: behind it (gap), level (duplicate), or another life.

        A server that is behind us has lost facts we have seen: that is another life too, whatever it calls itself.
        """
        if position.epoch != self.epoch or position.seq < self.seq:
            return Verdict.STALE
        return Verdict.GAP if position.seq > self.seq else Verdict.DUPLICATE
