"""Passwords for one sign-in"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A password that an administrator has seen is for one sign-in, at which its owner sets another."""
    op.add_column("staff", sa.Column("password_once", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("staff", "password_once")
