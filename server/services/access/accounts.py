"""Accounts and doctors as an import keeps them: each row judged by what its sender may make, each change audited."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.domain.access.authority import Power, is_of_another_hall, refusal
from server.domain.errors import HallError
from server.protocol.json_values import JsonDict
from server.protocol.terms import ErrorCode, StaffRole
from server.services.access import staff
from server.services.access.doctors import keep_doctor
from server.services.core.principal import SYSTEM, Principal
from server.store.models import AppointmentRow, DoctorRow, QueueRow, SessionRow, StaffRow, StationRow

Audit = Callable[[str, str, str], None]
"""Takes action, user name and what changed."""
USERNAME = re.compile(r"[\w.@-]{1,64}")


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports, and where what becomes of an account is written; the command line may do everything."""

    who: Principal = SYSTEM
    audit: Audit = lambda _action, _username, _what: None

    @property
    def power(self) -> Power | None:
        """What its accounts may be at most; None for the command line."""
        return Power(self.who.role, self.who.reach) if self.who.role is not None else None

    def must_reach(self, hall: str | None) -> None:
        """Raises forbidden for a hall (None: every hall) that is not this importer's to write in."""
        if self.who.reach is not None and hall != self.who.reach:
            raise HallError(ErrorCode.FORBIDDEN, f"hall {hall or '(none)'} is not yours to change")


def keep_account(db: Session, row: Mapping[str, str], password_hash: str, now: datetime, by: Importer) -> str:
    """Keep one row of an import of staff: `added` or `changed`.

    A row without a password changes an account that is there, or keeps a doctor without an account. A blank hall,
    station or doctor leaves the account's own. Raises ValueError for what the row lacks, forbidden for an account of
    more power than the importer's or a doctor of another hall, unknown_hall, unknown_station.
    """
    if row["role"] not in set(StaffRole):
        raise ValueError(f"role: not one of {', '.join(StaffRole)}")
    if not USERNAME.fullmatch(row["username"]):
        raise ValueError("username: letters, digits, . _ - @ only")
    known = db.scalars(select(StaffRow).where(StaffRow.username == row["username"])).one_or_none()
    if known is None and not password_hash and not row["doctor"]:
        raise ValueError("password is missing")
    hall = row["hall"] or (known.hall_id if known else None)
    if known is not None or password_hash:
        _must_be_allowed(by, known, Power(StaffRole(row["role"]), hall), password=bool(password_hash))
    if row["doctor"]:
        _keep_doctor(db, row, now, by)
    if known is None and not password_hash:
        return "added"
    stays = known is not None and known.hall_id == hall
    station = row["station"] or (known.station_id if known and stays else None)
    doctor = row["doctor"] or (known.doctor_id if known else None)
    before = _shown(known) if known is not None else {}
    if password_hash:
        account = staff.add(
            db, row["username"], row["name"], StaffRole(row["role"]), password_hash,
            hall=hall, station=station, doctor=doctor,
        )  # fmt: skip
    else:
        assert known is not None
        account = _changed(db, known, row, hall, station, doctor)
    after = _shown(account)
    what = [name for name, value in after.items() if before.get(name) != value] + (["password"] * bool(password_hash))
    if what:
        text = f"{account.role} of {account.hall_id or 'every hall'}: {', '.join(what)}"
        by.audit("account.changed" if before else "account.added", account.username, text)
    db.flush()
    return "changed" if before else "added"


def _must_be_allowed(by: Importer, known: StaffRow | None, after: Power, *, password: bool) -> None:
    if by.power is None:
        return
    before = Power(StaffRole(known.role), known.hall_id) if known is not None else None
    why = refusal(by.power, before, after, password=password)
    if why is not None:
        raise HallError(ErrorCode.FORBIDDEN, why)


def _shown(row: StaffRow) -> JsonDict:
    """What of an account the trail tells has changed."""
    words = {"name": row.name, "role": row.role, "hall": row.hall_id, "station": row.station_id}
    return {**words, "doctor": row.doctor_id, "disabled": row.disabled_at is not None}


def _changed(
    db: Session, row: StaffRow, cells: Mapping[str, str], hall: str | None, station: str | None, doctor: str | None
) -> StaffRow:
    """An account without a new password; whose rights change signs in again."""
    staff.must_be_there(db, hall, station)
    before = (row.role, row.hall_id, row.station_id, row.doctor_id)
    row.name, row.role, row.hall_id, row.station_id = cells["name"], cells["role"], hall, station
    row.doctor_id = doctor
    if before != (row.role, row.hall_id, row.station_id, row.doctor_id):
        db.execute(delete(SessionRow).where(SessionRow.staff_id == row.id))
    return row


def _keep_doctor(db: Session, row: Mapping[str, str], now: datetime, by: Importer) -> None:
    """The doctor of a row, as screens and slips name them. Raises forbidden for one who works in another hall."""
    known = db.get(DoctorRow, row["doctor"])
    before = (known.name, known.title, known.queue_id) if known is not None else None
    title = row["title"] or (known.title if known else None)
    queue = row["queue"] or (known.queue_id if known else None)
    if by.who.reach is not None and before != (row["name"], title, queue):
        _must_be_own_doctor(db, row["doctor"], known, queue, by.who.reach, now)
    keep_doctor(db, row["doctor"], row["name"], now, title=row["title"], queue=row["queue"])


def _must_be_own_doctor(
    db: Session, id: str, known: DoctorRow | None, queue: str | None, hall: str, now: datetime
) -> None:
    """Raises forbidden for a doctor of another hall, as he is now, and for a queue this hall does not have."""
    if is_of_another_hall(hall, _named_in(db, id, now), _halls_with(db, known.queue_id if known else None)):
        raise HallError(ErrorCode.FORBIDDEN, f"doctor {id} works in another hall")
    if queue is not None and hall not in _halls_with(db, queue):
        raise HallError(ErrorCode.FORBIDDEN, f"hall {hall} has no queue {queue}")


def _named_in(db: Session, id: str, now: datetime) -> set[str | None]:
    """The halls whose accounts, rooms or bookings to come name a doctor; None is an account of every hall."""
    yesterday = now - timedelta(days=1)
    return {
        *db.scalars(select(StaffRow.hall_id).where(StaffRow.doctor_id == id)),
        *db.scalars(select(StationRow.hall_id).where(StationRow.doctor_id == id, StationRow.active)),
        *db.scalars(
            select(AppointmentRow.hall_id)
            .where(
                AppointmentRow.doctor_id == id, AppointmentRow.state == "booked", AppointmentRow.slot_start > yesterday
            )
            .distinct()
        ),
    }


def _halls_with(db: Session, queue: str | None) -> set[str]:
    """The halls that have a queue of this id: such an id is one hall's own, and several may have the same."""
    return set(db.scalars(select(QueueRow.hall_id).where(QueueRow.id == queue))) if queue is not None else set()
