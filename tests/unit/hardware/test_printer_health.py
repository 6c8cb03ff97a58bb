"""How often an idle printer is asked: rarer while nothing changes, soon again after a change."""

import pytest

from hardware.health import HealthCheck
from hardware.ports import Reason


@pytest.mark.parametrize(
    ("word", "asked"),
    [(Reason.FINE, [0, 5, 15, 35, 75, 135, 195, 255]), (Reason.PAPER_OUT, [0, 5, *range(15, 300, 15)])],
)
def test_an_idle_printer_is_asked_less_and_less(word, asked):
    """R2: each question is a connection, and some printers are deaf for a while after each."""
    seen, now = [], [0]
    check = HealthCheck(lambda: (seen.append(now[0]), word)[1], lambda: float(now[0]))
    for second in range(300):
        now[0] = second
        assert word == check.latest()

    assert asked == seen


def test_a_change_or_a_doubt_is_asked_about_soon():
    words, now = [Reason.FINE], [0.0]
    check = HealthCheck(lambda: words[-1], lambda: now[0])
    for second in range(100):
        now[0] = float(second)
        check.latest()
    check.doubt()
    words.append(Reason.COVER_OPEN)
    assert Reason.COVER_OPEN == check.latest()
    words.append(Reason.FINE)
    now[0] += 5
    assert Reason.FINE == check.latest()


def test_what_a_job_found_out_is_not_asked_again():
    asked = []
    check = HealthCheck(lambda: asked.append(1) or Reason.FINE, lambda: 0.0)
    check.heard(Reason.NEAR_END)

    assert (Reason.NEAR_END, []) == (check.latest(), asked)
