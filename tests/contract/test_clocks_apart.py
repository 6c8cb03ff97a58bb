"""Running servers whose wall clocks jump, differ or stand still: order, papers, devices and the day are as before."""

import contextlib
import os
import signal
import threading
from contextlib import closing
from datetime import timedelta

import pytest

from server.protocol.transport import HallUnreachable
from tests.support.api import enrolled
from tests.support.clocks import ClockedHall
from tests.support.hall import hall_file, until

SECRET = "one secret for both nodes, long enough"
FALSE = {"device.offline", "print_job.unknown", "ticket.no_show", "day.closed"}


class Devices:
    """Heartbeats of a kiosk and a caller, each second; one that is not answered is followed by the next."""

    def __init__(self, *halls):
        self._clients = [node.client(role, timeout=3.0, budget=3.0) for node in halls for role in ("kiosk", "caller")]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()

    def _beat(self):
        while not self._stop.wait(1.0):
            for client in self._clients:
                with contextlib.suppress(HallUnreachable):  # the next one is a second away, as the programs have it
                    client.heartbeat(0, {})

    def close(self):
        self._stop.set()
        self._thread.join(30)


def checked_in(hall, name, role="kiosk"):
    answer = hall.client(role).check_in("H1", queue="IM", patient={"name": name})
    return answer.ticket.id


def called_all(desk):
    called = []
    while (ticket := desk.call_next("R1").ticket) is not None:
        called.append(ticket.id)
        desk.finish(ticket.id)
    return called


def alerts(desk):
    return [alert.kind for alert in desk.snapshot("H1").alerts]


def events_of(desk):
    return desk.events("H1", 0, limit=10_000).events


def kinds(desk):
    return [event.kind for event in events_of(desk)]


def the_clock_jumps(hall, jumps):
    """Somebody comes before and after each jump; who was first is called first, and nothing false is told."""
    desk, came = hall.client("console"), []
    with closing(Devices(hall)):
        for hours in jumps:
            came.append(checked_in(hall, f"前{hours}"))
            hall.jump(timedelta(hours=hours))
            came.append(checked_in(hall, f"后{hours}"))
            until(lambda: "clock" in alerts(desk))
    times = [event.at for event in events_of(desk)]

    assert came == called_all(desk)
    assert times == sorted(times)
    assert not FALSE & set(kinds(desk))
    assert ["clock"] == alerts(desk), "one line, however often it jumps"


@pytest.mark.faults
def test_a_running_server_whose_clock_jumps_keeps_the_order_and_alarms_nobody_falsely():
    """L7: three hours back under a running server, and later arrivals were called first."""
    with closing(ClockedHall(stations=1).start()) as hall:
        the_clock_jumps(hall, (3, -3, 24, -24, 0))


@pytest.mark.faults
def test_a_server_suspended_for_half_a_minute_tells_of_no_device_and_no_paper():
    """L13: on its return it told of every device that it was silent, and of every paper that it was in doubt."""
    with closing(ClockedHall(stations=1).start()) as hall:
        desk, kiosk = hall.client("console"), hall.client("kiosk")
        with closing(Devices(hall)):
            until(lambda: "device.online" in kinds(desk))
            threading.Event().wait(25)  # the watch after a start is over: only the suspension is judged
            os.killpg(hall.process.pid, signal.SIGSTOP)
            try:
                threading.Event().wait(30)
            finally:
                os.killpg(hall.process.pid, signal.SIGCONT)
            kiosk.heartbeat(0, {})
            threading.Event().wait(25)
            assert not FALSE & set(kinds(desk))
            assert [] == alerts(desk)


@pytest.mark.parametrize("ends", [pytest.param("stop", marks=pytest.mark.faults), "kill"])
def test_a_server_that_restarts_under_a_wrong_clock_goes_on_by_the_seconds(ends):
    """L7: a day ahead at a restart in working hours: another day began, and the present one was closed soon after."""
    with closing(ClockedHall(stations=1).start()) as hall:
        desk = hall.client("console")
        came = [checked_in(hall, "前")]
        record = hall.folder / "state" / "clock"
        until(record.exists)
        getattr(hall, ends)()
        hall.jump(timedelta(days=1))
        hall.start()
        came.append(checked_in(hall, "后"))
        until(lambda: "clock" in alerts(desk))
        hall.jump(timedelta(0))

        times = [event.at for event in events_of(desk)]
        assert times[-1] - times[0] < timedelta(hours=1)
        assert came == called_all(desk)
        assert "day.opened" not in kinds(desk)


@pytest.mark.faults
def test_a_clock_that_stays_a_day_ahead_for_ten_minutes_ends_nobodys_wait():
    """L7: a day ahead, everybody who waited became a no-show. The step is believed meanwhile, and closes nothing."""
    with closing(ClockedHall(stations=1).start()) as hall:
        desk = hall.client("console")
        came = [checked_in(hall, f"人{number}") for number in range(3)]
        with closing(Devices(hall)):
            hall.jump(timedelta(days=1))
            threading.Event().wait(330)
            came.append(checked_in(hall, "后"))
            hall.jump(timedelta(0))
            threading.Event().wait(30)
        in_truth = {"print_job.unknown"}  # nobody told how these slips ended, and their leases have run out by seconds
        assert not (FALSE - in_truth) & set(kinds(desk))
        assert came == called_all(desk)


@pytest.fixture
def nodes(postgres):
    """Two nodes of one installation whose clocks are five minutes apart."""
    url, toml = postgres.database(), hall_file(2)
    prepared = enrolled(url, toml, SECRET)
    both = [ClockedHall(database=url, prepared=prepared, HALL_SECRET_KEY=SECRET) for _ in range(2)]
    try:
        for node, minutes in zip(both, (0, 5), strict=True):
            node.jump(timedelta(minutes=minutes))
            super(ClockedHall, node).start()
        yield both
    finally:
        for node in both:
            node.close()


@pytest.mark.postgresql
@pytest.mark.faults
def test_two_nodes_five_minutes_apart_call_in_the_order_of_the_journal_and_alarm_nobody_falsely(nodes):
    """L7: two nodes 70 s to 5 min apart: the order was broken, devices were silent and papers in doubt by the dozen.
    Watched for longer than a device may be silent and a station's lease lasts."""
    desks, came = [node.client("console") for node in nodes], []
    with closing(Devices(*nodes)):
        for turn in range(10):
            came.append(checked_in(nodes[turn % 2], f"人{turn}"))
        paper = nodes[1].client("kiosk").check_in("H1", queue="IM", patient={"name": "纸"}, print=True)
        came.append(paper.ticket.id)
        threading.Event().wait(70)
        nodes[0].client("kiosk").report_print_job(paper.print_job.id, "printed", "12", lease=paper.print_job.lease)
    times = [event.at for event in events_of(desks[0])]
    called = []
    for turn in range(11):
        ticket = desks[turn % 2].call_next("R1").ticket
        called.append(ticket.id)
        desks[(turn + 1) % 2].finish(ticket.id)

    assert came == called
    assert times == sorted(times)
    assert not FALSE & set(kinds(desks[0]))
    until(lambda: ["clock"] == alerts(desks[0]))
    assert "clock_apart" == desks[0].snapshot("H1").alerts[0].text
