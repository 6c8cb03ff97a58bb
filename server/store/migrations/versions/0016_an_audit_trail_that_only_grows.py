"""An audit trail that only grows"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

REFUSAL = "rows of the audit trail are never changed or removed"


def upgrade() -> None:
    """The database itself refuses to change or remove a row: a mistake in a program or at a prompt changes nothing."""
    if op.get_bind().dialect.name == "sqlite":
        for word in ("UPDATE", "DELETE"):
            op.execute(
                sa.text(
                    f"CREATE TRIGGER audit_refuses_{word.lower()} BEFORE {word} ON audit "
                    f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
                )
            )
        return
    op.execute(
        sa.text(
            "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$"
        )
    )
    op.execute(
        sa.text(
            "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
        )
    )


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        for word in ("update", "delete"):
            op.execute(sa.text(f"DROP TRIGGER audit_refuses_{word}"))
        return
    op.execute(sa.text("DROP TRIGGER audit_only_grows ON audit"))
    op.execute(sa.text("DROP FUNCTION audit_only_grows()"))
