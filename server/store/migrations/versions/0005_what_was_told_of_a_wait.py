"""What was told of a wait"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

COUNTS = ("told", "inside", "below")


def upgrade() -> None:
    """The wait on a ticket's slip, and how many such waits of a day held."""
    op.add_column("ticket", sa.Column("promise", sa.JSON()))
    for word in COUNTS:
        op.add_column("queue_day", sa.Column(word, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    """Take it back."""
    for word in reversed(COUNTS):
        op.drop_column("queue_day", word)
    op.drop_column("ticket", "promise")
