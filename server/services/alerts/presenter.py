"""Adds to the views of alerts what their reader may see: for staff the patient and the place while the alert is open,
for the kiosk that raised it whether somebody comes."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.domain.privacy.audiences import shown
from server.protocol.terms import DeviceRole, ErrorCode, StaffRole
from server.protocol.texts import Message
from server.services.alerts.alerts import must_be_own
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.core.views import View, alert_view
from server.store.models import AlertRow, DeviceRow, PatientRow


def who_and_where(db: Session, ids: Iterable[str]) -> dict[str, View]:
    """For staff: the patient, the clinic, the complaint and the machine of each open alert, by its id.

    A closed alert keeps none of it in a frame.
    """
    rows = db.execute(
        select(AlertRow, PatientRow.name, PatientRow.sex, PatientRow.birth_date, DeviceRow.name, DeviceRow.place)
        .outerjoin(PatientRow, PatientRow.id == AlertRow.patient_id)
        .outerjoin(DeviceRow, DeviceRow.id == AlertRow.device_id)
        .where(AlertRow.id.in_(list(ids)))
    )
    found: dict[str, View] = {}
    for alert, name, sex, born, device, place in rows:
        found[alert.id] = {"device_name": device, "place": place or {}}
        if alert.closed_at is None:
            found[alert.id] |= {
                "name": name,
                "sex": sex,
                "birth_date": born.isoformat() if born else None,
                "queue": alert.queue_id,
                "flags": list(alert.flags),
                "going": alert.going,
            } | ({"text": alert.note} if alert.note else {})
    return found


def read_alert(context: Context, principal: Principal, id: str) -> View:
    """One alert: for staff whole, for the kiosk that raised it without the patient. Raises not_found.

    `coming` says by language who comes, as soon as somebody said so.
    """
    with Session(context.engines.read) as db:
        row = db.get(AlertRow, id)
        if row is None:
            raise HallError(ErrorCode.NOT_FOUND, "no such alert")
        must_be_own(principal, row)
        if principal.is_staff:
            return {"alert": {**alert_view(row), **who_and_where(db, [id]).get(id, {})}, "coming": coming(row)}
        return {"alert": shown(principal.audience, "alert", alert_view(row)), "coming": coming(row)}


def coming(row: AlertRow) -> dict[str, str] | None:
    """Who comes, by language: as staff said it, else the role of who acknowledged; None while nobody has."""
    if row.acknowledged_at is None:
        return None
    if row.going:
        return Message("waiting", "coming.named", {"who": row.going}).names()
    role = (row.acknowledged_by or "").partition(":")[0]
    if role in set(StaffRole) - {StaffRole.ADMIN} and role != DeviceRole.CONSOLE:
        return Message("waiting", f"coming.{role}").names()
    return Message("waiting", "coming.somebody").names()
