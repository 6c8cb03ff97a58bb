"""The power goes (faults 4 and 50): what must survive does, shown by a disk that loses what was not synced."""

import itertools

import pytest

from hardware.spool import Spool
from kiosk.agent.outbox_store import Entry, Journal
from server.protocol import durable_files
from server.protocol.messages import PrintJob
from server.protocol.terms import PrintJobState
from server.settings import Settings
from tests.support.power import a_disk

CUTS = itertools.count()


@pytest.fixture(scope="module")
def disk(tmp_path_factory):
    with a_disk(tmp_path_factory.mktemp("power")) as mounted:
        yield mounted


@pytest.fixture
def after_a_cut(disk, tmp_path):
    """Cuts the power: the folder of the disk as it is found afterwards."""
    found = []

    def cut():
        turn = next(CUTS)
        found.append(disk.cut(tmp_path / f"{turn}.img", tmp_path / f"{turn}"))
        return found[-1].folder

    yield cut
    for one in found:
        one.close()


def test_a_cut_loses_what_nobody_synced(disk, after_a_cut):
    """Else none of these tests could fail."""
    (disk.folder / "kept").write_text("old")
    disk.sync()
    (disk.folder / "content").write_text("new")
    (disk.folder / "kept").rename(disk.folder / "renamed")

    after = after_a_cut()
    assert "old" == (after / "kept").read_text()
    assert not (after / "renamed").exists()
    assert not (after / "content").exists()


def test_a_durable_file_has_its_content_and_its_name_in_folders_that_were_made_for_it(disk, after_a_cut):
    folder = durable_files.make_folder(disk.folder / "a" / "b")
    durable_files.write(folder / "file", b"one")
    assert b"one" == (after_a_cut() / "a" / "b" / "file").read_bytes()

    durable_files.write(folder / "file", b"two")
    durable_files.rename(folder / "file", folder / "other")
    after = after_a_cut() / "a" / "b"
    assert ["other"] == [path.name for path in after.iterdir()]
    assert b"two" == (after / "other").read_bytes()

    durable_files.remove(folder / "other")
    assert durable_files.create(folder / "first", b"1")
    assert not durable_files.create(folder / "first", b"2")
    after = after_a_cut() / "a" / "b"
    assert ["first"] == [path.name for path in after.iterdir()]


def test_the_secret_key_is_never_empty(disk, after_a_cut):
    """L2: a cut in the first half minute left an empty secret.key."""
    made = Settings(state_dir=disk.folder / "new" / "state", secret_key="").key()

    assert made == (after_a_cut() / "new" / "state" / "secret.key").read_text()


def test_a_kiosk_has_its_commands_and_its_begun_paper_and_settled_ones_stay_settled(disk, after_a_cut):
    """L3: 12 of 12 kept commands and `printing` marks gone, 12 settled ones back."""
    journal = Journal(disk.folder / "kiosk" / "outbox.db")
    kept = [Entry(f"key {n}", "CheckInCommand", {"queue": "IM"}, float(n)) for n in range(3)]

    def keys():
        again = Journal(after_a_cut() / "kiosk" / "outbox.db")
        left = [(entry.key, entry.printing) for entry in again.open()]
        assert again.put_aside is None
        again.close()
        return left

    for entry in kept:
        journal.keep(entry)
    assert [("key 0", None), ("key 1", None), ("key 2", None)] == keys()
    journal.printing("key 1", "job")
    assert [("key 0", None), ("key 1", "job"), ("key 2", None)] == keys()
    journal.settle("key 1")
    assert [("key 0", None), ("key 2", None)] == keys()
    journal.close()


def test_a_station_remembers_a_begun_job_and_forgets_what_was_told(disk, after_a_cut):
    """L4, fault 50: a begun job was forgotten, and printed again without a mark: 10 of 10."""
    spool = Spool(disk.folder / "station" / "spool")
    job = PrintJob(id="job-1", kind="slip", state=PrintJobState.LEASED, lease="l1")

    spool.begin(job, "key")
    left = Spool(after_a_cut() / "station" / "spool").left()
    assert [("job-1", PrintJobState.UNKNOWN, True)] == [(one.job, one.state, one.begun_only) for one in left]
    spool.forget("job-1")
    assert [] == Spool(after_a_cut() / "station" / "spool").left()
