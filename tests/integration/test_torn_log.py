"""Half a frame of the database's log (fault 5): the torn tail is dropped, and that something is missing is told."""

import contextlib
import shutil
import sqlite3

import pytest

from server.services.bootstrap.startup import build_context
from tests.support.api import an_api
from tests.support.databases import about_sqlite

pytestmark = about_sqlite("its write-ahead log")

FRAMES = 3


@pytest.fixture(scope="module")
def torn_from(tmp_path_factory):
    """A database with its log as a power cut finds them, and the settings of its server."""
    folder = tmp_path_factory.mktemp("log")
    with an_api(fresh=True) as api:
        for name in ("甲", "乙", "丙"):
            api.check_in(name)
        for part in ("hall.db", "hall.db-wal"):
            shutil.copy(api.folder / part, folder / part)
        shutil.copytree(api.folder / "state", folder / "state")
        yield folder, api.settings
    shutil.rmtree(folder)


def torn(folder, here, size):
    """A copy whose log is only so long."""
    here.mkdir(exist_ok=True)
    for part in here.glob("hall.db*"):
        part.unlink()
    shutil.copy(folder / "hall.db", here / "hall.db")
    (here / "hall.db-wal").write_bytes((folder / "hall.db-wal").read_bytes()[:size])
    return here / "hall.db"


def test_a_log_torn_anywhere_in_its_last_frames_leaves_whole_events_without_a_hole(torn_from, tmp_path):
    folder, _ = torn_from
    head = (folder / "hall.db").read_bytes()[:18]
    frame = 24 + int.from_bytes(head[16:18], "big")  # https://www.sqlite.org/fileformat2.html, 1.3 and 4.1
    whole = (folder / "hall.db-wal").stat().st_size
    assert whole > FRAMES * frame
    ends = set()
    for missing in range(1, FRAMES * frame, 397):
        with contextlib.closing(sqlite3.connect(torn(folder, tmp_path / "here", whole - missing))) as database:
            assert ("ok",) == database.execute("PRAGMA quick_check").fetchone(), missing
            last = database.execute("SELECT seq FROM hall WHERE id = 'H1'").fetchone()[0]
            events = [row[0] for row in database.execute("SELECT seq FROM journal WHERE hall_id = 'H1' ORDER BY seq")]
            assert list(range(events[0], last + 1)) == events, missing
            ends.add(last)
    assert ends


def test_an_event_that_was_torn_off_is_told_to_staff(torn_from, tmp_path):
    """Acknowledged and gone: a disk that does not keep what it says, which the mark shows."""
    folder, settings = torn_from
    size = (folder / "hall.db-wal").stat().st_size
    here = torn(folder, tmp_path / "here", size - 1).parent
    shutil.copytree(folder / "state", here / "state")
    url = f"sqlite:///{here / 'hall.db'}"
    context = build_context(settings.model_copy(update={"database_url": url, "state_dir": here / "state"}))
    try:
        with contextlib.closing(sqlite3.connect(here / "hall.db")) as database:
            kinds = [row[0] for row in database.execute("SELECT kind FROM alert")]
        assert ["restored"] == kinds
    finally:
        context.close()
