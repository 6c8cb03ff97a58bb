"""What a queue slip says, and the job to print it; without names."""

from server.protocol.terms import DeviceRole, TicketState
from server.services import moves, printing, promises
from server.services.config import Queue
from server.services.reading import position
from server.services.views import View, stamp, ticket_view
from server.services.waits import Waits
from server.services.work import Work
from server.store.tables import TicketRow

SLIP_HINT = {
    "zh": "过号请到自助机或分诊台重新报到",
    "en": "If you miss your call, check in again at a kiosk or the desk",
}


def with_slip(work: Work, ticket: TicketRow, queue: Queue, waits: Waits, *, print_it: bool) -> View:
    """The answer of a check-in: ticket, slip, and the print job if paper is wanted and somebody can print it."""
    slip = slip_of(work, ticket, queue, waits)
    body: View = {"ticket": ticket_view(ticket), "slip": slip}
    if print_it:
        job = printing.new_job(
            work, "slip", slip, ticket=ticket.id, lease_to_kiosk=work.principal.role == DeviceRole.KIOSK
        )
        if job is not None:
            body["print_job"] = job
            body["ticket"] = ticket_view(ticket)
    return body


def slip_of(work: Work, ticket: TicketRow, queue: Queue, waits: Waits) -> View:
    """What the slip says, without the name. The wait is told where it is known already: paper waits for no sums.

    What it tells is kept as the ticket's promise.
    """
    config = work.config
    ahead = position(work.db, ticket, queue, moves.day_of(work, queue).calls)
    shared = ticket.state == TicketState.WAITING and not ticket.doctor
    known = waits.place(work.hall.id, queue.id, ahead, work.now, work.hall.seq) if shared else None
    wait = promises.give(work, ticket, known) if known is not None else None
    return {
        "ticket": ticket.id,
        "hospital": config.hospital,
        "hall": config.name,
        "queue": queue.name,
        "queue_id": queue.id,
        "number": ticket.number,
        "display_name": None,
        "ahead": ahead,
        "wait_low": wait.low if wait else None,
        "wait_high": wait.high if wait else None,
        "place": config.name,
        "way": config.place,
        "kind": queue.kind.value,
        "doctor": ticket.doctor or None,
        "slot": stamp(ticket.slot_start),
        "checked_in_at": stamp(ticket.checked_in_at),
        "timezone": config.timezone.key,
        "code": ticket.code,
        "language": ticket.language,
        "copy_number": 0,
        "hint": SLIP_HINT,
    }
