"""Requests that nobody wrote, of each role: none is a fault of the server. The long run is tests/bench/fuzz.py."""

from tests.support.fuzzing import fuzz

COMMANDS = (
    *("/check-ins", "/identifications", "/call-next", "/triage"),
    *("/reports", "/hall-file", "/imports/appointments"),
)


def test_no_made_up_request_of_any_role_is_a_fault_of_the_server(api):
    """Every route is tried by the long run; here those that take the most."""
    seen = fuzz(api, 2, only=lambda operation: operation.endswith(COMMANDS))
    assert [] == seen.faults
    assert {401, 403, 422} <= set(seen.statuses)
