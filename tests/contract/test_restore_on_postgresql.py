"""A dump put back by PostgreSQL's own tools and taken over with `hall-server restore`: a new life of the hall."""

import os
import subprocess
from contextlib import closing

import pytest
from sqlalchemy.engine import make_url

from server.protocol.transport import HallProblem
from tests.support.hall import RunningHall, hall_file
from tests.support.postgres import binaries

pytestmark = pytest.mark.postgresql
SECRET = "one secret, whatever is restored"


def tool(name, url, *arguments):
    """Run pg_dump or pg_restore for a database."""
    at = make_url(url)
    where = ["-h", at.host, "-p", str(at.port), "-U", at.username, "-d", at.database]
    subprocess.run(
        [binaries() / name, *where, *arguments], check=True, env={**os.environ, "PGPASSWORD": at.password or ""}
    )


def number(hall, name):
    return hall.client().check_in("H1", queue="IM", patient={"name": name}).ticket.number


def test_a_dump_that_was_put_back_gives_no_number_twice_and_is_told(postgres, tmp_path):
    """L6, fault 39, on PostgreSQL: also where the state folder bears no witness."""
    url, dump = postgres.database(), tmp_path / "hall.dump"
    with closing(RunningHall(hall_file(1), database=url, HALL_SECRET_KEY=SECRET)) as hall:
        hall.start()
        first = number(hall, "一")
        tool("pg_dump", url, "-Fc", "-f", str(dump))
        lost = {number(hall, name) for name in ("二", "三", "四", "五")}
        before = hall.client().snapshot("H1")
        hall.stop()
        tool("pg_restore", url, "--clean", "--if-exists", str(dump))
        assert "H1" in hall.command("restore")
        hall.start()

        after = hall.client().snapshot("H1")
        assert before.epoch != after.epoch
        assert [first] == [ticket.number for ticket in after.tickets]
        assert [("restored", "4")] == [(alert.kind, alert.text) for alert in after.alerts]
        with pytest.raises(HallProblem) as told:
            hall.client().events("H1", before.seq, epoch=before.epoch)
        assert ("reload", 410) == (told.value.code, told.value.status)
        assert not {number(hall, f"后{n}") for n in range(4)} & {first, *lost}


def test_a_node_with_another_secret_serves_nothing(postgres):
    """L2: two nodes of one installation with different keys refused each other's devices."""
    url = postgres.database()
    with closing(RunningHall(hall_file(1), database=url, HALL_SECRET_KEY=SECRET)) as hall:
        hall.token("kiosk")
        hall.environment["HALL_SECRET_KEY"] = "another secret of the second node"
        with pytest.raises(AssertionError, match="another key"):
            hall.command("check")
