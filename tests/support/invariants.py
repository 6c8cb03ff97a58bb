"""The ten invariants of a hall (docs/faults.md), judged over plain rows and what clients saw. Used by each fault test.

`stored(url, hall)` reads a hall's rows from SQLite or PostgreSQL; `Seen` is what the clients of a test were told. Each
judge takes both and names what is wrong; `judge` asks all ten. A judge says nothing of what a test did not observe.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import create_engine, select

from server.domain.access.audit_chain import Entry, sealed
from server.domain.access.keys import Purpose, derived
from server.domain.queueing.discipline.values import ReasonCode
from server.protocol.terms import ENDED
from server.settings import Settings
from server.store.models import AuditRow, Base, HallRow, JournalRow, PrintJobRow, ReceiptRow, ReportRow, TicketRow
from tests.support.hall import RunningHall

Row = Mapping[str, Any]
ENDED_STATES = {state.value for state in ENDED}
AT_STATION = {"called", "serving"}
IN_TURN = {code.value for code in ReasonCode if not code.value.startswith("graded")} - {
    ReasonCode.ARRIVED.value,
    ReasonCode.STAGED.value,
}
"""What the rules call by when they take the first of a lane; any other reason is a person's own, and recorded."""
KEYED = {"HALL_STATE_DIR", "HALL_SECRET_KEY"}
PAPER_ENDS = {"printed", "sent", "failed", "unknown"}
"""`failed` is seen by staff, `unknown` waits for their word, `sent` is all that a printer without answers can say."""


@dataclass(frozen=True)
class Stored:
    """A hall's rows as its database holds them; journal and audit in order of their numbers."""

    hall: Row
    tickets: list[Row]
    journal: list[Row]
    audit: list[Row]
    receipts: list[Row] = field(default_factory=list)
    print_jobs: list[Row] = field(default_factory=list)
    reports: list[Row] = field(default_factory=list)
    audit_key: bytes | None = None


@dataclass(frozen=True)
class Ticket:
    """An acknowledged check-in: its key and what was answered; `created` is status 201."""

    key: str
    id: str
    number: str
    created: bool = True


@dataclass(frozen=True)
class Call:
    """An acknowledged call: its key, the ticket's id and the station."""

    key: str
    ticket: str
    station: str


@dataclass(frozen=True)
class Screen:
    """What one screen did: `("load", epoch, seq)` for a snapshot, `("event", epoch, seq)` for an event it took.

    `shown` is the state of each ticket on it at the end, `true` what the server's snapshot said then.
    """

    name: str
    steps: list[tuple[str, str, int]]
    shown: Mapping[str, str] = field(default_factory=dict)
    true: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Paper:
    """A sheet that left the virtual printer whole: the job it is of, whose data may be on it, its text."""

    job: str
    text: str = ""
    owner: str | None = None


@dataclass(frozen=True)
class View:
    """What was to be seen while one patient stood there: a page, an answer of the server, the bytes to a printer."""

    owner: str
    text: str


@dataclass
class Seen:
    """What the clients of a test saw. `secrets` are texts that only one patient may see, by owner."""

    tickets: list[Ticket] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    journal: list[Row] = field(default_factory=list)
    screens: list[Screen] = field(default_factory=list)
    papers: list[Paper] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    secrets: dict[str, list[str]] = field(default_factory=dict)
    paper_is_over: bool = False


def stored(url: str, hall: str = "H1", audit_key: bytes | None = None) -> Stored:
    """Read a hall's rows; `url` is an SQLAlchemy URL, `audit_key` what its audit chain is signed with."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    whole = {} if engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}

    def rows(table: type[Base], *order: str, mine: bool = True) -> list[Row]:
        columns = Base.metadata.tables[table.__tablename__]
        found = select(columns).where(columns.c.hall_id == hall) if mine else select(columns)
        return [dict(row) for row in db.execute(found.order_by(*(columns.c[name] for name in order))).mappings()]

    try:
        with engine.connect().execution_options(**whole) as db:
            if not whole:
                db.exec_driver_sql("BEGIN")  # a hall that runs goes on: all is read as it was at one instant
            return Stored(
                hall=next(row for row in rows(HallRow, "id", mine=False) if row["id"] == hall),
                tickets=rows(TicketRow, "id"),
                journal=rows(JournalRow, "seq"),
                audit=rows(AuditRow, "seq"),
                receipts=rows(ReceiptRow, "owner", "key", mine=False),
                print_jobs=rows(PrintJobRow, "created_at", "id"),
                reports=rows(ReportRow, "id", mine=False),
                audit_key=audit_key,
            )
    finally:
        engine.dispose()


def stored_of(running: RunningHall, hall: str = "H1") -> Stored:
    """The rows of a hall that runs, or ran, as a process of its own."""
    given = {name.removeprefix("HALL_").lower(): value for name, value in running.environment.items() if name in KEYED}
    key = derived(Settings(**given).key(), Purpose.AUDIT)  # type: ignore[arg-type]  # the environment's texts, read by it
    return stored(running.environment["HALL_DATABASE_URL"], hall, key)


def judge(kept: Stored, seen: Seen | None = None) -> list[str]:
    """All that is wrong, each line beginning with the invariant's name; empty when the hall is sound."""
    seen = seen or Seen()
    return [f"{name}: {wrong}" for name, one in INVARIANTS.items() for wrong in one(kept, seen)]


def acknowledged_tickets(kept: Stored, seen: Seen) -> Iterator[str]:
    """I1: an acknowledged ticket exists exactly once, under the number that was told."""
    issued = Counter(_ticket(row)["id"] for row in kept.journal if row["kind"] == "ticket.checked_in")
    there = {row["id"]: row for row in kept.tickets}
    for told in seen.tickets:
        if told.id not in there:
            yield f"{told.number} was acknowledged under {told.key} and is gone"
        elif there[told.id]["number"] != told.number:
            yield f"{told.number} was acknowledged under {told.key} and is {there[told.id]['number']} now"
        if issued[told.id] > 1:
            yield f"{told.number} was issued {issued[told.id]} times"
    yield from (f"ticket {id} was given to {n} keys" for id, n in _twice(one.id for one in seen.tickets if one.created))


def one_active_ticket(kept: Stored, _seen: Seen) -> Iterator[str]:
    """I2: a patient has at most one active ticket in a queue and business day."""
    live = [row for row in kept.tickets if row["state"] not in ENDED_STATES]
    for who, times in _twice((row["patient_id"], row["queue_id"], row["business_day"]) for row in live):
        yield f"{times} active tickets of {who}"


def one_room_per_call(kept: Stored, seen: Seen) -> Iterator[str]:
    """I3: a call is to one room; no ticket is at two stations, and no station has two tickets."""
    at: dict[str, str] = {}
    called: Counter[tuple[str, str]] = Counter()
    for row in kept.journal:
        ticket = _ticket(row)
        if not ticket:
            continue
        here = ticket["station"] if ticket["state"] in AT_STATION else None
        before = at.pop(ticket["id"], None)
        if row["kind"] == "ticket.called":
            called[(ticket["id"], ticket["station"])] += 1
            if before is not None:
                yield f"{ticket['number']} was called to {here} while at {before} (seq {row['seq']})"
        if here is not None:
            others = [id for id, station in at.items() if station == here]
            if others:
                yield f"{here} took {ticket['number']} while it held {others} (seq {row['seq']})"
            at[ticket["id"]] = here
    answered = Counter((call.ticket, call.station) for call in {call.key: call for call in seen.calls}.values())
    for (id, station), times in (answered - called).items():
        yield f"{times} calls of {id} to {station} were acknowledged and did not happen"


def order_of_calls(kept: Stored, _seen: Seen) -> Iterator[str]:
    """I4: within a lane the first of the order is called, and nobody past who is urgent, unless a reason is recorded.

    How lanes and grades are woven is the rule's own matter, and judged by tests/unit/domain/queueing.
    """
    waiting: dict[str, Mapping[str, Any]] = {}
    for row in kept.journal:
        ticket = _ticket(row)
        if not ticket:
            continue
        before = waiting.pop(ticket["id"], None)
        if row["kind"] == "ticket.called" and row["reason"] in IN_TURN and before is not None:
            for other in waiting.values():
                if other["queue"] == before["queue"] and _stands_before(other, before):
                    yield f"{before['number']} was called before {other['number']} (seq {row['seq']})"
        if ticket["state"] == "waiting":
            waiting[ticket["id"]] = ticket


def _stands_before(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if one["lane"] == "urgent" and other["lane"] != "urgent":
        return not one["doctor"]
    key = ("lane", "rank", "doctor")
    return all(one[name] == other[name] for name in key) and bool(one["order"] < other["order"])


def screens(kept: Stored, seen: Seen) -> Iterator[str]:
    """I5: a journal has no hole, no screen misses or repeats an event of it, and in the end shows what is true."""
    numbers = [row["seq"] for row in kept.journal]
    if numbers and numbers != list(range(numbers[0], kept.hall["seq"] + 1)):
        yield f"the journal has holes: {len(numbers)} events of {numbers[0]} to {kept.hall['seq']}"
    if any(row["seq"] not in set(numbers) and row["seq"] >= numbers[0] for row in seen.journal if numbers):
        yield "an event was told that the journal does not hold"
    for screen in seen.screens:
        position: tuple[str, int] | None = None
        for kind, epoch, seq in screen.steps:
            if kind == "event" and position != (epoch, seq - 1):
                yield f"{screen.name} took {epoch}/{seq} at {position}"
            if kind == "load" and position is not None and epoch == position[0] and seq < position[1]:
                yield f"{screen.name} went back from {position} to {seq}"
            position = (epoch, seq)
        if screen.shown != screen.true:
            different = [id for id in {*screen.shown, *screen.true} if screen.shown.get(id) != screen.true.get(id)]
            yield f"{screen.name} shows {len(different)} tickets otherwise than they are"


def paper(kept: Stored, seen: Seen) -> Iterator[str]:
    """I6: paper ends printed with evidence, failed, or unknown to be looked at; what is printed again is marked."""
    sheets = Counter(sheet.job for sheet in seen.papers)
    for job in kept.print_jobs:
        if seen.paper_is_over and job["state"] not in PAPER_ENDS:
            yield f"job {job['id']} stays {job['state']}"
        if job["state"] == "printed" and not job["evidence"]:
            yield f"job {job['id']} is printed without evidence"
        if job["state"] == "printed" and seen.papers and not sheets[job["id"]]:
            yield f"job {job['id']} is printed and no whole sheet left the printer"
        if job["reprint_of"] and not job["copy_number"]:
            yield f"job {job['id']} is a reprint that is not marked"
    copies = {job["id"]: job["copy_number"] for job in kept.print_jobs}
    for id, times in sheets.items():
        if times > 1:
            yield f"{times} sheets of job {id}"
        if id not in copies:
            yield f"a sheet of the unknown job {id}"
    for sheet in seen.papers:
        if sheet.text and copies.get(sheet.job) and not any(mark in sheet.text for mark in ("补打", "補打", "COPY")):
            yield f"the copy of job {sheet.job} is not marked on the paper"


def nobody_elses_data(_kept: Stored, seen: Seen) -> Iterator[str]:
    """I7: nothing of one patient is seen or printed while another stands there."""
    shown = [*seen.views, *(View(sheet.owner, sheet.text) for sheet in seen.papers if sheet.owner is not None)]
    for view in shown:
        for owner, texts in seen.secrets.items():
            if owner != view.owner and any(text in view.text for text in texts):
                yield f"something of {owner} was shown to {view.owner}"


def audit_trail(kept: Stored, _seen: Seen) -> Iterator[str]:
    """I8: the audit chain has no hole and verifies, and holds a row for each event."""
    if [row["seq"] for row in kept.audit] != list(range(1, kept.hall["audit_seq"] + 1)):
        yield f"the trail has holes: {len(kept.audit)} rows of {kept.hall['audit_seq']}"
    previous = ""
    for row in kept.audit:
        entry = Entry(*(row[name] for name in Entry._fields))
        if kept.audit_key is not None and sealed(kept.audit_key, previous, entry) != row["digest"]:
            yield f"row {row['seq']} of the trail does not verify"
            break
        previous = row["digest"]
    if kept.audit and kept.audit[-1]["digest"] != kept.hall["audit_digest"]:
        yield "the end of the trail is not the one that the hall remembers"
    happened = Counter((row["kind"], _thing(row) or kept.hall["id"]) for row in kept.journal)
    written = Counter((row["action"], row["object"]) for row in kept.audit)
    yield from (f"{kind} of {id} is not in the trail" for kind, id in happened - written)


def applied_once(kept: Stored, seen: Seen) -> Iterator[str]:
    """I9: a message is applied once, and acknowledged after it is committed.

    Messages are commands under a key, and reports by their identifier and version.
    """
    receipts = Counter(row["key"] for row in kept.receipts)
    for key in {*seen.keys, *(one.key for one in seen.tickets), *(one.key for one in seen.calls)}:
        if not receipts[key]:
            yield f"{key} was acknowledged and has no receipt"
    for key, answers in _answers(seen).items():
        if len(answers) > 1:
            yield f"{key} was answered in {len(answers)} ways"
    for series, times in _twice((row["series"], row["version"]) for row in kept.reports):
        yield f"{times} rows of report {series}"


def _answers(seen: Seen) -> dict[str, set[str]]:
    answers: dict[str, set[str]] = {}
    for key, what in [*((one.key, one.id) for one in seen.tickets), *((one.key, one.ticket) for one in seen.calls)]:
        answers.setdefault(key, set()).add(what)
    return answers


def numbers(kept: Stored, _seen: Seen) -> Iterator[str]:
    """I10: a number is given once in a business day and queue, and the numbers begin anew once a day."""
    for what, times in _twice((row["issued_by"], row["business_day"], row["number"]) for row in kept.tickets):
        yield f"{what} was given {times} times"
    there = {row["id"]: row for row in kept.tickets}
    last: dict[str, tuple[Any, int]] = {}
    for row in kept.journal:
        ticket = there.get(_ticket(row).get("id", ""))
        if row["kind"] != "ticket.checked_in" or ticket is None:
            continue
        here = (ticket["business_day"], ticket["number_seq"])
        before = last.get(ticket["issued_by"])
        if before is not None and here < before:
            yield f"{ticket['number']} of {here[0]} was given after number {before[1]} of {before[0]}"
        last[ticket["issued_by"]] = here


INVARIANTS: dict[str, Callable[[Stored, Seen], Iterable[str]]] = {
    "I1": acknowledged_tickets,
    "I2": one_active_ticket,
    "I3": one_room_per_call,
    "I4": order_of_calls,
    "I5": screens,
    "I6": paper,
    "I7": nobody_elses_data,
    "I8": audit_trail,
    "I9": applied_once,
    "I10": numbers,
}


def _ticket(row: Row) -> Mapping[str, Any]:
    found: Mapping[str, Any] = row["subject"].get("ticket") or {}
    return found


def _thing(row: Row) -> str | None:
    return next((view["id"] for word, view in row["subject"].items() if word != "announcement"), None)


def _twice(values: Iterable[Any]) -> list[tuple[Any, int]]:
    return [(value, times) for value, times in Counter(values).items() if times > 1]
