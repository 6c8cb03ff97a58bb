"""What a dangerous answer at the door leads to: an alert that says who and where, before anything may refuse it."""

from server.domain.errors import HallError
from server.domain.triage import Screened, patient_text
from server.protocol.terms import AlertKind, DeviceRole
from server.services.alerts import alerts
from server.services.core.context import Context
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.services.patients.patient_requests import CheckInBody, PatientBody
from server.services.patients.records import find_or_make
from server.store.models import AlertRow, AppointmentRow, PatientRow
from server.store.queries import people

KINDS = {Screened.RED_FLAG: AlertKind.RED_FLAG, Screened.FEVER: AlertKind.FEVER}


def alarm(work: Work, context: Context, found: Screened, body: CheckInBody, proven: str | None = None) -> Answer:
    """Tell staff who stands where, with what complaint; answers `alerted`, with what to say to the patient.

    It is never refused because nobody knows who this is: then it has a place and a complaint and no name. `proven` is
    the patient whom a kiosk identified; a number that was not proven there makes nobody of that number.
    """
    patient = _who(work, context, body, proven)
    alert = alerts.raise_alert(
        work,
        KINDS[found],
        device=alerts.machine(work),
        patient=patient.id if patient is not None else None,
        queue=_clinic(work, patient, body),
        flags=tuple(body.flags or ()),
    )
    return Answer({"alert": alert, "text": patient_text(found).names()}, Outcome.ALERTED)


def _who(work: Work, context: Context, body: CheckInBody, proven: str | None) -> PatientRow | None:
    """The patient, as far as anything says who it is. Raises nothing."""
    visitor = alerts.visitor(work, context, body.visit_token)
    if visitor is not None:
        return visitor
    if body.alert and body.patient is None and work.principal.is_staff:
        return _called_for(work, body.alert)
    if body.appointment and body.patient is None:
        booked = work.db.get(AppointmentRow, body.appointment) if work.principal.is_staff else None
        return work.db.get(PatientRow, booked.patient_id) if booked is not None else None
    if body.patient is None or _is_nobody(work, body):
        return None
    if proven is not None:
        return work.db.get(PatientRow, proven)
    given = body.patient if work.principal.is_staff else PatientBody(name=body.patient.name)
    try:
        return find_or_make(work.db, given, work.real_now, body.same_as)[0]
    except HallError:  # a question or a contradiction waits; the name that was given is told now
        return find_or_make(work.db, PatientBody(name=given.name), work.real_now)[0]


def _called_for(work: Work, alert: str) -> PatientRow | None:
    row = work.db.get(AlertRow, alert)
    known = row is not None and row.hall_id == work.hall.id and row.closed_at is None and row.patient_id
    return work.db.get(PatientRow, known) if known else None


def _is_nobody(work: Work, body: CheckInBody) -> bool:
    """Whether a kiosk gave the one name that means no name: somebody without a card."""
    given = body.patient
    return work.principal.role == DeviceRole.KIOSK and given is not None and given.name == "*"


def _clinic(work: Work, patient: PatientRow | None, body: CheckInBody) -> str | None:
    """The queue the patient came for: chosen, booked, or the first booked of today."""
    if body.queue in work.config.queues:
        return body.queue
    booked = work.db.get(AppointmentRow, body.appointment) if body.appointment else None
    if booked is not None and booked.hall_id == work.hall.id:
        return booked.queue_id
    if patient is None:
        return None
    start, end = work.config.bounds(work.business_day)
    today = people.appointments(work.db, patient.id, work.hall.id, start, end)
    return today[0].queue_id if today else None
