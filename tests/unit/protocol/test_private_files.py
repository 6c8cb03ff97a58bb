import stat

from kiosk.agent.outbox_store import Entry, Journal
from server.protocol import private_files
from server.store.engine import open_engines


def mode(path):
    """The permission bits of a file."""
    return stat.S_IMODE(path.stat().st_mode)


def test_a_database_is_its_owners_alone_from_its_first_byte(tmp_path):
    """S10: hall.db and hall.db-wal were 0644."""
    file = tmp_path / "hall.db"
    engines = open_engines(f"sqlite:///{file}")
    with engines.write.connect() as db:
        db.exec_driver_sql("CREATE TABLE t (x)")
        modes = {path.name: mode(path) for path in tmp_path.iterdir()}
    engines.dispose()

    assert {"hall.db", "hall.db-wal", "hall.db-shm"} == set(modes)
    assert {0o600} == set(modes.values())
    assert mode(tmp_path) & 0o077 == mode(tmp_path.parent) & 0o077  # a folder that was there is left as it was


def test_a_database_of_before_is_closed_with_a_word_in_the_log(tmp_path, caplog):
    """S10: a database in an existing folder is mended too."""
    for name in ("hall.db", "hall.db-wal"):
        (tmp_path / name).touch(0o644)

    private_files.database(tmp_path / "hall.db")

    assert [0o600, 0o600] == [mode(tmp_path / name) for name in ("hall.db", "hall.db-wal")]
    assert 2 == caplog.text.count("was open to other users of this machine: closed")


def test_what_a_program_wrote_of_old_is_closed_with_its_folder(tmp_path, caplog):
    """S10: keys, marks, spools and renderings of before."""
    spool = tmp_path / "spool"
    spool.mkdir(0o755)
    (spool / "job.json").touch(0o644)

    for _ in range(2):
        private_files.folder(spool, r".*\.json")

    assert [0o700, 0o600] == [mode(spool), mode(spool / "job.json")]
    assert 2 == len(caplog.records)


def test_a_folder_that_others_use_too_stays_open(tmp_path):
    """S10: HALL_STATE_DIR may name a folder that was there: only what is the program's own is closed."""
    tmp_path.chmod(0o755)
    for name in ("secret.key", "somebody.txt"):
        (tmp_path / name).touch(0o644)

    private_files.folder(tmp_path, r"secret\.key")

    assert [0o755, 0o600, 0o644] == [mode(tmp_path), *(mode(tmp_path / one) for one in ("secret.key", "somebody.txt"))]


def test_the_kiosk_keeps_its_commands_to_itself(tmp_path):
    """S10: what a patient typed waits there until the server has it."""
    state = tmp_path / "kiosk-state"
    journal = Journal(state / "outbox.db")
    journal.keep(Entry("k1", "CheckInCommand", {"name": "龘靐齉"}, 1.0))
    journal.close()

    assert [0o700, 0o600] == [mode(state), mode(state / "outbox.db")]
