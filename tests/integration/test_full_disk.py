"""A disk that is really full (docs/faults.md, row 6): nothing half done, staff goes on, all when there is room."""

import shutil
import subprocess

import pytest

from server.protocol.transport import HallProblem
from server.services.core.disk_reserve import SIZE
from tests.support.canary import NAME, found
from tests.support.hall import RunningHall, hall_file, until

DISK = 32 * 1024 * 1024


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("this user may mount no disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def hall(disk):
    running = RunningHall(hall_file(), database=f"sqlite:///{disk / 'hall.db'}", HALL_STATE_DIR=str(disk / "state"))
    try:
        yield running.start()
    finally:
        running.close()


def fill(disk):
    """Take all the room that is left; the file that holds it."""
    junk = disk / "junk"
    with junk.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return junk


def check_in(kiosk, taken):
    """One more patient, under the same key until it succeeds."""
    number = len(taken)
    taken.append(
        kiosk.check_in("H1", queue="IM", patient={"name": f"{NAME}{number}"}, key=f"full {number}").ticket.number
    )


def check_in_for_ever(kiosk, taken):
    """The log's file has some room of its own, so the first ones are taken."""
    while True:
        check_in(kiosk, taken)


def kinds(desk):
    return [alert.kind for alert in desk.snapshot("H1").alerts]


def test_on_a_full_disk_staff_calls_on_and_kiosks_are_refused_until_there_is_room(hall, disk):
    reserve = disk / "hall.reserve"
    desk, kiosk = hall.client("console"), hall.client("kiosk", budget=0.0)
    until(reserve.exists)
    waiting = [kiosk.check_in("H1", queue="IM", patient={"name": f"{NAME}候{n}"}).ticket for n in range(3)]
    junk = fill(disk)
    taken = []
    with pytest.raises(HallProblem) as refused:
        check_in_for_ever(kiosk, taken)
    assert ("storage_full", 503) == (refused.value.code, refused.value.status)

    until(lambda: "storage" in kinds(desk))
    assert not reserve.exists()
    here = desk.snapshot("H1")
    called = desk.call_next("R1").ticket
    desk.finish(called.id)
    assert waiting[0].id == called.id
    junk.unlink()
    until(reserve.exists)
    check_in(kiosk, taken)

    assert len(taken) == len(here.tickets) - len(waiting) + 1, "what was refused left nothing behind"
    assert [f"A{n:03d}" for n in range(4, len(taken) + 4)] == taken
    assert SIZE == reserve.stat().st_size
    assert ["storage"] == kinds(desk), "it stands until somebody acknowledges it"
    assert "storage_full" in hall.log() or "SQLITE_FULL" in hall.log()
    assert set() == found(hall.log().encode())
