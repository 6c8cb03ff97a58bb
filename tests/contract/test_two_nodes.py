"""Two server processes on one PostgreSQL: calls from both, facts on both, one killed, the database restarted."""

import contextlib
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import socketio

from server.protocol.transport import HallProblem, HallUnreachable
from tests.support.api import enrolled
from tests.support.hall import RunningHall, hall_file, rush, until
from tests.support.invariants import judge, stored_of
from tests.support.receiver import a_receiver

SECRET = "one secret for both nodes, long enough"
HALLS = (
    hall_file()
    + """
[[hall]]
id = "H2"
name = {zh = "外科候诊区", en = "Surgery"}
[[hall.queue]]
id = "SU"
name = {zh = "外科", en = "Surgery"}
prefix = "S"
mode = "woven"
scale = "CN-OPD"
privacy = "masked"
[[hall.station]]
id = "S1"
name = {zh = "外科1诊室", en = "Surgery 1"}
queues = ["SU"]
"""
)

pytestmark = pytest.mark.postgresql


@pytest.fixture(scope="module")
def nodes(postgres):
    """Two nodes of one installation: one database, one secret."""
    url = postgres.database()
    prepared = enrolled(url, HALLS, SECRET)
    both = [RunningHall(database=url, prepared=prepared, HALL_SECRET_KEY=SECRET) for _ in range(2)]
    try:
        yield [node.start() for node in both]
    finally:
        for node in both:
            node.close()


@pytest.fixture
def listen():
    """A socket at a node; gives the list its facts are put into."""
    clients = []

    def begin(node):
        client, events, positions = socketio.Client(), [], []
        client.on("event", events.append, namespace="/hall")
        client.on("position", positions.append, namespace="/hall")
        client.connect(node.address, auth={"token": node.token("caller"), "hall": "H1"}, namespaces=["/hall"])
        clients.append(client)
        until(lambda: positions)
        return events

    yield begin
    for client in clients:
        client.disconnect()


def test_what_one_node_does_both_nodes_tell_in_order(nodes, listen):
    heard = [listen(node) for node in nodes]
    seq = nodes[0].client("console").snapshot("H1").seq
    for turn in range(6):
        nodes[turn % 2].check_in(f"轮{turn}")
    for events in heard:
        until(lambda events=events: len(events) >= 6)

    assert [list(range(seq + 1, seq + 7))] * 2 == [[event["seq"] for event in events] for events in heard]


def test_each_node_keeps_marks_of_what_both_wrote(nodes):
    """L6: a node that wrote little took an older copy of the database for the present one."""
    nodes[0].check_in("甲")
    snapshot = nodes[0].client("console").snapshot("H1")

    def mark(node):
        epoch, _, seq = (node.folder / "state" / "marks" / b"H1".hex()).read_text().strip().partition(" ")
        return epoch == snapshot.epoch and int(seq) >= snapshot.seq

    until(lambda: all(mark(node) for node in nodes))


def test_a_token_of_one_node_is_known_to_the_other(nodes):
    assert "console" == nodes[1].client("console", address=nodes[0].address).me().role


def test_kiosks_at_both_nodes_get_no_number_twice_and_stations_share_no_ticket(nodes):
    seq = nodes[0].client("console").snapshot("H1").seq
    kiosks = [nodes[place % 2].client("kiosk") for place in range(8)]
    numbers, called = rush(kiosks, [nodes[place % 2].client("console") for place in range(4)], 5)

    assert [] == [number for number, times in Counter(numbers).items() if times > 1]
    assert [] == [number for number, times in Counter(called).items() if times > 1]
    assert set(numbers) <= set(called)
    events = nodes[1].client("console").events("H1", seq, limit=10_000).events
    assert [seq + place for place in range(1, len(events) + 1)] == [event.seq for event in events]


def test_two_halls_at_two_nodes_that_call_one_patient_together_do_not_both_get_the_patient(nodes):
    medical, surgical = nodes[0].client("console"), nodes[1].client("console", "H2")
    gate = threading.Barrier(2)

    def call(desk, station):
        gate.wait(30)
        return desk.call_next(station).ticket

    with ThreadPoolExecutor(2) as pool:
        for turn in range(12):
            who = {"name": "两处", "record_number": f"MR{turn}"}
            tickets = [
                (medical, medical.check_in("H1", queue="IM", patient=who).ticket),
                (surgical, surgical.check_in("H2", queue="SU", patient=who).ticket),
            ]
            calls = [pool.submit(call, medical, "R1"), pool.submit(call, surgical, "S1")]
            called = [one.result(60) for one in calls]
            assert 1 == len([ticket for ticket in called if ticket is not None]), f"turn {turn}: {called}"
            for desk, ticket in tickets:
                desk.act(
                    ticket.id, "finish" if ticket.id in {one.id for one in called if one} else "cancel", reason="x"
                )


def test_one_key_sent_to_both_nodes_at_once_has_one_answer(nodes):
    kiosks = [nodes[0].client("kiosk"), nodes[0].client("kiosk", address=nodes[1].address)]
    for turn in range(2):
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(
                    lambda place, turn=turn: kiosks[place % 2].check_in(
                        "H1", queue="IM", patient={"name": "一"}, key=f"twins {turn}"
                    ),
                    range(8),
                )
            )
        assert [answers[0]] * 8 == answers


def test_of_two_nodes_one_tells_another_system_and_nothing_comes_twice(nodes):
    with a_receiver() as receiver:
        receiver.secret = nodes[0].command("integrations", "add", "his", receiver.url).split()[-1]
        for turn in range(12):
            nodes[turn % 2].check_in(f"第{turn}")
        until(lambda: len(receiver.requests) >= 12)
        until(lambda: "0 behind" in nodes[1].command("integrations", "list"))

        seqs = [request.data["seq"] for request in receiver.requests]
        assert (12, sorted(set(seqs))) == (len(seqs), seqs)
        assert all(request.is_signed for request in receiver.requests)
        nodes[0].command("integrations", "remove", "his")


def test_a_restarted_database_loses_nothing_that_was_acknowledged(nodes, postgres):
    kiosk = nodes[0].client("kiosk", budget=90.0)
    acknowledged = {}

    def check_in(number):
        with contextlib.suppress(HallProblem, HallUnreachable):
            key = f"restart {number}"
            acknowledged[key] = kiosk.check_in("H1", queue="IM", patient={"name": "重启"}, key=key).ticket.number

    with ThreadPoolExecutor(4) as pool:
        doing = [pool.submit(check_in, number) for number in range(40)]
        until(lambda: len(acknowledged) > 5, within=60.0)
        postgres.restart()
        for one in doing:
            one.result(180)

    assert 40 == len(acknowledged), "the client tries again until it is answered"
    assert 40 == len(set(acknowledged.values()))
    again = {
        key: kiosk.check_in("H1", queue="IM", patient={"name": "重启"}, key=key).ticket.number for key in acknowledged
    }
    assert acknowledged == again
    events = nodes[1].client("console").events("H1", 0, limit=10_000)
    assert list(range(1, events.seq + 1)) == [event.seq for event in events.events]


def test_a_node_that_is_killed_leaves_the_other_at_work_and_its_keys_known(nodes, listen):
    first, second = nodes
    heard = listen(second)
    number = first.client("kiosk").check_in("H1", queue="IM", patient={"name": "断"}, key="before").ticket.number
    first.kill()
    elsewhere = first.client("kiosk", address=second.address)

    assert number == elsewhere.check_in("H1", queue="IM", patient={"name": "断"}, key="before").ticket.number
    assert number != elsewhere.check_in("H1", queue="IM", patient={"name": "断"}, key="after").ticket.number
    until(lambda: len(heard) >= 4)
    seqs = [event["seq"] for event in heard]
    assert list(range(seqs[0], seqs[0] + len(seqs))) == seqs
    epoch = second.client("console").snapshot("H1").epoch
    first.start()
    assert epoch == first.client("console").snapshot("H1").epoch
    assert [] == judge(stored_of(second)), "whatever the tests of this file did"
