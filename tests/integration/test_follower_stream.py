"""A follower of a real server: cut off, restarted under it, rebuilt under it; nothing missed, nothing twice."""

import shutil
import sqlite3
import threading

import pytest

from server.protocol.stream.follower import Follower, Pace
from server.protocol.stream.reducer import apply
from tests.support.hall import until
from tests.support.proxy import Proxy

BRISK = Pace(wake=0.5, quiet=1.5, lost=3.0)


class Log:
    """What a follower was told, in the order it was told."""

    def __init__(self):
        self.snapshots, self.events, self.links = [], [], []
        self.folded = None

    def load(self, snapshot):
        self.snapshots.append(snapshot)
        self.folded = snapshot

    def take(self, event):
        self.events.append(event)
        self.folded = apply(self.folded, event)

    @property
    def called(self):
        return [event.ticket.number for event in self.events if event.kind == "ticket.called"]


@pytest.fixture
def follow():
    """Starts followers that end with the test; returns each with its log."""
    followers = []

    def begin(client, pace=BRISK, **options):
        log = Log()
        follower = Follower(
            client, "H1", on_snapshot=log.load, on_event=log.take, on_link=log.links.append, pace=pace, **options
        )
        followers.append(follower.start())
        until(lambda: follower.connected and follower._link.up)
        return follower, log

    yield begin
    for follower in followers:
        follower.stop()


def same(folded, fetched):
    """Equal but for the order of lists."""

    def sorted_lists(snapshot):
        whole = snapshot.model_dump()
        return {key: sorted(value, key=str) if isinstance(value, list) else value for key, value in whole.items()}

    return sorted_lists(folded) == sorted_lists(fetched)


def call_all(hall, tickets, station="R1"):
    """Call, start and finish each ticket at one station."""
    desk = hall.client("console")
    for _ in tickets:
        ticket = desk.call_next(station).ticket
        desk.start(ticket.id)
        desk.finish(ticket.id)


def level(hall, follower, log, role="caller"):
    """Wait until the follower is where the server is, and say whether it sees the same."""
    snapshot = hall.client(role).snapshot("H1")
    until(lambda: follower.position and follower.position.seq >= snapshot.seq)
    return same(log.folded, hall.client(role).snapshot("H1"))


def test_facts_arrive_by_socket_in_order_and_fold_to_the_servers_own_snapshot(hall, follow):
    follower, log = follow(hall.client("caller"))
    call_all(hall, hall.check_in(*(f"病人{n}" for n in range(8))))
    assert level(hall, follower, log)
    first = log.snapshots[0].seq + 1
    assert list(range(first, first + len(log.events))) == [event.seq for event in log.events]
    assert 8 == len(log.called)
    assert 1 == follower.loads


def test_a_call_reaches_the_follower_at_once(hall, follow):
    _, log = follow(hall.client("caller"), Pace(wake=300, quiet=300))
    (ticket,) = hall.check_in("李四")
    hall.client("console").call_next("R2")
    until(lambda: log.called, within=60)
    hall.client("console").act(ticket, "cancel", reason="test")
    assert 1 == len(log.called)


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["cut", "stall"])
def test_cut_off_for_five_seconds_during_ten_calls_nothing_is_missed_or_doubled(hall, follow, fault):
    with Proxy(hall.port) as proxy:
        follower, log = follow(hall.client("caller", address=proxy.address, timeout=1.0))
        tickets = hall.check_in(*(f"断线{n}" for n in range(10)))
        call_all(hall, tickets[:2])
        until(lambda: len(log.called) == 2)
        getattr(proxy, fault)()
        healer = threading.Timer(5.0, proxy.heal)
        healer.start()
        call_all(hall, tickets[2:])
        healer.join()
        assert level(hall, follower, log)
        until(lambda: log.links[-1])
        follower.stop()
    assert 10 == len(log.called) == len(set(log.called))
    first = log.snapshots[0].seq + 1
    assert list(range(first, first + len(log.events))) == [event.seq for event in log.events]
    assert 1 == len(log.snapshots)
    assert [turn % 2 == 0 for turn in range(len(log.links))] == log.links, "lost and found in turn"


def test_without_any_socket_the_follower_asks_and_still_misses_nothing(hall, follow, monkeypatch):
    monkeypatch.setattr("server.protocol.stream.socket.NAMESPACE", "/nowhere")
    log = Log()
    pace = Pace(wake=0.3, quiet=0.6, lost=3.0)
    follower = Follower(hall.client("caller"), "H1", on_snapshot=log.load, on_event=log.take, pace=pace).start()
    until(lambda: log.snapshots)
    call_all(hall, hall.check_in("无线甲", "无线乙"))
    assert level(hall, follower, log)
    assert not follower._link.up
    follower.stop()
    assert 2 == len(log.called)


@pytest.mark.slow
def test_a_killed_server_is_missed_and_when_it_is_back_the_follower_goes_on_where_it_was(hall, follow):
    follower, log = follow(hall.client("caller", timeout=1.0), Pace(wake=0.3, quiet=0.5, lost=1.5))
    tickets = hall.check_in("甲", "乙", "丙")
    call_all(hall, tickets[:1])
    until(lambda: len(log.called) == 1)
    hall.kill()
    until(lambda: not log.links[-1])
    hall.start()
    until(lambda: log.links[-1])
    call_all(hall, tickets[1:])
    assert level(hall, follower, log)
    assert 3 == len(log.called) == len(set(log.called))
    assert 1 == follower.loads == len(log.snapshots)


def test_a_new_epoch_under_a_listening_follower_loads_the_hall_again_at_once_and_without_an_error(hall, follow, caplog):
    """L11: the position that a socket tells after each restore or applied hall file is of another epoch."""
    follower, log = follow(hall.client("caller"), Pace(wake=300, quiet=300))
    until(lambda: log.snapshots)
    epoch = log.snapshots[0].epoch
    with sqlite3.connect(hall.database) as database:
        database.execute("UPDATE hall SET epoch = 'another life'")
    follower._buffer("position", {"epoch": "another life", "seq": 1})

    until(lambda: len(log.snapshots) == 2)
    assert (epoch, "another life") == (log.snapshots[0].epoch, log.snapshots[1].epoch)
    assert [] == [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.slow
def test_a_database_replaced_by_an_older_copy_gets_a_new_epoch_and_the_follower_reloads(hall, follow):
    (first,) = hall.check_in("甲")
    screen = hall.client("caller")  # enrolled before the copy is made, so that its token is in it
    copy = hall.folder / "older.db"
    with sqlite3.connect(hall.database) as live, sqlite3.connect(copy) as older:
        live.backup(older)
    follower, log = follow(screen)
    call_all(hall, hall.check_in("乙", "丙"))
    until(lambda: len(log.called) == 2)
    hall.stop()
    for leftover in hall.folder.glob("hall.db*"):
        leftover.unlink()
    shutil.copy(copy, hall.database)
    hall.start()
    until(lambda: len(log.snapshots) == 2)
    assert log.snapshots[0].epoch != log.snapshots[1].epoch
    assert [first] == [ticket.id for ticket in log.snapshots[1].tickets]
    assert first == hall.client("console").call_next("R1").ticket.id
    until(lambda: len(log.called) == 3)
    assert level(hall, follower, log)
