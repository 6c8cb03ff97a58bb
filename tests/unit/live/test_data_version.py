"""What the relay of a SQLite node looks at each second: whether another process changed the file."""

from server.live.relay import DataVersion
from server.store.engine import open_engines


def test_a_change_of_another_connection_is_seen_once_and_the_first_look_always_looks(tmp_path):
    engines = open_engines(f"sqlite:///{tmp_path}/hall.db")
    version = DataVersion(engines.read)
    first, second = version.changed(), version.changed()
    with engines.write.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE one (id INTEGER)")
    third, fourth = version.changed(), version.changed()
    engines.dispose()
    version.close()

    assert [True, False, True, False] == [first, second, third, fourth]
