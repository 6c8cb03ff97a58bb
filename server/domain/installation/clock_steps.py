"""Owns what a step of the machine's clock means: which time a hall goes by, and when a day may be closed. Pure.

A wall clock is set by people, by the network and by a host that was wrong for a minute; seconds since the machine
started are set by nobody. Hall time goes by the seconds and follows the wall clock only as far as both agree:

  they agree within `BOUND`    hall time is the wall clock's, or runs at half pace until the wall clock is there
  the wall clock stepped       hall time goes on by the seconds; no day is closed, nothing is pruned
  it stepped `STEADY` ago      forward: hall time takes it, and no day is closed for `RESTS` more
                               back: hall time runs at half pace until the wall clock is there

Hall time never goes back, and never behind what the journals hold. A server that restarts on a machine that did not
goes on from the hall time it kept. After a start of the machine only the journals tell the time: a wall clock ahead of
them is ordinary (the machine was off), and no day is closed before it has been steady for a while.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

BOUND = timedelta(seconds=60)
"""How far a wall clock may be from hall time before it has stepped; what is less is the network's ordinary care."""
STEADY = timedelta(minutes=5)
"""How long a clock that stepped must have gone evenly before it is believed."""
RESTS = timedelta(hours=12)
"""How long no day is closed after a step forward was believed: a wrong clock makes nobody a no-show who is here."""
SLOW = 0.5
"""The pace of hall time while it is ahead of the wall clock."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The wall clock (aware) and the seconds of a clock that nobody sets, read together."""

    wall: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Step:
    """A wall clock that went `by` so much from hall time when it was first seen, at those seconds.

    `against` is the wall clock's time at second 0, by which the same step is known again.
    """

    by: timedelta
    against: datetime
    seen: float


@dataclass(frozen=True, slots=True)
class HallTime:
    """Hall time at a reading, the step that is not believed yet (or not caught up with), and from which second on a
    day may be closed."""

    now: datetime
    seconds: float
    step: Step | None
    closes_from: float


def at_start(reading: Reading, newest: datetime | None) -> HallTime:
    """Hall time of a server that starts with its machine; `newest` is the time of the newest entry of its journals."""
    if newest is None or abs(reading.wall - newest) <= BOUND:
        return HallTime(max(reading.wall, newest or reading.wall), reading.seconds, None, reading.seconds)
    if reading.wall > newest:
        return HallTime(reading.wall, reading.seconds, None, reading.seconds + STEADY.total_seconds())
    return HallTime(newest, reading.seconds, _step(reading, newest), reading.seconds)


def at_restart(kept: HallTime, reading: Reading, newest: datetime | None) -> HallTime:
    """Hall time of a server that starts again while its machine ran on, from what it kept; never before `newest`."""
    time = proceed(kept, reading)
    return time if newest is None or newest <= time.now else replace(time, now=newest)


def proceed(before: HallTime, reading: Reading) -> HallTime:
    """Hall time at the next reading."""
    passed = max(0.0, reading.seconds - before.seconds)
    own = before.now + timedelta(seconds=passed)
    slowed = before.now + timedelta(seconds=passed * SLOW)
    if abs(reading.wall - own) <= BOUND:
        return replace(before, now=max(reading.wall, slowed), seconds=reading.seconds, step=None)
    step = before.step
    if step is None or abs(_start(reading) - step.against) > BOUND:
        step = _step(reading, own)
    if reading.seconds - step.seen < STEADY.total_seconds():
        return replace(before, now=own, seconds=reading.seconds, step=step)
    if reading.wall > own:
        return HallTime(reading.wall, reading.seconds, None, reading.seconds + RESTS.total_seconds())
    return replace(before, now=slowed, seconds=reading.seconds, step=step)


def was_believed(before: HallTime, after: HallTime) -> bool:
    """Whether hall time took a step forward between the two: what runs out by the clock has not lasted so long."""
    return before.step is not None and after.step is None and after.closes_from > before.closes_from


def may_close(time: HallTime) -> bool:
    """Whether a day or a session may be closed and old entries pruned: both end things that nobody brings back."""
    return time.step is None and time.seconds >= time.closes_from


def _step(reading: Reading, own: datetime) -> Step:
    return Step(reading.wall - own, _start(reading), reading.seconds)


def _start(reading: Reading) -> datetime:
    return reading.wall - timedelta(seconds=reading.seconds)
