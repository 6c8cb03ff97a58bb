"""Which database the ordinary tests use: SQLite, or PostgreSQL under HALL_TEST_DATABASE=postgresql.

`make test-postgres` sets it. Each test process then starts a PostgreSQL of its own, and each server of a test gets a
database of its own, copied from a prepared one. Tests that take a URL themselves are not concerned.
"""

import atexit
import os
from functools import cache
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from tests.support.postgres import Postgres

POSTGRESQL = os.environ.get("HALL_TEST_DATABASE", "sqlite") == "postgresql"


def about_sqlite(reason: str) -> pytest.MarkDecorator:
    """Mark a test that is about the embedded database itself, with what it is about."""
    return pytest.mark.skipif(POSTGRESQL, reason=f"about SQLite: {reason}")


@cache
def server() -> "Postgres":
    """The PostgreSQL of this process; it ends with it."""
    from tests.support.postgres import Postgres  # which itself needs what needs this module

    running = Postgres()
    atexit.register(running.stop)
    return running


def fresh() -> str:
    """The URL of an empty database."""
    return server().database()


def copied(template: str) -> str:
    """The URL of a new database with everything that is in another; who is connected to that is cut off."""
    with server().connect() as administrator:
        administrator.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [_name(template)]
        )
    return server().database(template=_name(template))


def put_back(url: str, template: str) -> None:
    """Make a database anew as a copy of another; who is still connected is cut off."""
    with server().connect() as administrator:
        administrator.execute(f"DROP DATABASE {_name(url)} WITH (FORCE)".encode())
        administrator.execute(f"CREATE DATABASE {_name(url)} TEMPLATE {_name(template)}".encode())


def drop(url: str) -> None:
    """Forget a database that no test will use again; what cannot be dropped goes with the server."""
    try:
        with server().connect() as administrator:
            administrator.execute(f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)".encode())
    except psycopg.Error:
        return


def _name(url: str) -> str:
    name = make_url(url).database
    assert name is not None
    return name
