"""The view of a board at one moment, as values: rows, banners, who is next. Knows no page, no network."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from caller.wall.board import PAGE_TIME, ROWS, STALE_AFTER, Banner, Board, rooms
from server.protocol.messages import Names, Snapshot, StationView, TicketView
from server.protocol.terms import AT_STATION, StationState, TicketState

NEXT, READY, PASSED = 2, 8, 6


@dataclass(frozen=True)
class Cell:
    """One ticket on the wall. `called` until the patient is in the room, `lit` while the call is fresh."""

    number: str
    name: str | None = None
    tag: str | None = None
    lit: bool = False
    staged: bool = False
    called: bool = False


@dataclass(frozen=True)
class Row:
    """One room: who is there, who comes next. `until` is the moment (RFC 3339) a pause ends."""

    station: str
    name: Names
    doctor: str | None
    state: str
    now: Cell | None
    next: tuple[Cell, ...]
    until: str | None = None


@dataclass(frozen=True)
class Picture:
    """All that a screen draws. `ready` are the heads of lines that several rooms share."""

    hall: Names
    hospital: Names
    languages: tuple[str, ...]
    timezone: str
    rows: tuple[Row, ...]
    page: int
    pages: int
    ready: tuple[Cell, ...]
    waiting: int
    passed: tuple[str, ...]
    passed_count: int
    banners: tuple[Banner, ...]
    stale: bool


def picture(board: Board, now: float) -> Picture | None:
    """Return what a screen shows at `now`; None before anything was heard. `board` must be settled at `now`."""
    snapshot = board.snapshot
    if snapshot is None:
        return None
    worth_a_row = rooms(board)
    pages = max(1, -(-len(worth_a_row) // ROWS))
    shown = tuple(b for b in board.banners if b.shown_at is not None)
    page = _page(worth_a_row, shown, pages, now)
    exclusive = _exclusive_queues(snapshot.stations)
    waiting = [t for t in snapshot.tickets if t.state is TicketState.WAITING]
    passed = sorted((t for t in snapshot.tickets if t.state is TicketState.PASSED), key=lambda t: -t.seq)
    return Picture(
        hall=snapshot.name,
        hospital=snapshot.hospital,
        languages=tuple(snapshot.languages),
        timezone=snapshot.timezone,
        rows=tuple(_row(board, room, exclusive) for room in _turned(worth_a_row, page, pages, shown)),
        page=page,
        pages=pages,
        ready=tuple(_ready(snapshot, waiting, exclusive)),
        waiting=len(waiting),
        passed=tuple(t.number for t in passed[:PASSED]),
        passed_count=len(passed),
        banners=shown,
        stale=board.heard_at is None or now - board.heard_at >= STALE_AFTER,
    )


def _page(rooms: list[StationView], shown: tuple[Banner, ...], pages: int, now: float) -> int:
    """The page whose turn it is; while a banner shows, the page of the room it calls to."""
    places = {room.id: index // ROWS for index, room in enumerate(rooms)}
    called = [places[b.station] for b in shown if b.station in places]
    return called[0] if called else int(now // PAGE_TIME) % pages


def _turned(rooms: list[StationView], page: int, pages: int, shown: tuple[Banner, ...]) -> list[StationView]:
    """The rooms of a page; where there are several pages, a room that calls comes first."""
    on_page = rooms[page * ROWS : (page + 1) * ROWS]
    calling = {b.station for b in shown}
    return on_page if pages == 1 else sorted(on_page, key=lambda room: room.id not in calling)


def _exclusive_queues(stations: Iterable[StationView]) -> frozenset[str]:
    """The queues that one room alone serves: only there the head of the line is known to be the next."""
    served = Counter(q for s in stations if s.state is not StationState.STOPPED for q in s.queues)
    return frozenset(queue for queue, rooms in served.items() if rooms == 1)


def _row(board: Board, room: StationView, exclusive: frozenset[str]) -> Row:
    tickets = board.snapshot.tickets if board.snapshot else []
    here = [t for t in tickets if t.station == room.id]
    now = next((t for t in here if t.state in AT_STATION), None)
    staged = sorted((t for t in here if t.state is TicketState.STAGED), key=lambda t: t.order)
    own = [t for t in tickets if t.state is TicketState.WAITING and _belongs(t, room, exclusive)]
    coming = [*staged, *sorted(own, key=lambda t: t.order)][:NEXT] if room.state is StationState.OPEN else staged[:NEXT]
    return Row(
        station=room.id,
        name=room.name,
        doctor=room.doctor_name,
        state=room.state,
        now=None if now is None else _cell(now, lit=now.id in board.lit),
        next=tuple(_cell(t) for t in coming),
        until=room.until.isoformat() if room.until else None,
    )


def _belongs(ticket: TicketView, room: StationView, exclusive: frozenset[str]) -> bool:
    """Whether a waiting ticket can only go to this room: by its doctor, or because no other serves its queue."""
    if ticket.doctor is not None:
        return ticket.doctor == room.doctor
    return ticket.queue in exclusive and ticket.queue in room.queues


def _ready(snapshot: Snapshot, waiting: list[TicketView], exclusive: frozenset[str]) -> list[Cell]:
    """The heads of the shared lines, line by line in turn, so that each line is seen."""
    lines = [
        sorted((t for t in waiting if t.queue == queue.id and t.doctor is None), key=lambda t: t.order)
        for queue in snapshot.queues
        if queue.id not in exclusive
    ]
    turns = (line[depth] for depth in range(READY) for line in lines if depth < len(line))
    return [_cell(ticket) for ticket, _ in zip(turns, range(READY), strict=False)]


def _cell(ticket: TicketView, *, lit: bool = False) -> Cell:
    return Cell(
        number=ticket.number,
        name=ticket.display_name,
        tag=ticket.tags[0] if ticket.tags else None,
        lit=lit,
        staged=ticket.state is TicketState.STAGED,
        called=ticket.state is TicketState.CALLED,
    )
