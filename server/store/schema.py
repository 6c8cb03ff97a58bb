"""Bringing the database to the newest schema, from the migrations in this package. Knows no rules."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HERE = Path(__file__).parent / "migrations"
NEWEST = "0017"
"""The newest migration. A database that is there already is opened without alembic, which is slow to import."""


def alembic_config(engine: Engine) -> "Config":
    """Alembic's settings for an engine, without a file."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["engine"] = engine
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade to `revision`; each migration is one transaction, so an interrupted one leaves the old schema."""
    if revision == "head" and _revision(engine) == NEWEST:
        return
    from alembic import command

    command.upgrade(alembic_config(engine), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to `revision`."""
    from alembic import command

    command.downgrade(alembic_config(engine), revision)


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
