"""Receipts with the rights of who asked"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The plain hashes of request bodies go; a receipt without one fits every body, so its key still answers once."""
    op.add_column("receipt", sa.Column("rights", sa.String(200)))
    op.execute(sa.text("UPDATE receipt SET fingerprint = ''"))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("receipt", "rights")
