"""Hall time beside a wall clock that is set, wrong, or of a machine that was off. Times in minutes from a morning."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.installation.clock_steps import (
    BOUND,
    RESTS,
    STEADY,
    Reading,
    at_restart,
    at_start,
    may_close,
    proceed,
    was_believed,
)

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOURS3, DAY = timedelta(hours=3), timedelta(days=1)
JUMPS = [HOURS3, -HOURS3, DAY, -DAY, timedelta(days=10), timedelta(minutes=5), -timedelta(minutes=2)]


def at(seconds, off=timedelta(0)):
    """A reading so many seconds after the start, of a wall clock that is so far off."""
    return Reading(MORNING + timedelta(seconds=seconds) + off, seconds)


def true_time(seconds):
    return MORNING + timedelta(seconds=seconds)


def run(time, seconds, off=timedelta(0), *, every=10.0):
    """Readings each ten seconds from where `time` is until `seconds`."""
    while time.seconds < seconds:
        time = proceed(time, at(min(time.seconds + every, seconds), off))
    return time


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_jumps_moves_no_hall_time_and_closes_nothing(jump):
    """L7: a day ahead and everybody was a no-show; back, and later arrivals were called first."""
    time = run(at_start(at(0), at(0).wall), 60)
    assert may_close(time)

    jumped = proceed(time, at(61, jump))
    later = run(jumped, 60 + STEADY.total_seconds(), jump)

    assert (true_time(61), jump) == (jumped.now, jumped.step.by)
    assert not may_close(jumped)
    assert not may_close(later)
    assert true_time(60 + STEADY.total_seconds()) == later.now


@pytest.mark.parametrize("jump", JUMPS)
def test_a_clock_that_is_set_right_again_leaves_no_trace(jump):
    """L7: ten days ahead for six seconds, and journal and receipts were pruned."""
    time = run(run(at_start(at(0), None), 60), 66, jump)
    after = run(time, 80)

    assert (true_time(80), None) == (after.now, after.step)
    assert may_close(after)
    assert not was_believed(time, after)


def test_a_step_forward_that_stays_is_believed_and_still_closes_no_day_for_half_a_day():
    time = run(at_start(at(0), None), 60)
    believed = 70 + STEADY.total_seconds()
    before = run(time, believed - 1, HOURS3)
    after = proceed(before, at(believed, HOURS3))

    assert true_time(believed) + HOURS3 == after.now
    assert was_believed(before, after)
    assert not may_close(after)
    assert not may_close(run(after, believed + RESTS.total_seconds() - 1, HOURS3, every=60))
    assert may_close(run(after, believed + RESTS.total_seconds(), HOURS3, every=60))


def test_hall_time_ahead_of_the_clock_runs_at_half_pace_until_the_clock_is_there():
    time = run(run(at_start(at(0), None), 60), 70 + STEADY.total_seconds(), -HOURS3)
    assert not may_close(time)
    later = run(time, time.seconds + 3600, -HOURS3)

    assert timedelta(minutes=30) == later.now - time.now
    there = run(later, 6.5 * 3600, -HOURS3, every=30)
    assert true_time(6.5 * 3600) - HOURS3 == there.now
    assert may_close(there)


def test_a_night_off_is_no_step_and_the_day_is_closed_when_the_clock_was_steady():
    night = at_start(at(0), MORNING - timedelta(hours=11))

    assert (MORNING, None) == (night.now, night.step)
    assert not may_close(night)
    assert may_close(run(night, STEADY.total_seconds()))


def test_a_start_behind_the_journal_goes_on_from_the_journal():
    time = at_start(at(0), MORNING + HOURS3)

    assert (MORNING + HOURS3, -HOURS3) == (time.now, time.step.by)
    assert not may_close(time)


@pytest.mark.parametrize("jump", JUMPS)
def test_a_restart_while_the_machine_runs_goes_on_as_if_it_had_not_been(jump):
    """L7: a server restarted under a clock a day ahead closed the day after five minutes."""
    kept = run(at_start(at(0), at(0).wall), 60)
    later = at_restart(kept, at(90, jump), true_time(59))

    assert proceed(kept, at(90, jump)) == later
    assert (true_time(90), jump) == (later.now, later.step.by)
    assert not may_close(run(later, 85 + STEADY.total_seconds(), jump))


def test_a_restart_is_never_before_the_journal():
    kept = run(at_start(at(0), at(0).wall), 60)

    assert true_time(70) + HOURS3 == at_restart(kept, at(70), true_time(70) + HOURS3).now


def test_a_day_that_must_not_be_closed_yet_is_not_after_a_restart_either():
    believed = run(run(at_start(at(0), None), 60), 80 + STEADY.total_seconds(), HOURS3)
    again = at_restart(believed, at(believed.seconds + 30, HOURS3), None)

    assert not may_close(run(again, again.seconds + RESTS.total_seconds() - 120, HOURS3, every=60.0))
    assert may_close(run(again, again.seconds + RESTS.total_seconds(), HOURS3, every=60.0))


def test_a_machine_that_was_suspended_and_counts_the_time_has_not_stepped():
    time = run(at_start(at(0), None), 60)
    back = proceed(time, at(60 + 12 * 3600))

    assert (true_time(60 + 12 * 3600), None) == (back.now, back.step)
    assert may_close(back)


def test_small_corrections_of_the_network_are_followed_and_never_go_back():
    time = run(at_start(at(0), None), 60)
    forward = proceed(time, at(61, BOUND))
    back = proceed(forward, at(62, -timedelta(seconds=30)))

    assert true_time(61) + BOUND == forward.now
    assert forward.now < back.now
    assert back.step is not None, "90 seconds back of where it was"
    assert true_time(65.5) == proceed(time, at(71, timedelta(seconds=-8))).now, "half pace, until the clock is there"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 2000), st.sampled_from([0, 0, 0, 3, -3, 24, -24, 240]), st.floats(-50, 50)
        ),
        max_size=40,
    )
)  # fmt: skip
def test_whatever_the_wall_clock_does_hall_time_goes_on_and_never_back(steps):
    """L7: property: never back, never further than the seconds or the wall clock say, never closed in a step."""
    time, seconds = at_start(at(0), None), 0.0
    for pause, hours, noise in steps:
        seconds += pause
        reading = at(seconds, timedelta(hours=hours, seconds=noise))
        before, time = time, proceed(time, reading)
        passed = timedelta(seconds=pause + 1e-3)
        assert before.now + timedelta(seconds=pause * 0.5 - 1e-3) <= time.now
        assert time.now <= max(before.now + passed, reading.wall)
        if time.now > before.now + passed + BOUND:
            assert was_believed(before, time)
        if abs(reading.wall - time.now) > BOUND:
            assert not may_close(time)
