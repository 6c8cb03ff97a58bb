"""Wishes on disk before they are sent."""

import sqlite3

from kiosk.agent.outbox_store import Entry, Journal

WISH = Entry("key-1", "CheckInCommand", {"queue": "IM", "flags": []}, 1000.0)


def test_a_wish_survives_the_program(tmp_path):
    Journal(tmp_path / "state" / "outbox.db").keep(WISH)

    assert [WISH] == Journal(tmp_path / "state" / "outbox.db").open()


def test_wishes_come_back_in_the_order_they_were_made(tmp_path):
    journal = Journal(tmp_path / "outbox.db")
    later = Entry("key-0", "CallStaff", {}, 2000.0)
    journal.keep(later)
    journal.keep(WISH)

    assert [WISH, later] == journal.open()


def test_a_settled_wish_is_gone_from_the_file_itself(tmp_path):
    journal = Journal(tmp_path / "outbox.db")
    journal.keep(Entry("key-1", "CheckInCommand", {"visit_token": "CANARY-TOKEN"}, 1.0))
    journal.settle("key-1")
    journal.close()

    assert b"CANARY-TOKEN" not in (tmp_path / "outbox.db").read_bytes()


def test_paper_that_was_begun_is_known_after_a_crash(tmp_path):
    journal = Journal(tmp_path / "outbox.db")
    journal.keep(WISH)
    journal.printing("key-1", "j1")

    assert ["j1"] == [entry.printing for entry in Journal(tmp_path / "outbox.db").open()]


def test_every_write_waits_for_the_disk(tmp_path):
    journal = Journal(tmp_path / "outbox.db")

    assert 3 == journal._db.execute("PRAGMA synchronous").fetchone()[0]  # EXTRA: the folder too
    assert sqlite3.threadsafety >= 1
