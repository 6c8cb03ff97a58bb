"""Owns what a nurse's decision needs and when a patient must be looked at again. Knows no clock and no credential."""

from datetime import datetime, timedelta
from enum import StrEnum

from server.domain.triage.scale import Level


class OverrideNeeds(StrEnum):
    """What must come with a grade that differs from the one before."""

    NOTHING = "nothing"
    REASON = "reason"
    SECOND = "second"


def override_needs(from_rank: int, to_rank: int) -> OverrideNeeds:
    """Up or the same: nothing. Down by one: a reason. Down by two or more: a reason and a second person."""
    down = to_rank - from_rank
    if down <= 0:
        return OverrideNeeds.NOTHING
    return OverrideNeeds.REASON if down == 1 else OverrideNeeds.SECOND


def reassess_at(level: Level, looked_at: datetime) -> datetime | None:
    """When a patient of this level who still waits must be looked at again; None = no timer."""
    if level.reassess_after_minutes is None:
        return None
    return looked_at + timedelta(minutes=level.reassess_after_minutes)
