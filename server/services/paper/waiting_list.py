"""The paper list of who waits, for the day everything is down: asked for or printed every few minutes.

A print job holds no names: the document is made when a station claims it, so it is as new as the paper.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.privacy.masking import mask
from server.domain.queueing.wait_estimate import order_of
from server.protocol.terms import ErrorCode, Lane, TicketState
from server.protocol.texts import Message
from server.services.core.business_day import list_minutes
from server.services.core.hall_config import HallConfig, Queue, config_of
from server.services.core.requests import ListBody
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.core.views import View, stamp
from server.services.paper import print_jobs
from server.services.queue_state.lineup import lineup_of
from server.store.models import HallRow, PatientRow, PrintJobRow, TicketRow

KIND = "list"
TITLE = Message("paper", "waiting_list")
SHOWN = (
    TicketState.SERVING,
    TicketState.CALLED,
    TicketState.STAGED,
    TicketState.WAITING,
    TicketState.CHECKED_IN,
    TicketState.PASSED,
    TicketState.HELD,
)
"""In this order; who waits, in the order the rule would call them."""
MOST = 600
"""Rows of one list: some six metres of paper."""


def ask_for_list(work: Work, body: ListBody) -> Answer:
    """Print the list now, of all queues or of some; answers with the job. Raises unknown_queue, no_printer."""
    for queue in body.queues:
        if queue not in work.config.queues:
            raise HallError(ErrorCode.UNKNOWN_QUEUE, queue)
    job = _job(work, language=body.language, queues=list(body.queues))
    if job is None:
        raise HallError(ErrorCode.NO_PRINTER)
    return Answer({"print_job": job}, Outcome.CREATED)


def print_regularly(work: Work, day: date) -> datetime | None:
    """The list that is due, unless nobody waits or one still lies unprinted; when the next is, None to rest."""
    minutes = list_minutes(work.config)
    anybody = _anybody(work)
    if anybody and minutes is not None and not _unprinted(work):
        _job(work, language=work.config.languages[0], queues=[])
    if minutes is None or not (anybody or work.business_day == day):
        return None
    return work.now + timedelta(minutes=minutes)


def _job(work: Work, *, language: str, queues: list[str]) -> View | None:
    return print_jobs.new_job(work, KIND, {"language": language, "queues": queues}, lease_to_kiosk=False)


def _anybody(work: Work) -> bool:
    rows = select(TicketRow.id).where(TicketRow.hall_id == work.hall.id, TicketRow.state.in_(SHOWN)).limit(1)
    return work.db.scalars(rows).first() is not None


def _unprinted(work: Work) -> bool:
    rows = select(PrintJobRow.id).where(
        PrintJobRow.hall_id == work.hall.id, PrintJobRow.kind == KIND, PrintJobRow.state.in_(["queued", "leased"])
    )
    return work.db.scalars(rows.limit(1)).first() is not None


def document(db: Session, hall: HallRow, content: View) -> View:
    """The paper itself, names masked, as of `at`: the moment a station claimed it."""
    now = datetime.fromisoformat(content["at"])
    config = config_of(db, hall)
    wanted = content["queues"] or config.queues
    queues = [queue for queue in config.queues.values() if queue.active and queue.id in wanted]
    rows = [row for queue in queues for row in _rows(db, config, queue, now)]
    return {
        "kind": KIND,
        "title": {code: f"{config.name.get(code, '')} {title}".strip() for code, title in TITLE.names().items()},
        "hospital": config.hospital,
        "printed_at": stamp(now),
        "timezone": config.timezone.key,
        "rows": rows[:MOST],
        "language": content["language"],
    }


def _rows(db: Session, config: HallConfig, queue: Queue, now: datetime) -> list[View]:
    found = db.execute(
        select(TicketRow, PatientRow.name)
        .join(PatientRow, PatientRow.id == TicketRow.patient_id)
        .where(TicketRow.hall_id == config.id, TicketRow.queue_id == queue.id, TicketRow.state.in_(SHOWN))
        .order_by(TicketRow.sort)
        .limit(MOST)
    ).all()
    lineup = lineup_of(db, config, queue.id, now)
    turn = {id: place for place, id in enumerate(order_of(lineup.line))} if lineup is not None else {}
    rows = [(ticket, name) for ticket, name in found if not ticket.bypass]
    rows.sort(key=lambda one: _place(one[0], turn))
    return [
        {
            "number": ticket.number,
            "display_name": None if queue.privacy == "number_only" else mask(name),
            "queue": queue.name,
            "state": ticket.state,
            "since": stamp(ticket.checked_in_at),
        }
        for ticket, name in rows
    ]


def _place(ticket: TicketRow, turn: dict[str, int]) -> tuple[int, int, bool, str]:
    state = SHOWN.index(TicketState(ticket.state))
    return state, turn.get(ticket.id, len(turn)), ticket.lane != Lane.URGENT, ticket.sort
