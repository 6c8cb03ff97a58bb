"""The schema: built by migrations alone, taken down again, and the same as the tables say, on both databases."""

import json

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, event, inspect, text

from server.store.engine import open_engines
from server.store.models import Base
from server.store.schema import HERE, NEWEST, alembic_config, downgrade, migrate


@pytest.fixture
def engine(database):
    engines = open_engines(database)
    yield engines.write
    engines.dispose()


def tables(engine):
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def other_default(_context, _there, column, given, _wanted, wanted):
    """Whether a default differs; that of JSON as text, because PostgreSQL compares no JSON. None: as usual."""
    plain = [str(text).split("::")[0].strip("'") for text in (given, wanted) if text is not None]
    return len(set(plain)) > 1 if isinstance(column.type, JSON) else None


def differences(engine):
    """What Alembic would still change to make the database as the tables say."""
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": other_default}
        )
        return [change for change in compare_metadata(context, Base.metadata) if "alembic_version" not in str(change)]


def test_the_migrations_build_exactly_the_tables(engine):
    migrate(engine)

    assert set(Base.metadata.tables) == tables(engine)
    assert [] == differences(engine)


def test_the_newest_migration_is_the_one_that_a_database_is_opened_with(engine):
    assert ScriptDirectory.from_config(alembic_config(engine)).get_current_head() == NEWEST


def test_every_step_goes_up_and_down_again(engine):
    script = ScriptDirectory.from_config(alembic_config(engine))
    steps = [step.revision for step in reversed(list(script.walk_revisions()))]
    seen = [tables(engine)]
    for step in steps:
        migrate(engine, step)
        seen.append(tables(engine))
    for before in reversed(seen[:-1]):
        downgrade(engine, "-1")
        assert before == tables(engine)
    migrate(engine)

    assert [] == differences(engine)


def test_migrating_again_changes_nothing(engine):
    migrate(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO mark (name, value) VALUES ('kept', '{}')"))
    migrate(engine)

    with engine.connect() as connection:
        assert ["kept"] == list(connection.execute(text("SELECT name FROM mark")).scalars())


def test_a_day_of_before_the_promises_goes_on_with_none_told(engine):
    migrate(engine, "0004")
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO queue_day VALUES ('H1', 'IM', '2026-03-02', 7, 5, '[]')"))
    migrate(engine)

    with engine.connect() as connection:
        row = connection.execute(text("SELECT last, calls, told, inside, below FROM queue_day")).one()
    assert (7, 5, 0, 0, 0) == tuple(row)


def test_a_hall_of_before_places_and_kinds_has_clinics_and_no_places(engine):
    migrate(engine, "0005")
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO hall VALUES ('H1', '{}', 'e', 0, 0, true, '{}', 0, '', 0, 0)",
            "INSERT INTO queue VALUES ('H1', 'IM', '{}', 'A', 'woven', 'CN-OPD', 'masked', '{}', '[]', 0, true)",
        ):
            connection.execute(text(statement))
    migrate(engine)

    with engine.connect() as connection:
        row = connection.execute(text("SELECT kind, hall.place FROM queue JOIN hall ON hall.id = queue.hall_id")).one()
    assert ("clinic", None) == tuple(row)


@pytest.mark.parametrize("statement", [2, 10, 25])
def test_a_migration_that_is_interrupted_leaves_the_old_schema(engine, statement):
    created = []

    def power_cut(_connection, _cursor, text, *_):
        if text.lstrip().startswith("CREATE"):
            created.append(text)
            if len(created) == statement:
                raise KeyboardInterrupt

    event.listen(engine, "before_cursor_execute", power_cut)
    with pytest.raises(KeyboardInterrupt):
        migrate(engine)
    event.remove(engine, "before_cursor_execute", power_cut)

    assert set() == tables(engine)
    migrate(engine)
    assert [] == differences(engine)


def test_there_is_one_head_and_files_are_named_by_their_order():
    script = ScriptDirectory(str(HERE))
    names = sorted(path.stem for path in (HERE / "versions").glob("[0-9]*.py"))

    assert 1 == len(script.get_heads())
    assert [f"{place:04d}" for place in range(1, len(names) + 1)] == [name.split("_")[0] for name in names]


def test_the_database_itself_keeps_its_promises(engine):
    migrate(engine)
    inspector = inspect(engine)
    unique = {index["name"] for index in inspector.get_indexes("ticket") if index["unique"]}
    constraints = {one["name"] for one in inspector.get_unique_constraints("ticket")}

    assert {"one_live_ticket_per_visit_and_queue", "one_ticket_per_station", "one_station_per_patient"} <= unique
    assert "one_number_per_queue_and_day" in constraints | unique


def test_words_that_staff_typed_leave_journal_and_receipts_at_the_upgrade(engine):
    """S10: diagnoses typed as reasons of holds stood in journal and receipts."""
    migrate(engine, "0009")
    typed = {"hold_reason": "examination: 幻影疥癣", "rescue_place": "抢救室", "id": "t", "state": "held"}
    with engine.begin() as db:
        for number, reason in enumerate(("幻影疥癣", "examination: 幻影疥癣", "2026-03-02", None), 1):
            db.execute(
                text(
                    "INSERT INTO journal (hall_id, seq, kind, at, real_at, reason, subject)"
                    " VALUES ('H1', :n, 'ticket.held', '2026-03-02', '2026-03-02', :reason, :subject)"
                ),
                {"n": number, "reason": reason, "subject": json.dumps({"ticket": typed})},
            )
        db.execute(
            text(
                "INSERT INTO receipt (owner, key, fingerprint, status, body, at) VALUES ('o', 'k', 'f', 200, :b, :at)"
            ),
            {"b": json.dumps({"ticket": typed}), "at": "2026-03-02"},
        )

    migrate(engine)

    with engine.connect() as db:
        rows = db.execute(text("SELECT reason, subject FROM journal ORDER BY seq")).all()
        receipt = db.execute(text("SELECT body FROM receipt")).scalar_one()
    assert ["other", "examination", "2026-03-02", None] == [row.reason for row in rows]
    assert "幻影" not in json.dumps([str(row.subject) for row in rows] + [str(receipt)], ensure_ascii=False)
    assert "examination" in str(receipt)


def test_receipts_from_before_keep_how_their_command_ended(engine):
    migrate(engine, "0014")
    with engine.begin() as db:
        for key, status in (("a", 200), ("b", 201), ("c", 202)):
            db.execute(
                text(
                    "INSERT INTO receipt (owner, key, fingerprint, status, body, at)"
                    " VALUES ('o', :key, 'f', :status, '{}', '2026-03-02')"
                ),
                {"key": key, "status": status},
            )

    migrate(engine)

    with engine.connect() as db:
        assert ["done", "created", "alerted"] == list(
            db.execute(text("SELECT outcome FROM receipt ORDER BY key")).scalars()
        )
