"""Nothing ends the kiosk: its memory may be torn, its reader's driver may fail, an answer may be anything."""

import sqlite3
import threading

import httpx
import pytest

from hardware.ports import Scan
from kiosk.agent.outbox_store import COLUMNS, Entry, Journal
from kiosk.agent.scanner import Scanner
from kiosk.cli import _every
from kiosk.machine.events import Answer, Away
from server.protocol.client import HallClient
from server.protocol.terms import Evidence
from server.protocol.transport import AnswerUnreadable
from tests.unit.kiosk.test_command_runner import WISH, Bench


def torn(path):
    Journal(path).close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


def of_another_version(path):
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE command (id TEXT, words TEXT)")
    db.close()


FILES = {
    "no database": lambda path: path.write_bytes(b"<html>" * 1000),
    "half a header": lambda path: path.write_bytes(b"SQLite format 3\x00\x10\x00"),
    "torn": torn,
    "another version's": of_another_version,
}


@pytest.mark.parametrize("what", FILES)
def test_a_memory_that_cannot_be_read_is_put_aside_and_the_kiosk_goes_on(what, tmp_path):
    """O1: siblings: after a power cut the kiosk ended at each start, with a traceback."""
    path = tmp_path / "outbox.db"
    FILES[what](path)
    journal = Journal(path)
    journal.keep(Entry("k1", "CheckInCommand", {"queue": "IM"}, 1.0))
    assert ["k1"] == [entry.key for entry in journal.open()]
    assert "outbox.db.unreadable" == journal.put_aside.name
    journal.close()
    again = Journal(path)
    assert (None, ["k1"]) == (again.put_aside, [entry.key for entry in again.open()])
    again.close()


def test_an_empty_file_is_a_new_memory(tmp_path):
    (tmp_path / "outbox.db").touch()
    journal = Journal(tmp_path / "outbox.db")
    assert ([], None) == (journal.open(), journal.put_aside)
    journal.close()


@pytest.mark.parametrize("body", ["", "{", "[]", "null", "7"])
def test_an_open_command_that_cannot_be_read_is_forgotten_and_the_others_stay(body, tmp_path):
    path = tmp_path / "outbox.db"
    Journal(path).close()
    with sqlite3.connect(path) as db:
        db.execute(
            f"INSERT INTO command ({', '.join(COLUMNS)}) VALUES ('bad', 'CheckInCommand', ?, 1.0, NULL)", (body,)
        )
        db.execute(f"INSERT INTO command ({', '.join(COLUMNS)}) VALUES ('good', 'CheckInCommand', '{{}}', 2.0, NULL)")
    db.close()
    journal = Journal(path)
    assert ["good"] == [entry.key for entry in journal.open()]
    assert ["good"] == [entry.key for entry in journal.open()]
    journal.close()


class Rounds:
    """A reader of a driver that fails as it likes; the last read ends the listening."""

    url = "serial:///dev/none"

    def __init__(self, stopping, *reads):
        self.stopping, self.reads, self.closed = stopping, list(reads), False

    def read(self, _timeout):
        read = self.reads.pop(0)
        if not self.reads:
            self.stopping.set()
        if isinstance(read, Exception):
            raise read
        return read

    def close(self):
        self.closed = True


def test_a_driver_that_fails_and_a_screen_that_fails_end_no_listening():
    stopping, touches = threading.Event(), []
    good = Scan("12345678", Evidence.KEYBOARD)
    reader = Rounds(stopping, TypeError("driver"), good, None, UnicodeError("driver"), good)

    def feed(touch):
        touches.append(touch.value)
        raise KeyError("a fault of ours")

    Scanner(reader, feed, again_after=0).run(stopping)
    assert (["12345678"] * 2, True) == (touches, reader.closed)


def test_a_tick_that_fails_is_followed_by_the_next():
    """Else the screen of one patient would stay for the next one."""
    stopping, ticks = threading.Event(), []

    def tick():
        ticks.append(1)
        if len(ticks) == 3:
            stopping.set()
        raise ValueError("a fault of ours")

    _every(0.001, stopping, tick)
    assert 3 == len(ticks)


@pytest.mark.parametrize("content", [b"<html>log in</html>", b"[]", b"{}", b'{"ticket": 7}', b"\xff\xfe", b"[" * 9000])
def test_an_answer_that_is_none_of_the_servers_counts_as_no_answer(content):
    """A hotel's page with status 200 left the command open for ever; now it is tried again under its key, or told."""
    http = httpx.MockTransport(lambda _request: httpx.Response(200, content=content))
    with HallClient("http://hall", http_transport=http, budget=0) as client:
        asks = (
            client.me,
            lambda: client.snapshot("H1"),
            lambda: client.ticket("t1"),
            lambda: client.act("t1", "start"),
        )
        for ask in asks:
            with pytest.raises(AnswerUnreadable) as raised:
                ask()
            assert content.decode("latin-1") not in str(raised.value)


def test_a_check_in_with_an_answer_that_cannot_be_read_is_told_as_away(tmp_path):
    here = Bench(tmp_path, lambda _request: httpx.Response(200, content=b"<html>"))
    assert [Answer("0.1", Away())] == here.do(WISH)
    assert 1 == len(here.journal.open())
    here.runner.stop()
    here.paper.close()
    here.journal.close()
