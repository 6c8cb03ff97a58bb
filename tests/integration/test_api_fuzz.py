"""Requests and files that nobody wrote: none is a fault of the server. The long run is tests/bench/fuzz.py."""

import pytest

from tests.support.fuzzing import fuzz
from tests.support.fuzzing_files import PARTS


def test_no_made_up_request_is_a_fault_of_the_server(api):
    """Each operation, by the roles that may; the long run asks as every role and more often."""
    seen = fuzz(api, 1, allowed=True)
    assert [] == seen.faults
    assert {200, 404, 422} <= set(seen.statuses)


@pytest.mark.parametrize(("kind", "count"), [("people", 40), ("reports", 30), ("halls", 10)])
def test_no_file_with_faults_in_it_is_one_of_the_server(kind, count, shared_api):
    """What is refused has a code, what is taken can be lived with."""
    seen = PARTS[kind](shared_api, count)
    assert [] == seen.faults
    assert len(seen.ends) > 2
