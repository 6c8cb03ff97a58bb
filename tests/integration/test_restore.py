"""A copy put back: a new epoch whatever was restored, followers and staff are told, no number is given twice."""

import contextlib
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from server.cli import main
from server.domain.installation.wholeness import ADVICE, Trouble
from server.protocol.stream.follower import Follower
from server.protocol.transport import HallProblem
from server.services.bootstrap import journal_epochs
from server.store import engine
from tests.support.api import an_api
from tests.support.databases import about_sqlite
from tests.support.hall import RunningHall, until

pytestmark = about_sqlite("putting its file back")

ROOT = Path(__file__).resolve().parents[2]


def procedure():
    """The commands of the manual: those of the copy, those of the restore."""
    manual = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    chapter = manual.partition("## Backup and restore")[2].partition("\n## ")[0]
    blocks = re.findall(r"```\n(.*?)```", chapter, re.DOTALL)
    assert 2 == len(blocks)
    return blocks


def follow_the_manual(hall, block):
    """Run a block line by line, in the folders of the test."""
    text = block.replace("/var/lib/hall", str(hall.folder)).replace("/var/backups/hall", str(hall.folder / "copies"))
    shell = []
    for line in text.splitlines():
        if line.startswith("hall-server "):
            subprocess.run(["bash", "-euc", "\n".join(shell)], check=True)
            shell = []
            hall.command(*line.split()[1:])
        else:
            shell.append(line)
    subprocess.run(["bash", "-euc", "\n".join(shell)], check=True)


def number(hall, name):
    return hall.client().check_in("H1", queue="IM", patient={"name": name}).ticket.number


@pytest.mark.faults
@pytest.mark.skipif(not shutil.which("sqlite3"), reason="the manual's sqlite3 is not here")
def test_the_manuals_procedure_gives_no_number_twice_and_tells_followers_and_staff():
    """L6, fault 39: the same four numbers again, same epoch, no alert; a follower at 16 was told nothing is new."""
    copy, restore = procedure()
    hall = RunningHall()
    try:
        hall.start()
        (hall.folder / "copies").mkdir()
        first = number(hall, "一")
        follow_the_manual(hall, copy)
        lost = {number(hall, name) for name in ("二", "三", "四", "五")}
        before = hall.client().snapshot("H1")
        hall.stop()
        shutil.rmtree(hall.folder / "state")  # the whole box is new: nothing of it can bear witness
        for part in hall.folder.glob("hall.db*"):
            part.unlink()
        (hall.folder / "state").mkdir()
        follow_the_manual(hall, restore)
        hall.start()

        after = hall.client().snapshot("H1")
        assert before.epoch != after.epoch
        assert [first] == [ticket.number for ticket in after.tickets]
        assert ["restored"] == [alert.kind for alert in after.alerts]
        with pytest.raises(HallProblem) as told:
            hall.client().events("H1", before.seq, epoch=before.epoch)
        assert ("reload", 410) == (told.value.code, told.value.status)
        assert not {number(hall, f"后{n}") for n in range(4)} & {first, *lost}
    finally:
        hall.close()


@pytest.mark.faults
def test_a_screen_that_has_read_further_proves_a_restore_by_hand():
    """L6: the copy and the state folder with it; the witness is not in the box of the accused."""
    hall = RunningHall()
    try:
        hall.start()
        hall.check_in("一")
        hall.stop()
        shutil.copytree(hall.folder / "state", hall.folder / "state of then")
        with contextlib.closing(sqlite3.connect(hall.database)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(hall.database, hall.folder / "then.db")
        hall.start()
        loads, read = [], []
        follower = Follower(hall.client("caller"), "H1", on_snapshot=loads.append, on_event=read.append).start()
        lost = {hall.client().ticket(id).ticket.number for id in hall.check_in("二", "三", "四", "五")}
        until(lambda: len(read) >= 4)
        before = follower.position
        hall.stop()
        shutil.rmtree(hall.folder / "state")
        shutil.copytree(hall.folder / "state of then", hall.folder / "state")
        for part in hall.folder.glob("hall.db-*"):  # a server that ended late leaves its log
            part.unlink()
        shutil.copy(hall.folder / "then.db", hall.database)
        hall.start()

        until(lambda: loads[-1].epoch != before.epoch)
        follower.stop()
        desk = hall.client().snapshot("H1")
        assert ["restored"] == [alert.kind for alert in desk.alerts]
        assert "new epoch" in hall.log()
        assert not {number(hall, f"后{n}") for n in range(4)} & lost
    finally:
        hall.close()


def restored_by(api, told, role="kiosk"):
    """Whether a heartbeat begins a new epoch."""
    epoch = api.snapshot()["epoch"]
    assert 200 == api.post("/devices/me/heartbeat", {"health": {}, **told}, role=role, key="")[0]
    journal_epochs.heed_witnesses(api.context)
    return epoch != api.snapshot()["epoch"]


def test_only_a_heartbeat_that_is_ahead_in_the_present_epoch_proves_a_restore_and_each_device_once():
    """L6: a kiosk or station knows how far it has read; one that errs cannot stop a hall."""
    with an_api(fresh=True) as api:
        api.check_in("甲")
        now = api.snapshot()
        assert not restored_by(api, {"seen_seq": now["seq"] + 9})
        assert not restored_by(api, {"seen_seq": now["seq"] + 9, "epoch": "another"})
        assert not restored_by(api, {"seen_seq": 1, "epoch": now["epoch"]})
        assert restored_by(api, {"seen_seq": now["seq"] + 9, "epoch": now["epoch"]})
        assert ["restored"] == [alert["kind"] for alert in api.snapshot()["alerts"]]
        now = api.snapshot()
        assert not restored_by(api, {"seen_seq": now["seq"] + 9, "epoch": now["epoch"]})
        assert "A102" == api.check_in("乙")["number"]


@about_sqlite("a second connection holds the writer's lock of the file")
def test_what_a_device_proves_while_nobody_can_write_is_heeded_afterwards(monkeypatch):
    """L6: it was forgotten, and the device proves it once in ten minutes only."""
    monkeypatch.setattr(engine, "BUSY_MILLISECONDS", 20)
    with an_api(fresh=True) as api:
        api.check_in("甲")
        now = api.snapshot()
        told = {"health": {}, "seen_seq": now["seq"] + 9, "epoch": now["epoch"]}
        assert 200 == api.post("/devices/me/heartbeat", told, role="kiosk", key="")[0]
        with contextlib.closing(sqlite3.connect(api.folder / "hall.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            journal_epochs.heed_witnesses(api.context)
        assert now["epoch"] == api.snapshot()["epoch"]
        journal_epochs.heed_witnesses(api.context)
        assert now["epoch"] != api.snapshot()["epoch"]


@pytest.fixture
def box(tmp_path, monkeypatch):
    """An installation that was at work; the settings name it."""
    hall = RunningHall()
    shutil.copytree(hall.folder, tmp_path / "box")
    hall.close()
    monkeypatch.setenv("HALL_DATABASE_URL", f"sqlite:///{tmp_path / 'box' / 'hall.db'}")
    monkeypatch.setenv("HALL_STATE_DIR", str(tmp_path / "box" / "state"))
    monkeypatch.delenv("HALL_SECRET_KEY", raising=False)
    return tmp_path / "box"


def test_a_copy_that_is_damaged_empty_or_missing_is_refused_and_nothing_changes(box, capsys):
    before = {path.name: path.read_bytes() for path in box.iterdir() if path.is_file()}
    whole = (box / "hall.db").read_bytes()
    for content in (None, b"", b"x" * 5000, whole[:5000], whole[:8192] + bytes(8192) + whole[16384:]):
        if content is not None:
            (box.parent / "copy.db").write_bytes(content)
        assert 1 == main(["restore", str(box.parent / "copy.db")])
        assert "nothing was restored" in capsys.readouterr().err
        after = {path.name: path.read_bytes() for path in box.iterdir() if path.is_file()}
        assert before == {name: found for name, found in after.items() if name in before}
    assert 0 == main(["check"])


def test_what_is_in_its_place_is_taken_over_and_what_was_replaced_is_kept(box, capsys):
    """Also after a hall that the copy does not know had a mark, and with a damaged database in the place."""
    shutil.copy(box / "hall.db", box.parent / "copy.db")
    (box / "state" / "marks" / b"H7".hex()).write_bytes(b"0123 44")
    assert 1 == main(["check"])
    assert ADVICE[Trouble.HALL_MISSING] in capsys.readouterr().err
    assert 0 == main(["restore"])
    assert 0 == main(["check"])

    (box / "hall.db").write_bytes(b"torn" * 2000)
    assert 0 == main(["restore", str(box.parent / "copy.db")])
    assert b"torn" * 2000 == (box / "hall.db.replaced").read_bytes()
    assert 0 == main(["check"])


def test_a_lost_key_is_made_anew_only_when_that_is_asked_for(box, capsys):
    """L2: a missing key was a new one silently."""
    (box / "state" / "secret.key").unlink()
    assert 1 == main(["restore"])
    assert ADVICE[Trouble.KEY_MISSING] in capsys.readouterr().err
    assert 0 == main(["restore", "--new-key"])
    assert 0 == main(["check"])
    assert 64 == len((box / "state" / "secret.key").read_text())


def test_another_key_than_the_one_of_the_database_is_said_and_taken_only_when_that_is_asked_for(box, capsys):
    """L2: with another hospital's key every device was refused as unknown, and nobody could tell why."""
    (box / "state" / "secret.key").write_text("another key of this length" * 2)
    assert 1 == main(["check"])
    assert 1 == main(["restore"])
    assert 2 == capsys.readouterr().err.count(ADVICE[Trouble.KEY_OTHER])
    assert 0 == main(["restore", "--new-key"])
    assert 0 == main(["check"])
    assert "another key of this length" * 2 == (box / "state" / "secret.key").read_text()


def test_a_restore_waits_for_nobody_who_is_at_work(capsys, monkeypatch):
    with an_api(fresh=True) as api:
        monkeypatch.setenv("HALL_DATABASE_URL", api.settings.database_url)
        monkeypatch.setenv("HALL_STATE_DIR", str(api.settings.state_dir))
        assert 1 == main(["restore"])
        assert "a server or a command uses HALL_STATE_DIR" in capsys.readouterr().err
