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


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t", b""])
def test_a_scan_is_a_line_however_it_ends(reader, end):
    opened, scanner = reader
    os.write(scanner, "2B7F|张三".encode() + end)
    scan = opened.read(2)
    assert ("2B7F|张三", Evidence.KEYBOARD) == (scan.text, scan.how)
    assert opened.read(0.05) is None


def test_a_business_card_is_one_scan_of_several_lines(reader):
    """R11: each of its lines was a failed patient."""
    opened, scanner = reader
    os.write(scanner, b"BEGIN:VCARD\r\nFN:Zhang San\r\n\r\nEND:VCARD\r\n")
    assert "BEGIN:VCARD\nFN:Zhang San\nEND:VCARD" == opened.read(1).text
    assert opened.read(0.05) is None


def test_two_patients_one_after_the_other_are_two_scans(reader):
    opened, scanner = reader
    codes = []
    for code in (b"first", b"second"):
        os.write(scanner, code + b"\r\n")
        codes.append(opened.read(1).text)
    assert ["first", "second"] == codes


class Paused:
    """A line whose bytes come with pauses of their own, in simulated seconds."""

    def __init__(self, reader, *parts):
        self.parts = list(parts)
        self.reader = reader
        reader._open = lambda: None
        reader._more = self.more

    def more(self, seconds):
        if not self.parts or self.parts[0][0] > seconds:
            return False
        self.reader._heard += self.parts.pop(0)[1]
        return True


@pytest.mark.parametrize(("end", "pause"), [(b"", 0.25), (b"\r", 0.25), (b"\r", 0.9)])
def test_a_pause_inside_a_code_tears_it_not(end, pause):
    """R11: a pause of 150 ms made two failed patients of one code."""
    opened = open_reader("serial:///dev/none")
    opened._sends_ends = pause > 0.3  # a reader that ended its scans before may pause longer
    Paused(opened, (0, b"P10"), (pause, b"01" + end))
    assert "P1001" == opened.read(2).text


@pytest.mark.parametrize("noise", [b"\xff", b"\x00\x00", b"~", b"\x81", b"NOREAD\r\n", b"NR\r", b"\r\n", b"\x07\x1b"])
def test_noise_and_a_reader_that_saw_nothing_are_nobodys_scan(reader, noise):
    """R11: a noise byte or NOREAD was a failed patient."""
    opened, scanner = reader
    os.write(scanner, noise)
    assert opened.read(0.2) is None


def test_a_noise_byte_before_a_code_leaves_the_code(reader):
    opened, scanner = reader
    os.write(scanner, b"\xfeP1001\r\n")
    assert "P1001" == opened.read(1).text


def test_chinese_characters_of_older_readers_are_read(reader):
    opened, scanner = reader
    os.write(scanner, "2B7F|张三".encode("gb18030") + b"\r")
    assert "2B7F|张三" == opened.read(1).text


def test_a_line_that_never_falls_silent_ends_at_the_longest_code(reader):
    opened, scanner = reader
    os.write(scanner, b"7" * 4095)
    os.write(scanner, b"7" * 2000)
    assert 4095 <= len(opened.read(1).text) <= 4096


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
