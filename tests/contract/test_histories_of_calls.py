"""A short rush over real servers, judged as one history: with one node on SQLite, and two on PostgreSQL."""

import pytest

from tests.support.hall import a_hall, until
from tests.support.nodes import Work, some_nodes

TWO = pytest.param(2, marks=[pytest.mark.postgresql, pytest.mark.faults])


@pytest.mark.parametrize("count", [1, TWO], ids=["one node", "two nodes"])
def test_what_doctors_kiosks_and_readers_are_told_at_once_is_one_history(request, count):
    """L1: nobody is called twice or out of turn, nothing acknowledged is lost, and no read is from the past."""
    with (
        a_hall(stations=4) if count == 1 else some_nodes(request.getfixturevalue("postgres"), count, stations=4)
    ) as running:
        nodes = running if count > 1 else [running]
        with Work(nodes, doctors=4, ahead=8) as work:
            until(lambda: sum(one.outcome == "done" for one in work.operations) > 40, within=300)
        assert [] == work.verdict(nodes[0].client("console"))
