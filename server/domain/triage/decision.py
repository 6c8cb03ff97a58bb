"""Owns what a nurse's decision needs and when a patient must be looked at again. Knows no clock and no credential."""

from datetime import datetime, timedelta
from enum import StrEnum

from server.domain.triage.scale import Level

# domain.md §1.10 [REC]: amber at 80 % of the target, red at 100 %.
AMBER_SHARE = 0.8


class OverrideNeeds(StrEnum):
    """What must come with a grade that differs from the one before."""

    NOTHING = "nothing"
    REASON = "reason"
    SECOND = "second"


class WaitState(StrEnum):
    """A wait against its target."""

    ON_TIME = "on_time"
    AMBER = "amber"
    OVERDUE = "overdue"


def override_needs(from_rank: int, to_rank: int) -> OverrideNeeds:
    """Up or the same: nothing. Down by one: a reason. Down by two or more: a reason and a second person (§1.9)."""
    down = to_rank - from_rank
    if down <= 0:
        return OverrideNeeds.NOTHING
    return OverrideNeeds.REASON if down == 1 else OverrideNeeds.SECOND


def reassess_at(level: Level, looked_at: datetime) -> datetime | None:
    """When a patient of this level who still waits must be looked at again (§1.10); None = no timer."""
    if level.reassess_after_minutes is None:
        return None
    return looked_at + timedelta(minutes=level.reassess_after_minutes)


def wait_state(level: Level, waited_minutes: float) -> WaitState:
    """The wait against the level's target, for the emergency board; a level without target is always on time."""
    if level.target_minutes is None:
        return WaitState.ON_TIME
    if waited_minutes > level.target_minutes:
        return WaitState.OVERDUE
    return WaitState.AMBER if waited_minutes >= AMBER_SHARE * level.target_minutes else WaitState.ON_TIME
