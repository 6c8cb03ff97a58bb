"""What columns of JSON hold, where the product reads it again."""

from typing import TypedDict

from server.protocol.json_values import View


class UndoMemory(TypedDict, total=False):
    """What undo restores beside the ticket.

    Of a call: what queue and room remembered before it, and what it added to the counts of stated waits; of passing:
    how often the ticket was passed before.
    """

    queue: str
    recent: list[str]
    calls: int
    lane: str
    station: str
    last_queue: str | None
    kept: dict[str, int]
    passes: int


class UndoColumn(TypedDict, total=False):
    """The last transition of a ticket, how the ticket was before it, and the doctor who was there; empty: nothing to
    undo. A row of an older version has no doctor."""

    action: str
    at: str
    image: View
    memory: UndoMemory
    doctor: str | None


class StatedWaitColumn(TypedDict):
    """A wait as it was told: `at` as text, minutes from then, the journal's number."""

    at: str
    seq: int
    high: int
    p20: float
    p80: float
    p90: float
