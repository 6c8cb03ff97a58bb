"""hall-server in the hands of somebody who mistypes: plain words on stderr, an exit code, never a traceback."""

import pytest

from server.cli import main
from tests.support.hall import hall_file


@pytest.fixture
def command(monkeypatch, tmp_path, capsys):
    """`hall-server …` over an empty folder; exit code, what was printed, what was said."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HALL_DATABASE_URL", f"sqlite:///{tmp_path / 'hall.db'}")
    monkeypatch.setenv("HALL_STATE_DIR", str(tmp_path / "state"))

    def run(*words):
        code = main(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


SETTINGS = [
    ("HALL_PORT", "many", 2, "whole number", "integer"),
    ("HALL_DATABASE_URL", "hall.db", 1, "no address", "URL"),
    ("HALL_DATABASE_URL", "oracle9://hall", 1, "no driver", "oracle9"),
    ("HALL_DATABASE_URL", "sqlite:////no/such/folder/hall.db", 1, "no folder", "unable to open"),
    ("HALL_DATABASE_URL", "postgresql://hall@127.0.0.1:1/hall", 1, "nobody there", "refused"),
]


@pytest.mark.parametrize(("name", "value", "code", "why", "word"), SETTINGS, ids=[row[3] for row in SETTINGS])
def test_a_wrong_setting_is_named(command, monkeypatch, name, value, code, why, word):
    monkeypatch.setenv(name, value)
    ended, printed, said = command("device", "add", "--role", "kiosk", "--hall", "H1", "--name", "x")

    assert (code, "") == (ended, printed)
    assert said.startswith(f"{name}: ")
    assert word in said


def test_a_hall_file_may_begin_as_windows_begins_it(command, tmp_path):
    (tmp_path / "hall.toml").write_bytes(hall_file(1).replace("\n", "\r\n").encode("utf-8-sig"))
    code, printed, said = command("apply", "hall.toml")

    assert (0, "") == (code, said)
    assert "hall H1 added" in printed


def test_a_hall_file_that_is_no_utf_8_is_refused(command, tmp_path):
    (tmp_path / "hall.toml").write_bytes(hall_file(1).encode("gb18030"))
    code, printed, said = command("apply", "hall.toml")

    assert (1, "") == (code, printed)
    assert "hall_file_rejected: the file is no text in utf-8" in said


def test_a_machine_is_listed_and_told_its_new_place_until_its_token_is_taken_away(command, tmp_path):
    (tmp_path / "hall.toml").write_text(hall_file(2), encoding="utf-8")
    command("apply", "hall.toml")
    command("device", "add", "--role", "kiosk", "--hall", "H1", "--name", "1号机", "--place", "一楼大厅")
    id, *what = command("device", "list", "--hall", "H1")[1].strip().split("\t")
    assert ["kiosk", "1号机", "一楼大厅"] == what

    moved = command("device", "place", "--hall", "H1", id, "zh=二楼;en=First floor")
    assert (0, f"{id} stands at 二楼; First floor\n", "") == moved
    assert f"{id}\tkiosk\t1号机\t二楼; First floor\n" == command("device", "list", "--hall", "H1")[1]

    assert (1, "invalid: a place is 1 to 100") == refused(command("device", "place", "--hall", "H1", id, " "), 28)
    assert (1, "not_found: no such device") == refused(command("device", "place", "--hall", "H1", "x", "二楼"), 25)
    command("device", "revoke", "--hall", "H1", id)
    assert (1, "not_found: no such device") == refused(command("device", "place", "--hall", "H1", id, "二楼"), 25)
    assert (0, "", "") == command("device", "list", "--hall", "H1")


def refused(ended, length):
    """The exit code of a command and the beginning of what it said."""
    return ended[0], ended[2][:length]


@pytest.mark.parametrize("name", ["", "  ", "two\nlines", "x" * 61])
def test_a_machine_needs_a_name_that_can_be_read(command, tmp_path, name):
    (tmp_path / "hall.toml").write_text(hall_file(1), encoding="utf-8")
    command("apply", "hall.toml")

    code, printed, said = command("device", "add", "--role", "kiosk", "--hall", "H1", "--name", name)

    assert (1, "") == (code, printed)
    assert "a device's name is 1 to 60 printable characters" in said


@pytest.mark.parametrize(
    ("bound", "code"), [(["--hall", "H9"], "unknown_hall"), (["--station", "R9"], "unknown_station")]
)
def test_nobody_is_bound_to_a_place_that_is_not_there(command, tmp_path, bound, code):
    (tmp_path / "hall.toml").write_text(hall_file(1), encoding="utf-8")
    command("apply", "hall.toml")

    assert 0 == command("staff", "add", "li", "--role", "doctor", "--hall", "H1", "--station", "R1")[0]
    assert (1, "", f"{code}: {bound[1]}\n") == command("staff", "add", "wu", "--role", "doctor", *bound)


def test_a_hall_file_without_a_bottom_is_refused(command, tmp_path):
    (tmp_path / "hall.toml").write_text("deep = " + "[" * 2000 + "]" * 2000)

    assert (1, "", "hall_file_rejected: line 1: file: nested deeper than 16") == (
        *(said := command("apply", "hall.toml"))[:2], said[2].splitlines()[0],
    )  # fmt: skip
