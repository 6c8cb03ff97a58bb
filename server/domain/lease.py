"""Owns the temporary right to print a job: until when, who lost it, what an expired one means. Knows no clock."""

from datetime import datetime, timedelta

from server.protocol.terms import PrintJobState

_REPORTABLE = frozenset({PrintJobState.LEASED, PrintJobState.UNKNOWN})
_OUTCOMES = frozenset(PrintJobState) - {PrintJobState.LEASED}


def lease_until(now: datetime, seconds: int) -> datetime:
    """When a lease taken at `now` ends. Raises ValueError unless `seconds` is positive."""
    if seconds <= 0:
        raise ValueError("a lease lasts at least a second")
    return now + timedelta(seconds=seconds)


def is_expired(until: datetime | None, now: datetime) -> bool:
    """Whether a lease that runs until `until` (exclusive) is over; no lease is over."""
    return until is None or now >= until


def is_lost(state: PrintJobState, held: str | None, offered: str | None) -> bool:
    """Whether whoever offers a lease may no longer report on the job: another holds it, or the job has ended.

    An expired lease that nobody took over is not lost: a late report is better evidence than none.
    """
    return state not in _REPORTABLE or held is None or held != offered


def after_expiry(state: PrintJobState) -> PrintJobState:
    """What a job becomes when its lease runs out unreported: leased → unknown (paper may be out); others stay.

    An unknown job is never printed again by itself: a person looks and asks for a reprint (docs/faults.md, row 50).
    """
    return PrintJobState.UNKNOWN if state is PrintJobState.LEASED else state


def after_report(state: PrintJobState, reported: PrintJobState) -> PrintJobState:
    """What a job becomes when its holder reports its end, or gives it back (queued) because nothing of it was sent.

    A proven print is never taken back. A job that somebody was told to look for is not printed by itself any more:
    given back then, it has failed. Raises ValueError for a report that is no outcome.
    """
    if reported not in _OUTCOMES:
        raise ValueError(f"not an outcome of printing: {reported}")
    if state is PrintJobState.PRINTED:
        return state
    if reported is PrintJobState.QUEUED and state is not PrintJobState.LEASED:
        return PrintJobState.FAILED
    return reported
