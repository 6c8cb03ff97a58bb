"""A reader with a driver: each scan is a touch; one that is pulled out is looked for again."""

import os
import pty
import threading
import tty

import pytest

from hardware.errors import CannotOpen, NotAvailable
from hardware.ports import Scan
from hardware.registry import open_reader
from kiosk.agent.scanner import FINE, GONE, Scanner
from kiosk.cli import Kiosk
from kiosk.machine.events import Touch
from kiosk.machine.state import Verb
from kiosk.settings import Settings
from server.protocol.terms import Evidence


class Heard:
    """Collects touches and lets a test wait for them."""

    def __init__(self):
        self.touches, self._more = [], threading.Condition()

    def __call__(self, touch):
        with self._more:
            self.touches.append(touch)
            self._more.notify_all()

    def wait_for(self, count):
        with self._more:
            assert self._more.wait_for(lambda: len(self.touches) >= count, timeout=30)
        return self.touches


@pytest.fixture
def line():
    """A pseudo terminal: the end that plays the scanner, and the name of the other."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    yield master, os.ttyname(slave)
    os.close(slave)
    os.close(master)


@pytest.fixture
def running(line):
    stopping, threads = threading.Event(), []

    def begin(scanner):
        threads.append(threading.Thread(target=scanner.run, args=(stopping,)))
        threads[0].start()
        return scanner

    yield begin
    stopping.set()
    for thread in threads:
        thread.join(30)


def test_a_scan_on_a_serial_line_is_a_touch(line, running):
    pytest.importorskip("serial", reason="no pyserial")
    heard = Heard()
    reader = open_reader(f"serial://{line[1]}")
    assert reader.read(0) is None
    scanner = running(Scanner(reader, heard))
    os.write(line[0], b"P1001\r\n")

    assert [Touch(Verb.SCAN, "P1001")] == heard.wait_for(1)
    assert FINE == scanner.health()


class Wobbly:
    """A reader that is missing at first and reads one code when it is back."""

    url = "serial:///dev/nowhere"
    how = Evidence.KEYBOARD

    def __init__(self):
        self.failures, self.codes, self.closed = 2, ["P1002"], False
        self.seen = []

    def read(self, timeout):
        if self.failures:
            self.failures -= 1
            raise CannotOpen(self.url, "no such file")
        self.seen.append(True)
        return Scan(self.codes.pop(), self.how) if self.codes else threading.Event().wait(0.01) or None

    def close(self):
        self.closed = True


def test_a_reader_that_was_pulled_out_is_heard_again(running):
    heard, words = Heard(), []
    scanner = Scanner(Wobbly(), lambda touch: (words.append(scanner.health()), heard(touch)), again_after=0.01)
    running(scanner)

    assert [Touch(Verb.SCAN, "P1002")] == heard.wait_for(1)
    assert [FINE] == words


@pytest.mark.parametrize("how", [Evidence.CHIP, Evidence.CODE, Evidence.KEYBOARD])
def test_a_reading_carries_how_its_driver_read_it(running, how):
    heard, reader = Heard(), Wobbly()
    reader.how = how
    running(Scanner(reader, heard, again_after=0.01))

    assert [how] == [touch.how for touch in heard.wait_for(1)]


def test_a_reader_that_is_not_there_is_told_and_let_go_at_the_end():
    reader, stopping = Wobbly(), threading.Event()
    reader.failures = 10**6
    scanner = Scanner(reader, lambda touch: None, again_after=0.01)
    thread = threading.Thread(target=scanner.run, args=(stopping,))
    thread.start()
    while scanner.health() is not GONE:
        assert thread.is_alive()
    stopping.set()
    thread.join(30)

    assert reader.closed


def test_a_reader_that_no_driver_knows_is_refused_at_the_start(tmp_path):
    settings = Settings(token="t", port=0, reader="usb://1234:5678", state_dir=tmp_path)

    with pytest.raises(NotAvailable, match="no driver 'usb'"):
        Kiosk(settings)
