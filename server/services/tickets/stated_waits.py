"""Owns the waits that slips stated: kept with the ticket, asked why they moved, counted when they are called.

The rules are the domain's, the texts the catalogue's. To record or count a stated wait reads nothing; a page asks and
writes nothing.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.queueing import stated_wait
from server.domain.queueing.stated_wait import Calibration, OtherTicket, StatedWait
from server.domain.queueing.wait_estimate import Ahead, Expected
from server.protocol.terms import EventKind, Lane, TicketState
from server.services.core.unit_of_work import Work
from server.services.core.views import View, stamp
from server.services.queue_state.lineup import Lineup
from server.store.models import JournalRow, QueueDayRow, TicketRow, TriageRow
from server.store.models.json_columns import StatedWaitColumn
from server.store.rows import write_now

CALLS = (EventKind.TICKET_CALLED.value, EventKind.TICKET_UNDONE.value)
CLOSED = (EventKind.STATION_PAUSED.value, EventKind.STATION_STOPPED.value)
log = logging.getLogger(__name__)


def record(work: Work, ticket: TicketRow, stated: Expected) -> Expected | None:
    """What a slip may tell: the first one's wait is the stated wait; later ones state none that ends much later.

    A slip has no room for reasons, so it then says only how many go before.
    """
    if ticket.promise is None:
        given = asdict(stated_wait.from_expected(stated, work.now, work.hall.seq))
        write_now(work.db, ticket, promise={**given, "at": stamp(work.now)})
        return stated
    return None if _of(ticket.promise).has_moved(work.now, stated.high) else stated


def _of(row: StatedWaitColumn) -> StatedWait:
    at = datetime.fromisoformat(row["at"])
    return StatedWait(at, row["seq"], row["high"], row["p20"], row["p80"], row["p90"])


def keep(ticket: TicketRow, now: datetime) -> dict[str, int]:
    """How this call meets what the ticket's slip stated, as counts to add to the queue's day; none where nothing was.

    Only a first call counts, of a ticket that has stood in the stated place ever since. A ticket that was passed, held,
    transferred, prioritised or triaged to another grade has another place, or its patient was away:
    `transitions.apply` has ended the stated wait then. A ticket that is never called is not counted either.
    """
    if ticket.promise is None:
        return {}
    return {
        column: count for column, count in asdict(stated_wait.calibration_of(_of(ticket.promise), now)).items() if count
    }


def added(day: QueueDayRow, counts: Mapping[str, int]) -> dict[str, int]:
    """The columns of a queue's day with these counts added."""
    return {column: getattr(day, column) + count for column, count in counts.items()}


def reason(db: Session, row: TicketRow, high: int, now: datetime, ahead: Ahead, found: Lineup | None) -> View | None:
    """Why a wait of up to `high` minutes ends later than the slip said: {text, categories}; None where it does not."""
    if row.promise is None:
        return None
    stated = _of(row.promise)
    if not stated.has_moved(now, high):
        return None
    called, closed = _happened(db, row, stated.seq)
    rooms = {room.caller.station for room in found.line.rooms if row.queue_id in room.caller.queues} if found else set()
    ours = [one for one in called.values() if one["queue"] == row.queue_id or one["station"] in rooms]
    views = [*ours, *_still_ahead(db, [id for id, _ in ahead.calls if id not in called], stated.seq)]
    views = [one for one in views if one["id"] != row.id]
    regraded = _regraded(db, [one["id"] for one in views], stated.at)
    others = [_other(one, row, stated.at, regraded) for one in views]
    why = stated_wait.delays(Lane(row.lane), row.rank, row.sort, others, len(closed))
    causes = [(cause.value, count, text.names()) for cause, count, text in stated_wait.causes(why)]
    return {
        "text": stated_wait.later(why).names(),
        "categories": [{"reason": code, "count": count, "text": names} for code, count, names in causes],
    }


def _happened(db: Session, row: TicketRow, seq: int) -> tuple[dict[str, View], set[str]]:
    """What the journal knows since its event `seq`: tickets called, as they were, and rooms closed."""
    rows = db.execute(
        select(JournalRow.kind, JournalRow.subject)
        .where(JournalRow.hall_id == row.hall_id, JournalRow.seq > seq, JournalRow.kind.in_([*CALLS, *CLOSED]))
        .order_by(JournalRow.seq)
    ).all()
    called: dict[str, View] = {}
    closed: set[str] = set()
    for kind, subject in rows:
        if kind in CLOSED:
            closed |= {subject["station"]["id"]} if row.queue_id in subject["station"]["queues"] else set()
        elif kind == EventKind.TICKET_CALLED:
            called[subject["ticket"]["id"]] = subject["ticket"]
        elif subject["ticket"]["state"] in {TicketState.WAITING, TicketState.STAGED}:
            called.pop(subject["ticket"]["id"], None)
    return called, closed


def _still_ahead(db: Session, ids: Sequence[str], seq: int) -> list[View]:
    """Those who are to be called first and of whom the journal tells something since its event `seq`."""
    rows = db.execute(
        select(TicketRow.id, TicketRow.queue_id, TicketRow.lane, TicketRow.rank, TicketRow.sort, TicketRow.times).where(
            TicketRow.id.in_(ids), TicketRow.seq > seq
        )
    )
    return [
        {"id": one.id, "queue": one.queue_id, "lane": one.lane, "rank": one.rank, "order": one.sort, "times": one.times}
        for one in rows
    ]


def _regraded(db: Session, ids: Sequence[str], since: datetime) -> set[str]:
    """Whose level a triage changed since then."""
    return set(
        db.scalars(
            select(TriageRow.ticket_id).where(
                TriageRow.ticket_id.in_(ids),
                TriageRow.at > since,
                TriageRow.from_grade.is_distinct_from(TriageRow.grade),
            )
        )
    )


def _other(view: View, row: TicketRow, at: datetime, regraded: set[str]) -> OtherTicket:
    times: Mapping[str, str] = view["times"]
    return OtherTicket(
        lane=Lane(view["lane"]),
        rank=view["rank"],
        order=view["order"],
        since=frozenset(column for column, moment in times.items() if datetime.fromisoformat(moment) > at),
        regraded=view["id"] in regraded,
        was_away=not {"passed", "held"}.isdisjoint(times),
        here=view["queue"] == row.queue_id,
    )


def of_day(db: Session, hall: str, day: date) -> list[tuple[str, Calibration]]:
    """How the waits told of a hall's business day held, by queue."""
    rows = db.scalars(
        select(QueueDayRow)
        .where(QueueDayRow.hall_id == hall, QueueDayRow.business_day == day)
        .order_by(QueueDayRow.queue_id)
    )
    return [(row.queue_id, Calibration(row.told, row.inside, row.below)) for row in rows]


def log_day(db: Session, hall: str, day: date) -> None:
    """One line a queue, at the close of its day."""
    for queue, held in of_day(db, hall, day):
        shares = [round(100 * count / held.told) if held.told else 0 for count in (held.inside, held.below)]
        log.info(
            "waits told on %s in %s/%s: %d called, %d %% within P20-P80, %d %% within P90: %s",
            *(day, hall, queue, held.told, *shares, held.verdict),
        )
