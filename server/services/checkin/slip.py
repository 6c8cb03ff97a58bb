"""What a queue slip says, and the job to print it; without names."""

from collections.abc import Mapping
from functools import partial

from server.domain.queueing.wait_estimate import Expected
from server.protocol.terms import DeviceRole, Lane, TicketState
from server.protocol.texts import Message
from server.services.core.hall_config import Queue
from server.services.core.unit_of_work import Work
from server.services.core.views import View, stamp, ticket_view
from server.services.core.wait_cache import WaitCache
from server.services.paper import print_jobs
from server.services.readmodel.snapshot import position, waiting_before
from server.services.tickets import stated_waits, transitions
from server.store.models import AppointmentRow, TicketRow

SLIP_HINT = Message("waiting", "slip_hint")
OTHER_DOCTOR = Message("waiting", "other_doctor")


def with_slip(work: Work, ticket: TicketRow, queue: Queue, waits: WaitCache, *, print_it: bool) -> View:
    """The answer of a check-in: ticket, slip, and the print job if paper is wanted and somebody can print it."""
    slip = slip_of(work, ticket, queue, waits)
    body: View = {"ticket": ticket_view(ticket), "slip": slip}
    if print_it:
        job = print_jobs.new_job(
            work, "slip", slip, ticket=ticket.id, lease_to_kiosk=work.principal.role == DeviceRole.KIOSK
        )
        if job is not None:
            body["print_job"] = job
            body["ticket"] = ticket_view(ticket)
    return body


def slip_of(work: Work, ticket: TicketRow, queue: Queue, waits: WaitCache) -> View:
    """What the slip says, without the name. The wait is told where it is known already: paper waits for no sums.

    What it tells is kept as the ticket's promise.
    """
    config = work.config
    ahead = position(work.db, ticket, queue, transitions.day_of(work, queue).calls)
    known = _known_wait(work, ticket, ahead, waits)
    wait = stated_waits.record(work, ticket, known) if known is not None else None
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
        "hint": SLIP_HINT.names(),
        "note": _note(work, ticket),
    }


def _known_wait(work: Work, ticket: TicketRow, ahead: int | None, waits: WaitCache) -> Expected | None:
    """The wait of the ticket's place, where it is known already and the place is sure.

    Who waits for triage has no grade and so no place yet, and of those who wait for a doctor by name only an ordinary
    place is counted: neither is stated.
    """
    estimate = partial(waits.place, work.hall.id, ticket.queue_id, now=work.now, seq=work.hall.seq)
    if ticket.state != TicketState.WAITING:
        return None
    if not ticket.doctor:
        return estimate(ahead=ahead)
    if ticket.lane != Lane.ORDINARY:
        return None
    return estimate(ahead=waiting_before(work.db, ticket), doctor=ticket.doctor)


def _note(work: Work, ticket: TicketRow) -> Mapping[str, str]:
    """What the patient must know: a booked doctor who is not here is no longer waited for."""
    booked = work.db.get(AppointmentRow, ticket.appointment_id) if ticket.appointment_id else None
    return OTHER_DOCTOR.names() if booked is not None and booked.doctor_id and not ticket.doctor else {}
