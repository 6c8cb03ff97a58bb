"""What is read: snapshot, events, a place in line. Whole reads in one read transaction, dressed for their reader."""

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.queueing.position_estimate import woven_before
from server.protocol.terms import ErrorCode, Lane, TicketState
from server.services.core.context import Context
from server.services.core.hall_config import Queue
from server.services.core.principal import Principal
from server.services.core.views import (
    View,
    alert_view,
    device_view,
    hall_languages,
    job_view,
    queue_view,
    stamp,
    station_view,
    ticket_view,
)
from server.services.core.witnesses import ReadPosition
from server.services.readmodel.audience import AudiencePresenter, out_of_sight
from server.store.models import (
    AlertRow,
    DeviceRow,
    HallRow,
    HospitalRow,
    LaneRow,
    PrintJobRow,
    QueueRow,
    StationRow,
    TicketRow,
)
from server.store.queries import journal
from server.store.queries.announcements import last_calls

PAGE_LIMIT = 10_000
OPEN_JOBS = ("queued", "leased", "failed", "unknown")
LIVE_STATES = ("checked_in", "waiting", "staged", "called", "serving", "held", "passed")


def hall_row(db: Session, hall: str) -> HallRow:
    """The hall. Raises unknown_hall."""
    row = db.get(HallRow, hall)
    if row is None or not row.active:
        raise HallError(ErrorCode.UNKNOWN_HALL, hall)
    return row


def snapshot(context: Context, hall: str, principal: Principal) -> View:
    """The whole of a hall at its present seq, as `principal` may see it."""
    with Session(context.engines.read) as db:
        row = hall_row(db, hall)
        hospital = db.get_one(HospitalRow, 1)
        presenter = AudiencePresenter(db, row, principal.audience, scales=context.scales)
        queues = db.scalars(
            select(QueueRow).where(QueueRow.hall_id == hall, QueueRow.active).order_by(QueueRow.position)
        )
        stations = db.scalars(
            select(StationRow).where(StationRow.hall_id == hall, StationRow.active).order_by(StationRow.position)
        )
        tickets = db.scalars(
            select(TicketRow)
            .where(TicketRow.hall_id == hall, TicketRow.state.in_(LIVE_STATES))
            .order_by(TicketRow.sort)
        )
        out: View = {
            "epoch": row.epoch,
            "seq": row.seq,
            "hall": hall,
            "name": row.name,
            "place": row.place or {},
            "hospital": hospital.name,
            "timezone": hospital.timezone,
            "languages": hall_languages(row),
            "queues": [queue_view(queue) for queue in queues],
            "stations": [station_view(station) for station in stations],
            "tickets": [ticket_view(ticket) for ticket in tickets],
        }
        if principal.is_staff:
            out |= _staff_part(db, hall)
        presenter.learn([out])
        out["stations"] = [presenter.station(view) for view in out["stations"]]
        out["tickets"] = [
            presenter.ticket(view) for view in out["tickets"] if principal.is_staff or not out_of_sight(view)
        ]
        if principal.is_staff:
            out["alerts"] = [presenter.alert(view) for view in out["alerts"]]
            out["print_jobs"] = [presenter.paper(view) for view in out["print_jobs"]]
        out["announcements"] = _announcements(db, hall, presenter, out["tickets"])
        return out


def _staff_part(db: Session, hall: str) -> View:
    alerts = db.scalars(
        select(AlertRow).where(AlertRow.hall_id == hall, AlertRow.closed_at.is_(None)).order_by(AlertRow.raised_at)
    )
    jobs = db.scalars(
        select(PrintJobRow)
        .where(PrintJobRow.hall_id == hall, PrintJobRow.state.in_(OPEN_JOBS))
        .order_by(PrintJobRow.created_at)
    )
    devices = db.scalars(
        select(DeviceRow).where(DeviceRow.hall_id == hall, DeviceRow.revoked_at.is_(None)).order_by(DeviceRow.name)
    )
    return {
        "alerts": [alert_view(alert) for alert in alerts],
        "print_jobs": [job_view(job) for job in jobs],
        "devices": [device_view(device) for device in devices],
    }


def _announcements(db: Session, hall: str, presenter: AudiencePresenter, tickets: list[View]) -> list[View]:
    """The last call of each called ticket, so that a screen that starts now shows its banner."""
    newest = last_calls(db, hall, [view["id"] for view in tickets if view["state"] == TicketState.CALLED])
    presenter.learn([row.content for row in newest.values()])
    return [{**presenter.announcement(row.content), "at": stamp(row.at)} for row in newest.values()]


def events(context: Context, hall: str, principal: Principal, *, after: int, limit: int, epoch: str | None) -> View:
    """Events after a position. Raises reload when that position cannot be continued: other epoch, ahead, or pruned."""
    with Session(context.engines.read) as db:
        row = hall_row(db, hall)
        if epoch is not None and principal.kind == "device":
            context.witnesses.hear(ReadPosition(hall, epoch, after, principal.id), epoch=row.epoch, seq=row.seq)
        if after > row.seq or (epoch is not None and epoch != row.epoch):
            raise HallError(ErrorCode.RELOAD, f"the journal is at {row.epoch} {row.seq}")
        first = journal.first_seq(db, hall)
        if after < row.seq and (first is None or after < first - 1):
            raise HallError(ErrorCode.RELOAD, f"events before {first} are pruned")
        rows = journal.rows_after(db, hall, after, min(limit, PAGE_LIMIT))
        presenter = AudiencePresenter(db, row, principal.audience)
        presenter.learn([event["subject"] for event in rows])
        last = rows[-1]["seq"] if rows else after
        return {
            "epoch": row.epoch,
            "seq": row.seq,
            "more": last < row.seq,
            "events": [presenter.frame(row.epoch, event) for event in rows],
        }


_HERE = (LaneRow.hall_id == bindparam("hall"), LaneRow.queue_id == bindparam("queue"))
_LATER = (
    select(func.count())
    .select_from(TicketRow)
    .where(
        TicketRow.hall_id == LaneRow.hall_id,
        TicketRow.queue_id == LaneRow.queue_id,
        TicketRow.state == "waiting",
        TicketRow.lane == LaneRow.lane,
        TicketRow.rank == LaneRow.rank,
        TicketRow.credit == LaneRow.credit,
        TicketRow.doctor == LaneRow.doctor,
        TicketRow.sort > bindparam("sort"),
    )
    .correlate(LaneRow)
    .scalar_subquery()
)
_BEHIND = (
    select(func.coalesce(func.sum(_LATER), 0))
    .select_from(LaneRow)
    .where(*_HERE, LaneRow.lane == bindparam("lane"), LaneRow.rank == bindparam("rank"), LaneRow.waiting > 0)
    .scalar_subquery()
)
"""Those of the same lane and rank who came later: one range of the index for each key that anybody waits under."""
_LOWER = (
    select(func.coalesce(func.sum(LaneRow.waiting), 0))
    .where(*_HERE, LaneRow.lane == bindparam("lane"), LaneRow.rank > bindparam("rank"))
    .scalar_subquery()
)
_WAITING = select(LaneRow.lane, func.sum(LaneRow.waiting), _BEHIND, _LOWER).where(*_HERE).group_by(LaneRow.lane)


def position(db: Session, ticket: TicketRow, queue: Queue, calls: int = 0) -> int | None:
    """How many in the ticket's queue go before it now, by counts; None for one that is not in line.

    `calls` is the queue's count of ordinary calls, which a passed ticket waits for.
    """
    if ticket.state not in {TicketState.WAITING, TicketState.CHECKED_IN, TicketState.STAGED}:
        return None
    key = {"hall": ticket.hall_id, "queue": ticket.queue_id, "lane": ticket.lane, "rank": ticket.rank}
    db.flush()
    rows = db.connection().execute(_WAITING, {**key, "sort": ticket.sort}).all()
    waiting = {Lane(lane): int(count) for lane, count, _, _ in rows}
    behind = sum(int(count) for count in rows[0][2:]) if rows else 0
    lane = Lane(ticket.lane)
    if ticket.state == TicketState.WAITING:
        waiting[lane] -= 1
    own = max(0, waiting.get(lane, 0) - behind)
    if queue.mode == "woven" and not queue.rules.first_come:
        return woven_before(lane, own, waiting, queue.rules, due=ticket.due_call - calls)
    return own if lane is Lane.URGENT else own + sum(waiting.values()) - waiting.get(lane, 0)


def waiting_before(db: Session, ticket: TicketRow) -> int:
    """How many who wait for the same doctor by name go before a ticket of the ordinary lane, all of other lanes too."""
    db.flush()
    same = (
        TicketRow.hall_id == ticket.hall_id,
        TicketRow.queue_id == ticket.queue_id,
        TicketRow.state == TicketState.WAITING.value,
        TicketRow.doctor == ticket.doctor,
        TicketRow.id != ticket.id,
    )
    before = (TicketRow.lane != Lane.ORDINARY.value) | (TicketRow.sort < ticket.sort)
    return db.scalar(select(func.count()).select_from(TicketRow).where(*same, before)) or 0
