"""An alert stands until it is closed; a rescue has its place"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL")
UNSEEN = sa.text("acknowledged_at IS NULL")
NEW = ("patient_id", "queue_id", "flags", "last_at", "count", "going", "closed_at", "closed_by", "outcome")


def upgrade() -> None:
    """Who an alert is about, how often it was raised, who goes and how it ended; acknowledged ones are over."""
    op.drop_index("open_alerts", "alert")
    op.add_column("alert", sa.Column("patient_id", sa.String(length=32)))
    op.add_column("alert", sa.Column("queue_id", sa.String(length=64)))
    op.add_column("alert", sa.Column("flags", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("alert", sa.Column("last_at", sa.DateTime(timezone=True)))
    op.add_column("alert", sa.Column("count", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("alert", sa.Column("going", sa.String(length=40)))
    op.add_column("alert", sa.Column("closed_at", sa.DateTime(timezone=True)))
    op.add_column("alert", sa.Column("closed_by", sa.String(length=100)))
    op.add_column("alert", sa.Column("outcome", sa.String(length=16)))
    op.execute("UPDATE alert SET last_at = raised_at")
    op.execute(
        "UPDATE alert SET closed_at = acknowledged_at, closed_by = acknowledged_by, outcome = 'noted'"
        " WHERE acknowledged_at IS NOT NULL"
    )
    with op.batch_alter_table("alert") as table:
        table.alter_column("last_at", existing_type=sa.DateTime(timezone=True), nullable=False)
    op.create_index("open_alerts", "alert", ["hall_id"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.add_column("ticket", sa.Column("rescue_place", sa.String(length=100)))


def downgrade() -> None:
    """Take it back: what somebody acknowledged is over again."""
    op.drop_column("ticket", "rescue_place")
    op.drop_index("open_alerts", "alert")
    for word in reversed(NEW):
        op.drop_column("alert", word)
    op.create_index("open_alerts", "alert", ["hall_id"], sqlite_where=UNSEEN, postgresql_where=UNSEEN)
