"""A disk that fails, is read-only, or gives back a damaged page: each is told by its name, and nothing is half done."""

import contextlib
import resource
import sqlite3

import pytest

from server.protocol.transport import HallProblem
from server.services.schedule.runner import tell_of_storage
from tests.support.api import an_api
from tests.support.hall import RunningHall, hall_file, until


def damage(database, table):
    """Write garbage over the root pages of a table and its indexes, as a disk does."""
    with contextlib.closing(sqlite3.connect(database)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        pages = [page for (page,) in db.execute("SELECT rootpage FROM sqlite_master WHERE tbl_name = ?", (table,))]
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with database.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * size)
            file.write(b"\xa5" * size)


def seen(answer):
    """Status and code of a refusal."""
    return answer[0], answer[1].get("code")


def test_a_damaged_page_is_a_503_of_its_own_code_told_once_and_readyz_says_so():
    """L10, fault 10: only what needs the page fails; reads and commands that do not need it go on."""
    with an_api(fresh=True) as api:
        api.check_in("甲")
        api.context.engines.dispose()
        damage(api.database, "print_job")
        jobs = [api.post("/print-jobs/claim", {}, role="station", key="") for _ in range(3)]
        assert [(503, "storage_damaged")] * 3 == [seen(job) for job in jobs]

        ready = api.server.app.test_client().get("/readyz")
        assert (503, False) == (ready.status_code, ready.json["checks"]["whole"])
        for _ in range(3):
            tell_of_storage(api.context)
        assert (503, "storage_damaged") == seen(api.get("/halls/H1/snapshot")), "a read that needs it, too"
        assert ["storage_damaged"] == [event["alert"]["kind"] for event in api.events() if event.get("alert")]
        assert api.call("R1")["number"] == "A001"


@pytest.mark.faults
def test_a_disk_with_io_errors_refuses_by_name_gives_no_reserve_away_and_recovers():
    """L10, fault 8 in short: the file may not grow for a while, which SQLite calls an I/O error."""
    hall = RunningHall(hall_file(1))
    try:
        hall.start()
        reserve = hall.database.with_name("hall.reserve")
        until(reserve.exists)
        kiosk, desk = hall.client("kiosk", budget=0.0), hall.client("console", budget=0.0)
        taken = [kiosk.check_in("H1", queue="IM", patient={"name": "甲"}, key="before").ticket.number]
        pid = hall.worker
        limit = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (4096, limit[1]))
        refused = []
        for key in ("one", "two"):
            with pytest.raises(HallProblem) as problem:
                kiosk.check_in("H1", queue="IM", patient={"name": "乙"}, key=key)
            refused.append((problem.value.code, problem.value.status))
        assert [("storage_failed", 503)] * 2 == refused
        assert ["A001"] == [ticket.number for ticket in desk.snapshot("H1").tickets], "reads go on"
        assert reserve.exists(), "there is room: nothing is taken from staff and no kiosk is shut out"
        resource.prlimit(pid, resource.RLIMIT_FSIZE, limit)

        taken += [until(lambda key=key: checked_in(kiosk, key)) for key in ("one", "two", "three")]
        assert ["A001", "A002", "A003", "A004"] == taken
        until(lambda: "storage_failed" in [alert.kind for alert in desk.snapshot("H1").alerts])
        assert 1 == [alert.kind for alert in desk.snapshot("H1").alerts].count("storage_failed")
        with contextlib.closing(sqlite3.connect(hall.database)) as database:
            assert [("ok",)] == database.execute("PRAGMA integrity_check").fetchall()
    finally:
        hall.close()


def checked_in(kiosk, key):
    """The number given under a key; None while the disk does not write."""
    with contextlib.suppress(HallProblem):
        return kiosk.check_in("H1", queue="IM", patient={"name": "乙"}, key=key).ticket.number
