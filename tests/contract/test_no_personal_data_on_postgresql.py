"""The server's part of tests/integration/test_no_personal_data.py on PostgreSQL, whose errors repeat values."""

import pytest

from tests.support import canary
from tests.support.api import enrolled
from tests.support.canary_day import a_day, broken_constraints, failures, metrics, refusals
from tests.support.hall import RunningHall, hall_file

pytestmark = pytest.mark.postgresql
SECRET = "one secret for this hall, long enough"


def test_on_postgresql_no_log_table_or_figure_holds_a_patient(postgres):
    """S9: a restart, a time-out or a lost table wrote identity numbers and names into the log."""
    url = postgres.database()
    hall = RunningHall(database=url, prepared=enrolled(url, hall_file(), SECRET), HALL_SECRET_KEY=SECRET)
    try:
        for role in ("station", "service"):
            hall.token(role)
        hall.start()
        a_day(hall)
        refusals(hall)
        with postgres.connect(url.rpartition("/")[2]) as db:
            failures(hall, lambda statement: db.execute(statement.encode()))
            broken_constraints(hall, lambda statement: db.execute(statement.encode()))

        assert {} == canary.in_files(hall.folder)
        assert b"violates check constraint" in postgres.log()  # with the whole row, but for log_error_verbosity
        assert set() == canary.found(postgres.log())
        assert {} == canary.in_tables(url)
        assert set() == canary.found(metrics(hall))
        for state in ("42P01", "23514 nobody", "23514 nothing"):  # undefined_table, check_violation: it did go wrong
            assert state in hall.log()
    finally:
        hall.close()
