"""How Alembic runs our migrations: on the engine it is given, all in one transaction."""

from typing import Literal

from alembic import context

from server.store.models import Base
from server.store.postgresql import taking_time
from server.store.types import Rank, UtcDateTime


def render(kind: str, thing: object, _context: object) -> str | Literal[False]:
    """Migrations name plain types: they must not change when our own type does."""
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return "sa.Integer()" if kind == "type" and isinstance(thing, Rank) else False


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        transactional_ddl=True,
        render_item=render,
    )
    with context.begin_transaction(), taking_time(connection):
        context.run_migrations()
    connection.commit()
