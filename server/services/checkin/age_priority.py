"""老: the priority of an old patient who proved at a kiosk who they are, given at check-in without the desk."""

from server.domain.errors import HallError
from server.domain.queueing.policy_priority import full_years, is_proof, tag_by_age
from server.services.calling.consultation import give_priority
from server.services.core.context import Context
from server.services.core.hall_config import Queue
from server.services.core.unit_of_work import Work
from server.store.models import PatientRow, TicketRow


def give(work: Work, context: Context, queue: Queue, ticket: TicketRow, patient: PatientRow, token: str | None) -> None:
    """Give the priority that the patient's age gives by the queue's rules; the event names the age as its evidence.

    The identification is that of the visit token, which says how far it was proved.
    """
    if not token or patient.birth_date is None:
        return
    try:
        visit = context.read_visit(token)
    except HallError:  # staff checks in from an alert, and the token that the kiosk had is too old
        return
    if visit["patient"] != patient.id:
        return
    proved = is_proof(int(visit["level"]), slip_alone=visit.get("ticket", "unknown") is not None)
    day = work.config.day(work.now)
    tag = tag_by_age(queue.rules, patient.birth_date, day, proved=proved)
    if tag is not None and tag not in ticket.tags:
        years = full_years(patient.birth_date, day)
        seen = f"age: {years} by the birth date; identified at level {visit['level']}"
        give_priority(work, ticket, tag, seen, by_itself=True)
