import os
import pty
import tty

import pytest

from hardware.errors import CannotOpen, FailedInUse, NotAvailable
from hardware.registry import open_reader
from server.protocol.terms import Evidence

pytest.importorskip("serial", reason="no pyserial")


@pytest.fixture
def reader():
    """A reader on a pseudo terminal, and the end that plays the scanner."""
    master, slave = pty.openpty()
    tty.setraw(slave)
    opened = open_reader(f"serial://{os.ttyname(slave)}")
    assert opened.read(0) is None
    yield opened, master
    opened.close()
    opened.close()
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b""])
def test_a_scan_is_a_line_however_it_ends(reader, end):
    opened, scanner = reader
    os.write(scanner, "2B7F|张三".encode() + end)
    scan = opened.read(2)
    assert ("2B7F|张三", Evidence.KEYBOARD) == (scan.text, scan.how)
    assert opened.read(0.05) is None


def test_two_scans_in_one_go_are_two(reader):
    opened, scanner = reader
    os.write(scanner, b"first\r\nsecond\r\n")
    assert ["first", "second"] == [opened.read(1).text, opened.read(1).text]


def test_control_characters_are_not_part_of_a_scan(reader):
    opened, scanner = reader
    os.write(scanner, b"\x02 A012\x03\r")
    assert "A012" == opened.read(1).text


def test_a_reader_that_is_not_there_says_so(tmp_path):
    with pytest.raises(CannotOpen):
        open_reader(f"serial://{tmp_path}/none").read(0.1)


def test_a_reader_pulled_out_fails_in_use():
    master, slave = pty.openpty()
    tty.setraw(slave)
    opened = open_reader(f"serial://{os.ttyname(slave)}")
    assert opened.read(0) is None
    os.close(slave)
    os.close(master)
    with pytest.raises(FailedInUse):
        opened.read(1)


def test_an_unknown_kind_of_reader_is_refused_by_name():
    with pytest.raises(NotAvailable, match="no driver 'bluetooth'; there are serial"):
        open_reader("bluetooth://x")
