"""The temporary right to a print job."""

from datetime import UTC, datetime, timedelta

import pytest

from server.domain.lease import after_expiry, after_report, is_expired, is_lost, lease_until
from server.protocol.terms import PrintJobState

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_a_lease_lasts_its_seconds():
    assert NOW + timedelta(seconds=90) == lease_until(NOW, seconds=90)


def test_a_lease_of_no_time_is_refused():
    with pytest.raises(ValueError, match="at least"):
        lease_until(NOW, seconds=0)


def test_a_lease_is_over_at_its_end():
    assert not is_expired(NOW, NOW - timedelta(microseconds=1))
    assert is_expired(NOW, NOW)
    assert is_expired(None, NOW)


@pytest.mark.parametrize("state", [PrintJobState.LEASED, PrintJobState.UNKNOWN])
def test_the_holder_may_report_even_late(state):
    assert not is_lost(state, "lease-1", "lease-1")


@pytest.mark.parametrize(
    ("held", "offered"), [("lease-2", "lease-1"), (None, "lease-1"), ("lease-2", None), (None, None)]
)
def test_whoever_shows_another_lease_has_lost_it(held, offered):
    assert is_lost(PrintJobState.LEASED, held, offered)


@pytest.mark.parametrize("state", [PrintJobState.QUEUED, PrintJobState.PRINTED, PrintJobState.FAILED])
def test_a_job_that_is_not_out_with_anybody_takes_no_report(state):
    assert is_lost(state, "lease-1", "lease-1")


@pytest.mark.parametrize("state", list(PrintJobState))
def test_only_a_leased_job_becomes_unknown_when_time_runs_out(state):
    expected = PrintJobState.UNKNOWN if state is PrintJobState.LEASED else state

    assert expected == after_expiry(state)


def test_a_slip_of_a_printer_that_confirms_nothing_is_sent_and_settled():
    """O6."""
    assert PrintJobState.SENT == after_report(PrintJobState.LEASED, PrintJobState.SENT)
    assert is_lost(PrintJobState.SENT, "lease-1", "lease-1")


def test_a_report_moves_the_job_to_its_outcome():
    assert PrintJobState.PRINTED == after_report(PrintJobState.UNKNOWN, PrintJobState.PRINTED)
    assert PrintJobState.FAILED == after_report(PrintJobState.LEASED, PrintJobState.FAILED)


def test_a_job_given_back_with_nothing_sent_may_be_printed_by_another():
    """R7."""
    assert PrintJobState.QUEUED == after_report(PrintJobState.LEASED, PrintJobState.QUEUED)


def test_a_job_that_somebody_was_told_to_look_for_is_not_printed_by_itself_any_more():
    assert PrintJobState.FAILED == after_report(PrintJobState.UNKNOWN, PrintJobState.QUEUED)


def test_a_proven_print_is_never_taken_back():
    assert PrintJobState.PRINTED == after_report(PrintJobState.PRINTED, PrintJobState.FAILED)


def test_a_report_must_be_an_outcome():
    with pytest.raises(ValueError, match="outcome"):
        after_report(PrintJobState.LEASED, PrintJobState.LEASED)
