"""The registration number of an appointment"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """A number of the hospital, by which a queue may be ordered."""
    op.add_column("appointment", sa.Column("registration", sa.Integer()))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("appointment", "registration")
