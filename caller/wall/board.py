"""The state behind a wall over time: the hall, the banners in their turn, what is lit. Knows no page and no network.

All moments are seconds of one steady clock; the sizes and times are those of docs/sources.md, Wall screens.
"""

from dataclasses import dataclass, field, replace

from server.protocol.messages import Event, Names, Snapshot, StationView, TicketView
from server.protocol.stream.reducer import apply
from server.protocol.terms import AT_STATION, EventKind, QueueKind, StationState, TicketState

ROWS = 5
"""Rooms on one 55-inch screen that are readable from 8 m (docs/sources.md, Wall screens)."""
BANNER_TIME = 10.0
BANNERS = 2
BANNER_PATIENCE = 60.0
LIT_TIME = 10.0
PAGE_TIME = 8.0
STALE_AFTER = 10.0

BANNER_KINDS = {
    EventKind.TICKET_CALLED: "call",
    EventKind.TICKET_RECALLED: "recall",
    EventKind.TICKET_STAGED: "stage",
}

MEANT = {
    "recall": {TicketState.CALLED},
    "passed": {TicketState.PASSED},
    "stage": {TicketState.STAGED},
}


@dataclass(frozen=True)
class Banner:
    """A call over the rows. `shown_at` is None while it waits for its turn; `purpose` is the kind of the queue."""

    ticket: str
    kind: str
    number: str
    name: str | None
    station: str
    place: Names
    called_at: float
    shown_at: float | None = None
    purpose: QueueKind = QueueKind.CLINIC


@dataclass(frozen=True)
class Board:
    """The hall as last heard, the banners, shown and waiting, and until when each call is lit."""

    snapshot: Snapshot | None = None
    banners: tuple[Banner, ...] = ()
    lit: dict[str, float] = field(default_factory=dict)
    heard_at: float | None = None


def loaded(board: Board, snapshot: Snapshot, now: float) -> Board:
    """Start again from a snapshot; banners stay only for tickets that are still at a station."""
    present = {ticket.id for ticket in snapshot.tickets if ticket.state in AT_STATION | {TicketState.STAGED}}
    fresh = replace(board, snapshot=snapshot, banners=tuple(b for b in board.banners if b.ticket in present))
    return settled(heard(fresh, now), now)


def taken(board: Board, event: Event, now: float) -> Board:
    """Take the next event of the hall. Raises ValueError where it does not follow (see folding.apply)."""
    if board.snapshot is None:
        raise ValueError("a board takes facts only after its first snapshot")
    board = heard(replace(board, snapshot=apply(board.snapshot, event)), now)
    if event.kind is EventKind.REMOVED:
        return settled(_forgotten(board, event.id or ""), now)
    if event.ticket is None:
        return settled(board, now)
    if event.kind in BANNER_KINDS:
        return settled(_called(board, event.ticket, BANNER_KINDS[event.kind], now), now)
    if event.ticket.state not in AT_STATION | {TicketState.STAGED}:
        return settled(_forgotten(board, event.ticket.id), now)
    return settled(board, now)


def heard(board: Board, now: float) -> Board:
    """Note that the server was there at `now`."""
    return replace(board, heard_at=now)


def settled(board: Board, now: float) -> Board:
    """Let banners that had their time go, let the next ones in, two at a time, and let lit cells fade."""
    kept = [b for b in board.banners if b.shown_at is None or now - b.shown_at < BANNER_TIME]
    kept = [b for b in kept if b.shown_at is not None or now - b.called_at < BANNER_PATIENCE]
    free = BANNERS - sum(b.shown_at is not None for b in kept)
    for index, banner in enumerate(kept):
        if banner.shown_at is None and free > 0:
            kept[index], free = replace(banner, shown_at=now), free - 1
    lit = {ticket: until for ticket, until in board.lit.items() if until > now}
    return replace(board, banners=tuple(kept), lit=lit)


def next_change(board: Board, now: float) -> float:
    """Return the first moment after `now` at which the picture changes by itself, or infinity."""
    moments = [b.shown_at + BANNER_TIME for b in board.banners if b.shown_at is not None]
    moments += board.lit.values()
    if board.heard_at is not None:
        moments.append(board.heard_at + STALE_AFTER)
    if len(rooms(board)) > ROWS:
        moments.append((now // PAGE_TIME + 1) * PAGE_TIME)
    return min((moment for moment in moments if moment > now), default=float("inf"))


def still_meant(board: Board, kind: str, ticket: str | None) -> bool:
    """Whether a sentence of `kind` about `ticket` still makes sense: a recall only while the ticket is called."""
    if ticket is None:
        return True
    tickets = board.snapshot.tickets if board.snapshot else []
    state = next((t.state for t in tickets if t.id == ticket), None)
    return state in MEANT.get(kind, AT_STATION)


def _called(board: Board, ticket: TicketView, kind: str, now: float) -> Board:
    """A summons of one ticket: a repeated one keeps its place and, if shown, gets its time anew."""
    place = next((s.name for s in _stations(board) if s.id == ticket.station), {})
    queues = board.snapshot.queues if board.snapshot else []
    purpose = next((queue.kind for queue in queues if queue.id == ticket.queue), QueueKind.CLINIC)
    station, name = ticket.station or "", ticket.display_name
    banner = Banner(ticket.id, kind, ticket.number, name, station, place, now, purpose=purpose)
    lit = board.lit if kind == "stage" else {**board.lit, ticket.id: now + LIT_TIME}
    if not any(b.ticket == ticket.id for b in board.banners):
        return replace(board, banners=(*board.banners, banner), lit=lit)
    again = (
        replace(banner, shown_at=None if b.shown_at is None else now) if b.ticket == ticket.id else b
        for b in board.banners
    )
    return replace(board, banners=tuple(again), lit=lit)


def _forgotten(board: Board, ticket: str) -> Board:
    lit = {other: until for other, until in board.lit.items() if other != ticket}
    return replace(board, banners=tuple(b for b in board.banners if b.ticket != ticket), lit=lit)


def _stations(board: Board) -> list[StationView]:
    return board.snapshot.stations if board.snapshot else []


def rooms(board: Board) -> list[StationView]:
    """The rooms worth a row: all that are not stopped, and a stopped one while somebody is still in it."""
    tickets = board.snapshot.tickets if board.snapshot else []
    used = {t.station for t in tickets if t.state in AT_STATION}
    return [s for s in _stations(board) if s.state is not StationState.STOPPED or s.id in used]
