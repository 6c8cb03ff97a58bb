"""What an administrator does with accounts: make, change, disable, unlock, a new password, the end of sessions.

Each change is a row of the audit trail of every hall that the account reaches, and ends the sessions of whoever has
other rights than before. A password that an administrator sees is for one sign-in, at which its owner sets another.
"""

import secrets
from typing import Annotated, TypeVar

from pydantic import Field
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.domain.access.authority import Power, refusal
from server.domain.errors import HallError
from server.protocol.answers import Account, AccountSession
from server.protocol.terms import ErrorCode, StaffRole
from server.services.access import login_attempts, sessions, staff
from server.services.access.accounts import USERNAME
from server.services.core.context import Context
from server.services.core.principal import Principal
from server.services.core.requests import Body, Id, Password, PersonName
from server.services.core.unit_of_work import Answer, Outcome, Work
from server.store.models import SessionRow, StaffRow

GENERATED_BYTES = 9
"""Bytes of a password for one sign-in: 72 bits, twelve characters."""


class ConfirmedBody(Body):
    """A change of an account: a person says the own password once more."""

    password: Password | None = None


class AccountBody(ConfirmedBody):
    """All that an account may do. Without a hall it reaches every hall."""

    name: PersonName
    role: StaffRole
    hall: Id | None = None
    station: Id | None = None
    doctor: Id | None = None


class NewAccountBody(AccountBody):
    """An account that is not there yet."""

    username: Annotated[str, Field(pattern=f"^{USERNAME.pattern}$")]


class OwnPasswordBody(Body):
    """The own password, and the one that takes its place."""

    password: Password
    new_password: Password


def halls_of(context: Context, who: Principal, body: Body, parts: dict[str, str]) -> list[str]:
    """The halls in whose trails a change stands: those that the account reaches before or after it.

    Raises not_found for an account that is none of this administrator's.
    """
    reached: set[str | None] = {body.hall} if isinstance(body, AccountBody) else set()
    if "id" in parts:
        with Session(context.engines.read) as db:
            reached.add(_of(db, who, parts["id"]).hall_id)
    every = context.hall_ids()
    found = every if None in reached else [hall for hall in every if hall in reached]
    if not found:
        raise HallError(ErrorCode.UNKNOWN_HALL, str(next(iter(reached), None)))
    return found


Confirmed = TypeVar("Confirmed", bound=ConfirmedBody)


def confirmed(context: Context, who: Principal, body: Confirmed) -> Confirmed:
    """The body of who showed once more who they are. Raises password_needed."""
    staff.must_confirm(context, who, body.password)
    return body


def with_password(context: Context, who: Principal, body: Confirmed) -> tuple[Confirmed, str, str]:
    """The body, a new password for one sign-in, and its hash. Raises password_needed, busy."""
    made = secrets.token_urlsafe(GENERATED_BYTES)
    return confirmed(context, who, body), made, staff.hashed(made)


def add(work: Work, context: Context, given: tuple[NewAccountBody, str, str]) -> Answer:
    """A new account, and its password for one sign-in, said once. Raises username_taken, forbidden, unknown places."""
    body, made, password_hash = given
    if work.db.scalar(select(StaffRow.id).where(StaffRow.username == body.username)) is not None:
        raise HallError(ErrorCode.USERNAME_TAKEN, body.username)
    _must_be_allowed(work.principal, None, Power(body.role, body.hall))
    row = staff.add(
        work.db, body.username, body.name, body.role, password_hash,
        hall=body.hall, station=body.station, doctor=body.doctor,
    )  # fmt: skip
    row.password_once = True
    work.db.flush()
    _tell(work, "account.added", row, f"{row.role} of {row.hall_id or 'every hall'}")
    return Answer(
        {"account": _view(work.db, context, row), "password": made}, Outcome.CREATED, once=frozenset({"password"})
    )


def change(work: Work, context: Context, body: AccountBody, id: str) -> Answer:
    """Other names or rights. Raises not_found, forbidden, unknown_hall, unknown_station."""
    row = _mine(work, id)
    _must_be_allowed(work.principal, Power(StaffRole(row.role), row.hall_id), Power(body.role, body.hall))
    staff.must_be_there(work.db, body.hall, body.station)
    if row.id == work.principal.id and (row.role, row.hall_id) != (body.role, body.hall):
        raise HallError(ErrorCode.FORBIDDEN, "nobody changes the own role or hall")
    before = (row.name, row.role, row.hall_id, row.station_id, row.doctor_id)
    after = (body.name, body.role.value, body.hall, body.station, body.doctor)
    names = ("name", "role", "hall", "station", "doctor")
    changed = [name for name, old, new in zip(names, before, after, strict=True) if old != new]
    row.name, row.role, row.hall_id, row.station_id, row.doctor_id = after
    if set(changed) - {"name"}:
        _end_sessions(work.db, row)
    if changed:
        _tell(work, "account.changed", row, f"{row.role} of {row.hall_id or 'every hall'}: {', '.join(changed)}")
    return Answer({"account": _view(work.db, context, row)})


def disable(work: Work, context: Context, _body: ConfirmedBody, id: str) -> Answer:
    """Nobody signs in any more, and who is signed in is out. Raises not_found, forbidden."""
    row = _mine(work, id)
    if row.id == work.principal.id:
        raise HallError(ErrorCode.FORBIDDEN, "nobody disables the own account")
    row.disabled_at = row.disabled_at or work.real_now
    _end_sessions(work.db, row)
    _tell(work, "account.disabled", row)
    return Answer({"account": _view(work.db, context, row)})


def enable(work: Work, context: Context, _body: ConfirmedBody, id: str) -> Answer:
    """The account and its password count again. Raises not_found, forbidden."""
    row = _mine(work, id)
    row.disabled_at = None
    _tell(work, "account.enabled", row)
    return Answer({"account": _view(work.db, context, row)})


def unlock(work: Work, context: Context, _body: ConfirmedBody, id: str) -> Answer:
    """What was tried with this user name is forgotten, so that its owner need not wait. Raises not_found, forbidden."""
    row = _mine(work, id)
    login_attempts.forgive(work, context, row.username)
    _tell(work, "account.unlocked", row)
    return Answer({"account": _view(work.db, context, row)})


def reset_password(work: Work, context: Context, given: tuple[ConfirmedBody, str, str], id: str) -> Answer:
    """Another password for one sign-in, said once; sessions end. Raises not_found, forbidden."""
    _, made, password_hash = given
    row = _mine(work, id)
    if row.id == work.principal.id:
        raise HallError(ErrorCode.FORBIDDEN, "the own password is changed by whoever knows it")
    row.password_hash, row.password_once = password_hash, True
    _end_sessions(work.db, row)
    login_attempts.forgive(work, context, row.username)
    _tell(work, "account.password_reset", row)
    return Answer({"account": _view(work.db, context, row), "password": made}, once=frozenset({"password"}))


def end_sessions(work: Work, context: Context, _body: ConfirmedBody, id: str) -> Answer:
    """Whoever is signed in with the account is out. Raises not_found, forbidden."""
    row = _mine(work, id)
    _end_sessions(work.db, row)
    _tell(work, "account.signed_out", row)
    return Answer({"account": _view(work.db, context, row)})


def set_own_password(work: Work, _context: Context, password_hash: str) -> Answer:
    """A new password of who asks; their other sessions end with it too, and this one."""
    row = work.db.get_one(StaffRow, work.principal.id)
    row.password_hash, row.password_once = password_hash, False
    _end_sessions(work.db, row)
    _tell(work, "account.password_changed", row)
    return Answer({})


def own_password(context: Context, who: Principal, body: OwnPasswordBody) -> str:
    """The hash of a new password of whoever knows the present one.

    Raises password_needed where that is not it, invalid for a short one or the same one.
    """
    staff.must_confirm(context, who, body.password)
    return staff.changed_password(body.password, body.new_password)


def listed(context: Context, who: Principal) -> dict[str, object]:
    """The accounts that an administrator looks after."""
    with Session(context.engines.read) as db:
        wanted = select(StaffRow).order_by(StaffRow.role, StaffRow.username)
        if who.reach is not None:
            wanted = wanted.where(StaffRow.hall_id == who.reach)
        guessed = login_attempts.guessed_at(db, context.clock.real())
        return {"staff": [_view(db, context, row, guessed) for row in db.scalars(wanted)]}


def sessions_of(context: Context, who: Principal, id: str) -> dict[str, object]:
    """Where somebody is signed in. Raises not_found."""
    now = context.clock.real()
    with Session(context.engines.read) as db:
        row = _of(db, who, id)
        found = db.scalars(select(SessionRow).where(SessionRow.staff_id == row.id).order_by(SessionRow.created_at))
        return {
            "sessions": [
                AccountSession(created_at=one.created_at, seen_at=one.seen_at, expires_at=one.expires_at).model_dump(
                    mode="json"
                )
                for one in found
                if sessions.is_live(one, now)
            ]
        }


def _mine(work: Work, id: str) -> StaffRow:
    """An account of this administrator's, of no more power than the own. Raises not_found, forbidden."""
    row = _of(work.db, work.principal, id)
    power = Power(StaffRole(row.role), row.hall_id)
    _must_be_allowed(work.principal, power, power)
    return row


def _of(db: Session, who: Principal, id: str) -> StaffRow:
    row = db.get(StaffRow, id)
    if row is None or who.reach not in {None, row.hall_id}:
        raise HallError(ErrorCode.NOT_FOUND, id)
    return row


def _must_be_allowed(who: Principal, before: Power | None, after: Power) -> None:
    if who.role is None:
        return
    if (why := refusal(Power(who.role, who.reach), before, after, password=True)) is not None:
        raise HallError(ErrorCode.FORBIDDEN, why)


def _end_sessions(db: Session, row: StaffRow) -> None:
    db.execute(delete(SessionRow).where(SessionRow.staff_id == row.id))


def _tell(work: Work, action: str, row: StaffRow, what: str | None = None) -> None:
    for hall in work.halls.values():
        work.audit(action, row.username, what, hall=hall)


def _view(db: Session, context: Context, row: StaffRow, guessed: set[str] | None = None) -> dict[str, object]:
    """An account; `guessed`: for which names passwords are tried, where the caller has looked already."""
    now = context.clock.real()
    tried = login_attempts.guessed_at(db, now) if guessed is None else guessed
    live = db.scalars(select(SessionRow).where(SessionRow.staff_id == row.id))
    return Account(
        **staff.staff_view(row),
        disabled=row.disabled_at is not None,
        password_once=row.password_once,
        guessed=login_attempts.hashed(context, row.username) in tried,
        sessions=sum(sessions.is_live(one, now) for one in live),
    ).model_dump(mode="json")
