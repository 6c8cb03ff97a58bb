"""What is missing or damaged is no first start: everything works, or nothing is served and one line says what to do."""

import contextlib
import http.client
import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from server.cli import main
from server.domain.installation.wholeness import ADVICE, Part, Trouble
from server.services.bootstrap.examination import NotServable, look, must_be_servable
from server.services.bootstrap.startup import build_context
from tests.support.databases import about_sqlite
from tests.support.hall import RunningHall, until
from tests.support.starts import SERVES, at_work, said_at_start, settings_of, starts, table

pytestmark = about_sqlite("how its file is found at a start")

ROOT = Path(__file__).resolve().parents[2]
REFUSALS = {f"`{trouble}`" for trouble in Trouble}


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return at_work(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def here(template, tmp_path):
    return shutil.copytree(template, tmp_path / "here")


def test_every_start_says_what_the_manual_says_it_does(template, tmp_path):
    """L5, L2: an empty hospital, an empty secret or a traceback, with /readyz 200."""
    found = starts(template, tmp_path)

    assert table(found) in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"), table(found)
    for database, key, marks, said in found:
        if database == "whole" and key == "whole":
            assert SERVES == said, marks
        elif database == "damaged" or marks != "missing" or key == "whole":
            assert said in REFUSALS, (database, key, marks)


def test_nothing_is_made_where_nothing_may_be_served(here):
    """L5: the first look made an empty database in the place of the one that was missing."""
    (here / "hall.db").unlink()
    assert "`database_missing`" == said_at_start(here)
    assert not (here / "hall.db").exists()


def pages(file):
    """The root page of each table and index: (name, number)."""
    with contextlib.closing(sqlite3.connect(file)) as database:
        size = database.execute("PRAGMA page_size").fetchone()[0]
        roots = database.execute("SELECT name, rootpage FROM sqlite_master WHERE rootpage > 0").fetchall()
    return size, [("the schema", 1), *roots]


def test_a_damaged_page_of_any_table_or_index_is_seen_before_anything_is_served(template, here):
    """L5: ready, and 500 at the first use."""
    size, roots = pages(template / "hall.db")
    assert len(roots) > 60
    whole = (template / "hall.db").read_bytes()
    for turn, (name, number) in enumerate(roots):
        torn = os.urandom(size) if turn % 2 else bytes(size)
        (here / "hall.db").write_bytes(whole[: (number - 1) * size] + torn + whole[number * size :])
        assert Part.DAMAGED is look(settings_of(here)).found.database, name


def test_a_database_without_a_hall_that_has_a_mark_is_another_one(here, tmp_path):
    """L5: a mark without its hall is no first start."""
    with contextlib.closing(sqlite3.connect(here / "hall.db")) as database:
        database.execute("UPDATE hall SET id = 'H9'")
        database.commit()
    assert "`hall_missing`" == said_at_start(here)


def test_a_key_that_is_set_is_no_sign_of_a_hall_at_work(tmp_path):
    """A first start with HALL_SECRET_KEY has no key of its own."""
    settings = settings_of(tmp_path).model_copy(update={"secret_key": "0123456789abcdef" * 2})
    build_context(settings).close()
    must_be_servable(settings)


def test_a_database_that_does_not_remember_its_key_takes_the_one_that_is_there(here):
    """One of before the key was remembered."""
    with contextlib.closing(sqlite3.connect(here / "hall.db")) as database:
        database.execute("DELETE FROM mark WHERE name = 'key'")
        database.commit()
    assert SERVES == said_at_start(here)
    (here / "state" / "secret.key").write_text("another key of this length" * 2)
    assert "`key_other`" == said_at_start(here)


def test_a_key_under_which_nothing_was_enrolled_may_change(tmp_path):
    settings = settings_of(tmp_path)
    for _ in range(2):
        build_context(settings).close()
        (tmp_path / "state" / "secret.key").unlink()
    build_context(settings).close()
    assert SERVES == said_at_start(tmp_path)


@pytest.mark.parametrize("command", [["apply", "hall.toml"], ["device", "list", "--hall", "H1"], ["check"]])
def test_commands_refuse_in_one_line_that_says_what_to_do(command, here, monkeypatch, capsys):
    (here / "state" / "secret.key").unlink()
    (here / "hall.toml").write_text("")
    monkeypatch.chdir(here)
    monkeypatch.setenv("HALL_DATABASE_URL", "sqlite:///hall.db")
    monkeypatch.setenv("HALL_STATE_DIR", "state")

    assert 1 == main(command)
    assert [f"not_ready: {ADVICE[Trouble.KEY_MISSING]}"] == capsys.readouterr().err.splitlines()
    assert not (here / "state" / "secret.key").exists()


def ask(hall, path):
    """Status and body of an answer."""
    line = http.client.HTTPConnection("127.0.0.1", hall.port, timeout=10)
    with contextlib.closing(line):
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, json.loads(answer.read())


@pytest.mark.faults
def test_a_server_without_its_database_serves_nothing_says_so_and_goes_on_when_it_is_back():
    """L5: hall.db deleted → an empty hospital, /readyz 200."""
    hall = RunningHall()
    try:
        aside = hall.database.rename(hall.folder / "aside.db")
        hall.start()
        assert (200, {"status": "ok"}) == ask(hall, "/healthz")
        status, body = ask(hall, "/readyz")
        assert (503, ADVICE[Trouble.DATABASE_MISSING]) == (status, body["reason"])
        status, body = ask(hall, "/api/v1/halls/H1/snapshot")
        assert (503, "not_ready") == (status, body["code"])
        assert "nothing is served" in hall.log()
        assert "Traceback" not in hall.log()

        aside.rename(hall.database)
        until(lambda: ask_or_wait(hall) == 200)
        assert ["A001"] == [hall.client().ticket(id).ticket.number for id in hall.check_in("甲")]
        hall.database.rename(aside)
        assert (503, False) == ((found := ask(hall, "/readyz"))[0], found[1]["checks"]["database"])
    finally:
        hall.close()


def ask_or_wait(hall):
    with contextlib.suppress(OSError, http.client.HTTPException):
        return ask(hall, "/readyz")[0]


def test_what_is_wrong_is_one_line_without_a_name_or_a_place(here):
    (here / "hall.db").write_bytes(b"x" * 5000)
    with pytest.raises(NotServable) as refused:
        must_be_servable(settings_of(here))
    assert "\n" not in str(refused.value)
    assert str(here) not in str(refused.value)
    assert str(refused.value).startswith(ADVICE[Trouble.DATABASE_DAMAGED])
