"""Who may check in without the desk: missed sessions, closing times, no-shows. The numbers are the queue's rules. Pure;
the caller brings the time, the session and the count of no-shows."""

from datetime import datetime, timedelta

from server.domain.errors import HallError
from server.domain.queueing.opening_hours import Session
from server.domain.queueing.rules import Rules
from server.protocol.terms import ErrorCode


def closed_since(rules: Rules, session: Session | None, now: datetime) -> datetime | None:
    """When check-in for the session closed; None while it is open, and where the rules never close it."""
    if rules.check_in_closes_minutes is None or session is None:
        return None
    closes = session.end - timedelta(minutes=rules.check_in_closes_minutes)
    return closes if now >= closes else None


def desk_only(rules: Rules, now: datetime, *, booked: Session | None, no_shows: int) -> HallError | None:
    """Why a patient has to go to the desk, or None: the session of the appointment is over, or too many no-shows.

    `booked` is the session of the appointment, `no_shows` how often the patient did not come within the window.
    """
    if rules.missed_session == "desk" and booked is not None and booked.end <= now:
        return HallError(ErrorCode.DESK_ONLY, "the session of the appointment is over")
    limit = rules.no_show_limit
    if limit is not None and no_shows >= limit:
        return HallError(ErrorCode.DESK_ONLY, f"{limit} no-shows within {rules.no_show_window_days} days")
    return None
