"""Receipts with how the command ended"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A receipt names how its command ended; which HTTP status that is, the web layer knows."""
    op.add_column("receipt", sa.Column("outcome", sa.String(16), nullable=False, server_default="done"))
    op.execute(sa.text("UPDATE receipt SET outcome = 'created' WHERE status = 201"))
    op.execute(sa.text("UPDATE receipt SET outcome = 'alerted' WHERE status = 202"))
    op.drop_column("receipt", "status")


def downgrade() -> None:
    """Take it back."""
    op.add_column("receipt", sa.Column("status", sa.Integer(), nullable=False, server_default="200"))
    op.execute(sa.text("UPDATE receipt SET status = 201 WHERE outcome = 'created'"))
    op.execute(sa.text("UPDATE receipt SET status = 202 WHERE outcome = 'alerted'"))
    op.drop_column("receipt", "outcome")
