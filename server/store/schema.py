"""Bringing the database to the newest schema, from the migrations in this package. Knows no rules."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

HERE = Path(__file__).parent / "migrations"


def alembic_config(engine: Engine) -> Config:
    """Alembic's settings for an engine, without a file."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.attributes["engine"] = engine
    return config


def migrate(engine: Engine, revision: str = "head") -> None:
    """Upgrade to `revision`; each migration is one transaction, so an interrupted one leaves the old schema."""
    config = alembic_config(engine)
    if revision == "head":
        with engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        if current == ScriptDirectory.from_config(config).get_current_head():
            return
    command.upgrade(config, revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to `revision`."""
    command.downgrade(alembic_config(engine), revision)
