"""A PostgreSQL for the session of the contract's tests; skipped with a message where there is none."""

from collections.abc import Iterator

import pytest

from tests.support.postgres import NoPostgres, Postgres, a_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server of the tests' own."""
    try:
        with a_postgres() as server:
            yield server
    except NoPostgres as missing:
        pytest.skip(str(missing))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The URL of a fresh database, of each kind in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('database') / 'hall.db'}"
    server: Postgres = request.getfixturevalue("postgres")
    return server.database()
