"""What a connection does when its other end is gone: through a proxy that goes silent and closes nothing."""

import threading

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from server.live.notices import Notices
from server.store import postgresql
from server.store.failures import is_away
from tests.support.api import HALLS, Api
from tests.support.hall import until
from tests.support.proxy import Proxy

pytestmark = pytest.mark.postgresql


@pytest.fixture
def database_url(postgres):
    return make_url(postgres.database())


@pytest.fixture
def line(postgres):
    """A network between a node and the database that can be cut."""
    with Proxy(postgres.port) as proxy:
        yield proxy
        proxy.heal()


@pytest.fixture
def engine(database_url):
    """Makes engines for the database, directly or through a port; they end with the test."""
    made = []

    def make(port=None, **options):
        made.append(postgresql.engine_for(database_url.set(port=port or database_url.port), **options))
        return made[-1]

    yield make
    for one in made:
        one.dispose()


def test_a_lock_whose_node_is_cut_off_goes_to_the_next_in_line(engine, line):
    """L1: the backend of a cut node stayed idle in its transaction, with the hall's row, for minutes."""
    here, gone = engine(), engine(line.port, idle=0.3)
    with here.connect() as other:
        other.execute(text("CREATE TABLE hall (id int PRIMARY KEY)"))
        other.execute(text("INSERT INTO hall VALUES (1)"))
        other.commit()
        lost = gone.connect()
        lost.execute(text("SELECT id FROM hall FOR UPDATE"))
        line.stall()
        assert 1 == other.execute(text("SELECT id FROM hall FOR UPDATE")).scalar()
        other.rollback()
        line.heal()
        with pytest.raises(Exception, match="idle-in-transaction") as ended:
            lost.execute(text("SELECT 1"))
        assert is_away(ended.value), "a client is told to try again"
        lost.close()
        with gone.connect() as again:
            assert 1 == again.execute(text("SELECT 1")).scalar()


def test_a_database_that_says_nothing_is_given_up(engine, line, monkeypatch):
    """L1: a proxy, or a suspended server, confirms every packet: TCP finds nothing wrong, ever."""
    monkeypatch.setattr(postgresql.BoundedConnection, "silence", 0.3)
    with engine(line.port).connect() as connection:
        connection.execute(text("SELECT 1"))
        line.stall()
        with pytest.raises(OperationalError) as silent:
            connection.execute(text("SELECT 1"))
        assert silent.value.connection_invalidated
        assert is_away(silent.value)


@pytest.mark.faults
def test_a_node_that_is_cut_off_says_busy_and_does_the_same_key_once_afterwards(
    database_url, line, monkeypatch, tmp_path
):
    """L1: a clear 503, and the key may be sent again; the pool is not drained once the network is back."""
    monkeypatch.setattr(postgresql.BoundedConnection, "silence", 0.3)
    api = Api(tmp_path, database=database_url.set(port=line.port).render_as_string(hide_password=False))
    try:
        api.apply(HALLS)
        api.check_in("张小三")
        wanted = ("/check-ins", {"hall": "H1", "queue": "IM", "patient": {"name": "断"}})
        line.stall()
        status, refused = api.post(*wanted, key="cut off")
        assert (503, "busy") == (status, refused["code"])
        line.heal()
        answers = [api.post(*wanted, key="cut off") for _ in range(2)]
        assert [(201, "A002")] * 2 == [(status, body["ticket"]["number"]) for status, body in answers]
    finally:
        api.close()


def test_each_connection_has_its_time_outs_also_those_for_notices(database_url):
    """L1: the relay's own connections had none."""
    names = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "tcp_keepalives_idle")
    for engine in (*postgresql.open_postgresql(database_url, 1), postgresql.lone_engine(database_url)):
        with engine.connect() as connection:
            assert isinstance(connection.connection.driver_connection, postgresql.BoundedConnection)
            for name in names:
                assert connection.execute(text(f"SHOW {name}")).scalar() not in {"0", "7200"}, name
        engine.dispose()


def test_notices_come_through_again_after_their_connections_are_ended(database_url, postgres):
    """L13: after a restart of the database followers are told as before."""
    woken = threading.Event()
    heard, told = Notices(database_url, woken.set), Notices(database_url, lambda: None)
    heard.start()
    told.start()
    until(woken.is_set)
    with psycopg.connect(database_url.render_as_string(hide_password=False), autocommit=True) as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
            " AND datname = current_database()"
        )
    woken.clear()
    until(woken.is_set)  # by the new connection
    woken.clear()
    told.tell()
    until(woken.is_set)
    for one in (heard, told):
        one.stop()
