"""The lives of a hall's journal: when it went back, a new epoch begins, and no number is given twice.

Witnesses are the marks in HALL_STATE_DIR and the devices that follow a hall: each remembers how far it has read, and
none of them is in the database that is accused.
"""

import logging
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.installation.wholeness import lost_since
from server.domain.numbering import after_a_restore
from server.protocol.terms import AlertKind, ErrorCode
from server.services.alerts import alerts
from server.services.core.context import Context
from server.services.core.transaction import Transactions
from server.services.core.unit_of_work import Answer, Work
from server.services.core.witnesses import ReadPosition
from server.services.tickets import transitions
from server.store.models import HallRow, QueueDayRow
from server.store.queries import epochs
from server.store.rows import write_now

log = logging.getLogger(__name__)


def begin(work: Work, *, lost: int | None, also_former: tuple[str, ...] = ()) -> Answer:
    """Begin a new life of the hall's journal: every follower loads anew, staff is told, numbers go on further on.

    `lost` is how many events are missing, as far as a witness knows; None where nobody knows. `also_former` are epochs
    that this journal had later, and that it does not know of.
    """
    epochs.renew(work.db, work.hall, *also_former)
    for queue in work.config.queues.values():
        today = transitions.day_of(work, queue)
        most = work.db.scalar(
            select(func.max(QueueDayRow.last)).where(
                QueueDayRow.hall_id == queue.hall_id, QueueDayRow.queue_id == queue.id
            )
        )
        write_now(work.db, today, last=after_a_restore(today.last, lost=lost, busiest=most or 0))
    text = str(lost) if lost is not None else None
    return Answer({"alert": alerts.raise_alert(work, AlertKind.RESTORED, text=text)})


def check_marks(transactions: Transactions) -> None:
    """A journal behind its mark is an older copy: it begins a new life. Called at start, before anything is served."""
    with Session(transactions.engines.read) as db:
        halls = [(row.id, row.epoch, row.seq, epochs.former(db, row.id)) for row in db.scalars(select(HallRow))]
    for hall, epoch, seq, former in halls:
        mark = transactions.marks.read(hall)
        if mark is None or (former is None and mark[0] != epoch):
            continue
        if lost := lost_since(mark, epoch, seq, former or []):
            log.error("the journal of hall %s went back from %s to %s: new epoch", hall, mark[1], seq)
            begin_of(transactions, hall, epoch, lost=lost, also_former=(mark[0],))


def begin_of(
    transactions: Transactions, hall: str, epoch: str, *, lost: int | None, also_former: tuple[str, ...] = ()
) -> None:
    """Begin a new life of a hall whose journal is in `epoch`; of one that is closed nobody is told."""

    def unless_begun(work: Work) -> Answer:  # another node may have begun it already
        return begin(work, lost=lost, also_former=also_former) if work.hall.epoch == epoch else Answer({})

    def quietly(db: Session) -> list[str]:
        row = db.get_one(HallRow, hall)
        if not row.active and row.epoch == epoch:
            epochs.renew(db, row, *also_former)
        return []

    try:
        transactions.system(hall, unless_begun)
    except HallError as error:
        if error.code is not ErrorCode.UNKNOWN_HALL:
            raise
        transactions.administer(quietly)


def heed_witnesses(context: Context) -> None:
    """Begin a new life of each hall that a device proved restored; called by the one owner of time."""
    for position in context.witnesses.take():
        try:
            context.transactions.system(position.hall, partial(_proven, position=position))
        except HallError as error:  # holds up no other hall, and is heeded in the next round
            log.error("hall %s: what a device proved is not heeded yet: %s", position.hall, error)
            if error.code is not ErrorCode.UNKNOWN_HALL:
                context.witnesses.keep(position)


def _proven(work: Work, position: ReadPosition) -> Answer:
    if work.hall.epoch != position.epoch or work.hall.seq >= position.seq:
        return Answer({})
    log.error("device %s has read %s events of hall %s: new epoch", position.device, position.seq, position.hall)
    return begin(work, lost=None)
