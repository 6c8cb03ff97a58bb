"""The time-outs of PostgreSQL: in which order they end, and what they make of a database that says nothing."""

from server.services.core.transaction import PATIENCE_SECONDS
from server.store import postgresql
from server.store.engine import open_engines
from server.store.failures import is_away

OTHERS_WAIT_AT_MOST = 10.0


def test_the_time_outs_nest_so_that_what_waits_inside_ends_first():
    """L1: with a time-out outside that ends first, the inner one holds its lock for nobody."""
    nest = [
        postgresql.CONNECT_SECONDS, postgresql.POOL_SECONDS, postgresql.LOCK_SECONDS, PATIENCE_SECONDS,
        postgresql.IDLE_IN_TRANSACTION_SECONDS, postgresql.STATEMENT_SECONDS,
        postgresql.SILENCE_SECONDS,
    ]  # fmt: skip
    assert sorted(nest) == nest
    assert postgresql.POOL_SECONDS < postgresql.LOCK_SECONDS < PATIENCE_SECONDS
    assert postgresql.LOCK_SECONDS + 1 < postgresql.IDLE_IN_TRANSACTION_SECONDS, "the line is empty by then"
    assert postgresql.STATEMENT_SECONDS < postgresql.SILENCE_SECONDS


def test_the_longest_way_to_an_answer_is_shorter_than_people_wait():
    """L1: clients are answered within ten seconds, whichever side is cut."""
    pool, connect, lock = postgresql.POOL_SECONDS, postgresql.CONNECT_SECONDS, postgresql.LOCK_SECONDS
    assert lock + postgresql.IDLE_IN_TRANSACTION_SECONDS < OTHERS_WAIT_AT_MOST, "one who comes at the worst instant"
    assert pool + connect + lock < OTHERS_WAIT_AT_MOST
    assert pool + postgresql.SILENCE_SECONDS + connect <= OTHERS_WAIT_AT_MOST


def test_every_connection_asks_the_database_to_end_what_its_node_leaves():
    """L1: the options go with the connection, so no server has to be configured and no other program is touched."""
    options = postgresql.server_options(3.0)
    for asked in (
        "statement_timeout=5000", "lock_timeout=3000", "idle_in_transaction_session_timeout=3000",
        "tcp_user_timeout=3000", "tcp_keepalives_idle=2", "tcp_keepalives_interval=1", "tcp_keepalives_count=3",
    ):  # fmt: skip
        assert f"-c {asked}" in options


def test_a_full_pool_refuses_before_a_client_gives_up():
    """L1: SQLAlchemy waits thirty seconds for a connection unless it is told otherwise."""
    engines = open_engines("postgresql://hall@127.0.0.1:1/none")
    assert [postgresql.POOL_SECONDS] * 2 == [one.pool.timeout() for one in (engines.write, engines.read)]


def test_a_database_that_is_away_is_told_from_a_fault_of_ours():
    engine = postgresql.engine_for(open_engines("postgresql://hall@127.0.0.1:1/none").write.url)
    try:
        engine.connect()
    except Exception as error:
        refused = error
    assert is_away(refused)
    assert is_away(refused.orig)
    assert not is_away(KeyError("x"))
    assert not is_away(None)
