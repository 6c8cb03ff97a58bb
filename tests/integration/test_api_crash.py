"""A server that dies: nothing acknowledged is lost, keys are known afterwards, and a journal that went back is told."""

import contextlib
import shutil
import sqlite3
import threading

import pytest

from server.cli import main
from server.protocol.transport import HallProblem, HallUnreachable
from tests.support.api import an_api
from tests.support.hall import a_hall, hall_file, until
from tests.support.invariants import Call, Seen, Ticket, judge, stored_of

KILLS = 2


@pytest.fixture
def hall():
    with a_hall() as running:
        yield running


def test_killed_again_and_again_under_load_the_server_loses_no_acknowledged_ticket(hall):
    """Faults 1, 2 and 55: kiosks and stations try again with one key per command; every answer counts once."""
    hall.token("kiosk")
    stop = threading.Event()
    numbers, called, seen = {}, {}, Seen()
    epoch = hall.client("console").snapshot("H1").epoch

    def kiosk(place):
        client = hall.client("kiosk", budget=60.0)
        turn = 0
        while not stop.is_set():
            key = f"in {place} {turn}"
            with contextlib.suppress(HallUnreachable):
                ticket = client.check_in("H1", queue="IM", patient={"name": "断电"}, key=key).ticket
                numbers[key] = ticket.number
                seen.tickets.append(Ticket(key, ticket.id, ticket.number))
            turn += 1

    def station(name):
        client = hall.client("console", budget=60.0)
        turn = 0
        while not stop.is_set():
            key = f"call {name} {turn}"
            with contextlib.suppress(HallUnreachable, HallProblem):
                ticket = client.call_next(name, key=key).ticket
                if ticket is not None:
                    called[key] = ticket.number
                    seen.calls.append(Call(key, ticket.id, name))
                    client.finish(ticket.id, key=f"finish {name} {turn}")
            turn += 1

    def more(count):
        """Let so many more be checked in and somebody be called."""
        enough, somebody = len(numbers) + count, len(called) + 1
        until(lambda: len(numbers) >= enough and len(called) >= somebody, within=120)

    people = [threading.Thread(target=kiosk, args=(place,)) for place in range(3)]
    people += [threading.Thread(target=station, args=(name,)) for name in ("R1", "R2")]
    for person in people:
        person.start()
    try:
        for _ in range(KILLS):
            more(6)
            hall.kill()
            hall.start()
        more(2)
    finally:
        stop.set()
        for person in people:
            person.join(120)

    assert not any(person.is_alive() for person in people)
    assert len(numbers) > 10
    snapshot = hall.client("console").snapshot("H1")
    assert epoch == snapshot.epoch
    kiosk_again, desk_again = hall.client("kiosk"), hall.client("console")
    for key, number in list(numbers.items())[::5]:
        assert number == kiosk_again.check_in("H1", queue="IM", patient={"name": "断电"}, key=key).ticket.number
    for key, number in list(called.items())[::5]:
        assert number == desk_again.call_next(key.split()[1], key=key).ticket.number
    assert [] == judge(stored_of(hall), seen)
    with contextlib.closing(sqlite3.connect(hall.database)) as database:
        assert [("ok",)] == database.execute("PRAGMA integrity_check").fetchall()


def copy(hall, name):
    """A copy of the stopped server's database."""
    with contextlib.closing(sqlite3.connect(hall.database)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(hall.database, hall.folder / name)


def test_an_older_copy_of_the_database_gets_a_new_epoch_an_alert_and_no_number_that_may_be_on_paper(hall):
    hall.check_in("一")
    before = hall.client("console").snapshot("H1")
    hall.kill()
    copy(hall, "old.db")
    hall.start()
    assert before.epoch == hall.client("console").snapshot("H1").epoch, "a restart alone is no new life"
    hall.check_in("二", "三")
    hall.kill()
    copy(hall, "same.db")
    shutil.copy(hall.folder / "old.db", hall.database)
    hall.start()

    client = hall.client("console")
    restored = client.snapshot("H1")
    assert before.epoch != restored.epoch
    assert ["A001"] == [ticket.number for ticket in restored.tickets]
    with pytest.raises(HallProblem) as reload:
        client.events("H1", before.seq, epoch=before.epoch)
    assert ("reload", 410) == (reload.value.code, reload.value.status)
    assert "went back" in hall.log()
    assert [("restored", "2")] == [(alert.kind, alert.text) for alert in restored.alerts]
    later = {client.check_in("H1", queue="IM", patient={"name": "四"}).ticket.number for _ in range(2)}
    assert {"A102", "A103"} == later, "A002 and A003 are on paper; a mark may know of fewer than there were"
    hall.kill()
    hall.start()
    assert restored.epoch == hall.client("console").snapshot("H1").epoch, "told once"


def test_applying_a_changed_hall_file_makes_a_new_epoch_and_the_same_file_changes_nothing(hall):
    client = hall.client("console")
    epoch = client.snapshot("H1").epoch
    file = hall.folder / "hall.toml"

    file.write_text(hall_file(4), encoding="utf-8")
    assert "nothing changed\n" == hall.command("apply", str(file))
    assert epoch == client.snapshot("H1").epoch
    file.write_text(hall_file(5), encoding="utf-8")
    assert "station R5 added\n" == hall.command("apply", str(file))
    assert "nothing changed\n" == hall.command("apply", str(file))
    after = client.snapshot("H1")
    assert epoch != after.epoch
    assert ["R1", "R2", "R3", "R4", "R5"] == [station.id for station in after.stations]
    hall.check_in("新")
    assert "A001" == client.call_next("R5").ticket.number


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ('privacy = "masked"', 'privacy = "maskd"'),
        ('queues = ["IM"]', 'queues = ["IN"]'),
        ('id = "R2"', 'id = "R1"'),
        ('timezone = "Asia/Shanghai"', 'timezone = "Asia/Schanghai"'),
        ('scale = "CN-OPD"', 'scale = "CN-OPT"'),
        ("[hospital]", "[hospital"),
        ('mode = "woven"', 'mode = "woven"\nmodus = "x"'),
    ],
)
def test_a_wrong_hall_file_is_refused_by_line_and_nothing_changes(wrong, says, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HALL_DATABASE_URL", f"sqlite:///{tmp_path / 'hall.db'}")
    monkeypatch.setenv("HALL_STATE_DIR", str(tmp_path))
    file = tmp_path / "hall.toml"
    file.write_text(hall_file(2), encoding="utf-8")
    assert 0 == main(["apply", str(file)])
    before = (tmp_path / "hall.db").read_bytes()
    file.write_text(hall_file(2).replace(wrong, says, 1), encoding="utf-8")
    capsys.readouterr()

    assert 1 == main(["apply", str(file)])
    said = capsys.readouterr()
    assert "hall_file_rejected" in said.err
    assert "line" in said.err
    assert "" == said.out
    assert before == (tmp_path / "hall.db").read_bytes()


def test_what_is_committed_is_answered_as_done_where_its_mark_cannot_be_written():
    with an_api(fresh=True) as api:
        shutil.rmtree(api.folder / "state" / "marks", ignore_errors=True)
        (api.folder / "state" / "marks").write_text("in the way")
        again = api.restart()

        assert "A001" == again.check_in("甲")["number"]
        assert "A001" == again.call("R1")["number"]
