"""Two and three nodes on one PostgreSQL: nodes cut off, suspended, killed at random instants, the database restarted.

Each test judges the whole history and prints its figures (`pytest -m faults -s`).
"""

import random
import time

import pytest

from tests.support.hall import until
from tests.support.network import Namespace, NoNamespaces
from tests.support.nodes import Work, a_far_node_and_a_near_one, some_nodes

pytestmark = [pytest.mark.postgresql, pytest.mark.faults]
LONGEST_GAP = 10.0


@pytest.fixture(params=[2, 3], ids=["two nodes", "three nodes"])
def nodes(request, postgres):
    with some_nodes(postgres, request.param) as running:
        yield running


def heals(work):
    """Every node acknowledges something that was asked after now; the seconds until the last did."""
    now = time.monotonic()
    until(lambda: all(recorder.acknowledged > now for recorder in work.recorders), within=300)
    return time.monotonic() - now


def accepted(work, nodes, what, gaps, healed=None, desk=None):
    """Print the figures and judge; the gaps are those of the nodes that nothing happened to."""
    done = sum(one.outcome == "done" for one in work.operations)
    unknown = sum(one.outcome == "unknown" for one in work.operations)
    say = f"{what}, {len(nodes)} nodes: {work.presses} presses, {done} acknowledged, {unknown} unknown, "
    say += f"longest gap of the others {max(gaps):.1f} s" + (f", healed after {healed:.1f} s" if healed else "")
    print(f"\n{say}")
    assert [] == work.verdict((desk or nodes[0]).client("console"))
    assert max(gaps) <= LONGEST_GAP, say
    return say


@pytest.mark.parametrize("how", ["black hole", "suspension"])
def test_a_node_that_is_cut_off_or_suspended_for_40_seconds_holds_up_nobody_else(nodes, how):
    """L1: the other nodes wrote nothing for as long as it lasted, and nobody wrote after it had healed."""
    with Work(nodes) as work:
        until(lambda: work.presses > 60, within=300)
        time.sleep(random.uniform(0, 1))
        since = time.monotonic()
        (nodes[0].network.stall if how == "black hole" else nodes[0].suspend)()
        time.sleep(40)
        ended = time.monotonic()
        (nodes[0].network.heal if how == "black hole" else nodes[0].resume)()
        healed = heals(work)
    gaps = [recorder.longest_gap(since, ended) for recorder in work.recorders[1:]]
    accepted(work, nodes, f"{how} of 40 s", gaps, healed)


def test_a_node_whose_packets_are_lost_for_40_seconds_holds_up_nobody_else():
    """L1: without any proxy, by a line that really loses what is sent, so that keepalives have their part, too."""
    try:
        with Namespace() as line, a_far_node_and_a_near_one(line) as pair, Work(pair) as work:
            until(lambda: work.presses > 60, within=300)
            time.sleep(random.uniform(0, 1))
            since = time.monotonic()
            line.stall()
            time.sleep(40)
            ended = time.monotonic()
            line.heal()
            healed = heals(work)
            work.stop()
            gaps = [recorder.longest_gap(since, ended) for recorder in work.recorders[1:]]
            accepted(work, pair, "packets lost for 40 s", gaps, healed, desk=pair[1])
    except NoNamespaces as missing:
        pytest.skip(str(missing))


def test_short_cuts_and_suspensions_at_random_instants_lose_nothing(nodes):
    """L1: each cut falls into another place of a transaction."""
    gaps = []
    with Work(nodes) as work:
        until(lambda: work.presses > 60, within=300)
        for turn in range(8):
            node = nodes[turn % len(nodes)]
            since = time.monotonic()
            (node.network.stall if turn % 4 < 2 else node.suspend)()
            time.sleep(random.uniform(1, 6))
            (node.network.heal if turn % 4 < 2 else node.resume)()
            heals(work)
            others = [one for place, one in enumerate(work.recorders) if nodes[place] is not node]
            gaps += [recorder.longest_gap(since, time.monotonic()) for recorder in others]
    accepted(work, nodes, "8 short cuts and suspensions", gaps)


def test_a_node_that_is_killed_every_5_seconds_holds_up_nobody_else(nodes):
    """L1: what a dead node held is let go at once, and its keys are answered by the next one."""
    with Work(nodes) as work:
        until(lambda: work.presses > 60, within=300)
        since = time.monotonic()
        for _ in range(6):
            time.sleep(random.uniform(4, 6))
            nodes[0].kill()
            nodes[0].start()
        heals(work)
        ended = time.monotonic()
    gaps = [recorder.longest_gap(since, ended) for recorder in work.recorders[1:]]
    accepted(work, nodes, "killed 6 times", gaps)


def test_a_database_that_is_restarted_loses_nothing_and_fills_no_log(nodes, postgres):
    """L13: a restart wrote 250 tracebacks a minute."""
    with Work(nodes) as work:
        until(lambda: work.presses > 60, within=300)
        since = time.monotonic()
        for _ in range(4):
            time.sleep(random.uniform(1, 3))
            postgres.restart()
            heals(work)
        ended = time.monotonic()
    accepted(work, nodes, "4 restarts of the database", [one.longest_gap(since, ended) for one in work.recorders])
    for node in nodes:
        lines = node.log().splitlines()
        assert [] == [line for line in lines if "Traceback" in line]
        assert len(lines) < 40, "a line a minute and kind"


def test_ten_thousand_presses_of_next_by_many_doctors_are_one_history(nodes):
    """Item 7: nobody is called twice, nobody out of turn, and no read is from the past."""
    began = time.monotonic()
    with Work(nodes, doctors=16, ahead=60, kiosks=4, reads_every=1.0) as work:
        until(lambda: work.presses >= 10_000, within=3000, every=0.5)
    seconds = time.monotonic() - began
    gaps = [recorder.longest_gap(began + 1, began + seconds) for recorder in work.recorders]
    accepted(work, nodes, f"10,000 presses in {seconds:.0f} s", gaps)
