"""Faults of the network that take a while to inject (docs/faults.md, rows 33 to 41), judged as a whole."""

import contextlib
import json
import os
import random
import subprocess
import sys
import time

import pytest

from kiosk.cli import Kiosk
from kiosk.settings import Settings
from tests.support.crowd import Crowd
from tests.support.hall import ROOT, RunningHall, a_hall, free_port, until
from tests.support.invariants import Seen, Ticket, judge, stored_of
from tests.support.proxy import Proxy

BANNER_SECONDS = 5.0
FAR = """
import json, sys, time
from server.protocol.client import HallClient
from server.protocol.stream.follower import Follower, Pace
address, kiosk, caller = sys.argv[1:]
events, snapshots, tickets = [], [], []
follower = Follower(HallClient(address, caller, timeout=5.0), "H1", on_snapshot=snapshots.append,
                    on_event=lambda event: events.append(event.seq), pace=Pace(wake=1.0)).start()
client = HallClient(address, kiosk, timeout=4.0, budget=90.0)
for number in range(12):
    ticket = client.check_in("H1", queue="IM", patient={"name": "远"}, key=f"far {number}").ticket
    tickets.append([f"far {number}", ticket.id, ticket.number])
    print("one", flush=True)
last = client.snapshot("H1").seq
end = time.monotonic() + 60
while (not follower.position or follower.position.seq < last) and time.monotonic() < end:
    time.sleep(0.1)
print(json.dumps({"tickets": tickets, "events": events, "first": snapshots[0].seq, "loads": len(snapshots)}))
"""


@pytest.mark.faults
@pytest.mark.parametrize("fault", ["cut", "stall"])
def test_a_kiosk_says_within_five_seconds_that_it_is_cut_off_and_is_back_by_itself(hall, tmp_path, fault):
    """Faults 11, 33 and 34, L13: the cable out, or a switch that is silent."""
    with Proxy(hall.port) as proxy:
        given = {"server": proxy.address, "token": hall.token("kiosk"), "port": free_port(), "state_dir": tmp_path}
        kiosk = Kiosk(Settings(**given))
        kiosk.start()
        try:
            for _ in range(3):
                until(lambda: kiosk.runtime.seen()["online"])
                time.sleep(random.uniform(0.0, 2.0))
                getattr(proxy, fault)()
                began = time.monotonic()
                until(lambda: not kiosk.runtime.seen()["online"])
                assert time.monotonic() - began < BANNER_SECONDS
                proxy.heal()
        finally:
            kiosk.stop()


@pytest.mark.faults
def test_two_seconds_of_delay_resets_and_half_closes_double_nothing():
    """Fault 37: each command is repeated under its key until it is answered."""
    with a_hall(stations=2) as running, Proxy(running.port) as proxy:
        proxy.delay = 1.0
        with Crowd(running, address=proxy.address, timeout=8.0) as crowd:
            crowd.more(6)
            for turn in range(8):
                if turn % 2:
                    proxy.half_close()
                else:
                    proxy.cut()
                    proxy.heal()
                crowd.more(2)
            proxy.delay = 0.0
        assert crowd.refused
        assert [] == judge(stored_of(running), crowd.seen)


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=False)


@pytest.fixture
def far():
    """A network of its own behind a thin line; skips where this user may make none. Its name, and our address in it."""
    name, host, guest = f"far{os.getpid()}", f"fh{os.getpid() % 10_000}", f"fg{os.getpid() % 10_000}"
    network = f"10.91.{os.getpid() % 250}"
    inside = f"ip netns exec {name}"
    try:
        for words in (
            f"ip netns add {name}",
            f"ip link add {host} type veth peer name {guest}",
            f"ip link set {guest} netns {name}",
            f"ip addr add {network}.1/24 dev {host}",
            f"ip link set {host} up",
            f"{inside} ip addr add {network}.2/24 dev {guest}",
            f"{inside} ip link set {guest} up",
        ):
            if os.geteuid() or run(*words.split()).returncode:
                pytest.skip("this user may make no network of its own")
        yield name, host, guest, f"{network}.1"
    finally:
        for words in (f"ip link del {host}", f"ip netns del {name}"):
            with contextlib.suppress(OSError):
                run(*words.split())


def thin(name, host, guest):
    """64 kbit/s with 400 ms both ways, and 30 % of the packets lost on one where this kernel can lose them."""
    slow = "tbf rate 64kbit burst 4kb latency 400ms"
    if run(*f"tc qdisc add dev {host} root netem loss 30% rate 64kbit".split()).returncode:
        run(*f"tc qdisc add dev {host} root {slow}".split())
    run(*f"ip netns exec {name} tc qdisc add dev {guest} root {slow}".split())


@pytest.mark.faults
def test_over_a_thin_line_whose_cable_is_pulled_twice_a_kiosk_and_a_screen_miss_nothing(far, tmp_path):
    """Faults 33, 35 and 36: 64 kbit/s both ways; the link is down for ten seconds, then one way only has no route."""
    name, host, guest, address = far
    thin(name, host, guest)
    running = RunningHall(stations=1)
    try:
        running.environment |= {"HALL_HOST": "0.0.0.0", "HALL_ORIGINS": f"http://{address}:{running.port}"}
        running.start()
        words = [sys.executable, "-c", FAR, f"http://{address}:{running.port}"]
        words += [running.token("kiosk"), running.token("caller")]
        inside = ["ip", "netns", "exec", name]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with (tmp_path / "far.log").open("wb") as log, subprocess.Popen(
            [*inside, *words], cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, text=True
        ) as client:  # fmt: skip
            assert "one" in client.stdout.readline()
            run("ip", "link", "set", host, "down")
            time.sleep(10)
            run("ip", "link", "set", host, "up")
            assert "one" in client.stdout.readline()
            run(*inside, "ip", "route", "add", "blackhole", f"{address}/32")
            time.sleep(8)
            run(*inside, "ip", "route", "del", "blackhole", f"{address}/32")
            said, _ = client.communicate(timeout=300)
            assert 0 == client.returncode, (tmp_path / "far.log").read_text(encoding="utf-8")[-2000:]
        told = json.loads(said.splitlines()[-1])
        first = told["first"] + 1
        assert list(range(first, first + len(told["events"]))) == told["events"]
        assert 1 == told["loads"]
        assert 12 == len(told["tickets"])
        assert [] == judge(stored_of(running), Seen(tickets=[Ticket(*ticket) for ticket in told["tickets"]]))
    finally:
        running.close()


@pytest.mark.faults
def test_a_herd_of_screens_comes_back_after_a_restart():
    """Fault 41: the bench of its figures, with fewer screens."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.bench.herd", "100"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert 0 == ended.returncode, ended.stdout[-1000:] + ended.stderr[-1000:]
