"""A service of the whole hospital"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A service writes for its own hall; for every hall only when it is enrolled so, also those there are now."""
    op.add_column("device", sa.Column("hospital_wide", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("device", "hospital_wide")
