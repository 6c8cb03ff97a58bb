"""Counts attempts to identify somebody, in the database: what locks a machine for a while and tells staff.

Identifiers are kept as keyed hashes. Nothing here tells whether a number exists: known and unknown ones count alike.
"""

import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.domain.access.keys import Purpose, derived
from server.domain.errors import HallError
from server.domain.identity import guess_limits
from server.domain.identity.guess_limits import Attempt, Outcome
from server.domain.privacy.retention import Record, kept_since
from server.protocol.terms import AlertKind, DeviceRole, ErrorCode
from server.services.alerts import alerts
from server.services.core.context import Context
from server.services.core.unit_of_work import Answer, Work
from server.services.core.views import device_view
from server.store.models import DeviceRow, IdentificationAttemptRow, IdentificationLimitRow
from server.store.rows import write_now

MOST = 500
"""Attempts of one machine that are looked at: more than any limit needs."""


def hashed(context: Context, text: str) -> str:
    """The keyed hash under which a text is counted and audited; empty for an empty text."""
    if not text:
        return ""
    return hmac.new(derived(context.secret, Purpose.IDENTIFIER), text.encode(), hashlib.sha256).hexdigest()[:32]


def is_locked(work: Work, owner: str, identifier: str) -> bool:
    """Whether a machine, or a number at this machine, is locked now for what any keyboard could have sent."""
    limit = work.db.get(IdentificationLimitRow, owner)
    if limit is not None and limit.locked_until is not None and work.real_now < limit.locked_until:
        return True
    return _is_guessed(work, owner, identifier)


def count(work: Work, owner: str, attempt: Attempt) -> None:
    """Keep an attempt; the first that reaches a limit tells staff, and locks the machine where the limit does."""
    limit = _limit(work, owner)
    already_alerted = limit.told_until is not None and work.real_now < limit.told_until
    if already_alerted and attempt.outcome is Outcome.ASKED:
        return  # staff knows; a row of numbers without proofs tells nobody anything and fills no table
    _keep(work, owner, attempt)
    since = max(work.real_now - guess_limits.WINDOW, limit.counted_from or work.real_now - guess_limits.WINDOW)
    over = guess_limits.reached(_attempts(work, owner, since), work.real_now)
    if over is not None and over.locks:
        write_now(work.db, limit, locked_until=work.real_now + guess_limits.LOCK)
    if over is not None and (over.locks or not already_alerted):  # a lock is told, though a walk was told before
        write_now(work.db, limit, told_until=work.real_now + guess_limits.LOCK)
        _tell(work, over.value)
    if attempt.outcome is Outcome.MISSED and _is_guessed(work, owner, attempt.identifier):
        of_number = _limit(work, attempt.identifier)
        if of_number.told_until is None or work.real_now >= of_number.told_until:
            write_now(work.db, of_number, told_until=work.real_now + guess_limits.HOUR)
            _tell(work, "one_number")


def lift(work: Work, subject: str) -> bool:
    """Count a machine or a number anew from now; whether it was counted at all."""
    limit = work.db.get(IdentificationLimitRow, subject)
    if limit is None:
        return False
    write_now(work.db, limit, locked_until=None, told_until=None, counted_from=work.real_now)
    return True


def lift_numbers(work: Work, context: Context, numbers: Iterable[str]) -> None:
    """Count anew, from now, every number that one person is named by; numbers are in one spelling."""
    names = [hashed(context, number) for number in numbers]
    limited = select(IdentificationLimitRow.subject).where(IdentificationLimitRow.subject.in_(names))
    for name in work.db.scalars(limited).all():
        lift(work, name)


def unlock(work: Work, id: str) -> Answer:
    """Staff lifts the lock of a machine of its hall. Raises not_found."""
    device = work.db.get(DeviceRow, id)
    if device is None or device.hall_id != work.hall.id or device.role != DeviceRole.KIOSK:
        raise HallError(ErrorCode.NOT_FOUND, "no such kiosk")
    lift(work, f"device:{id}")
    work.audit("identify.unlock", id)
    return Answer({"device": device_view(device)})


def forget_old(db: Session, now: datetime) -> None:
    """Drop attempts that no limit looks at any more."""
    db.execute(
        delete(IdentificationAttemptRow).where(IdentificationAttemptRow.at < kept_since(Record.IDENTIFICATION, now))
    )


def _limit(work: Work, subject: str) -> IdentificationLimitRow:
    row = work.db.get(IdentificationLimitRow, subject)
    if row is None:
        row = IdentificationLimitRow(subject=subject, locked_until=None, told_until=None, counted_from=None)
        write_now(work.db, row, subject=subject)
    return row


def _keep(work: Work, owner: str, attempt: Attempt) -> None:
    work.db.add(
        IdentificationAttemptRow(
            at=attempt.at,
            owner=owner,
            identifier=attempt.identifier,
            stem=attempt.stem,
            outcome=attempt.outcome.value,
            patient_id=attempt.patient,
        )
    )
    work.db.flush()


def _attempts(work: Work, owner: str, since: datetime) -> list[Attempt]:
    rows = work.db.scalars(
        select(IdentificationAttemptRow)
        .where(IdentificationAttemptRow.owner == owner, IdentificationAttemptRow.at >= since)
        .order_by(IdentificationAttemptRow.at.desc())
        .limit(MOST)
    )
    return [Attempt(row.at, row.identifier, row.stem, Outcome(row.outcome), row.patient_id) for row in rows]


def _is_guessed(work: Work, owner: str, identifier: str) -> bool:
    if not identifier:
        return False
    limit = work.db.get(IdentificationLimitRow, identifier)
    since = work.real_now - guess_limits.HOUR
    if limit is not None and limit.counted_from is not None:
        since = max(since, limit.counted_from)
    rows = work.db.execute(
        select(IdentificationAttemptRow.at, IdentificationAttemptRow.owner)
        .where(
            IdentificationAttemptRow.identifier == identifier,
            IdentificationAttemptRow.at >= since,
            IdentificationAttemptRow.outcome == Outcome.MISSED.value,
        )
        .limit(guess_limits.MISSES_OF_ONE)
    )
    return guess_limits.is_guessed([(row.at, row.owner) for row in rows], owner, work.real_now)


def _tell(work: Work, why: str) -> None:
    alerts.raise_alert(
        work, AlertKind.GUESSING, device=work.principal.id if work.principal.kind == "device" else None, text=why
    )
