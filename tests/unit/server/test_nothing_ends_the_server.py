"""Nothing ends the server: a task that fails rests, an event that cannot be shown is hidden, a torn key is replaced."""

import threading
from types import SimpleNamespace

from sqlalchemy.orm import Session

from server.protocol.terms import Audience
from server.services.core.clock import Clock
from server.services.readmodel.audience import AudiencePresenter
from server.services.schedule.runner import DueRunner, Resting
from server.settings import Settings
from server.store.models import HallRow
from tests.support.api import an_api


def test_a_task_that_fails_rests_and_longer_each_time():
    """It ran twice a second for ever, with a traceback each time: the log filled the disk."""
    now = 0.0
    resting = Resting(lambda: now)
    pauses = []
    for _ in range(12):
        resting.failed("lease:j1")
        begun = now
        while resting.ids():
            now += 1.0
        pauses.append(now - begun)
    assert [2.0, 4.0, 8.0, 16.0] == pauses[:4]
    assert 600.0 == pauses[-1]
    resting.done("lease:j1")
    resting.failed("lease:j1")
    assert ["lease:j1"] == resting.ids()
    now += 2.0
    assert [] == resting.ids()


def test_so_many_tasks_may_fail_that_others_are_still_looked_at():
    resting = Resting(lambda: 0.0)
    for number in range(2000):
        resting.failed(f"task:{number}")
    assert Resting.MOST == len(resting.ids()) < 500


def test_a_round_that_fails_in_one_part_does_the_others(monkeypatch):
    """A disk that could not be asked stopped every timer of the hospital."""
    done = threading.Event()

    def broken(_context):
        raise OSError("a disk that does not answer")

    monkeypatch.setattr("server.services.schedule.runner.keep_reserve", broken)
    monkeypatch.setattr("server.services.schedule.runner.run_due", lambda _context, _resting: done.set())
    monkeypatch.setattr("server.services.schedule.runner.renew_wanted", broken)
    runner = DueRunner(SimpleNamespace(clock=Clock()), every=0.001)
    runner.start()
    assert done.wait(30)
    runner.stop()


def test_an_event_that_cannot_be_shown_is_hidden_and_followers_go_on(caplog):
    """One row of another version's, and every wall and desk of the hall loaded anew for ever."""
    with an_api() as api, Session(api.context.engines.read) as db:
        presenter = AudiencePresenter(db, db.get_one(HallRow, "H1"), Audience.STAFF)
        row = {"seq": 7, "kind": "ticket.beamed", "at": "2026-03-02T01:00:00Z", "subject": {"ticket": "甲"}}
        assert {"epoch": "e", "seq": 7, "kind": "hidden"} == presenter.frame("e", row)
    assert "event H1 7 cannot be shown to staff" in caplog.text
    assert "甲" not in caplog.text


def test_a_torn_key_is_put_aside_and_a_new_one_made(tmp_path):
    """A power cut while the key was first written left an empty file, and everything was signed with nothing."""
    (tmp_path / "secret.key").write_bytes(b"\x00\xff")
    key = Settings(state_dir=tmp_path, secret_key="").key()
    assert len(key) == 64
    assert key == Settings(state_dir=tmp_path, secret_key="").key()
    assert {"secret.key", "secret.key.unreadable"} == {path.name for path in tmp_path.iterdir()}
    assert 0o600 == (tmp_path / "secret.key").stat().st_mode & 0o777
