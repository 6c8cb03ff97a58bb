"""What is sent to other systems"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Integrations, their cursors in the journals, and their dead letters."""
    op.create_table(
        "integration",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("events", sa.JSON(), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_owner", sa.String(32)),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "integration_cursor",
        sa.Column("integration", sa.String(64), sa.ForeignKey("integration.name"), primary_key=True),
        sa.Column("hall_id", sa.String(64), primary_key=True),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True)),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.Column("error", sa.String(200)),
    )
    op.create_table(
        "dead_letter",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("integration", sa.String(64), sa.ForeignKey("integration.name"), nullable=False),
        sa.Column("hall_id", sa.String(64), nullable=False),
        sa.Column("epoch", sa.String(32), nullable=False),
        sa.Column("first_seq", BIG, nullable=False),
        sa.Column("last_seq", BIG, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("message_id", sa.String(64)),
        sa.Column("body", sa.Text()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.String(200), nullable=False),
        sa.Column("died_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resend", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_dead_letter_integration", "dead_letter", ["integration"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("dead_letter")
    op.drop_table("integration_cursor")
    op.drop_table("integration")
