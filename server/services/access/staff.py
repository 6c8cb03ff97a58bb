"""Staff accounts and their sessions: argon2 hashes, idle and absolute ends. Strangers lock nobody out."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.domain.errors import HallError
from server.protocol.terms import ErrorCode, StaffRole
from server.services.access import login_attempts, sessions
from server.services.access.password_hashing import HashingLine
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.core.unit_of_work import Answer, Work
from server.store.models import HallRow, SessionRow, StaffRow, StationRow

SHORTEST_PASSWORD = 10
_hasher = PasswordHasher(parallelism=1)  # the same work and memory as with four threads; the other cores are for staff
_line = HashingLine()


def add(
    db: Session,
    username: str,
    name: str,
    role: StaffRole,
    password_hash: str,
    *,
    hall: str | None = None,
    station: str | None = None,
    doctor: str | None = None,
) -> StaffRow:
    """A new account, or a new password and role for an existing one, whose sessions end.

    Raises unknown_hall and unknown_station for a place that is not there.
    """
    must_be_there(db, hall, station)
    row = db.scalars(select(StaffRow).where(StaffRow.username == username)).one_or_none()
    if row is None:
        row = StaffRow(id=secrets.token_hex(8), username=username, name=name, role=role.value, password_hash="")
        db.add(row)
    else:
        db.execute(delete(SessionRow).where(SessionRow.staff_id == row.id))
    row.name, row.role, row.hall_id, row.station_id, row.doctor_id = name, role.value, hall, station, doctor
    row.password_hash, row.password_once, row.disabled_at = password_hash, False, None
    return row


def must_be_there(db: Session, hall: str | None, station: str | None) -> None:
    """Raises unknown_hall and unknown_station for a hall, or a station of it, that is not in use."""
    if hall is not None and ((place := db.get(HallRow, hall)) is None or not place.active):
        raise HallError(ErrorCode.UNKNOWN_HALL, hall)
    room = db.get(StationRow, station) if station is not None else None
    if station is not None and (room is None or not room.active or hall not in {None, room.hall_id}):
        raise HallError(ErrorCode.UNKNOWN_STATION, station)


def hashed(password: str) -> str:
    """What is kept of a password. Takes half a second: make it before a lock is taken. Raises invalid (short), busy."""
    if len(password) < SHORTEST_PASSWORD:
        raise HallError(ErrorCode.INVALID, f"a password has at least {SHORTEST_PASSWORD} characters")
    with _line.turn():
        return _hasher.hash(password)


def changed_password(present: str, new: str) -> str:
    """What is kept of a new password. Raises invalid for a short one and for the present one, busy."""
    if new == present:
        raise HallError(ErrorCode.INVALID, "a new password differs from the present one")
    return hashed(new)


def check_password(
    context: Context, username: str, password: str, address: str | None = None
) -> tuple[str | None, bool]:
    """(staff id, right?) for a name and password; unknown names take as long as wrong passwords.

    `address` is that of somebody who is not signed in. Raises busy, at once, when too many of these wait already.
    """
    with _line.turn(address):
        with Session(context.engines.read) as db:
            row = db.scalars(select(StaffRow).where(StaffRow.username == username)).one_or_none()
        right = _fits(row.password_hash if row is not None else _nobodys_hash(), password)
    return (row.id if row is not None else None), right and row is not None


@cache
def _nobodys_hash() -> str:
    """What the password of an unknown name is compared with, so that it takes as long as a wrong one."""
    return _hasher.hash(secrets.token_urlsafe())


def _fits(stored: str, password: str) -> bool:
    try:
        return bool(_hasher.verify(stored, password))
    except VerificationError:
        return False


def confirm(context: Context, who: Principal, hall: str, username: str, password: str) -> str | None:
    """The user name of a clinician who confirms with their own password; None when it is not one, or not right.

    Failures count for the one who asks; what strangers try elsewhere delays no confirmation. Called before the hall's
    lock is taken, for hashing takes long.
    """
    found, right = check_password(context, username, password)
    confirmed: list[str] = []

    def judge(work: Work) -> Answer:
        row = work.db.get(StaffRow, found) if found else None
        let_in = _lets_in(work, context, row, username, who.owner, right=right, signed_in=True)
        if row is not None and let_in and row.role in {StaffRole.NURSE, StaffRole.DOCTOR}:
            confirmed.append(row.username)
        return Answer({})

    context.transactions.system(hall, judge)
    return confirmed[0] if confirmed else None


def must_confirm(context: Context, who: Principal, password: str | None) -> None:
    """A person who changes accounts or the hall file shows once more who they are; a device has no password.

    Failures count for this person alone; what strangers try elsewhere delays nobody. Called before a lock is taken.
    Raises password_needed.
    """
    if who.kind != "staff":
        return
    if password is None:
        raise HallError(ErrorCode.PASSWORD_NEEDED)
    found, right = check_password(context, who.name, password)
    confirmed: list[bool] = []

    def judge(work: Work) -> Answer:
        row = work.db.get(StaffRow, found) if found else None
        let_in = _lets_in(work, context, row, who.name, who.owner, right=right, signed_in=True)
        if row is not None and row.id == who.id and let_in:
            confirmed.append(True)
        return Answer({})

    context.transactions.system(who.hall or context.hall_ids()[0], judge)
    if not confirmed:
        raise HallError(ErrorCode.PASSWORD_NEEDED)


def _lets_in(
    work: Work, context: Context, row: StaffRow | None, username: str, place: str, *, right: bool, signed_in: bool
) -> bool:
    """Whether the password counts now; one of an account that is disabled or not there counts as a wrong one."""
    if login_attempts.is_delayed(work, context, username, place, signed_in=signed_in):
        return False
    right = right and row is not None and row.disabled_at is None
    login_attempts.keep(work, context, username, place, correct=right, signed_in=signed_in)
    if row is not None and not right:
        work.audit("session.refused", row.id)
    return right


def sign_in(
    work: Work,
    context: Context,
    staff: str | None,
    username: str,
    place: str,
    *,
    right: bool,
    new_password_hash: str | None = None,
) -> tuple[Answer, str | None]:
    """A new session and its token, or (with a count of failures) none: the caller raises after the commit.

    An unknown name, a wrong password and a right one that is delayed are refused alike. Raises new_password_needed for
    a password that is for one sign-in, until another one comes with it.
    """
    row = work.db.get(StaffRow, staff) if staff else None
    if not _lets_in(work, context, row, username, place, right=right, signed_in=False) or row is None:
        return Answer({}), None
    if new_password_hash is not None:
        row.password_hash, row.password_once = new_password_hash, False
        work.audit("account.password_changed", row.username)
    elif row.password_once:
        raise HallError(ErrorCode.NEW_PASSWORD_NEEDED)
    token = secrets.token_urlsafe(32)
    work.db.add(
        SessionRow(
            token_hash=context.token_hash(token),
            staff_id=row.id,
            created_at=work.real_now,
            seen_at=work.real_now,
            expires_at=work.real_now + sessions.LONGEST,
        )
    )
    work.audit("session.opened", row.id)
    return Answer({"staff": staff_view(row)}), token


def staff_view(row: StaffRow) -> dict[str, str | None]:
    """What a console may know of the person signed in."""
    return {
        "id": row.id,
        "username": row.username,
        "name": row.name,
        "role": row.role,
        "hall": row.hall_id,
        "station": row.station_id,
        "doctor": row.doctor_id,
    }
