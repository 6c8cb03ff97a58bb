"""Counts wrong passwords, of known and unknown user names alike, in the database: the count survives a restart and is
one for all nodes. Names and places are kept as keyed hashes.
"""

import hashlib
import hmac
import ipaddress
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from server.domain.access import login_delays
from server.domain.access.keys import Purpose, derived
from server.domain.privacy.retention import Record, kept_since
from server.services.core.context import Context
from server.services.core.unit_of_work import Work
from server.store.models import LoginAttemptRow

WRONG = LoginAttemptRow.correct.is_(False)


def place_of(address: str) -> str:
    """Where a stranger signs in from. Of an IPv6 address the first 64 bits: one machine has all the others."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        mapped = ip.ipv4_mapped
        return str(mapped) if mapped is not None else str(ipaddress.ip_network((ip.packed, 64), strict=False))
    return str(ip)


def hashed(context: Context, text: str) -> str:
    """The keyed hash of a user name or a place."""
    return hmac.digest(derived(context.secret, Purpose.LOGIN), text.encode(), hashlib.sha256).hex()[:32]


def is_delayed(work: Work, context: Context, username: str, place: str, *, signed_in: bool = False) -> bool:
    """Whether a password for this name from this place is not judged now, be it right or wrong.

    `signed_in` says that the place is a login: what others try elsewhere does not delay it.
    """
    tried = _tried(work.db, hashed(context, username), hashed(context, place), work.real_now, signed_in=signed_in)
    return login_delays.is_delayed(tried, work.real_now)


def keep(work: Work, context: Context, username: str, place: str, *, correct: bool, signed_in: bool = False) -> None:
    """Keep how a password was judged; a right one forgives the wrong ones before it from this place.

    One that is delayed is not kept, so that nobody prolongs a delay or fills the table; nor is a right one of a
    login, which ends long before a place that knows an account does.
    """
    account, here = hashed(context, username), hashed(context, place)
    if correct:
        work.db.execute(
            delete(LoginAttemptRow).where(LoginAttemptRow.account == account, LoginAttemptRow.place == here)
        )
    if correct and signed_in:
        return
    work.db.add(LoginAttemptRow(at=work.real_now, account=account, place=here, correct=correct))


def forgive(work: Work, context: Context, username: str) -> None:
    """Forget the wrong passwords for a name: an administrator says that its owner is meant."""
    work.db.execute(delete(LoginAttemptRow).where(LoginAttemptRow.account == hashed(context, username), WRONG))


def guessed_at(db: Session, now: datetime) -> set[str]:
    """The hashed names that somebody tries passwords for: more than a person who has forgotten one."""
    rows = db.execute(
        select(LoginAttemptRow.account)
        .where(WRONG, LoginAttemptRow.at > now - login_delays.WINDOW)
        .group_by(LoginAttemptRow.account)
        .having(func.count() > login_delays.FREE)
    )
    return {row.account for row in rows}


def forget_old(db: Session, now: datetime) -> None:
    """Drop what no limit looks at any more."""
    too_old = or_(
        LoginAttemptRow.at < kept_since(Record.RIGHT_LOGIN, now),
        WRONG & (LoginAttemptRow.at < kept_since(Record.WRONG_LOGIN, now)),
    )
    db.execute(delete(LoginAttemptRow).where(too_old))


def _tried(db: Session, account: str, here: str, now: datetime, *, signed_in: bool) -> login_delays.Tried:
    of_account, of_place = LoginAttemptRow.account == account, LoginAttemptRow.place == here
    lately = LoginAttemptRow.at > now - login_delays.WINDOW
    own = select(LoginAttemptRow.at).where(of_account, of_place, WRONG, lately)
    known = select(LoginAttemptRow.id).where(
        of_account, of_place, LoginAttemptRow.correct, LoginAttemptRow.at > now - login_delays.KNOWN
    )
    return login_delays.Tried(
        own=db.scalars(own).all(),
        of_place=_count(db, of_place, WRONG, LoginAttemptRow.at > now - login_delays.OF_PLACE_WINDOW),
        of_account=0 if signed_in else _count(db, of_account, WRONG, lately),
        is_known=db.scalars(known.limit(1)).first() is not None,
    )


def _count(db: Session, *those: ColumnElement[bool]) -> int:
    return db.scalar(select(func.count()).select_from(LoginAttemptRow).where(*those)) or 0
